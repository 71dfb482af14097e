"""Arcs between two columns of positions: queries on the left, keys on the right. All that is known of their shape is
here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from attnviz.views.picture.drawing import Curve

_THICKEST, _THINNEST = 8.0, 0.4
_OF_PITCH = 0.6
"""How thick an arc is at most, beside the distance of two positions."""
_LEAST_THICK = 2.5
_BEND = 0.45
"""How far the arc leaves its ends straight, of the distance of the columns."""

PLAIN, FOLLOWED, ASIDE = (0.15, 1.0), (0.6, 1.0), (0.04, 0.25)
"""Opacity of the least and of the largest weight: of arcs as such, of those that are looked at, and of the others."""


@dataclass(frozen=True)
class Arc:
    """One weight between two heights."""

    query: float
    """The y of its query."""
    key: float
    weight: float
    """0 to 1."""
    title: str


@dataclass(frozen=True)
class Field:
    """Where arcs are drawn: from x = `left` to `right`, with `pitch` from a position to the next."""

    left: float
    right: float
    pitch: float


def arcs(
    found: Iterable[Arc], field: Field, colour: str, opacity: tuple[float, float] = PLAIN
) -> Iterator[Curve]:
    """The arcs in the order in which they come. Thickness and opacity go by weight."""
    faintest, strongest = opacity
    thickest = min(max(field.pitch * _OF_PITCH, _LEAST_THICK), _THICKEST)
    bend = (field.right - field.left) * _BEND
    for arc in found:
        size = min(max(arc.weight, 0.0), 1.0)
        yield Curve(
            (
                (field.left, arc.query),
                (field.left + bend, arc.query),
                (field.right - bend, arc.key),
                (field.right, arc.key),
            ),
            colour,
            max(thickest * size, _THINNEST),
            faintest + (strongest - faintest) * size,
            arc.title,
        )
