"""Measurements of outputs after two inputs are swapped: for attention, for a convolution, with positions
and with a causal mask. Nothing here is told yet.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cached_property

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.convolution.convolution import convolve
from attnviz.core.positions import sinusoidal
from attnviz.core.problem import Problem
from attnviz.core.seeded import standard_normal
from attnviz.core.self_attention import trace_of
from attnviz.core.trace import Trace
from attnviz.lessons.sequence import largest_difference, rearranged
from attnviz.records import record

KERNEL = 3
"""Places that the kernel covers: before, here, after."""
_STREAM = 22
"""Keeps the kernel apart from whatever else is drawn from the same seed."""


@record(eq=False)
class OrderComparison:
    """The outputs of the old order, put into the new one, and those computed in the new order."""

    reordered: FloatArray
    """(n, d_out): row i of the new order took its row with it."""
    recomputed: FloatArray
    """(n, d_out)."""

    @cached_property
    def difference(self) -> float:
        """The largest between the two; 0 where it is no more than rounding."""
        return largest_difference(self.reordered, self.recomputed)

    @property
    def differs(self) -> bool:
        """True if order matters: if they differ by more than rounding."""
        return self.difference > 0


@record(eq=False)
class Reordering:
    """The first vectors of a sequence, in which two trade places."""

    problem: Problem
    """The vectors in their old order, with nothing hidden."""
    first: int
    """The place of the vector that is followed."""
    second: int | None
    """The place of the other one; None if all vectors are equal."""
    seed: int

    @cached_property
    def order(self) -> tuple[int, ...]:
        """The old place of the vector at each new place."""
        places = list(range(self.problem.n))
        if self.second is not None:
            places[self.first], places[self.second] = self.second, self.first
        return tuple(places)

    @cached_property
    def before(self) -> Trace:
        return trace_of(self.problem)

    @cached_property
    def after(self) -> Trace:
        return trace_of(rearranged(self.problem, self.order))

    @cached_property
    def attention(self) -> OrderComparison:
        return self._compared(self.before.output, self.after.output)

    @cached_property
    def weights(self) -> OrderComparison:
        """The weights of the first head; those of the old order have rows and columns swapped."""
        old = self.before.heads[0].stages.weights
        return OrderComparison(
            old[np.ix_(self.order, self.order)], self.after.heads[0].stages.weights
        )

    @cached_property
    def kernel(self) -> FloatArray:
        """One row a place, before, here and after: (KERNEL, d_model), of a size that keeps outputs of order one."""
        shape = (KERNEL, self.problem.d_model)
        drawn = standard_normal(shape, self.seed, _STREAM)
        return np.asarray(drawn / math.sqrt(KERNEL * self.problem.d_model))

    @cached_property
    def convolution(self) -> OrderComparison:
        return self._compared(self._convolved(self.before), self._convolved(self.after))

    def _convolved(self, trace: Trace) -> FloatArray:
        """One number a place, zeros beyond the ends: (n, 1)."""
        stages = convolve(trace.problem.x.T, self.kernel.T[None], padding=KERNEL // 2)
        output: FloatArray = stages.output.T
        return output

    @cached_property
    def positions(self) -> FloatArray:
        """(n, d_model), row 0 of the first place."""
        return sinusoidal(self.problem.n, self.problem.d_model)

    @cached_property
    def with_positions(self) -> OrderComparison:
        return self._compared(
            *(
                trace_of(_moved(each.problem, self.positions)).output
                for each in (self.before, self.after)
            )
        )

    @cached_property
    def with_causal_mask(self) -> OrderComparison:
        return self._compared(
            *(
                trace_of(
                    replace(each.problem, options=replace(each.problem.options, causal=True))
                ).output
                for each in (self.before, self.after)
            )
        )

    def _compared(self, before: FloatArray, after: FloatArray) -> OrderComparison:
        return OrderComparison(before[list(self.order)], after)


def swap_partner(x: FloatArray, place: int) -> int | None:
    """The place furthest from `place` that holds another vector; of two as far the later. None if all are alike.

    >>> swap_partner(np.array([[1.0], [2.0], [3.0]]), 0), swap_partner(np.ones((3, 1)), 0)
    (2, None)
    """
    others = [i for i in range(len(x)) if not np.array_equal(x[i], x[place])]
    return max(others, key=lambda i: (abs(i - place), i), default=None)


def _moved(problem: Problem, positions: FloatArray) -> Problem:
    """The same problem with `positions` (n, d_model) added to its vectors."""
    return replace(problem, inputs=replace(problem.inputs, x=problem.x + positions))
