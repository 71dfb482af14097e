"""The arithmetic of one row, written out term by term. Every number comes from the trace and keeps its text.

How much is written out follows the size: up to `most` terms of a sum, or keys of a row, are shown; of more, the
largest, and the rest as one merged term, so that what is shown still adds up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.lessons.numbers import Numbers
from attnviz.lessons.storyboard import Calculation, Number, Piece, Symbol, Term
from attnviz.theme import Role

MOST = 8
"""How many terms of a sum, or keys of a row, a view shows if it does not say otherwise."""

TIMES = Symbol("·")


def strongest(weights: FloatArray, most: int = MOST) -> tuple[int, ...]:
    """The positions worth working out, in order: all up to `most`, or the ones with the largest weights.

    >>> strongest(np.array([0.2, 0.5, 0.3]))
    (0, 1, 2)
    """
    if len(weights) <= most:
        return tuple(range(len(weights)))
    return tuple(sorted(np.argsort(-weights, kind="stable")[: most - 1].tolist()))


def components(width: int, most: int = MOST) -> tuple[int, ...]:
    """The entries of a vector worth working out: all up to `most`, or the first four."""
    return tuple(range(width)) if width <= most else (0, 1, 2, 3)


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
    factor_texts: Sequence[str] | None = None,
    most: int = MOST,
) -> Calculation:
    """left = a₁·b₁ + a₂·b₂ + … (+ `added`, a bias) = total.

    `factor_texts` are the texts of the first factors where they are rounded as a row (weights).
    """
    first, second = (array.tolist() for array in factors)
    texts = list(factor_texts) if factor_texts is not None else [numbers.text(a) for a in first]
    products = [a * b if a != 0 else 0.0 for a, b in zip(first, second, strict=True)]
    kept = _largest(products, most)
    values = [products[i] for i in kept]
    pieces: list[tuple[Piece, ...]] = [
        (
            Number(first[i], texts[i], roles[0]),
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
        pieces.append((added,))
        merged.append(0)
    terms = tuple(
        Term(piece, value, text, more)
        for piece, value, text, more in zip(
            pieces, values, numbers.row(values), merged, strict=True
        )
    )
    shown = [*(first[i] for i in kept), *(second[i] for i in kept), *values, total.value]
    exact = all(numbers.exact(value) for value in shown)
    return Calculation(part, left, terms, "=" if exact else "≈", total, position)


def _largest(products: list[float], most: int) -> list[int]:
    if len(products) <= most:
        return list(range(len(products)))
    return sorted(np.argsort(-np.abs(products), kind="stable")[: most - 1].tolist())


def single(
    part: str,
    left: tuple[Piece, ...],
    pieces: tuple[Piece, ...],
    total: Number,
    numbers: Numbers,
    position: int,
) -> Calculation:
    """left = pieces = total, in one term."""
    values = [piece.value for piece in pieces if isinstance(piece, Number)]
    exact = all(numbers.exact(value) for value in [*values, total.value])
    term = Term(pieces, total.value, total.text)
    return Calculation(part, left, (term,), "=" if exact else "≈", total, position)


def plain(
    part: str, left: tuple[Piece, ...], total: Number, numbers: Numbers, position: int = 0
) -> Calculation:
    """left = total."""
    return Calculation(part, left, (), "=" if numbers.exact(total.value) else "≈", total, position)
