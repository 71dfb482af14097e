"""Two entries of a vector as a point in the plane: a hand on a dial, before and after it is turned."""

from __future__ import annotations

import math

import numpy as np
from manim import TAU, Arc, Circle, Polygon, VGroup
from manim import Line as Stroke

from attnviz.story.exhibits import Turn
from attnviz.theme import Role
from attnviz.typeset.fonts import Points
from attnviz.views.film.components.text import label
from attnviz.views.film.style import Size, Style

_TIP = 0.17
_REACH = 0.92
_LEAST = 0.04
"""An arc over a smaller angle is not drawn: before and after look the same."""


class Dial(VGroup):
    """`face`, `before` and `after` (the hands), `arc` (how far it is turned), `entries` and `angle` in words under it.

    A hand always reaches the rim: it shows a direction, not how long the pair of entries is.
    """

    def __init__(
        self,
        turn: Turn,
        texts: tuple[str, str],
        role: Role | None,
        style: Style,
        *,
        radius: float,
    ) -> None:
        super().__init__()
        self.turn, self.radius = turn, radius
        theme, colour = style.theme, style.colour(role)
        rim = Circle(radius=radius, stroke_width=1.4, color=theme.dim)
        axes = [
            Stroke(-radius * way, radius * way, stroke_width=0.8, color=theme.hairline)
            for way in (np.array([1.0, 0, 0]), np.array([0, 1.0, 0]))
        ]
        self.face = VGroup(rim, *axes)
        self.before = _hand(turn.before, _REACH * radius, colour).set_opacity(0.4)
        self.after = _hand(turn.after, _REACH * radius, colour)
        self.arc = self._sweep(theme.ink)
        entries, angle = texts
        self.entries = label(entries, theme.dim, Size.SMALL)
        self.angle = label(f"{angle} rad", theme.ink, Size.BODY)
        self.angle.set_x(0).on_baseline(-radius - 0.36)
        self.entries.set_x(0).on_baseline(-radius - 0.66)
        self.add(self.face, self.before, self.arc, self.after, self.entries, self.angle)

    @property
    def shown_angle(self) -> float:
        """The angle by which the hand moves, without whole turns beyond the first, which end where they began."""
        return math.fmod(self.turn.angle, TAU)

    @property
    def middle(self) -> Points:
        return np.array(self.face.get_center())

    def _sweep(self, colour: str) -> VGroup:
        """The arc that the hand passes, near the middle; empty for a hand that is not there, or hardly moves."""
        if not math.hypot(*self.turn.before) or abs(self.shown_angle) < _LEAST:
            return VGroup()
        start = math.atan2(self.turn.before[1], self.turn.before[0])
        arc = Arc(0.32 * self.radius, start, self.shown_angle, stroke_width=2.2, color=colour)
        return VGroup(arc)


def _hand(point: tuple[float, float], length: float, colour: str) -> VGroup:
    """An arrow from the middle in the direction of the point; nothing where that is none."""
    distance = math.hypot(*point)
    if not distance:
        return VGroup()
    along = np.array([*point, 0.0]) / distance
    across = np.array([-along[1], along[0], 0.0])
    foot = (length - _TIP) * along
    shaft = Stroke(np.zeros(3), foot, stroke_width=3.2, color=colour)
    head = Polygon(
        length * along, foot + _TIP / 2.2 * across, foot - _TIP / 2.2 * across, stroke_width=0
    )
    return VGroup(shaft, head.set_fill(colour, 1))
