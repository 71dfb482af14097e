"""Shades of the cells of a matrix: by magnitude, but scores from the worst fit to the best."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.records import record
from attnviz.story.matrix import Matrix
from attnviz.theme import Role

_ALIKE = 0.5
"""The share where all scores are the same: none is the best, and none is the worst."""


@record
class Shades:
    """The values of the fullest and of the faintest cell."""

    fullest: float
    faintest: float | None = None
    """None: 0, and a negative entry is as full as a positive one."""

    def share(self, value: float) -> float:
        """The fullness, 0 to 1, of a cell with that value; values beyond the ends are as full as these.

        >>> Shades(8.0).share(-8.0), Shades(8.0, -8.0).share(-8.0), Shades(8.0, -8.0).share(0.0)
        (1.0, 0.0, 0.5)
        """
        if not math.isfinite(value):
            return 0.0
        if self.faintest is None:
            return min(abs(value) / self.fullest, 1.0) if self.fullest > 0 else 0.0
        # by halves: the largest numbers there are must not leave them when they are subtracted
        span = self.fullest / 2 - self.faintest / 2
        return min(max((value / 2 - self.faintest / 2) / span, 0.0), 1.0) if span > 0 else _ALIKE


def shades_of(matrix: Matrix) -> Shades:
    """Weights up to 1, scores from the lowest to the highest that is finite, all else up to the largest magnitude."""
    if matrix.role is Role.WEIGHT and matrix.sums == "rows":
        return Shades(1.0)
    return shades_up_to_largest(matrix)


def shades_up_to_largest(matrix: Matrix, shown: FloatArray | None = None) -> Shades:
    """The same, but weights up to the largest there is. `shown` replaces the entries: the means of blocks."""
    values = matrix.values if shown is None else shown
    finite = values[np.isfinite(values)]
    # the role of scores is that of their products too, which are parts of a sum: there a minus takes away
    if matrix.role is Role.SCORE and matrix.sums is None and len(finite):
        return Shades(float(finite.max()), float(finite.min()))
    return Shades(float(np.abs(finite).max(initial=0.0)))


def common_shades(shades: Iterable[Shades]) -> Shades:
    """One for all of them, so that a shade means the same in each."""
    every = list(shades)
    ends = [each.faintest for each in every if each.faintest is not None]
    return Shades(max(each.fullest for each in every), min(ends) if ends else None)
