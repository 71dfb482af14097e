"""Two matrices and their product: one at the left, one on top, the product where their rows and columns cross."""

from __future__ import annotations

from dataclasses import replace

from manim import DOWN, LEFT, UP, VGroup

from attnviz.records import record
from attnviz.typeset.fonts import Weight
from attnviz.views.film.components.cells import width_for
from attnviz.views.film.components.matrix import (
    MOST_SIDE,
    MatrixView,
    Sheet,
    names_width,
    pooled_matrix,
)
from attnviz.views.film.components.shades import shades_of
from attnviz.views.film.components.text import label, widest
from attnviz.views.film.style import WORK, Box, Size, Style
from attnviz.views.film.submatrix import Excerpt

_GAP = 0.3
_TITLED = 0.36
"""Height of the name under the product."""
_MOST_TOKENS = (1.6, 0.85)
"""The most that tokens at the left may take: that much while the numbers keep their size, else the less."""


@record
class _Sizes:
    left_width: float
    width: float
    """Width of a cell of the product, and of the columns on top."""
    top_height: float
    height: float
    left_size: Size | None
    """Size of the numbers at the left; None where there are none."""
    top_size: Size | None
    product_size: Size | None

    @property
    def numbered(self) -> tuple[float, ...]:
        """The sizes of the numbers, most important first, to compare layouts by."""
        sizes = (self.product_size, self.top_size, self.left_size)
        return tuple(size.value if size else 0.0 for size in sizes)


class Crossing(VGroup):
    """`left` (n, m) and `top` (m, columns), or `top` upright (columns, m), and their `product` (n, columns).

    The product is there as slots; `product` has the cells that will fill them and is not added yet. One row against
    upright columns is upright beside them, so that the factors of each product are side by side.
    """

    def __init__(
        self,
        left: Excerpt,
        top: Excerpt,
        product: Excerpt,
        style: Style,
        *,
        upright: bool,
        box: Box = WORK,
    ) -> None:
        super().__init__()
        self.style = style
        beside = upright and product.matrix.shape[0] == 1
        inner = left.matrix.shape[1]
        if inner > MOST_SIDE:
            left, top = _in_blocks(left), _in_blocks(top)
            inner = MOST_SIDE
        column_names_height = (
            0.85 if upright and any(each.token for each in top.matrix.rows) else 0.5
        )
        high = box.height - column_names_height - _TITLED
        parts, across = (left, top, product), 1 if beside else inner
        possible = []
        for most in _MOST_TOKENS:
            # names over the columns take nothing from their width
            wide = box.width - (0.0 if beside else names_width(left.matrix.rows, most))
            possible.append((_sizes(parts, across, inner, wide, high), most))
        sizes, most = max(possible, key=lambda each: each[0].numbered)
        top_cell = (sizes.width, sizes.top_height)
        left_cell = (sizes.left_width, sizes.top_height if beside else sizes.height)
        self.left = MatrixView(_sheet(left, *left_cell, sizes.left_size), style, upright=beside)
        self.top = MatrixView(_sheet(top, *top_cell, sizes.top_size), style, upright=upright)
        shown = _sheet(product, sizes.width, sizes.height, sizes.product_size)
        self.slots = MatrixView(shown, style, empty=True)
        self.product = MatrixView(shown, style)
        self.top.next_to(self.slots, UP, buff=_GAP)
        self.left.next_to(self.top if beside else self.slots, LEFT, buff=_GAP)
        self.left.label_rows(most=most)
        if upright:
            self.top.label_rows()
        else:
            self.top.add(self.top.title())
        title = self._product_title(product).next_to(self.slots.cells, DOWN, buff=0.12)
        self.slots.add(title.align_to(self.slots.cells, LEFT))
        self.add(self.left, self.top, self.slots)
        shift = self.copy().move_to(box.middle).get_center() - self.get_center()
        self.shift(shift)
        self.product.shift(shift)

    def _product_title(self, product: Excerpt) -> VGroup:
        """The product's name and shape; of one row out of many, the name of that row, or no shape at all."""
        matrix = product.matrix
        if matrix.shape[0] == product.whole[0]:
            return self.slots.title(size=Size.BODY)
        row = matrix.rows[0]
        if row.role is not matrix.role:
            return self.slots.title(shape=False, size=Size.BODY)
        return VGroup(label(row.symbol, self.style.colour(row.role), Size.BODY, Weight.BOLD))

    def factors(self, row: int, column: int) -> tuple[VGroup, VGroup]:
        """The row at the left and the column on top that make an entry."""
        above = self.top.row(column) if self.top.upright else self.top.column(column)
        return self.left.row(row), above


