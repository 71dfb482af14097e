"""See self-attention happen. The public API, and nothing else; everything is imported when it is first used.

Python begins `python -m attnviz` here with the working directory first on its path: nothing is imported before
attnviz/__main__.py has taken it off.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from attnviz.core.attention import AttentionStages, attend
    from attnviz.core.convolution.convolution import ConvolutionStages, convolve
    from attnviz.core.convolution.upsampling import TransposedStages, transposed_convolve
    from attnviz.core.head_trace import HeadTrace
    from attnviz.core.options import AttentionOptions
    from attnviz.core.problem import Problem
    from attnviz.core.rounding import article_rounded, sum_preserving_round
    from attnviz.core.self_attention import self_attention, trace_of
    from attnviz.core.softmax import softmax
    from attnviz.core.trace import Trace
    from attnviz.errors import AttnvizError
    from attnviz.inputs.loading import load
    from attnviz.lessons.build import lesson
    from attnviz.lessons.registry import LESSONS, register_lesson
    from attnviz.library.explanation import explain
    from attnviz.library.films.film import film
    from attnviz.library.survey import heads
    from attnviz.library.tracing import trace
    from attnviz.story.storyboard import Storyboard
    from attnviz.views.document.markup import markup

__version__ = "0.1.0"

_HOMES = {
    "AttentionOptions": "attnviz.core.options",
    "AttentionStages": "attnviz.core.attention",
    "AttnvizError": "attnviz.errors",
    "ConvolutionStages": "attnviz.core.convolution.convolution",
    "HeadTrace": "attnviz.core.head_trace",
    "LESSONS": "attnviz.lessons.registry",
    "Problem": "attnviz.core.problem",
    "Storyboard": "attnviz.story.storyboard",
    "Trace": "attnviz.core.trace",
    "TransposedStages": "attnviz.core.convolution.upsampling",
    "article_rounded": "attnviz.core.rounding",
    "attend": "attnviz.core.attention",
    "convolve": "attnviz.core.convolution.convolution",
    "explain": "attnviz.library.explanation",
    "film": "attnviz.library.films.film",
    "heads": "attnviz.library.survey",
    "lesson": "attnviz.lessons.build",
    "load": "attnviz.inputs.loading",
    "markup": "attnviz.views.document.markup",
    "register_lesson": "attnviz.lessons.registry",
    "self_attention": "attnviz.core.self_attention",
    "softmax": "attnviz.core.softmax",
    "sum_preserving_round": "attnviz.core.rounding",
    "trace": "attnviz.library.tracing",
    "trace_of": "attnviz.core.self_attention",
    "transposed_convolve": "attnviz.core.convolution.upsampling",
}

__all__ = [
    "LESSONS",
    "AttentionOptions",
    "AttentionStages",
    "AttnvizError",
    "ConvolutionStages",
    "HeadTrace",
    "Problem",
    "Storyboard",
    "Trace",
    "TransposedStages",
    "article_rounded",
    "attend",
    "convolve",
    "explain",
    "film",
    "heads",
    "lesson",
    "load",
    "markup",
    "register_lesson",
    "self_attention",
    "softmax",
    "sum_preserving_round",
    "trace",
    "trace_of",
    "transposed_convolve",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'attnviz' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
