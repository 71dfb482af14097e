"""Numbers as text: the same digits in every view, and sums that add up.

A number that is exact at the precision is shown as it is (4, 0.5); one that is not shows all decimals (0.47), so that a
reader can tell 2 from 2.00, which was rounded. A minus is U+2212, a hidden score is −∞.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import cycle, islice
from typing import TYPE_CHECKING

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.rounding import sum_preserving_round
from attnviz.records import record
from attnviz.story.caption_tokens import (
    MINUS as MINUS,  # offered here too: it is the sign of every number
)
from attnviz.theme import Role

if TYPE_CHECKING:
    from attnviz.story.matrix import Matrix

_WIDEST = 1e6
LONGEST_SUM = 64
"""Numbers of a row that is shown whole, at most. Of a longer one parts are shown, which need not add up: made to, one
weight of 0.0005 among 2,000 would read 0.01, and the next one 0.00."""


@record
class Numbers:
    """Turns numbers into text.

    `precision`: decimals at the most. `sums`: a row that is a sum (weights, the terms of a dot product) is rounded so
    that what is shown adds up (largest remainder). `tolerance`: how far, relative to itself, a number may lie from a
    short decimal and still count as exact; it follows the type the trace was computed in, and never reaches a
    thousandth of the last decimal. `strict`: 0 and 1 are said only of what is just that, as of `weights`.

    >>> Numbers().text(0.468), Numbers().text(-4.0), Numbers().text(float("-inf"))
    ('0.47', '−4', '−∞')
    >>> Numbers().row([1 / 3, 1 / 3, 1 / 3])
    ('0.34', '0.33', '0.33')
    """

    precision: int = 2
    sums: bool = True
    tolerance: float = 16 * 2.0**-52
    strict: bool = False

    @property
    def weights(self) -> Numbers:
        """The numbers for weights and exponentials: a bare 0 or 1 only if the weight is exactly that.

        >>> Numbers(tolerance=2e-6).text(1e-7), Numbers(tolerance=2e-6).weights.text(1e-7)
        ('0', '0.00')
        """
        return replace(self, strict=True)

    def exact(self, value: float) -> bool:
        """True if the text of `value` is exact."""
        if not math.isfinite(value):
            return True
        return abs(value) < _WIDEST and self._close(value, round(value, self.precision))

    def is_complete_text(self, text: str, value: float) -> bool:
        """True if `text`, however it was rounded, is exactly `value`.

        >>> Numbers().is_complete_text("0.125", 0.125), Numbers().is_complete_text("0.12", 0.125)
        (True, False)
        """
        if not math.isfinite(value):
            return True
        if "e" in text or ("." in text and text.endswith("0")):
            return False  # it was rounded, else it would be shorter
        return self._close(value, float(text.replace(MINUS, "-")))

    def _close(self, value: float, written: float) -> bool:
        if self.strict and written in (0, 1):
            return value == written
        slack = min(self.tolerance * max(1.0, abs(value)), 10.0**-self.precision / 1000)
        return abs(value - written) <= slack

    def text(self, value: float) -> str:
        """One number."""
        return self._text(value, self.exact(value))

    def four_digits(self, value: float) -> str:
        """A parameter, not a result: with four significant digits, however small it is.

        >>> Numbers().four_digits(0.00125), Numbers().four_digits(2.0)
        ('0.00125', '2')
        """
        size = abs(value)
        if not 0 < size < _WIDEST:
            return self.text(value)
        digits = max(self.precision, 3 - math.floor(math.log10(size)))
        return replace(self, precision=digits).text(value)

    def ends(self, low: float, high: float) -> tuple[str, str]:
        """The ends of a scale, with more decimals where these would not tell them apart.

        >>> Numbers().ends(-0.5, 2.0), Numbers().ends(-0.0021, 0.0013)
        (('−0.5', '2'), ('−0.0021', '0.0013'))
        """
        if not (low < high and math.isfinite(high - low)):
            return self.text(low), self.text(high)
        if round(low, self.precision) != round(high, self.precision):
            return self.text(low), self.text(high)
        digits = 1 - math.floor(math.log10(high - low))
        finer = replace(self, precision=max(self.precision, digits))
        return finer.text(low), finer.text(high)

    def row(
        self, values: Iterable[float], *, is_sum: bool = True, total: float | None = None
    ) -> tuple[str, ...]:
        """Numbers that belong together. With `is_sum`, and `sums` on, they are rounded to add up; of more than
        `LONGEST_SUM` without a `total` each is rounded for itself.

        `total` is what they add up to in the trace, where its text is shown too; None is their own sum. The two may
        differ in the last digit of all, and so round apart.
        """
        given = [float(value) for value in values]
        is_shown = total is not None or len(given) <= LONGEST_SUM
        adds_up = is_sum and self.sums and is_shown
        shown = self._adding_up(given, total) if adds_up else given
        return tuple(self._text(s, self.exact(g)) for s, g in zip(shown, given, strict=True))

    def row_with_ties(self, values: Iterable[float], total: float) -> tuple[str, ...]:
        """As `row`, but numbers that are alike stay alike and exact ones stay as they are. Where no others are left to
        be moved, each is rounded for itself, and what is shown may not add up.

        >>> Numbers().row_with_ties([0.174, 0.034, 0.0748], 0.2828), Numbers().row_with_ties([0.334, 0.334], 0.668)
        (('0.17', '0.03', '0.08'), ('0.33', '0.33'))
        """
        given = [float(value) for value in values]
        fair = self._fairly(given, total) if self.sums else given
        return tuple(self._text(s, self.exact(g)) for s, g in zip(fair, given, strict=True))

    def remainder(self, total: float, part: float) -> float:
        """The sum of the other numbers where `total` and `part` are shown as they are.

        >>> round(Numbers().remainder(0.1237, 0.0139), 2)
        0.11
        """
        shown, taken = (float(f"{value:.{self.precision}f}") for value in (total, part))
        return shown - taken

    def cells(self, matrix: Matrix) -> tuple[tuple[str, ...], ...]:
        """The entries of a matrix as text, (rows, columns), rounded to add up along `matrix.sums`."""
        if matrix.role is Role.WEIGHT and not self.strict:
            return self.weights.cells(matrix)
        values = matrix.values.astype(float)
        if matrix.sums == "columns":
            totals = [None] * values.shape[1] if matrix.totals is None else matrix.totals.tolist()
            columns = [
                self.row(column.tolist(), total=total)
                for column, total in zip(values.T, totals, strict=True)
            ]
            return tuple(zip(*columns, strict=True))
        if matrix.sums == "rows" and matrix.totals is not None:
            rows = zip(values, matrix.totals.tolist(), strict=True)
            return tuple(self.row(row.tolist(), total=total) for row, total in rows)
        return tuple(self.row(row.tolist(), is_sum=matrix.sums == "rows") for row in values)

    def _adding_up(self, values: list[float], total: float | None) -> list[float]:
        small = all(abs(value) < _WIDEST for value in [*values, total or 0.0])
        if not small or not values:
            return values
        rounded: list[float] = sum_preserving_round(np.array(values), self.precision).tolist()
        return rounded if total is None else self._meeting(total, rounded, values)

    def _meeting(self, total: float, rounded: list[float], values: list[float]) -> list[float]:
        """`rounded`, moved by units of the last decimal until it adds up to the text of `total`."""
        unit = 10**self.precision
        units = [round(each * unit) for each in rounded]
        missing = round(float(f"{total:.{self.precision}f}") * unit) - sum(units)
        if not missing:
            return rounded
        sign = 1 if missing > 0 else -1
        inexact = [i for i, value in enumerate(values) if not self.exact(value)]
        nearest = sorted(
            inexact or range(len(values)), key=lambda i: sign * (units[i] - values[i] * unit)
        )
        for i in islice(cycle(nearest), abs(missing)):
            units[i] += sign
        return [each / unit for each in units]

    def _fairly(self, values: list[float], total: float) -> list[float]:
        """The values rounded; groups of equal ones are moved by a unit, those first that rounding has moved most."""
        if not all(abs(value) < _WIDEST for value in (*values, total)):
            return values
        unit = 10**self.precision
        units = [round(float(f"{each:.{self.precision}f}") * unit) for each in values]
        missing = round(float(f"{total:.{self.precision}f}") * unit) - sum(units)
        sign = 1 if missing > 0 else -1
        groups: dict[float, list[int]] = {}
        for i, value in enumerate(values):
            # below nothing, or up to it from below, is another number
            if not self.exact(value) and (units[i] + sign) * value >= 0:
                groups.setdefault(float(f"{value:.9g}"), []).append(i)
        left = abs(missing)
        for group in sorted(
            groups.values(), key=lambda each: sign * (units[each[0]] - values[each[0]] * unit)
        ):
            if len(group) <= left:
                left -= len(group)
                for i in group:
                    units[i] += sign
        return values if left else [each / unit for each in units]

    def _text(self, value: float, exact: bool) -> str:
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "∞" if value > 0 else f"{MINUS}∞"
        if abs(value) >= _WIDEST:
            digits = f"{value:.{max(self.precision, 1)}e}"
        else:
            digits = f"{value:.{self.precision}f}"
            if exact and "." in digits:
                digits = digits.rstrip("0").rstrip(".")
        if float(digits) == 0:
            digits = digits.lstrip("-")  # no −0.00
        return digits.replace("-", MINUS)


def percent(share: float) -> str:
    """A share of a whole as a percentage: 100% is said only of all of it, 0% only of nothing.

    >>> percent(0.684), percent(0.9999), percent(0.0004), percent(1.0)
    ('68%', '99.9%', '0.04%', '100%')
    """
    if math.isclose(share, 1, rel_tol=1e-6):
        return "100%"
    if 0 < share < 0.01:
        return f"{np.format_float_positional(100 * share, 1, fractional=False, trim='-')}%"
    if 0.995 <= share < 1:
        return f"{math.floor(1000 * share) / 10:g}%"
    return f"{round(100 * share)}%"


def fitting_precision(values: FloatArray, least: int = 2, most: int = 8) -> int:
    """Decimals enough to tell the largest of `values` from 0 with two digits.

    >>> fitting_precision(np.array([0.3, 12.0])), fitting_precision(np.array([0.00042]))
    (2, 5)
    """
    largest = largest_size(values)
    if largest == 0:
        return least
    return min(max(least, 1 - math.floor(math.log10(largest))), most)


def largest_size(values: FloatArray) -> float:
    """The largest absolute value of the finite ones, 0 where there is none. Copies nothing where all are finite.

    >>> largest_size(np.array([2.0, -3.0, np.inf]))
    3.0
    """
    ends = (values.min(initial=0.0), values.max(initial=0.0))
    if not np.isfinite(ends).all():
        seen = values[np.isfinite(values)]
        ends = (seen.min(initial=0.0), seen.max(initial=0.0))
    return float(max(-ends[0], ends[1]))
