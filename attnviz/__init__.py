"""See self-attention happen. The public API, and nothing else; everything is imported when it is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attnviz.core.attention import AttentionStages, attend, softmax
    from attnviz.core.problem import AttentionOptions, Problem
    from attnviz.core.rounding import article_rounded, sum_preserving_round
    from attnviz.core.self_attention import self_attention, trace_of
    from attnviz.core.trace import HeadTrace, Trace
    from attnviz.errors import AttnvizError

__version__ = "0.1.0"

_HOMES = {
    "AttentionOptions": "attnviz.core.problem",
    "AttentionStages": "attnviz.core.attention",
    "AttnvizError": "attnviz.errors",
    "HeadTrace": "attnviz.core.trace",
    "Problem": "attnviz.core.problem",
    "Trace": "attnviz.core.trace",
    "article_rounded": "attnviz.core.rounding",
    "attend": "attnviz.core.attention",
    "self_attention": "attnviz.core.self_attention",
    "softmax": "attnviz.core.attention",
    "sum_preserving_round": "attnviz.core.rounding",
    "trace_of": "attnviz.core.self_attention",
}

__all__ = [
    "AttentionOptions",
    "AttentionStages",
    "AttnvizError",
    "HeadTrace",
    "Problem",
    "Trace",
    "article_rounded",
    "attend",
    "self_attention",
    "softmax",
    "sum_preserving_round",
    "trace_of",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'attnviz' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
