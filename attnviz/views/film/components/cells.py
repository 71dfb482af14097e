"""One entry of a matrix: a rounded cell, shaded, with its number or without."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from manim import DOWN, UP, VGroup, VMobject
from manim import Line as Stroke

from attnviz.theme import Role, blend, readable_on, shade
from attnviz.typeset.fonts import Points
from attnviz.views.film.components.shades import Shades
from attnviz.views.film.components.text import label
from attnviz.views.film.style import DIMMED, Size, Style

GAP = 0.94
"""The share of its place that a cell fills."""
_PADDING = 0.07
"""Between a number and the border of its cell, four pixels of a frame 480 high."""
_TIGHT_PADDING = 0.14
"""The least by which a place is wider than its number, where numbers would not fit otherwise."""
BORDER = 0.55
_CORNER = 0.07
_ARC = (
    4 / 3 * math.tan(math.pi / 8)
)  # control points of a quarter circle lie this far along its tangents


def width_for(text: float, *, tight: bool = False) -> float:
    """The width of the place of a cell for a number of width `text`; `tight` is the very least."""
    roomy = (text + 2 * _PADDING) / GAP
    return max(text + _TIGHT_PADDING, roomy - _PADDING / GAP) if tight else roomy


class Tile(VMobject):
    """A rounded rectangle. manim's own takes thirty times as long to make, and a film has thousands."""

    def __init__(self, width: float, height: float, stroke_width: float, colour: str) -> None:
        super().__init__(stroke_width=stroke_width, stroke_color=colour)
        self.points = _rounded(round(width, 6), round(height, 6)).copy()


@cache
def _rounded(width: float, height: float) -> Points:
    """The outline, counterclockwise from the right of the lower edge: four points a curve."""
    radius = min(_CORNER, width / 6, height / 6)
    x, y = width / 2 - radius, height / 2 - radius
    curves = []
    for centre, start in (((x, y), 0), ((-x, y), 1), ((-x, -y), 2), ((x, -y), 3)):
        along, across = _quarter(start), _quarter(start + 1)
        first, last = centre + radius * along, centre + radius * across
        curves.append([first, first + radius * _ARC * across, last + radius * _ARC * along, last])
    outline = []
    for curve, following in zip(curves, [*curves[1:], curves[0]], strict=True):
        end, start_of_next = curve[-1], following[0]
        step = (start_of_next - end) / 3
        outline += [*curve, end, end + step, end + 2 * step, start_of_next]
    flat = np.array(outline)
    return np.column_stack([flat, np.zeros(len(flat))])


def _quarter(turns: int) -> Points:
    return np.array([(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)][turns % 4])


class Cell(VGroup):
    """An entry. `text` is the number it shows, "" where it is too small for one.

    Without a number a negative entry carries a bar at its foot, where there is room for it: the sign is never shown by
    colour. A number has its minus sign, and a bar under it would read as a line drawn under the digits.
    """

    def __init__(
        self,
        value: float,
        text: str,
        role: Role,
        style: Style,
        *,
        width: float,
        height: float,
        shades: Shades,
        size: Size = Size.SMALL,
    ) -> None:
        super().__init__()
        hidden = value == -math.inf
        full = shade(shades.share(value), role, style.theme)
        fill = style.theme.background if hidden else full
        self.value, self.text, self.role, self.fill = value, text, role, fill
        self.place = (width, height)
        self.box = Tile(
            width * GAP, height * GAP, 1.5 if min(width, height) > 0.2 else 0.75, style.colour(role)
        )
        self.box.set_stroke(opacity=BORDER).set_fill(fill, 1)
        if hidden:  # nothing is there: no shade, and no border of the role
            self.box.set_stroke(style.theme.hairline, opacity=1)
        self.add(self.box)
        colour = readable_on(fill, style.theme)
        # in smaller cells, as on the sidebar, bars would be all one sees
        if not text and value < 0 and math.isfinite(value) and min(width, height) > 0.2:
            self.add(self._sign(width, height, colour))
        self.number = label(text, colour, size).move_to(self.box) if text else None
        if self.number is not None:
            self.add(self.number)
            stepped_back = readable_on(blend(style.theme.background, fill, DIMMED), style.theme)
            for part in self.number:
                part.colours = (colour, stepped_back)

    def _sign(self, width: float, height: float, colour: str) -> Stroke:
        """The bar of a negative entry; faint, for a matrix has many."""
        half = width * 0.2
        bar = Stroke((-half, 0, 0), (half, 0, 0), stroke_width=1.2, color=colour)
        bar.set_stroke(opacity=0.5)
        return bar.move_to(self.box).align_to(self.box, DOWN).shift(UP * height * 0.08)


class Slot(VGroup):
    """A place for an entry."""

    def __init__(self, style: Style, *, width: float, height: float) -> None:
        super().__init__(Tile(width * GAP, height * GAP, 1.2, style.theme.hairline))


def rule(length: float, style: Style) -> Stroke:
    """A hairline."""
    return Stroke(
        (-length / 2, 0, 0), (length / 2, 0, 0), stroke_width=1, color=style.theme.hairline
    )


def sum_line(length: float, style: Style) -> Stroke:
    """The line under a column of summands."""
    return Stroke((-length / 2, 0, 0), (length / 2, 0, 0), stroke_width=1.5, color=style.theme.dim)