def _in_blocks(part: Excerpt) -> Excerpt:
    """The sides that are too long taken together; without texts, for a block is no entry."""
    return replace(part, matrix=pooled_matrix(part.matrix), texts=())


def _sheet(part: Excerpt, width: float, height: float, size: Size | None) -> Sheet:
    texts = part.texts if size else None
    whole = part.whole if part.whole != part.matrix.shape else None
    return Sheet(
        part.matrix,
        texts,
        width,
        height,
        shades_of(part.matrix),
        whole,
        not part.texts,
        size or Size.SMALL,
    )


def _need(part: Excerpt, size: Size, tight: bool) -> float:
    return width_for(widest([text for row in part.texts for text in row], size), tight=tight)


_ATTEMPTS = (
    (Size.BODY, False, (True, True, True)),
    (Size.SMALL, False, (True, True, True)),
    (Size.SMALL, True, (True, True, True)),
    (Size.SMALL, False, (False, True, True)),
    (Size.SMALL, True, (False, True, True)),
    (Size.SMALL, False, (False, False, True)),
    (Size.SMALL, True, (False, False, True)),
)
"""Size of the numbers, whether cells are snug, and which of left, top and product have numbers: best first."""


def _sizes(
    parts: tuple[Excerpt, Excerpt, Excerpt], across: int, inner: int, width: float, height: float
) -> _Sizes:
    """The largest numbers that fit; where none do, the left goes without first, then the top, then the product.

    `across` is how many cells the left is wide, `inner` how many the top is high.
    """
    for size, tight, numbered in _ATTEMPTS:
        if not all(part.texts or not has for part, has in zip(parts, numbered, strict=True)):
            continue
        needed = [
            _need(part, size, tight) if has else None
            for part, has in zip(parts, numbered, strict=True)
        ]
        found = _attempt(size, needed, parts[2].matrix.shape, across, inner, width, height)
        if found is not None:
            return found
    rows, columns = parts[2].matrix.shape
    room, rest = width - _GAP, height - _GAP
    side = min(0.5, room * 0.6 / columns)
    tall = min(0.4, rest / (inner + rows))
    return _Sizes(min(0.4, room * 0.4 / across), side, tall, tall, None, None, None)


def _attempt(
    size: Size,
    needed: list[float | None],
    shape: tuple[int, int],
    across: int,
    inner: int,
    width: float,
    height: float,
) -> _Sizes | None:
    """`needed` is the width of a cell of left, top and product with its number, None for one that goes without."""
    rows, columns = shape
    room, rest = width - _GAP, height - _GAP
    least = size.em * (2.0 if size is Size.BODY else 1.35)
    left, top, product = needed
    cell = max(product or 0.0, top or 0.0, least * 1.25)
    left_cell = max(left, least * 1.25) if left else min(0.3, room / 3 / across)
    top_high = least if top else min(0.34, (rest - rows * least) / inner)
    wide, high = cell * columns + left_cell * across, least * rows + top_high * inner
    if wide > room or top_high <= 0.02 or high > rest:
        return None
    taller = min(0.72 if size is Size.BODY else 0.58, rest / high * least) / least
    wider = min(1.2, room / wide)
    sizes = [size if each else None for each in needed]
    return _Sizes(left_cell * wider, cell * wider, top_high * taller, least * taller, *sizes)
