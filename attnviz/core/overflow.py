"""Finds the stage of a trace that left the range of float64."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.scores.composition import visible_keys
from attnviz.core.trace import Trace


def overflowed(trace: Trace) -> str | None:
    """The name of the first stage that holds infinity or NaN; None if all is finite. Hidden scores are not checked.

    >>> from attnviz import self_attention
    >>> overflowed(self_attention([[1e200]], [[1.0]], [[1.0]], [[1.0]]))
    'scores'
    """
    return next((name for name, values in _stages(trace) if not np.isfinite(values).all()), None)


def _stages(trace: Trace) -> Iterator[tuple[str, FloatArray]]:
    problem = trace.problem
    for number, head in enumerate(trace.heads, start=1):
        visible = visible_keys(problem.n_q, problem.n_k, problem.options.of_head(number - 1))
        by_rule = False if visible is None else ~visible
        bias = problem.bias_of(number - 1)
        hidden = by_rule if bias is None else by_rule | np.isneginf(bias)
        of_head = f" of head {number}" if len(trace.heads) > 1 else ""
        yield f"queries{of_head}", head.q
        yield f"keys{of_head}", head.k
        yield f"values{of_head}", head.v
        yield f"scores{of_head}", np.where(hidden, 0, head.stages.biased_scores)
        yield f"outputs{of_head}", head.stages.output
    yield "outputs", trace.output
