"""One entry of a matrix: a rounded cell, filled by magnitude, with its number or without."""

from __future__ import annotations

import math

from manim import DOWN, UP, RoundedRectangle, VGroup
from manim import Line as Stroke

from attnviz.film.components.text import label
from attnviz.film.style import Size, Style
from attnviz.theme import Role, readable_on, shade

GAP = 0.94
"""How much of its place a cell fills."""
BORDER = 0.55


class Cell(VGroup):
    """An entry. `text` is the number it shows, "" where it is too small for one.

    A negative entry carries a bar at its foot: the sign is never told by colour, nor by the number alone.
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
        largest: float,
        size: Size = Size.SMALL,
    ) -> None:
        super().__init__()
        fill = shade(value, largest, role, style.theme)
        self.value, self.text, self.role, self.fill = value, text, role, fill
        self.place = (width, height)
        corner = min(0.07, width / 6, height / 6)
        self.box = RoundedRectangle(
            corner_radius=corner,
            width=width * GAP,
            height=height * GAP,
            stroke_width=1.5 if min(width, height) > 0.2 else 0.75,
            stroke_color=style.colour(role),
            stroke_opacity=BORDER,
        ).set_fill(fill, 1)
        self.add(self.box)
        colour = readable_on(fill, style.theme)
        if value < 0 and math.isfinite(value) and min(width, height) > 0.1:
            half = width * 0.2
            bar = Stroke((-half, 0, 0), (half, 0, 0), stroke_width=2, color=colour)
            bar.set_stroke(opacity=0.8)
            self.bar = bar.move_to(self.box).align_to(self.box, DOWN)
            self.add(bar.shift(UP * height * 0.08))
        self.number = label(text, colour, size).move_to(self.box) if text else None
        if self.number is not None:
            self.add(self.number)


class Slot(VGroup):
    """A place where an entry will stand."""

    def __init__(self, style: Style, *, width: float, height: float) -> None:
        super().__init__(
            RoundedRectangle(
                corner_radius=min(0.07, width / 6, height / 6),
                width=width * GAP,
                height=height * GAP,
                stroke_width=1.2,
                stroke_color=style.theme.hairline,
            )
        )


def rule(length: float, style: Style) -> Stroke:
    """A hairline."""
    return Stroke(
        (-length / 2, 0, 0), (length / 2, 0, 0), stroke_width=1, color=style.theme.hairline
    )


def sum_line(length: float, style: Style) -> Stroke:
    """The line under a column of summands."""
    return Stroke((-length / 2, 0, 0), (length / 2, 0, 0), stroke_width=1.5, color=style.theme.dim)
