"""What a line of arithmetic may claim: "=" only if the written digits give the total exactly, and "≈" only if they give
it to half a unit of its last digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Literal

from attnviz.story.calculation import Calculation, Number, Piece, Symbol, Term, Vector
from attnviz.story.numbers import Numbers
from attnviz.story.written_value import agrees, value_of, written_value


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


def follows(calculation: Calculation) -> bool:
    """True if who works the line out from its written digits gets what is written, to half a unit of the last digit.

    >>> factors = (Number(0.0634, "0.06"), Symbol("·"), Number(3.0, "3"))
    >>> total = Number(0.19, "0.19")
    >>> follows(Calculation("", (), (Term(factors, 0.19, "0.19"),), "≈", total))
    False
    """
    terms, total = calculation.terms, calculation.total
    if not terms:
        return True
    if isinstance(total, Vector):
        return all(follows_at(calculation, i) for i in range(len(total.texts)))
    values = [_value(term) for term in terms]
    if not agrees(_sum(values), total.text):
        return False
    if not calculation.shows_products:
        return True
    of_each = (agrees(value, term.text) for value, term in zip(values, terms, strict=True))
    return all(of_each) and agrees(_sum(written_value(term.text) for term in terms), total.text)


def follows_at(calculation: Calculation, entry: int) -> bool:
    """The same for one entry of a number times a vector."""
    total = calculation.total
    assert isinstance(total, Vector)
    return agrees(_products(calculation.terms[0])[entry], total.texts[entry])


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
        return _products(terms[0]) == [written_value(text) for text in total.texts]
    written = written_value(total.text)
    if written is None:
        # −∞ plus or times a number stays −∞: there are no digits to compare.
        return True
    # of one term for many there is only what it is worth
    values = [_value(term) if term.pieces else written_value(term.text) for term in terms]
    return _sum(values) == written


def _value(term: Term) -> Fraction | None:
    """The value of the term as it is written; None where its pieces have none."""
    return value_of(term.pieces) if term.pieces else None


def _sum(values: Iterable[Fraction | None]) -> Fraction | None:
    known = list(values)
    numbers = [value for value in known if value is not None]
    return sum(numbers, Fraction(0)) if len(numbers) == len(known) else None


def _products(term: Term) -> list[Fraction | None]:
    """Each entry of a number times a vector, as written."""
    match term.pieces:
        case (Number(text=factor), Symbol(text="·"), Vector(texts=texts)):
            first = written_value(factor)
            entries = [written_value(text) for text in texts]
            return [None if first is None or each is None else first * each for each in entries]
    return []
