"""The choice of "=" or "≈" in a calculation: "=" only if the written digits give the total exactly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Literal

from attnviz.story.calculation import Number, Piece, Symbol, Term, Vector
from attnviz.story.numbers import MINUS, Numbers


def relation(terms: Sequence[Term], total: Number | Vector, numbers: Numbers) -> Literal["=", "≈"]:
    """ "=" if no number of the terms or the total is rounded and, as written, the terms give the total.

    Both must hold: texts may add up by chance where every one of them is rounded.

    >>> half = Number(0.5, "0.5")
    >>> relation([Term((half,), 0.5, "0.5")], half, Numbers())
    '='
    """
    shown = [*_numbers_in((total,)), *(pair for term in terms for pair in _deciding(term))]
    is_exact = all(numbers.is_complete_text(text, value) for text, value in shown)
    return "=" if is_exact and _adds_up(terms, total) else "≈"


def term_relation(term: Term, numbers: Numbers) -> Literal["=", "≈"]:
    """The same for one term and what it is worth: 0.47 · 0 = 0, though 0.47 is rounded.

    >>> factors = (Number(1 / 3, "0.33"), Symbol("·"), Number(0.0, "0"))
    >>> term_relation(Term(factors, 0.0, "0"), Numbers())
    '='
    """
    if term.value is None:
        return "≈"
    return relation([term], Number(term.value, term.text), numbers)


def _deciding(term: Term) -> list[tuple[str, float]]:
    """The texts and the values of the numbers on which the result depends."""
    worth = [] if term.value is None else [(term.text, term.value)]
    if _is_exponential(term):
        return worth  # exp(0.34 − 0.34) is 1 whatever the 0.34 stood for
    if _has_zero_factor(term):
        return worth  # and 0.34 · 0 is 0
    return worth + _numbers_in(term.pieces)


def _has_zero_factor(term: Term) -> bool:
    match term.pieces:
        case (Number(value=first), Symbol(text="·"), Number(value=second)):
            return first == 0 or second == 0
        case (Number(value=first), Symbol(text="/"), Number()):
            return first == 0
    return False


def _numbers_in(pieces: Iterable[Piece]) -> list[tuple[str, float]]:
    """The texts and the values of all numbers among the pieces."""
    found: list[tuple[str, float]] = []
    for piece in pieces:
        if isinstance(piece, Number):
            found.append((piece.text, piece.value))
        elif isinstance(piece, Vector):
            found += zip(piece.texts, piece.values, strict=True)
    return found


def _is_exponential(term: Term) -> bool:
    return bool(term.pieces) and term.pieces[0] == Symbol("exp(")


def _adds_up(terms: Sequence[Term], total: Number | Vector) -> bool:
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
    values = [_fraction_of(term) for term in terms]
    known = [value for value in values if value is not None]
    return len(known) == len(values) and sum(known) == _rational(total.text)


def _fraction_of(term: Term) -> Fraction | None:
    """The value of the term as it is written; None if it is no fraction."""
    texts = [piece.text for piece in term.pieces if isinstance(piece, Number)]
    operators = [piece.text for piece in term.pieces if isinstance(piece, Symbol)]
    if not texts:
        return _rational(term.text)
    if _is_exponential(term):
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
    """The exponential of score − maximum: a fraction at 0 and at −∞ only, else None."""
    if score == maximum:
        return Fraction(1)
    return Fraction(0) if score == f"{MINUS}∞" else None


def _product(one: str, other: str) -> Fraction | None:
    """The product of two written numbers; None if one of them is no fraction."""
    first, second = _rational(one), _rational(other)
    return None if first is None or second is None else first * second


def _rational(text: str) -> Fraction | None:
    """A written number, digit by digit; None for −∞."""
    try:
        return Fraction(text.replace(MINUS, "-"))
    except ValueError:
        return None
