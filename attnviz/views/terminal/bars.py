"""Bars of characters that compare the numbers of a plot."""

from __future__ import annotations

import math
from collections.abc import Iterable

from attnviz.records import record

_FULL = "█"
_PARTS = " ▏▎▍▌▋▊▉"
"""Eighths of a column."""
_DASHED = "▒"
_EXPONENTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@record
class Scale:
    """From `low` to `high`: a linear one holds 0, a logarithmic one begins at a power of ten."""

    low: float
    high: float
    logarithmic: bool = False

    @staticmethod
    def over(values: Iterable[float], *, logarithmic: bool = False) -> Scale:
        """The scale that holds all of `values` that are finite, and above 0 where it is logarithmic."""
        finite = [v for v in values if math.isfinite(v) and (v > 0 or not logarithmic)]
        if not logarithmic:
            return Scale(min([0.0, *finite]), max([0.0, *finite]))
        low = 10.0 ** math.floor(math.log10(min(finite, default=1.0)))
        return Scale(low, max(finite, default=1.0), logarithmic=True)

    @property
    def floor(self) -> str:
        """The begin of a logarithmic scale as a power of ten.

        >>> Scale.over([0.02, 30], logarithmic=True).floor
        '10⁻²'
        """
        return f"10{str(round(math.log10(self.low))).translate(_EXPONENTS)}"

    def bar(self, value: float, width: int, *, dashed: bool = False) -> str:
        """`value` as a bar of at most `width` columns, 2 or more; one that is not 0 has one, however small.

        A number that the scale cannot hold has none: infinity, and 0 or less on a logarithmic scale.

        >>> Scale.over([4, 3]).bar(3, 6), Scale.over([2, -2]).bar(-2, 6)
        ('████▌', '███')
        """
        if not math.isfinite(value) or value == 0 or (self.logarithmic and value < 0):
            return ""
        if self.low < 0:
            return self._from_zero(value, width, _DASHED if dashed else _FULL)
        if dashed:
            return _DASHED * max(1, round(self._share(value) * width))
        eighths = max(1, round(self._share(value) * width * 8))
        return _FULL * (eighths // 8) + _PARTS[eighths % 8].rstrip()

    def _from_zero(self, value: float, width: int, character: str) -> str:
        """A bar to the left or the right of the column of 0."""
        zero, end = round(self._share(0.0) * width), round(self._share(value) * width)
        # A column on either side, however much longer the other one is.
        zero = min(max(zero, 1), width - 1) if self.high > 0 else width
        first, last = (min(end, zero - 1), zero) if value < 0 else (zero, max(end, zero + 1))
        return " " * first + character * (last - first)

    def _share(self, value: float) -> float:
        low, high = self.low, self.high
        if self.logarithmic:
            low, value, high = 0.0, math.log10(value / low), math.log10(high / low)
        return (value - low) / (high - low) if high > low else 1.0
