"""Parts of a matrix, with the texts of the whole: a part of a row is not rounded anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from attnviz.records import record
from attnviz.story.matrix import Matrix
from attnviz.story.numbers import Numbers


@record(eq=False)
class Excerpt:
    """Some rows and columns of a matrix and how they are written."""

    matrix: Matrix
    texts: tuple[tuple[str, ...], ...]
    whole: tuple[int, int]
    """The shape of the matrix that it is taken from."""


def excerpt(
    matrix: Matrix,
    numbers: Numbers,
    rows: Sequence[int] | None = None,
    columns: Sequence[int] | None = None,
) -> Excerpt:
    """The rows and columns with those positions, None for all. The texts are those of the whole rows."""
    chosen_rows = list(range(matrix.shape[0])) if rows is None else list(rows)
    chosen_columns = list(range(matrix.shape[1])) if columns is None else list(columns)
    if matrix.sums == "columns":  # its texts depend on all rows
        cells = numbers.cells(matrix)
        texts = tuple(tuple(cells[i][j] for j in chosen_columns) for i in chosen_rows)
    else:
        whole = replace(matrix, values=matrix.values[chosen_rows])
        texts = tuple(tuple(row[j] for j in chosen_columns) for row in numbers.cells(whole))
    part = replace(
        matrix,
        values=matrix.values[chosen_rows][:, chosen_columns],
        rows=tuple(matrix.rows[i] for i in chosen_rows) if matrix.rows else (),
        columns=tuple(matrix.columns[j] for j in chosen_columns) if matrix.columns else (),
    )
    return Excerpt(part, texts, matrix.shape)
