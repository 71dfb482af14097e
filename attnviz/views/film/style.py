"""Sizes, zones and pacing of a film. Lengths are manim units: the frame is 8 high and 14.2 wide."""

from __future__ import annotations

from enum import Enum

from attnviz.records import record
from attnviz.story.pace import DEFAULT_PACE, PACES, Pace
from attnviz.theme import DARK, Role, Theme


class Size(float, Enum):
    """The type scale, in manim font sizes; 72 is one unit. The smallest is 14 px in a frame of 480."""

    SMALL = 17.0
    BODY = 21.0
    LARGE = 26.0
    DISPLAY = 52.0

    @property
    def em(self) -> float:
        """The size in manim units."""
        return self.value / 72


@record
class Box:
    """A rectangle on the canvas."""

    left: float
    right: float
    bottom: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def middle(self) -> tuple[float, float, float]:
        return ((self.left + self.right) / 2, (self.bottom + self.top) / 2, 0.0)


CANVAS = Box(-64 / 9, 64 / 9, -4.0, 4.0)
MARGIN = 0.6
_LEFT, _RIGHT = CANVAS.left + MARGIN, CANVAS.right - MARGIN
HEADER = Box(_LEFT, _RIGHT, 3.2, 3.75)
CAPTION = Box(_LEFT, _RIGHT, -3.92, -2.6)
STAGE = Box(_LEFT, _RIGHT, -2.2, 3.05)
SIDEBAR = Box(_LEFT, _LEFT + 1.6, STAGE.bottom, STAGE.top)
WORK = Box(SIDEBAR.right + 0.3, 3.1, STAGE.bottom, STAGE.top)
"""The box in which a step is played."""
ARITHMETIC = Box(3.35, _RIGHT, STAGE.bottom, STAGE.top)
"""The box for worked arithmetic."""
WIDE = Box(WORK.left, _RIGHT, STAGE.bottom, STAGE.top)
"""Work and arithmetic together, for steps without arithmetic."""

DIMMED = 0.35
"""Share of the opacity that a dimmed mobject keeps."""


@record
class Style:
    """Theme and pace, which every component draws itself by."""

    theme: Theme = DARK
    pace: Pace = PACES[DEFAULT_PACE]

    def colour(self, role: Role | None) -> str:
        """The role's colour; ink for what has no role."""
        return self.theme.ink if role is None else self.theme.roles[role]


MOST_WORKED = 6
"""The most keys, terms of a sum and entries of a vector that a film works out: as many as stay readable at 480p."""
