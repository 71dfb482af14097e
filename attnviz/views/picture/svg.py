"""A drawing as SVG 1.1 that needs nothing else: no font, no script, no address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from xml.sax.saxutils import escape

import numpy as np

from attnviz.safe_text import safe_text
from attnviz.views.picture.drawing import SMALL, Curve, Drawing, Rectangle, Shading, Shape, TextLine

_FONT = "Inter, 'Noto Sans', 'Noto Sans SC', system-ui, sans-serif"
_WEIGHT = 500
"""Font weight, as in films."""


def svg(drawing: Drawing) -> str:
    """The text of the file. Texts are escaped, whatever they hold; characters that XML does not have become �."""
    width, height = f"{drawing.width:g}", f"{drawing.height:g}"
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="{_FONT}" font-weight="{_WEIGHT}" font-size="{SMALL}">',
        f"<title>{clean(drawing.title)}</title>",
        f'<rect width="{width}" height="{height}" fill="{drawing.background}"/>',
        *map(_written, drawing.shapes),
        "</svg>",
    )
    return "\n".join((*parts, ""))


def clean(text: str) -> str:
    """Text for XML, in one line.

    >>> clean("a\\x00<b>")
    'a�&lt;b&gt;'
    """
    return escape(safe_text(text))


def _written(shape: Shape) -> str:
    match shape:
        case Rectangle():
            return _rectangle(shape)
        case TextLine():
            return _text(shape)
        case Shading():
            return _shading(shape)
        case Curve():
            return _curve(shape)


def _rectangle(rectangle: Rectangle) -> str:
    place = f'x="{rectangle.x:g}" y="{rectangle.y:g}" width="{rectangle.width:g}" height="{rectangle.height:g}"'
    if rectangle.line is None:
        return f'<rect {place} fill="{rectangle.colour}"/>'
    return (
        f'<rect {place} fill="none" stroke="{rectangle.colour}" stroke-width="{rectangle.line:g}"/>'
    )


def _text(line: TextLine) -> str:
    place = f'x="{line.x:g}" y="{line.y:g}" fill="{line.colour}"'
    if line.size != SMALL:
        place += f' font-size="{line.size:g}"'
    if line.anchor != "start":
        place += f' text-anchor="{line.anchor}"'
    if line.upright:
        place += f' transform="rotate(-90 {line.x:g} {line.y:g})"'
    return f"<text {place}>{clean(line.text)}</text>"


def _curve(curve: Curve) -> str:
    (x, y), *rest = curve.points
    along = " ".join(f"{px:.5g} {py:.5g}" for px, py in rest)
    return (
        f'<path d="M{x:.5g} {y:.5g}C{along}" fill="none" stroke="{curve.colour}" '
        f'stroke-width="{curve.thickness:.3g}" stroke-opacity="{curve.opacity:.3g}">'
        f"<title>{clean(curve.title)}</title></path>"
    )


def _shading(shading: Shading) -> str:
    """A group with a path for each shade; its title is shown where the pointer rests on it."""
    rows, columns = shading.levels.shape
    paths = "".join(
        f'<path fill="{shading.colours[level]}" d="{stretches}"/>'
        for level, stretches in _stretches(shading)
    )
    scale = (
        f"translate({shading.x:g} {shading.y:g}) "
        f"scale({shading.width / columns:.6g} {shading.height / rows:.6g})"
    )
    return f'<g transform="{scale}" shape-rendering="crispEdges"><title>{clean(shading.title)}</title>{paths}</g>'


def _stretches(shading: Shading) -> Iterator[tuple[int, str]]:
    """Each level with the path over its entries; neighbours of one shade are one rectangle, to keep the file small."""
    levels: dict[int, list[str]] = defaultdict(list)
    for number, row in enumerate(shading.levels):
        starts = np.flatnonzero(np.diff(row, prepend=-1))
        lengths = np.diff(starts, append=len(row))
        for start, length in zip(starts.tolist(), lengths.tolist(), strict=True):
            levels[int(row[start])].append(f"M{start} {number}h{length}v1h-{length}z")
    for level in sorted(levels):
        yield level, "".join(levels[level])
