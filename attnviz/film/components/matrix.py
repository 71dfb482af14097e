"""A matrix on the screen: cells with numbers while they are readable, shaded cells when they are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from manim import LEFT, RIGHT, UP, SurroundingRectangle, VGroup

from attnviz.film.components.cells import Cell, Slot
from attnviz.film.components.shades import Shades, shades_of, shades_up_to_largest
from attnviz.film.components.text import Line, cut_to_width, label, widest, width_of
from attnviz.film.fonts import Weight
from attnviz.film.style import Size, Style
from attnviz.lessons.detail import pooled
from attnviz.lessons.numbers import Numbers
from attnviz.lessons.storyboard import Label, Matrix
from attnviz.theme import Role

LABEL_GAP = 0.14
_PADDING = 0.14
MOST_SIDE = 16
"""A side with more entries is pooled to this many blocks."""
_SHADED = 0.46
"""The most a side of a cell without a number takes."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """What a view of a matrix shows: the entries, as values and as text, and the names of its rows and columns."""

    matrix: Matrix
    texts: tuple[tuple[str, ...], ...] | None
    """None where the cells are too small for numbers."""
    width: float
    """Of a cell."""
    height: float
    shades: Shades
    whole: tuple[int, int] | None = None
    """The shape of the whole matrix, where this is a part of it or stands for it in blocks."""
    pooled: bool = False
    """Whether each cell stands for a block."""
    size: Size = Size.SMALL
    """Of the numbers."""


def sheet(
    matrix: Matrix,
    numbers: Numbers,
    *,
    width: float,
    height: float,
    most_cell: float = 0.62,
    blocks: int = MOST_SIDE,
) -> Sheet:
    """Fits a matrix into `width` × `height`: with numbers if they fit, else shaded, else in at most `blocks` a side."""
    rows, columns = matrix.shape
    if max(rows, columns) > blocks:
        return _pooled_sheet(matrix, width, height, blocks)
    texts = numbers.cells(matrix)
    flat = [text for row in texts for text in row]
    for size in (Size.BODY, Size.SMALL):
        needed = widest(flat, size) + _PADDING
        cell_width = min(max(needed, most_cell), width / columns)
        cell_height = min(most_cell, height / rows)
        if cell_width >= needed and cell_height >= size.em * (1.9 if size is Size.BODY else 1.2):
            return Sheet(matrix, texts, cell_width, cell_height, shades_of(matrix), size=size)
    side = min(_SHADED, width / columns)
    # shades alone must tell small weights apart: the fullest is the largest there is, not 1
    return Sheet(matrix, None, side, min(_SHADED, height / rows), shades_up_to_largest(matrix))


def number_width(matrix: Matrix, numbers: Numbers) -> float | None:
    """The width that the smallest readable numbers of the matrix take; None where there are too many for numbers."""
    if max(matrix.shape) > MOST_SIDE:
        return None
    flat = [text for row in numbers.cells(matrix) for text in row]
    return (widest(flat, Size.SMALL) + _PADDING) * matrix.shape[1]


def _pooled_sheet(matrix: Matrix, width: float, height: float, blocks: int) -> Sheet:
    small = pooled_matrix(matrix, blocks)
    rows, columns = small.shape
    cell_width, cell_height = min(width / columns, _SHADED), min(height / rows, _SHADED)
    shades = shades_up_to_largest(matrix, small.values)
    return Sheet(small, None, cell_width, cell_height, shades, matrix.shape, True)


def pooled_matrix(matrix: Matrix, blocks: int = MOST_SIDE) -> Matrix:
    """The matrix in at most so many blocks a side: of weights the largest in a block, of all else the mean."""
    pool = pooled(matrix.values.astype(float), blocks, blocks)
    values = pool.peaks if matrix.role is Role.WEIGHT else pool.means
    rows = matrix.rows if matrix.shape[0] <= blocks else ()
    columns = matrix.columns if matrix.shape[1] <= blocks else ()
    return replace(matrix, values=values, rows=rows, columns=columns, sums=None)


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
            shades=shown.shades,
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
        widest_symbol = widest([each.symbol for each in labels], Size.BODY)
        if widest_symbol > self.sheet.width - 0.04:
            return []
        tokens = tokens and all(self._fits(each.token) for each in labels if each.token)
        for each, column in zip(labels, columns, strict=True):
            mark = label(each.symbol, self.style.colour(each.role), Size.BODY, Weight.BOLD)
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

    def _fits(self, token: str) -> bool:
        """Whether the token, or at least three letters of it, can stand above a column."""
        shortest = token if len(token) <= 3 else token[:3] + "…"
        return width_of(shortest, Size.SMALL) <= self.sheet.width - 0.06

    def title(self, *, shape: bool = True, size: Size = Size.LARGE) -> VGroup:
        """The symbol in its colour and the shape, above the left edge; not added to the view."""
        matrix = self.sheet.matrix
        rows, columns = self.sheet.whole or matrix.shape
        mark = label(matrix.symbol, self.style.colour(matrix.role), size, Weight.BOLD)
        title = VGroup(mark)
        if shape:
            extent = label(f"{rows}×{columns}", self.style.theme.dim, Size.SMALL)
            title.add(extent.next_to(mark, RIGHT, buff=0.12).on_baseline(mark.baseline))
        top = VGroup(self.cells, *self.column_labels)
        return title.next_to(top, UP, buff=0.35 * size.em).align_to(self.cells, LEFT)


def _side_label(each: Label, style: Style, tokens: bool, most: float) -> Line:
    runs = []
    if tokens and each.token:
        runs.append((cut_to_width(each.token, most, Size.SMALL), style.theme.dim))
    mark = label(each.symbol, style.colour(each.role), Size.BODY, Weight.BOLD)
    if not runs:
        return mark
    word = Line(runs, Size.SMALL).next_to(mark, LEFT, buff=0.12).on_baseline(mark.baseline)
    return VGroup(word, mark)


def frame_around(target: VGroup, colour: str, buff: float = 0.05) -> SurroundingRectangle:
    """An outline that says: this one, now."""
    return SurroundingRectangle(target, buff=buff, corner_radius=0.08, color=colour, stroke_width=3)
