"""What was asked for, computed: the same for every view."""

from __future__ import annotations

from attnviz.core.overflow import overflowed
from attnviz.core.self_attention import trace_of
from attnviz.core.trace import Trace
from attnviz.errors import InputError
from attnviz.inputs import problem_from
from attnviz.inputs.request import InputRequest
from attnviz.inputs.selection import row_asked


def computed(request: InputRequest, query: str | None) -> tuple[Trace, int]:
    """The trace of what `request` describes, and the row, counted from 0, that is worked in full.

    Raises InputError as `problem_from` and `row_asked` do, and where a number on the way is too large for float64.
    """
    problem = problem_from(request)
    row = row_asked(request, problem, query)
    trace = trace_of(problem)
    if stage := overflowed(trace):
        raise InputError(
            f"the {stage} are too large to compute with: scale the numbers of the input down, "
            "below 1e100 or so"
        )
    return trace, row
