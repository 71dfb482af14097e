"""A calculation as one line of text, in runs that keep their role: the same line in every view that writes lines."""

from __future__ import annotations

from collections.abc import Iterator

from attnviz.story.calculation import Calculation, Number, Piece, Symbol, Term, Vector
from attnviz.story.caption_tokens import Run
from attnviz.story.i18n import Words
from attnviz.story.numbers import MINUS


def written(calculation: Calculation, words: Words) -> tuple[tuple[Run, ...], ...]:
    """The stages of a calculation, in order: left, sum, the value of each term if a reader needs it, total.

    The first stage has no sign before it; each further one begins with its "=" or "≈". Joined with blanks they are the
    line q₁·k₂ = 1·4 + 0·4 + 2·0 = 4.
    """
    stages = [tuple(_pieces(calculation.left, lead=True))]
    relation = calculation.relation
    if calculation.terms:
        stages.append((Run("= "), *_sum(calculation.terms, words)))
    if calculation.shows_products:
        stages.append((Run(f"{relation} "), *_values(calculation.terms)))
        relation = calculation.sum_relation
    stages.append((Run(f"{relation} "), *_pieces((calculation.total,), lead=True)))
    return tuple(stages)


def _sum(terms: tuple[Term, ...], words: Words) -> Iterator[Run]:
    for i, term in enumerate(terms):
        if i:
            yield Run(" + ")
        if term.merged:
            yield Run(f"({words.phrase('common', 'more', count=term.merged)})")
        else:
            yield from _pieces(term.pieces, lead=i == 0)


def _values(terms: tuple[Term, ...]) -> Iterator[Run]:
    for i, term in enumerate(terms):
        negative = term.text.startswith(MINUS)
        if i:
            yield Run(f" {MINUS} " if negative else " + ")
        yield Run(term.text.removeprefix(MINUS) if i else term.text)


def _pieces(pieces: tuple[Piece, ...], *, lead: bool) -> Iterator[Run]:
    """The pieces; a negative number that does not lead stands in brackets: 2·(−1)."""
    for i, piece in enumerate(pieces):
        if isinstance(piece, Symbol):
            yield Run(_spaced(piece.text), piece.role)
        elif isinstance(piece, Vector):
            more = " …" if piece.omitted else ""
            yield Run(f"[{' '.join(piece.texts)}{more}]", piece.role)
        elif isinstance(piece, Number):
            bracketed = (
                piece.text.startswith(MINUS) and not (lead and i == 0) and not _opens(pieces, i)
            )
            yield Run(f"({piece.text})" if bracketed else piece.text, piece.role)


def _spaced(operator: str) -> str:
    return f" {operator} " if operator in ("−", "+", "/") else operator


def _opens(pieces: tuple[Piece, ...], i: int) -> bool:
    """True if the piece before opens a bracket or a list: exp(−2, max(1, −2."""
    before = pieces[i - 1] if i else None
    return isinstance(before, Symbol) and before.text.endswith(("(", ", "))
