"""The description of a picture: shapes, the lowest first.

`svg.py` and `png.py` write it. Neither decides on positions, so the two show the same.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.records import record
from attnviz.safe_text import safe_text
from attnviz.theme import Role, Theme, blend, fill_share

LEVELS = 24
"""Shades of a matrix but the faintest: few, so that a file stays small."""
SMALL = 11
"""Height of small text."""
_DESCENT = 0.36
"""From the middle of a line down to its baseline, in heights."""

Anchor: TypeAlias = Literal["start", "middle", "end"]
Point: TypeAlias = tuple[float, float]


@record
class Rectangle:
    """A rectangle: filled, or with `line` only its edge, which is that thick."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    line: float | None = None


@record
class TextLine:
    """A line of text on the baseline y. `anchor` is its part at x; `upright` reads from bottom to top."""

    x: float
    y: float
    text: str
    colour: str
    size: float = SMALL
    anchor: Anchor = "start"
    upright: bool = False


@record(eq=False)
class Shading:
    """A matrix of weights as a field of shades, one for each entry, the first row above."""

    x: float
    y: float
    width: float
    height: float
    levels: np.ndarray[tuple[int, int], np.dtype[np.intp]]
    """(rows, columns): 0 to `LEVELS`."""
    colours: tuple[str, ...]
    """The colour of each level."""
    title: str
    """Text shown where the pointer rests on it, in formats that can."""


@record
class Curve:
    """A cubic curve from the first point to the last, by the two between."""

    points: tuple[Point, Point, Point, Point]
    colour: str
    thickness: float
    opacity: float
    title: str


Shape: TypeAlias = Rectangle | TextLine | Shading | Curve


@record(eq=False)
class Drawing:
    """A picture of width × height units, pixels of a screen. The first shape is the lowest."""

    width: float
    height: float
    background: str
    title: str
    shapes: tuple[Shape, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of all its lines, as they are drawn."""
        return tuple(safe_text(each.text) for each in self.shapes if isinstance(each, TextLine))


def shaded(
    weights: FloatArray, x: float, y: float, width: float, height: float, theme: Theme, title: str
) -> Shading:
    """Weights (rows, columns), each 0 to 1, in that rectangle."""
    levels = np.round(np.clip(weights, 0, 1) * LEVELS).astype(np.intp)
    return Shading(x, y, width, height, levels, shades(theme), title)


def shades(theme: Theme) -> tuple[str, ...]:
    """The colour of each level of weight, the faintest first."""
    return tuple(
        blend(theme.background, theme.roles[Role.WEIGHT], fill_share(level / LEVELS))
        for level in range(LEVELS + 1)
    )


def centred(y: float, size: float) -> float:
    """The baseline of text of that height whose middle is at y."""
    return y + size * _DESCENT
