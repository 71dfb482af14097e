"""Two matrices and their product: one at the left, one on top, the product where their rows and columns cross."""

from __future__ import annotations

from dataclasses import dataclass

from manim import LEFT, UP, VGroup

from attnviz.film.components.matrix import MatrixView, Sheet, magnitude, text_width
from attnviz.film.excerpts import Excerpt
from attnviz.film.style import WORK, Box, Size, Style

_GAP = 0.3
_PAD = 0.2


@dataclass(frozen=True)
class _Sizes:
    left_width: float
    width: float
    """Of a cell of the product, and of the columns on top."""
    top_height: float
    height: float
    left_size: Size | None
    """Of the numbers; None where there are none."""
    top_size: Size | None
    product_size: Size | None


class Crossing(VGroup):
    """`left` (n, m) and `top` (m, columns), or `top` upright (columns, m), and their `product` (n, columns).

    The product is there as slots, and as the cells that will stand in them: `product.cell(i, j)` is not added yet.
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
        inner = left.matrix.shape[1]
        names_wide = 1.35 if any(each.token for each in left.matrix.rows) else 0.5
        names_high = 0.85 if upright and any(each.token for each in top.matrix.rows) else 0.5
        sizes = _sizes(left, top, product, inner, box.width - names_wide, box.height - names_high)
        self.left = MatrixView(_sheet(left, sizes.left_width, sizes.height, sizes.left_size), style)
        top_cell = (sizes.width, sizes.top_height)
        self.top = MatrixView(_sheet(top, *top_cell, sizes.top_size), style, upright=upright)
        shown = _sheet(product, sizes.width, sizes.height, sizes.product_size)
        self.slots = MatrixView(shown, style, empty=True)
        self.product = MatrixView(shown, style)
        self.left.next_to(self.slots, LEFT, buff=_GAP)
        self.top.next_to(self.slots, UP, buff=_GAP)
        self._name(names_wide, upright)
        self.add(self.left, self.top, self.slots)
        whole = VGroup(self.left, self.top, self.slots)
        shift = whole.copy().move_to(box.middle).get_center() - whole.get_center()
        whole.shift(shift)
        self.product.shift(shift)

    def _name(self, names_wide: float, upright: bool) -> None:
        self.left.label_rows(most=names_wide - 0.55)
        if upright:
            self.top.label_rows()
        self.titles = VGroup()
        if not upright:
            self.top_title = self.top.title()
            self.top.add(self.top_title)

    def factors(self, row: int, column: int) -> tuple[VGroup, VGroup]:
        """The row at the left and the column on top that make an entry."""
        above = self.top.row(column) if self.top.upright else self.top.column(column)
        return self.left.row(row), above


def _sheet(part: Excerpt, width: float, height: float, size: Size | None) -> Sheet:
    texts = part.texts if size else None
    return Sheet(part.matrix, texts, width, height, magnitude(part.matrix), size=size or Size.SMALL)


def _need(part: Excerpt, size: Size) -> float:
    return text_width([text for row in part.texts for text in row], size) + _PAD


def _sizes(
    left: Excerpt, top: Excerpt, product: Excerpt, inner: int, width: float, height: float
) -> _Sizes:
    """The largest numbers that fit; where none do, the left goes without first, then the top, then the product."""
    attempts = ((Size.BODY, "left top product"), (Size.SMALL, "left top product"))
    attempts += ((Size.SMALL, "top product"), (Size.SMALL, "product"))
    for size, with_numbers in attempts:
        found = _attempt(size, with_numbers.split(), (left, top, product), inner, width, height)
        if found is not None:
            return found
    rows, columns = product.matrix.shape
    room, rest = width - _GAP, height - _GAP
    side = min(0.5, room * 0.6 / columns)
    tall = min(0.4, rest / (inner + rows))
    return _Sizes(min(0.4, room * 0.4 / inner), side, tall, tall, None, None, None)


def _attempt(
    size: Size,
    numbered: list[str],
    parts: tuple[Excerpt, Excerpt, Excerpt],
    inner: int,
    width: float,
    height: float,
) -> _Sizes | None:
    rows, columns = parts[2].matrix.shape
    room, rest = width - _GAP, height - _GAP
    least = size.em * (2.0 if size is Size.BODY else 1.35)
    names = ("left", "top", "product")
    need = {
        name: _need(part, size) if name in numbered else 0.0
        for name, part in zip(names, parts, strict=True)
    }
    cell = max(need["product"], need["top"], least * 1.25)
    left_cell = max(
        need["left"], least * 1.25 if "left" in numbered else min(0.3, room / 3 / inner)
    )
    high = least
    top_high = least if "top" in numbered else min(0.34, (rest - rows * high) / inner)
    too_wide = cell * columns + left_cell * inner > room
    if too_wide or top_high <= 0.02 or high * rows + top_high * inner > rest:
        return None
    spare = min(1.25, rest / (high * rows + top_high * inner))
    wider = min(1.2, room / (cell * columns + left_cell * inner))
    sizes = [size if name in numbered else None for name in names]
    return _Sizes(left_cell * wider, cell * wider, top_high * spare, high * spare, *sizes)
