"""The arithmetic of one row, written out term by term. Every number comes from the trace and keeps its text.

How much is written out follows the size: up to `most` terms of a sum, or keys of a row, are shown; of more, the
largest, and the rest as one merged term, so that what is shown still adds up.
"""

from __future__ import annotations

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.story.calculation import Calculation, Number, Piece, Symbol, Term, Vector
from attnviz.story.exactness import relation
from attnviz.story.numbers import Numbers
from attnviz.theme import Role

MOST = 8
"""The default number of terms of a sum, or keys of a row, that a view shows."""
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
    if added is None:
        texts = numbers.row(values, total=total.value)
    else:
        # it is written as it is: where rounding asks for a unit, a product gives it
        texts = (
            *numbers.row(values, total=numbers.remainder(total.value, added.value)),
            added.text,
        )
        values.append(added.value)
        pieces.append((added,))
        merged.append(0)
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
