"""Matrices as tables of text: cells rounded and labelled, large ones cut to a part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from attnviz.records import record
from attnviz.story.exhibits import Region
from attnviz.story.i18n import Words, words
from attnviz.story.matrix import Label, Matrix, MatrixKind
from attnviz.story.storyboard import Storyboard

LARGEST = 24
"""Rows or columns that are still printed whole."""
_FIRST = 8
"""Components that are printed of a longer axis that has no names."""


@record
class MatrixTable:
    """A matrix as text."""

    symbol: str
    caption: str
    rows: tuple[Label, ...]
    columns: tuple[Label, ...]
    cells: tuple[tuple[str, ...], ...]
    cut: str | None
    """The rows and columns that are left out, in words; None if none are."""
    marked: frozenset[tuple[int, int]] = frozenset()
    """The places (row, column) in `cells` that a reader is to look at."""


def table_of(matrix: Matrix, storyboard: Storyboard, marks: Sequence[Region] = ()) -> MatrixTable:
    """The matrix as text, cut where it is large; `marks` are blocks of it to look at."""
    spoken = words(storyboard.language)
    height, width = matrix.shape
    # Entries that add up along a column are few, and would not add up any more.
    whole = matrix.sums == "columns"
    rows = (
        list(range(height))
        if whole
        else _printed_positions(height, matrix.rows, storyboard, [m.rows for m in marks])
    )
    columns = _printed_positions(width, matrix.columns, storyboard, [m.columns for m in marks])
    row_labels = matrix.rows or _components(height if height > 1 else 0) or (Label(""),)
    column_labels = matrix.columns or _components(width)
    # Rounded before columns are cut: a row of weights adds up as a whole.
    cells = storyboard.numbers.cells(replace(matrix, values=matrix.values[rows]))
    cut = None
    if len(rows) < height or len(columns) < width:
        sizes = {"rows": len(rows), "columns": len(columns)}
        cut = spoken.phrase("markup", "cut", all_rows=height, all_columns=width, **sizes)
    return MatrixTable(
        symbol=matrix.symbol,
        caption=_caption(matrix, spoken),
        rows=tuple(row_labels[i] for i in rows),
        columns=tuple(column_labels[j] for j in columns),
        cells=tuple(tuple(row[j] for j in columns) for row in cells),
        cut=cut,
        marked=frozenset(
            (i, j)
            for i, row in enumerate(rows)
            for j, column in enumerate(columns)
            if any(row in range(*mark.rows) and column in range(*mark.columns) for mark in marks)
        ),
    )


def _printed_positions(
    size: int,
    labels: Sequence[Label],
    storyboard: Storyboard,
    marked: Sequence[tuple[int, int]],
) -> list[int]:
    """The rows or columns that are printed. Of many positions: the worked query, and the keys that it is worked on.

    The ends of marked blocks are among them. Where keys are other positions than queries, `labels` tell them apart.
    """
    if size <= LARGEST:
        return list(range(size))
    ends = {each for start, stop in marked for each in (start, stop - 1)}
    first = set(range(_FIRST))
    if storyboard.source_trace is None:
        return sorted(ends | first)
    problem = storyboard.trace.problem
    if problem.is_cross_attention and labels:
        if labels[0].names_key:
            return sorted(ends | set(storyboard.keys))
        return sorted(ends | first | {storyboard.query})
    if problem.is_cross_attention or size != problem.n:
        return sorted(ends | first)
    keys = storyboard.keys or range(_FIRST)
    return sorted({*ends, *keys, storyboard.query})


def _components(count: int) -> tuple[Label, ...]:
    """Names for entries that have none: as the calculations count them, q₁[1]."""
    return tuple(Label(f"[{i}]") for i in range(1, count + 1))


def _caption(matrix: Matrix, spoken: Words) -> str:
    parts: list[str] = (
        [spoken.phrase("matrix", matrix.role)] if matrix.kind is MatrixKind.WHOLE else []
    )
    if matrix.head is not None:
        parts.append(spoken.phrase("common", "head", head=matrix.head))
    parts.append("{} × {}".format(*matrix.shape))
    return ", ".join(parts)
