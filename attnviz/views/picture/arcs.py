"""Arcs between two columns of positions: queries on the left, keys on the right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attnviz.records import record
from attnviz.views.picture.drawing import Curve

_THICKEST, _THINNEST = 8.0, 0.4
_OF_PITCH = 0.6
"""The greatest thickness of an arc, as a share of the distance of two positions."""
_LEAST_THICK = 2.5
_BEND = 0.45
"""The length of an arc's handles, as a share of the distance of the columns."""

PLAIN, FOLLOWED, ASIDE = (0.15, 1.0), (0.6, 1.0), (0.04, 0.25)
"""Opacities of the least and of the largest weight: where no query is followed, of the followed one, of the others."""


@record
class Arc:
    """One weight between two heights."""

    query: float
    """The y of its query."""
    key: float
    weight: float
    """0 to 1."""
    title: str


@record
class ArcArea:
    """The area of the arcs: from x = `left` to `right`, with `pitch` from a position to the next."""

    left: float
    right: float
    pitch: float


def arcs(
    found: Iterable[Arc], field: ArcArea, colour: str, opacity: tuple[float, float] = PLAIN
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
