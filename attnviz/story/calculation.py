"""Worked arithmetic: one result, written out term by term. Every number keeps its text."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, TypeAlias

from attnviz.records import record
from attnviz.story.caption_tokens import MINUS
from attnviz.theme import Role


@record
class Number:
    """A number of the trace, how it is written, and the role of the array that it is an entry of."""

    value: float
    text: str
    role: Role | None = None


@record
class Vector:
    """A vector of the trace."""

    values: tuple[float, ...]
    texts: tuple[str, ...]
    role: Role | None = None
    omitted: int = 0
    """The number of further entries that are left out."""


@record
class Symbol:
    """A letter with a role (q₁), or an operator or bracket, which has none."""

    text: str
    role: Role | None = None


Piece: TypeAlias = Number | Vector | Symbol


@record
class Term:
    """One summand: its factors as written (1 · 4) and its value (4)."""

    pieces: tuple[Piece, ...]
    value: float | None
    """None where the term is a vector."""
    text: str
    merged: int = 0
    """More than 0: this stands for that many smaller terms together, and has no pieces."""


@record
class Calculation:
    """One result written out: left = term + term + … = total. No terms: left = total.

    Who works it out from its texts gets the text of the total, to half a unit of its last digit; see
    `attnviz.story.exactness`.
    """

    part: str
    """The narration part that it belongs to."""
    left: tuple[Piece, ...]
    terms: tuple[Term, ...]
    relation: Literal["=", "≈"]
    """ "≈" where one of its numbers is rounded; see `attnviz.story.exactness`."""
    total: Number | Vector
    position: int = 0
    """The index of this entry in the step's result, counted from 0: a key, or a component."""

    @property
    def shows_products(self) -> bool:
        """True if a reader needs the value of each term: the factors as shown do not give the total, or some terms
        are not shown.
        """
        rounded = self.relation == "≈" and any(len(term.pieces) > 1 for term in self.terms)
        return len(self.terms) > 1 and (rounded or any(term.merged for term in self.terms))

    @property
    def sum_relation(self) -> Literal["=", "≈"]:
        """The sign between the values of the terms and the total: "=" if the written values add up to it exactly."""
        if isinstance(self.total, Vector):
            return "≈"
        texts = [*(term.text for term in self.terms), self.total.text]
        try:
            *values, total = (Fraction(text.replace(MINUS, "-")) for text in texts)
        except ValueError:  # −∞ plus a number stays −∞
            return "="
        return "=" if sum(values) == total else "≈"
