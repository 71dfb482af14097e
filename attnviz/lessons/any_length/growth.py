"""Measurements of attention while a sequence gets longer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

from attnviz.core.arrays import FloatArray
from attnviz.core.attention import attend
from attnviz.core.head_trace import HeadTrace
from attnviz.core.problem import Problem
from attnviz.core.self_attention import trace_of
from attnviz.core.trace import Trace
from attnviz.lessons.sequence import has_mask_or_bias, largest_difference, rearranged
from attnviz.records import record

MOST_BEFORE = 4
"""The most vectors before one more is appended: as many as can be shown one by one."""
GENERATED = 3
"""On how many sequences of growing length generation is shown."""
SHORT, MIDDLE, LONG = 3, 5, 8


@record(eq=False)
class Growth:
    """One sequence at several lengths, each computed from the vectors by itself, so that results can be compared."""

    given: Trace

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """The lengths that the weights are tried on: 3, 5 and 8 of 8 vectors, or the like."""
        n = self.given.problem.n
        if n == LONG:
            return (SHORT, MIDDLE, LONG)
        if n > LONG:
            return (SHORT, LONG, n)
        return tuple(sorted({max(1, round(n / 3)), max(1, round(2 * n / 3)), n}))

    @cached_property
    def prefix_traces(self) -> tuple[Trace, ...]:
        """The first vectors, as many as each of `lengths` says."""
        return tuple(map(self._first, self.lengths))

    @property
    def repeated(self) -> bool:
        """True if the sequence has a single vector, which is then appended once more."""
        return self.given.problem.n == 1

    @property
    def old(self) -> int:
        """The number of vectors before one more is appended."""
        return max(1, min(self.given.problem.n - 1, MOST_BEFORE))

    @cached_property
    def before(self) -> Trace:
        return self._first(self.old)

    @cached_property
    def after(self) -> Trace:
        return self._first(self.old + 1)

    @cached_property
    def causal(self) -> tuple[Trace, ...]:
        """The traces with a causal mask: before, after, and as far as generation is shown."""
        there = 2 if self.repeated else self.given.problem.n
        last = min(there, self.old + GENERATED - 1)
        return tuple(self._first(n, causal=True) for n in range(self.old, last + 1))

    def _first(self, count: int, *, causal: bool = False) -> Trace:
        problem = self.given.problem
        if count == problem.n and not causal and not has_mask_or_bias(problem):
            return self.given
        places = [0] * count if self.repeated else range(count)
        return trace_of(_masked(rearranged(problem, places), causal))

    @cached_property
    def projection_change(self) -> float:
        """The largest change of q, k and v of the old vectors, in any head."""
        return _moved(self.before, self.after, lambda head: (head.q, head.k, head.v))

    @cached_property
    def score_change(self) -> float:
        """The largest change of the scores between old vectors."""
        return _moved(self.before, self.after, lambda head: (head.stages.scores,))

    @cached_property
    def causal_change(self) -> float:
        """The largest change of weights and outputs of the old rows, with a causal mask."""
        before, after = self.causal[:2]
        return _moved(before, after, lambda head: (head.stages.weights, head.stages.output))

    @cached_property
    def cached_row_differences(self) -> tuple[float, ...]:
        """The difference of the last row computed alone from that computed with all, for each trace of `causal`."""
        return tuple(map(_last_row_differs, self.causal))


def _last_row_differs(trace: Trace) -> float:
    """The difference of the last row's outputs from `trace` if it is computed alone, on all keys and values."""
    scale = trace.problem.scale
    return max(
        largest_difference(
            attend(head.q[-1:], head.k, head.v, scale=scale).output, head.stages.output[-1:]
        )
        for head in trace.heads
    )


def _masked(problem: Problem, causal: bool) -> Problem:
    return replace(problem, options=replace(problem.options, causal=causal))


def _moved(
    before: Trace, after: Trace, parts: Callable[[HeadTrace], tuple[FloatArray, ...]]
) -> float:
    """The largest difference in those parts of any head, where `before` has entries."""
    return max(
        largest_difference(old, new[tuple(map(slice, old.shape))])
        for one, other in zip(before.heads, after.heads, strict=True)
        for old, new in zip(parts(one), parts(other), strict=True)
    )
