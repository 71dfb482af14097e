"""The arithmetic of one row, written out term by term. Every number comes from the trace and keeps its text.

How much is written out follows the size: up to `most` terms of a sum, or keys of a row, are shown; of more, the
largest, and the rest as one merged term, so that what is shown still adds up.

A result is written as it is everywhere; what it is worked out of is written with as many digits as that takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.story.calculation import Calculation, Number, Piece, Symbol, Term, Vector
from attnviz.story.exactness import follows, follows_at, relation
from attnviz.story.numbers import LEVELS, Numbers, last_digit
from attnviz.theme import Role

MOST = 8
"""The default number of terms of a sum, or keys of a row, that a view shows."""
_SHARED_LEVELS = 4
"""Levels of `Numbers.operand` at which lines are written alike; lines that need a further one have it alone."""
_FIRST = 4
"""The number of entries shown of a vector that is too long to be worked out whole."""

TIMES = Symbol("·")


def strongest(weights: FloatArray, most: int = MOST) -> tuple[int, ...]:
    """The positions worth working out, in order: all up to `most`, or the ones with the largest weights.

    >>> strongest(np.array([0.2, 0.5, 0.3]))
    (0, 1, 2)
    """
    if len(weights) <= most:
        return tuple(range(len(weights)))
    return tuple(sorted(np.argsort(-weights, kind="stable")[: max(most - 1, 1)].tolist()))


def components(width: int, most: int = MOST) -> tuple[int, ...]:
    """The entries of a vector worth working out: all up to `most`, or the first few."""
    return tuple(range(width if width <= most else min(most, _FIRST)))


def dot_product(
    part: str,
    left: tuple[Piece, ...],
    factors: tuple[FloatArray, FloatArray],
    roles: tuple[Role | None, Role | None],
    total: Number,
    numbers: Numbers,
    position: int,
    *,
    added: Number | None = None,
    most: int = MOST,
) -> Calculation:
    """left = a₁·b₁ + a₂·b₂ + … (+ `added`, a bias) = total."""
    first, second = (array.tolist() for array in factors)
    products = [a * b if a != 0 else 0.0 for a, b in zip(first, second, strict=True)]
    kept = _largest(products, most)
    values = [products[i] for i in kept]
    pieces: list[tuple[Piece, ...]] = [
        (
            Number(first[i], numbers.text(first[i]), roles[0]),
            TIMES,
            Number(second[i], numbers.text(second[i]), roles[1]),
        )
        for i in kept
    ]
    merged = [0] * len(kept)
    if len(kept) < len(products):
        values.append(sum(p for i, p in enumerate(products) if i not in set(kept)))
        pieces.append(())
        merged.append(len(products) - len(kept))
    if added is not None:
        values.append(added.value)
        merged.append(0)
    texts = numbers.row(values, total=total.value)
    if added is not None:
        pieces.append((replace(added, text=texts[-1]),))
    terms = tuple(map(Term, pieces, values, texts, merged))
    return calculation(part, left, terms, total, numbers, position)


def calculation(
    part: str,
    left: tuple[Piece, ...],
    terms: tuple[Term, ...],
    total: Number | Vector,
    numbers: Numbers,
    position: int = 0,
) -> Calculation:
    """left = term + term + … = total, or ≈ where that is not the whole truth."""
    return Calculation(part, left, terms, relation(terms, total, numbers), total, position)


def _largest(products: list[float], most: int) -> list[int]:
    if len(products) <= most:
        return list(range(len(products)))
    return sorted(np.argsort(-np.abs(products), kind="stable")[: max(most - 1, 1)].tolist())


def single(
    part: str,
    left: tuple[Piece, ...],
    pieces: tuple[Piece, ...],
    total: Number,
    numbers: Numbers,
    position: int,
) -> Calculation:
    """left = pieces = total, in one term."""
    term = Term(pieces, total.value, total.text)
    return calculation(part, left, (term,), total, numbers, position)


def plain(
    part: str, left: tuple[Piece, ...], total: Number, numbers: Numbers, position: int = 0
) -> Calculation:
    """left = total."""
    return Calculation(part, left, (), "=" if numbers.exact(total.value) else "≈", total, position)


def settled(calculations: Iterable[Calculation], numbers: Numbers) -> tuple[Calculation, ...]:
    """The same lines, with so many digits that each gives its result.

    Lines of one part have the same number of decimals, so that equal numbers look equal; one that needs more than its
    neighbours has more for itself. Where even all digits do not give the result, as where a sum was computed in half
    precision, fewer digits of the result are written.

    >>> factors = (Number(0.06338, "0.06"), TIMES, Number(3.0, "3"))
    >>> line = single("worked", (Symbol("o"),), factors, Number(0.19014, "0.19"), Numbers(), 0)
    >>> settled([line], Numbers())[0].terms[0].pieces[0].text
    '0.063'
    """
    lines = tuple(calculations)
    parts = dict.fromkeys(line.part for line in lines)
    done = {
        part: iter(_settled_together([line for line in lines if line.part == part], numbers))
        for part in parts
    }
    return tuple(next(done[line.part]) for line in lines)


def _settled_together(lines: Sequence[Calculation], numbers: Numbers) -> list[Calculation]:
    together: list[Calculation] = []
    following: list[bool] = []
    for level in range(_SHARED_LEVELS):
        written = [_at_level(line, level, numbers) for line in lines]
        does_follow = [follows(line) for line in written]
        if not level or sum(does_follow) > sum(following):
            together, following = written, does_follow
        if all(following):
            break
    return [
        written if does_follow else _settled_alone(line, numbers)
        for written, does_follow, line in zip(together, following, lines, strict=True)
    ]


def _settled_alone(line: Calculation, numbers: Numbers) -> Calculation:
    """The line with the fewest digits that give its result; if none do, the result has fewer."""
    levels = [
        _at_level(line, level, numbers, beside_products=too)
        for level in range(LEVELS)
        for too in (False, True)
    ]
    if isinstance(line.total, Vector):
        return next(filter(follows, levels), _with_coarser_entries(levels[-1], numbers))
    for text in (line.total.text, *numbers.coarser(line.total.value)):
        total = replace(line.total, text=text)
        for each in levels:
            if follows(shorter := _with_total(each, total, numbers)):
                return shorter
    return levels[-1]


def _with_coarser_entries(line: Calculation, numbers: Numbers) -> Calculation:
    """A vector of which entries do not follow: with fewer digits of these."""
    total = line.total
    assert isinstance(total, Vector)
    texts = list(total.texts)
    for i, value in enumerate(total.values):
        for text in (total.texts[i], *numbers.coarser(value)):
            texts[i] = text
            if follows_at(replace(line, total=replace(total, texts=tuple(texts))), i):
                break
    return _with_total(line, replace(total, texts=tuple(texts)), numbers)


def _at_level(
    line: Calculation, level: int, numbers: Numbers, *, beside_products: bool = False
) -> Calculation:
    """The line with its operands at that level of `Numbers.operand`; without `beside_products` a number that is added
    to products, as a bias, keeps the decimals that they have.
    """
    if not level:
        return line
    left = tuple(_finer(piece, level, numbers) for piece in line.left)
    beside_products |= all(len(term.pieces) < 2 for term in line.terms)
    terms = tuple(
        _term_at_level(term, level, numbers) if beside_products or len(term.pieces) > 1 else term
        for term in line.terms
    )
    return replace(line, left=left, terms=terms, relation=relation(terms, line.total, numbers))


def _term_at_level(term: Term, level: int, numbers: Numbers) -> Term:
    pieces = tuple(_finer(piece, level, numbers) for piece in term.pieces)
    match pieces:
        case (Number(text=text),):  # a term of one number is worth what is written
            return replace(term, pieces=pieces, text=text)
    return replace(term, pieces=pieces)


def _with_total(line: Calculation, total: Number | Vector, numbers: Numbers) -> Calculation:
    if total == line.total:
        return line
    terms = line.terms
    if len(terms) == 1 and isinstance(total, Number):
        terms = (replace(terms[0], text=total.text),)
    return replace(line, terms=terms, total=total, relation=relation(terms, total, numbers))


def _finer(piece: Piece, level: int, numbers: Numbers) -> Piece:
    if isinstance(piece, Symbol):
        return piece
    writing = numbers.weights if piece.role is Role.WEIGHT else numbers
    if isinstance(piece, Vector):
        texts = tuple(
            _finer_text(text, value, level, writing)
            for text, value in zip(piece.texts, piece.values, strict=True)
        )
        return replace(piece, texts=texts)
    return replace(piece, text=_finer_text(piece.text, piece.value, level, writing))


def _finer_text(text: str, value: float, level: int, numbers: Numbers) -> str:
    """The number at that level, unless it is written with as many digits already."""
    if numbers.is_complete_text(text, value):
        return text
    finer = numbers.operand(value, level)
    return finer if last_digit(finer) < last_digit(text) or "e" in finer else text
