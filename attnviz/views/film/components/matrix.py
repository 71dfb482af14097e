"""A matrix on the screen: cells with numbers while they are readable, shaded cells when they are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from manim import LEFT, RIGHT, UP, SurroundingRectangle, VGroup

from attnviz.records import record
from attnviz.story.matrix import Label, Matrix
from attnviz.story.numbers import Numbers
from attnviz.story.pooled_map import pooled
from attnviz.theme import Role
from attnviz.typeset.fonts import Weight
from attnviz.views.film.components.cells import Cell, Slot, width_for
from attnviz.views.film.components.shades import Shades, shades_of, shades_up_to_largest
from attnviz.views.film.components.text import (
    Line,
    cut_to_pitch,
    cut_to_width,
    label,
    widest,
    width_of,
)
from attnviz.views.film.style import Size, Style

LABEL_GAP, _TOKEN_GAP = 0.14, 0.12
_BASELINES = (LABEL_GAP + 0.05, LABEL_GAP + 0.38)
"""Baselines of symbols and of tokens, over the columns."""
_OVERHANG = 0.12
"""The most that a name may reach over the end of a row of columns."""
_CLOSE_ROWS = 0.3
"""Height of rows below which their names are in the smallest letters, so that they do not overlap."""
_LOWERED_DEPTH = 0.18
"""Depth of lowered letters under the baseline, in em."""
MOST_SIDE = 16
"""A side with more entries is pooled to this many blocks."""
_SHADED = 0.46
"""The longest side of a cell without a number."""


@record(eq=False)
class Sheet:
    """The contents of a view of a matrix: entries, as values and as text, and the names of rows and columns."""

    matrix: Matrix
    texts: tuple[tuple[str, ...], ...] | None
    """None where the cells are too small for numbers."""
    width: float
    """Width of a cell."""
    height: float
    shades: Shades
    whole: tuple[int, int] | None = None
    """The shape of the whole matrix, where this is a part of it or has blocks in place of its entries."""
    pooled: bool = False
    """True if each cell is a block."""
    size: Size = Size.SMALL
    """Size of the numbers."""


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
    for size, tight, written in (
        (Size.BODY, False, numbers),
        (Size.SMALL, False, numbers),
        (Size.SMALL, True, numbers),
        *((Size.SMALL, True, each) for each in numbers.narrower),
    ):
        texts = written.cells(matrix)
        flat = [text for row in texts for text in row]
        needed = width_for(widest(flat, size), tight=tight)
        cell_width = min(max(needed, most_cell), width / columns)
        cell_height = min(most_cell, height / rows)
        if cell_width >= needed and cell_height >= size.em * (1.9 if size is Size.BODY else 1.2):
            return Sheet(matrix, texts, cell_width, cell_height, shades_of(matrix), size=size)
    side = min(_SHADED, width / columns)
    # shades alone must tell small weights apart: the fullest is the largest there is, not 1
    return Sheet(matrix, None, side, min(_SHADED, height / rows), shades_up_to_largest(matrix))


def number_width(matrix: Matrix, numbers: Numbers, *, tight: bool = False) -> float | None:
    """The width that the smallest readable of these numbers of the matrix take, `tight` at the very least; None where
    there are too many for numbers.
    """
    if max(matrix.shape) > MOST_SIDE:
        return None
    cells = numbers.cells(matrix)
    flat = [text for row in cells for text in row]
    return width_for(widest(flat, Size.SMALL), tight=tight) * matrix.shape[1]


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


def names_width(labels: Sequence[Label], most: float) -> float:
    """The width of the names of rows, where their tokens may take `most`."""
    symbols = max((width_of(each.symbol, Size.BODY, Weight.BOLD) for each in labels), default=0.0)
    tokens = widest([each.token for each in labels if each.token], Size.SMALL)
    return symbols + LABEL_GAP + (min(tokens, most) + _TOKEN_GAP if tokens else 0.0)


class MatrixView(VGroup):
    """Cells in rows and columns, centred on the origin; labels are outside.

    `upright` turns it: the rows of the matrix become columns, like keys above the scores.
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
                self._beside(self.row(i), each, tokens, most)
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

    def _beside(self, row: VGroup, name: Label, tokens: bool, most: float) -> VGroup:
        """The name of a row at its left, the symbol at half its height, however high the token is."""
        size = Size.BODY if self.sheet.height >= _CLOSE_ROWS else Size.SMALL
        mark = label(name.symbol, self.style.colour(name.role), size, Weight.BOLD)
        mark.next_to(row, LEFT, buff=LABEL_GAP)
        if not (tokens and name.token):
            return mark
        text = cut_to_width(name.token, most, Size.SMALL)
        word = label(text, self.style.theme.dim, Size.SMALL)
        return VGroup(word.next_to(mark, LEFT, buff=_TOKEN_GAP).on_baseline(mark.baseline), mark)

    def _above(
        self, labels: Sequence[Label], columns: Sequence[VGroup], tokens: bool
    ) -> list[Line]:
        made = []
        widest_symbol = widest([each.symbol for each in labels], Size.BODY)
        # a single column has no neighbour that its name could run into
        room = self.sheet.width + 2 * _OVERHANG if len(labels) == 1 else self.sheet.width - 0.04
        if widest_symbol > room:
            return []
        names = self._names(labels) if tokens else [""] * len(labels)
        for each, name, column in zip(labels, names, columns, strict=True):
            mark = label(each.symbol, self.style.colour(each.role), Size.BODY, Weight.BOLD)
            stack = VGroup(mark)
            if name:
                stack.add(label(name, self.style.theme.dim, Size.SMALL))
            # symbols share one baseline, tokens another, here and over a matrix beside, however deep letters reach
            for line, baseline in zip(stack, _BASELINES, strict=False):
                line.set_x(column.get_x()).on_baseline(column.get_top()[1] + baseline)
            made.append(stack)
        return made

    def _names(self, labels: Sequence[Label]) -> list[str]:
        """The tokens cut to fit above the columns; none of them where not even three letters of one are left."""
        tokens = [each.token or "" for each in labels]
        names = cut_to_pitch(tokens, self.sheet.width, Size.SMALL, _OVERHANG)
        legible = (
            name == token or len(name) > 3 for name, token in zip(names, tokens, strict=True)
        )
        return names if all(legible) else [""] * len(labels)

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
        title.next_to(top, UP, buff=0.35 * size.em).align_to(self.cells, LEFT)
        # on a baseline of its own making W_Q would be higher than W_K, by the tail of its Q
        depth = _LOWERED_DEPTH if "_" in matrix.symbol else 0.0
        rise = top.get_top()[1] + (0.35 + depth) * size.em - mark.baseline
        return title.shift(rise * UP)


def frame_around(target: VGroup, colour: str, buff: float = 0.05) -> SurroundingRectangle:
    """An outline that draws the eye to the target."""
    return SurroundingRectangle(target, buff=buff, corner_radius=0.08, color=colour, stroke_width=3)
