"""Matrices that are too large to show their numbers: blocks, and the strongest links."""

from __future__ import annotations

from itertools import pairwise
from typing import TypeAlias

import numpy as np

from attnviz.core.arrays import BoolArray, FloatArray
from attnviz.errors import ShapeError
from attnviz.records import record
from attnviz.story.exhibits import Link

Range: TypeAlias = tuple[int, int]
"""First position and the one after the last, counted from 0."""


@record(eq=False)
class PooledMatrix:
    """A matrix taken together in blocks: (block rows, block columns)."""

    means: FloatArray
    """The mean of what is visible in each block; −inf where all of it is hidden."""
    peaks: FloatArray
    """The largest entry of each block; −inf where all of it is hidden."""
    rows: tuple[Range, ...]
    """The range of rows of each block row."""
    columns: tuple[Range, ...]

    @property
    def block(self) -> tuple[int, int]:
        """Rows and columns of the largest block."""
        sizes = (max((end - start for start, end in axis), default=0) for axis in self._axes)
        height, width = sizes
        return height, width

    @property
    def _axes(self) -> tuple[tuple[Range, ...], tuple[Range, ...]]:
        return self.rows, self.columns


def pooled(values: FloatArray, rows: int, columns: int) -> PooledMatrix:
    """`values` (n, m) in at most `rows` × `columns` blocks of nearly equal size.

    −inf is a hidden score: it is left out of a block's mean, and a block that is hidden as a whole stays −inf.

    Raises ShapeError for a matrix that has no entry, or fewer than one block.

    >>> blocks = pooled(np.array([[1.0, 3.0, 5.0, -np.inf], [1.0, 3.0, 7.0, -np.inf]]), 1, 2)
    >>> blocks.means.tolist(), blocks.peaks.tolist(), blocks.columns
    ([[2.0, 6.0]], [[3.0, 7.0]], ((0, 2), (2, 4)))
    """
    if values.ndim != 2 or not values.size:
        raise ShapeError(
            f"values has shape {values.shape}, expected (n, m) with n and m at least 1"
        )
    if rows < 1 or columns < 1:
        raise ShapeError(f"{rows} × {columns} blocks, expected at least 1 × 1")
    row_ranges, column_ranges = (
        _ranges(size, min(size, blocks))
        for size, blocks in zip(values.shape, (rows, columns), strict=True)
    )
    hidden = values == -np.inf
    counts = _reduced(np.add, ~hidden, row_ranges, column_ranges, dtype=np.int64)
    # a copy of the values only where some are hidden: 10,000 tokens have 400 to 800 MB of them
    visible = np.where(hidden, 0.0, values) if hidden.any() else values
    totals = _reduced(np.add, visible, row_ranges, column_ranges)
    means = np.full(counts.shape, -np.inf)
    np.divide(totals, counts, out=means, where=counts > 0)
    peaks = _reduced(np.maximum, values, row_ranges, column_ranges)
    return PooledMatrix(means, peaks, row_ranges, column_ranges)


def strongest_links(weights: FloatArray, count: int) -> tuple[Link, ...]:
    """The `count` largest weights of (n_q, n_k) that are above 0, largest first; of equal ones the earlier.

    >>> strongest_links(np.array([[0.9, 0.1], [0.4, 0.6]]), 2)
    (Link(query=0, key=0, weight=0.9), Link(query=1, key=1, weight=0.6))
    """
    flat = weights.ravel()
    count = min(count, flat.size)
    if count < 1:
        return ()
    least = np.partition(flat, flat.size - count)[flat.size - count]
    above = np.flatnonzero(flat > least)
    level = np.flatnonzero(flat == least)[: count - len(above)]
    found = np.concatenate([above, level])
    ordered = found[np.argsort(-flat[found], kind="stable")]
    places = (divmod(int(place), weights.shape[1]) for place in ordered if flat[place] > 0)
    return tuple(Link(query, key, float(weights[query, key])) for query, key in places)


def _ranges(size: int, blocks: int) -> tuple[Range, ...]:
    edges = [i * size // blocks for i in range(blocks + 1)]
    return tuple(pairwise(edges))


def _reduced(
    reduce: np.ufunc,
    values: FloatArray | BoolArray,
    rows: tuple[Range, ...],
    columns: tuple[Range, ...],
    dtype: type | None = None,
) -> FloatArray:
    """Every block reduced to one number."""
    # Columns first: they lie together in memory.
    # Some rows at a time: NumPy makes a copy of what it is given in another type.
    starts = [start for start, _ in columns]
    across = np.concatenate(
        [reduce.reduceat(values[first:last], starts, axis=1, dtype=dtype) for first, last in rows]
    )
    down: FloatArray = reduce.reduceat(across, [start for start, _ in rows], axis=0, dtype=dtype)
    return down
