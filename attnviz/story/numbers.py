"""Numbers as text: the same digits in every view, and sums that add up.

A number that is exact at the precision is shown as it is (4, 0.5); one that is not shows all decimals (0.47), so that a
reader can tell 2 from 2.00, which was rounded. A minus is U+2212, a hidden score is −∞.

Every number is rounded for itself, as far as that goes: equal ones look equal, and each is right to half a unit of its
last digit. Where so few decimals do not add up, more are shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.records import record
from attnviz.story.caption_tokens import (
    MINUS as MINUS,  # offered here too: it is the sign of every number
)
from attnviz.theme import Role

if TYPE_CHECKING:
    from attnviz.story.matrix import Matrix

_WIDEST = 1e6
_MORE_OF_A_TOTAL = 2
"""Decimals that the total of a sum takes beyond the precision, if it is exact with these."""
_LONGEST_FINER_ROW = 8
"""Weights of a row that may take more decimals; a longer one would grow too wide."""
DECIMAL_LEVELS = 5
"""Levels of `Numbers.operand` that add decimals, the same to all numbers. Those after them add significant digits, up
to all that there are."""
_SIGNIFICANT = (4, 6, 8, 10, 12, 15, 17)
_SURE_DIGITS = 12
"""Significant digits that a product of two numbers has for sure."""
LEVELS = DECIMAL_LEVELS + len(_SIGNIFICANT)
"""The number of levels of `Numbers.operand`."""
_LONGEST = 9
"""Characters of a number where there is a choice."""
LONGEST_SUM = 64
"""Numbers of a row that is shown whole, at most. Of a longer one parts are shown, which need not add up: made to, one
weight of 0.0005 among 2,000 would read 0.01, and the next one 0.00."""


@record
class Numbers:
    """Turns numbers into text.

    `precision`: decimals, where these are enough. `sums`: a row of weights is rounded so that what is shown adds up,
    with more decimals where it must. `tolerance`: how far, relative to itself, a number may lie from a short decimal
    and still count as exact; it follows the type the trace was computed in, and never reaches a thousandth of the last
    decimal. `strict`: 0 and 1 are said only of what is just that, as of `weights`.

    >>> Numbers().text(0.468), Numbers().text(-4.0), Numbers().text(float("-inf"))
    ('0.47', '−4', '−∞')
    >>> Numbers().row([2 / 3, 2 / 9, 1 / 9]), Numbers().row([0.674, 0.204, 0.1162], total=0.9942)
    (('0.67', '0.22', '0.11'), ('0.67', '0.20', '0.12'))
    """

    precision: int = 2
    sums: bool = True
    tolerance: float = 16 * 2.0**-52
    strict: bool = False
    more_of_a_row: int = 2
    """Decimals that a row of weights takes beyond the precision, if that makes it add up."""

    @property
    def narrower(self) -> tuple[Numbers, ...]:
        """The numbers where there is little room: rows of weights take fewer and fewer decimals.

        >>> row = [0.3859, 0.2439, 0.0912, 0.279]
        >>> [each.row(row)[1] for each in (Numbers(), *Numbers().narrower)]
        ['0.2439', '0.24', '0.24']
        """
        return tuple(replace(self, more_of_a_row=most) for most in range(self.more_of_a_row))[::-1]

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

    def finer(self, more: int) -> Numbers:
        """The same with more decimals.

        >>> Numbers().finer(1).text(0.0634)
        '0.063'
        """
        return replace(self, precision=self.precision + more) if more else self

    def operand(self, value: float, level: int) -> str:
        """A number of which something is worked out: at level 0 its `text`, at each further level with more digits,
        at last with all that it has.

        >>> [Numbers().operand(0.0000123456, level) for level in (0, 1, 4, 5, LEVELS - 1)]
        ['0.00', '0.000', '0.000012', '1.235e-05', '1.23456e-05']
        """
        if level < DECIMAL_LEVELS:
            return self.finer(level).text(value)
        return _significant(value, _SIGNIFICANT[min(level - DECIMAL_LEVELS, len(_SIGNIFICANT) - 1)])

    def coarser(self, value: float) -> Iterator[str]:
        """The number with fewer and fewer digits, down to one.

        >>> list(Numbers().coarser(10.3812))
        ['10.4', '10', '1e+01']
        """
        size = math.floor(math.log10(abs(value))) if value else 0
        significant = max(self.precision, 1)
        if abs(value) < _WIDEST:
            significant = min(size, significant)
            for precision in range(self.precision - 1, -1, -1):
                yield self.finer(precision - self.precision)._text(value, exact=False)
        for digits in range(significant, 0, -1):
            yield _significant(value, digits, plain=False)

    def row(
        self, values: Iterable[float], *, is_sum: bool = True, total: float | None = None
    ) -> tuple[str, ...]:
        """Numbers that belong together.

        With a `total`, whose text is shown too, they add up to that text: as written, or with more decimals than it
        has, to half a unit of its last one. Without, and with `sums` on, up to `LONGEST_SUM` of them add up to 1, or
        whatever their sum is; but equal ones stay equal, and where no others are left to be moved, the sum is only
        about that.

        >>> Numbers().row([0.126, 3.746, 2.81], total=6.682), Numbers().row([1 / 3, 1 / 3, 1 / 3])
        (('0.126', '3.746', '2.81'), ('0.33', '0.33', '0.33'))
        """
        given = [float(value) for value in values]
        if is_sum and total is not None:
            return self._parts(given, total, self)
        if is_sum and self.sums and len(given) <= LONGEST_SUM:
            return self._shares(given)
        return tuple(map(self.text, given))

    def cells(self, matrix: Matrix) -> tuple[tuple[str, ...], ...]:
        """The entries of a matrix as text, (rows, columns), rounded to add up along `matrix.sums`."""
        if matrix.decimals:
            return self.finer(matrix.decimals).cells(replace(matrix, decimals=0))
        if matrix.role is Role.WEIGHT and not self.strict:
            return self.weights.cells(matrix)
        values = matrix.values.astype(float)
        if matrix.sums is not None and matrix.totals is not None:
            is_upright = matrix.sums == "columns"
            sums = self._sums(
                (values.T if is_upright else values).tolist(),
                matrix.totals.tolist(),
                as_written=not is_upright,
            )
            return tuple(zip(*sums, strict=True)) if is_upright else sums
        return tuple(self.row(row.tolist(), is_sum=matrix.sums == "rows") for row in values)

    def _sums(
        self, sums: list[list[float]], totals: list[float], *, as_written: bool
    ) -> tuple[tuple[str, ...], ...]:
        """The parts of several sums, each adding up to its total: of the same number of decimals, where that goes.

        `as_written`: a total that is a short decimal is itself written in full, and they add up to that.
        """
        for more in range(DECIMAL_LEVELS):
            texts = tuple(tuple(map(self.finer(more).text, values)) for values in sums)
            if all(
                writing._add_up(each, total)
                for each, total in zip(texts, totals, strict=True)
                for writing in ((self, self._exact_at(total)) if as_written else (self,))
            ):
                return texts
        wholes = (self._exact_at(total) if as_written else self for total in totals)
        return tuple(map(self._parts, sums, totals, wholes))

    def _add_up(self, texts: Iterable[str], total: float) -> bool:
        """True if they add up to the text of `total`, to half a unit of its last decimal."""
        # of a total that is exact, as 4, the decimals that it could have count too
        unit = last_digit(self._text(total, exact=False))
        try:
            return abs(sum(map(as_fraction, texts)) - as_fraction(self.text(total))) <= unit / 2
        except ValueError:  # −∞ or NaN: whatever they are, more digits change nothing
            return True

    def _parts(self, values: list[float], total: float, whole: Numbers) -> tuple[str, ...]:
        """The parts of a sum with the fewest digits that add up to `total` as `whole` writes it, and as this does, if
        they can.
        """
        levels = [tuple(self._part(value, level) for value in values) for level in range(LEVELS)]
        to_whole = [texts for texts in levels if whole._add_up(texts, total)]
        to_text = [texts for texts in to_whole if self._add_up(texts, total)]
        return next(iter(to_text or to_whole or levels))

    def _part(self, value: float, level: int) -> str:
        """As `operand`, but with no digits that a product in double precision does not have."""
        size = math.floor(math.log10(abs(value))) if value and math.isfinite(value) else 0
        if level < DECIMAL_LEVELS:
            sure = _SURE_DIGITS if abs(value) >= _WIDEST else max(_SURE_DIGITS - size, 0)
            return replace(self, precision=min(self.precision + level, sure)).text(value)
        return self.operand(value, min(level, DECIMAL_LEVELS + _SIGNIFICANT.index(_SURE_DIGITS)))

    def _exact_at(self, total: float) -> Numbers:
        """The same with the few more decimals with which `total` is exact; itself where it is not."""
        finer = (self.finer(more) for more in range(_MORE_OF_A_TOTAL + 1))
        return next((each for each in finer if each.exact(total)), self)

    def _shares(self, values: list[float]) -> tuple[str, ...]:
        """The parts of a whole with the fewest decimals that add up to it. Of a long row, and where none do, numbers
        are moved by a unit of the last decimal, equal ones together.
        """
        plain = tuple(map(self.text, values))
        if not all(abs(value) < _WIDEST for value in values):
            return plain
        total = math.fsum(values)
        most = self.more_of_a_row if len(values) <= _LONGEST_FINER_ROW else 0
        for more in range(most + 1):
            if all(map(self.finer(more).exact, values)):
                return tuple(map(self.finer(more).text, values))
        for more in range(most + 1):
            decimals = self.precision + more
            if sum(_units(value, decimals) for value in values) == _units(total, decimals):
                return tuple(map(self.finer(more).text, values)) if more else plain
        finest = self.finer(most)
        moved = finest._moved(values, total)
        if moved is None:
            return plain
        exact = map(finest.exact, values)
        return tuple(finest._text(value, each) for value, each in zip(moved, exact, strict=True))

    def _moved(self, values: list[float], total: float) -> list[float] | None:
        """The values rounded so that they add up: groups of equal ones are moved by a unit, those first that rounding
        has moved most; of many the largest last, which are worked out line by line. None where too few can be.
        """
        unit = 10**self.precision
        units = [_units(each, self.precision) for each in values]
        missing = _units(total, self.precision) - sum(units)
        sign = 1 if missing > 0 else -1
        is_long = len(values) > _LONGEST_FINER_ROW
        large = sorted(values)[-_LONGEST_FINER_ROW] if is_long else math.inf
        groups: dict[float, list[int]] = {}
        for i, value in enumerate(values):
            # below nothing, or up to it from below, is another number
            if not self.exact(value) and (units[i] + sign) * value >= 0:
                groups.setdefault(float(f"{value:.9g}"), []).append(i)
        left = abs(missing)
        for group in sorted(
            groups.values(),
            key=lambda each: (
                values[each[0]] >= large,
                sign * (units[each[0]] - values[each[0]] * unit),
            ),
        ):
            if len(group) <= left:
                left -= len(group)
                for i in group:
                    units[i] += sign
        return None if left else [each / unit for each in units]

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


@lru_cache(maxsize=4096)
def as_fraction(text: str) -> Fraction:
    """A written number, digit by digit. Raises ValueError for −∞ and all that is no number."""
    return Fraction(text.replace(MINUS, "-"))


@lru_cache(maxsize=4096)
def last_digit(text: str) -> Fraction:
    """The worth of one in the last digit of a written number.

    >>> last_digit("0.25"), last_digit("−4"), last_digit("1.50e+06")
    (Fraction(1, 100), Fraction(1, 1), Fraction(10000, 1))
    """
    digits, _, exponent = text.partition("e")
    return Fraction(10) ** (int(exponent or 0) - len(digits.partition(".")[2]))


def _units(value: float, decimals: int) -> int:
    """The number as it is written with so many decimals, in units of the last one."""
    return int(f"{value:.{decimals}f}".replace(".", ""))


def _significant(value: float, digits: int, *, plain: bool = True) -> str:
    """A number with so many significant digits, or fewer where these are all; without a power of ten if that is not
    longer, and `plain`.

    >>> _significant(0.000000012345, 3), _significant(-1234.5678, 6), _significant(1.5e12, 4)
    ('1.23e-08', '−1234.57', '1.5e+12')
    """
    if not math.isfinite(value) or value == 0:
        return Numbers().text(value)
    if digits == _SIGNIFICANT[-1]:  # all that there are: as few as tell the number from every other
        digits = next(
            (each for each in (15, 16) if float(f"{value:.{each - 1}e}") == value), digits
        )
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    power = int(exponent)
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    decimals = max(len(mantissa.partition(".")[2]) - power, 0)
    fixed, scientific = f"{value:.{decimals}f}", f"{mantissa}e{exponent}"
    is_short = len(fixed) <= max(_LONGEST, len(scientific))
    text = fixed if plain and is_short and abs(value) < _WIDEST else scientific
    return MINUS + text[1:] if value < 0 else text


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
