"""A matrix on the screen: cells with numbers while they are readable, shaded cells when they are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, SurroundingRectangle, VGroup

from attnviz.core.arrays import FloatArray
from attnviz.film.components.cells import Cell, Slot
from attnviz.film.components.text import Line, cut_to_width, label
from attnviz.film.style import Size, Style
from attnviz.lessons.numbers import Numbers
from attnviz.lessons.storyboard import Label, Matrix
from attnviz.theme import Role

LABEL_GAP = 0.14
_PADDING = 0.18
_MOST_SIDE = 24
"""A side with more entries is pooled to this many blocks."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """What a view of a matrix shows: the entries, as values and as text, and the names of its rows and columns."""

    matrix: Matrix
    texts: tuple[tuple[str, ...], ...] | None
    """None where the cells are too small for numbers."""
    width: float
    """Of a cell."""
    height: float
    largest: float
    pooled: tuple[int, int] | None = None
    """The shape of the matrix where each cell stands for a block of it."""
    size: Size = Size.SMALL
    """Of the numbers."""


def text_width(texts: Sequence[str], size: Size) -> float:
    """The width of the widest of them."""
    longest = sorted(set(texts), key=len)[-6:]
    return max((label(text, "#FFFFFF", size).width for text in longest), default=0.0)


def sheet(
    matrix: Matrix,
    numbers: Numbers,
    *,
    width: float,
    height: float,
    most_cell: float = 0.62,
    largest: float | None = None,
    cells: tuple[tuple[str, ...], ...] | None = None,
) -> Sheet:
    """Fits a matrix into `width` × `height`: with numbers if they fit, else shaded, else pooled.

    `cells` are the texts where a caller has them already.
    """
    rows, columns = matrix.shape
    if largest is None:
        largest = magnitude(matrix)
    if rows <= _MOST_SIDE and columns <= _MOST_SIDE:
        texts = cells if cells is not None else numbers.cells(matrix)
        flat = [text for row in texts for text in row]
        for size in (Size.BODY, Size.SMALL):
            needed = text_width(flat, size) + _PADDING
            cell_width = min(max(needed, most_cell), width / columns)
            cell_height = min(most_cell, height / rows)
            if cell_width >= needed and cell_height >= size.em * (
                1.9 if size is Size.BODY else 1.2
            ):
                return Sheet(matrix, texts, cell_width, cell_height, largest, size=size)
        side = min(width / columns, height / rows, 0.4)
        return Sheet(
            matrix, None, min(width / columns, 0.4), max(side, min(height / rows, 0.4)), largest
        )
    small = _pooled(matrix)
    rows_now, columns_now = small.shape
    cell_width, cell_height = min(width / columns_now, 0.4), min(height / rows_now, 0.4)
    return Sheet(small, None, cell_width, cell_height, magnitude(small), matrix.shape)


def magnitude(matrix: Matrix) -> float:
    """What the fullest shade stands for: 1 for weights, else the largest finite magnitude."""
    if matrix.role is Role.WEIGHT and matrix.sums == "rows":
        return 1.0
    finite = np.abs(matrix.values[np.isfinite(matrix.values)])
    return float(finite.max(initial=0.0))


def _pooled(matrix: Matrix) -> Matrix:
    values = _blocks(_blocks(matrix.values.astype(float)).T).T
    kept = (len(values), values.shape[1])
    rows = matrix.rows if kept[0] == matrix.shape[0] else ()
    columns = matrix.columns if kept[1] == matrix.shape[1] else ()
    return replace(matrix, values=values, rows=rows, columns=columns, sums=None)


def _blocks(values: FloatArray) -> FloatArray:
    """Means of blocks of rows, at most `_MOST_SIDE` of them; hidden scores take no part."""
    if len(values) <= _MOST_SIDE:
        return values
    parts = np.array_split(values, _MOST_SIDE)
    means = []
    for part in parts:
        seen = np.isfinite(part)
        count = seen.sum(axis=0)
        total = np.where(seen, part, 0).sum(axis=0)
        means.append(np.where(count > 0, total / np.maximum(count, 1), -np.inf))
    return np.array(means)


class MatrixView(VGroup):
    """Cells in rows and columns, centred on the origin; labels stand outside.

    `upright` turns it: the rows of the matrix become columns, as keys stand above the scores.
    """

    def __init__(
        self, shown: Sheet, style: Style, *, upright: bool = False, empty: bool = False
    ) -> None:
        super().__init__()
        self.sheet, self.style, self.upright = shown, style, upright
        rows, columns = shown.matrix.shape
        self.entries: list[list[Cell | Slot]] = [
            [self._entry(i, j, empty) for j in range(columns)] for i in range(rows)
        ]
        self.row_labels: list[Line] = []
        self.column_labels: list[Line] = []
        for i, row in enumerate(self.entries):
            for j, cell in enumerate(row):
                cell.move_to(self._place(i, j))
                self.add(cell)

    def _entry(self, i: int, j: int, empty: bool) -> Cell | Slot:
        shown = self.sheet
        if empty:
            return Slot(self.style, width=shown.width, height=shown.height)
        return Cell(
            float(shown.matrix.values[i, j]),
            shown.texts[i][j] if shown.texts else "",
            shown.matrix.role,
            self.style,
            width=shown.width,
            height=shown.height,
            largest=shown.largest,
            size=shown.size,
        )

    def _place(self, i: int, j: int) -> tuple[float, float, float]:
        rows, columns = self.sheet.matrix.shape
        if self.upright:
            i, j, rows, columns = j, i, columns, rows
        x = (j - (columns - 1) / 2) * self.sheet.width
        y = ((rows - 1) / 2 - i) * self.sheet.height
        return (x, y, 0.0)

    def row(self, i: int) -> VGroup:
        """The cells of row i of the matrix."""
        return VGroup(*self.entries[i])

    def column(self, j: int) -> VGroup:
        """The cells of column j of the matrix."""
        return VGroup(*[row[j] for row in self.entries])

    def cell(self, i: int, j: int) -> Cell | Slot:
        return self.entries[i][j]

    @property
    def cells(self) -> VGroup:
        """All cells without the labels."""
        return VGroup(*[cell for row in self.entries for cell in row])

    def label_rows(self, *, tokens: bool = True, most: float = 1.5) -> MatrixView:
        """Writes symbol and token at the left of each row (above it, where the matrix is upright)."""
        if self.upright:
            self.row_labels = self._above(
                self.sheet.matrix.rows, [self.row(i) for i in range(len(self.entries))], tokens
            )
        else:
            self.row_labels = [
                _side_label(each, self.style, tokens, most).next_to(
                    self.row(i), LEFT, buff=LABEL_GAP
                )
                for i, each in enumerate(self.sheet.matrix.rows)
            ]
        self.add(*self.row_labels)
        return self

    def label_columns(self, *, tokens: bool = True) -> MatrixView:
        """Writes symbol and token above each column."""
        labels = self.sheet.matrix.columns
        self.column_labels = self._above(
            labels, [self.column(j) for j in range(len(labels))], tokens
        )
        self.add(*self.column_labels)
        return self

    def _above(
        self, labels: Sequence[Label], columns: Sequence[VGroup], tokens: bool
    ) -> list[Line]:
        made = []
        for each, column in zip(labels, columns, strict=True):
            mark = label(each.symbol, self.style.colour(each.role), Size.BODY, "BOLD")
            stack = VGroup(mark)
            if tokens and each.token:
                name = cut_to_width(each.token, self.sheet.width - 0.06, Size.SMALL)
                word = label(name, self.style.theme.dim, Size.SMALL)
                stack.add(word.next_to(mark, UP, buff=0.08))
            stack.next_to(column, UP, buff=LABEL_GAP)
            made.append(stack)
        # symbols share one baseline, tokens another, however deep their letters reach
        for k in range(max((len(stack) for stack in made), default=0)):
            level = max(stack[k].baseline for stack in made if len(stack) > k)
            for stack in made:
                if len(stack) > k:
                    stack[k].on_baseline(level)
        return made

    def title(self, *, shape: bool = True, symbol: str | None = None) -> VGroup:
        """The symbol in its colour and the shape, above the left edge; not added to the view."""
        matrix = self.sheet.matrix
        rows, columns = self.sheet.pooled or matrix.shape
        mark = label(symbol or matrix.symbol, self.style.colour(matrix.role), Size.LARGE, "BOLD")
        title = VGroup(mark)
        if shape:
            size = label(f"{rows}×{columns}", self.style.theme.dim, Size.SMALL)
            size.next_to(mark, RIGHT, buff=0.12).on_baseline(mark.baseline)
            title.add(size)
        top = VGroup(self.cells, *self.column_labels)
        return title.next_to(top, UP, buff=0.16).align_to(self.cells, LEFT)


def _side_label(each: Label, style: Style, tokens: bool, most: float) -> Line:
    runs = []
    if tokens and each.token:
        runs.append((cut_to_width(each.token, most, Size.SMALL), style.theme.dim))
    mark = label(each.symbol, style.colour(each.role), Size.BODY, "BOLD")
    if not runs:
        return mark
    word = Line(runs, Size.SMALL).next_to(mark, LEFT, buff=0.12).on_baseline(mark.baseline)
    return VGroup(word, mark)


def frame_around(target: VGroup, colour: str, buff: float = 0.05) -> SurroundingRectangle:
    """An outline that says: this one, now."""
    return SurroundingRectangle(target, buff=buff, corner_radius=0.08, color=colour, stroke_width=3)


__all__ = ["DOWN", "MatrixView", "Sheet", "frame_around", "magnitude", "sheet", "text_width"]
