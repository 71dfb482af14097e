"""The value of what is written: of a number by its digits alone, of an expression by the numbers in it.

A reader who works a line out again has no other numbers; so nothing here looks at what a text was rounded from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from attnviz.story.calculation import Number, Piece, Vector
from attnviz.story.numbers import MINUS, as_fraction, last_digit

_DIGITS = 50
_LARGEST_POWER = 4000
"""exp of more than this is no number of a line."""
_NEXT_TO_NOTHING = Fraction(1, 10**1000)
"""exp of less than the negative of that: no zero, and no digit of a line."""
_TOKEN = re.compile(r"exp\(|tanh\(|[·/+−(),]|\d+")


class _NoValueError(Exception):
    """What is written is not made of numbers alone."""


def written_value(text: str) -> Fraction | None:
    """A written number, digit by digit; None for −∞ and all that is no number.

    >>> written_value("−0.25"), written_value("1.5e+06"), written_value("−∞")
    (Fraction(-1, 4), Fraction(1500000, 1), None)
    """
    try:
        return as_fraction(text)
    except ValueError:
        return None


def agrees(value: Fraction | None, text: str) -> bool:
    """True if the written number is `value` to half a unit of its last digit; also where one of them has no digits.

    >>> agrees(Fraction(1, 3), "0.33"), agrees(Fraction(1, 3), "0.34"), agrees(None, "0.34")
    (True, False, True)
    """
    written = written_value(text)
    if value is None or written is None:
        return True
    return abs(value - written) <= last_digit(text) / 2


def value_of(pieces: Iterable[Piece]) -> Fraction | None:
    """The value of an expression by its written numbers; None where one of its pieces has none, as −∞ or a name.

    >>> from attnviz.story.calculation import Symbol
    >>> value_of((Number(1 / 3, "0.33"), Symbol("·"), Number(3.0, "3")))
    Fraction(99, 100)
    """
    tokens: list[Fraction | str | None] = []
    for piece in pieces:
        if isinstance(piece, Number):
            tokens.append(written_value(piece.text) if "∞" not in piece.text else piece.text)
        elif isinstance(piece, Vector):
            return None
        else:
            left = _TOKEN.sub("", piece.text).strip()
            tokens += [
                Fraction(each) if each.isdecimal() else each for each in _TOKEN.findall(piece.text)
            ]
            if left:
                return None
    try:
        return _Reader(tokens).whole()
    except _NoValueError:
        return None


class _Reader:
    """Sums of products of numbers, brackets, exp and tanh."""

    def __init__(self, tokens: list[Fraction | str | None]) -> None:
        self.tokens, self.at = tokens, 0

    def whole(self) -> Fraction:
        value = self.sum_()
        if self.at < len(self.tokens):
            raise _NoValueError
        return value

    def sum_(self) -> Fraction:
        value = self.product()
        while self._next() in ("+", MINUS):
            sign = 1 if self._take() == "+" else -1
            value += sign * self.product()
        return value

    def product(self) -> Fraction:
        value = self.factor()
        while self._next() in ("·", "/"):
            if self._take() == "·":
                value *= self.factor()
            else:
                divisor = self.factor()
                if not divisor:
                    raise _NoValueError
                value /= divisor
        return value

    def factor(self) -> Fraction:
        token = self._take()
        if isinstance(token, Fraction):
            return token
        if token == "exp(" and self._next() == f"{MINUS}∞":
            while self._take() != ")":  # negative numbers have no brackets here
                pass
            return Fraction(0)
        if token not in ("(", "exp(", "tanh("):
            raise _NoValueError
        inside = self.sum_()
        if self._take() != ")":
            raise _NoValueError
        return inside if token == "(" else _exp(inside) if token == "exp(" else _tanh(inside)

    def _next(self) -> Fraction | str | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _take(self) -> Fraction | str | None:
        token = self._next()
        if token is None:
            raise _NoValueError
        self.at += 1
        return token


def _exp(power: Fraction) -> Fraction:
    """The exponential to fifty digits; exactly 1 at 0."""
    from decimal import Decimal, localcontext

    if power > _LARGEST_POWER:
        raise _NoValueError
    if power < -_LARGEST_POWER:
        return _NEXT_TO_NOTHING
    with localcontext() as context:
        context.prec = _DIGITS
        return Fraction((Decimal(power.numerator) / power.denominator).exp())


def _tanh(value: Fraction) -> Fraction:
    if abs(value) > _LARGEST_POWER / 2:
        return Fraction(1 if value > 0 else -1)
    squared = _exp(2 * value)
    return (squared - 1) / (squared + 1)
