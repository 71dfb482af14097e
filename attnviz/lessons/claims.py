"""Whether "=" may stand in a calculation: only if what is written gives the total exactly, digit by digit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Literal

from attnviz.lessons.numbers import MINUS, Numbers
from attnviz.lessons.storyboard import Number, Piece, Symbol, Term, Vector


def relation(terms: Sequence[Term], total: Number | Vector, numbers: Numbers) -> Literal["=", "≈"]:
    """ "=" if no number of the terms or the total is rounded and, as written, the terms give the total.

    Both are asked: a row that is rounded to add up, or as the article rounds it, moves even a number that would
    have been exact; and texts may fit by chance where every one of them is rounded.

    >>> half = Number(0.5, "0.5")
    >>> relation([Term((half,), 0.5, "0.5")], half, Numbers())
    '='
    """
    values = [*_values([total]), *(term.value for term in terms if term.value is not None)]
    for term in terms:
        values += _values(term.pieces)
    if not all(numbers.exact(value) for value in values):
        return "≈"
    return "=" if _holds(terms, total) else "≈"


def _values(pieces: Iterable[Piece]) -> list[float]:
    values: list[float] = []
    for piece in pieces:
        if isinstance(piece, Number):
            values.append(piece.value)
        elif isinstance(piece, Vector):
            values += piece.values
    return values


def _holds(terms: Sequence[Term], total: Number | Vector) -> bool:
    if isinstance(total, Vector):
        factor, _, vector = terms[0].pieces
        return (
            isinstance(factor, Number)
            and isinstance(vector, Vector)
            and all(
                _product(factor.text, text) == _rational(result)
                for text, result in zip(vector.texts, total.texts, strict=True)
            )
        )
    if _rational(total.text) is None:
        # −∞ plus or times a number stays −∞: there are no digits to compare.
        return True
    worths = [_worth(term) for term in terms]
    known = [worth for worth in worths if worth is not None]
    return len(known) == len(worths) and sum(known) == _rational(total.text)


def _worth(term: Term) -> Fraction | None:
    """What the term is worth as it is written; None if no fraction says it."""
    texts = [piece.text for piece in term.pieces if isinstance(piece, Number)]
    operators = [piece.text for piece in term.pieces if isinstance(piece, Symbol)]
    if not texts:
        return _rational(term.text)
    if operators == ["exp(", "−", ")"]:
        return _exponential(*texts)
    first = _rational(texts[0])
    second = _rational(texts[-1])
    if not operators or first is None or second is None:
        return first
    match operators[0]:
        case "·":
            return first * second
        case "+":
            return first + second
        case "/" if second:
            return first / second
    return None


def _exponential(score: str, maximum: str) -> Fraction | None:
    """exp is a fraction at 0 and at −∞ only."""
    if score == maximum:
        return Fraction(1)
    return Fraction(0) if score == f"{MINUS}∞" else None


def _product(one: str, other: str) -> Fraction | None:
    first, second = _rational(one), _rational(other)
    return None if first is None or second is None else first * second


def _rational(text: str) -> Fraction | None:
    try:
        return Fraction(text.replace(MINUS, "-"))
    except ValueError:
        return None
