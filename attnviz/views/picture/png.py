"""A drawing as PNG, by cairo. Texts are outlines of glyphs, so their positions do not depend on the machine's fonts."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.safe_text import safe_text
from attnviz.views.picture.drawing import Curve, Drawing, Rectangle, Shading, Shape, TextLine

if TYPE_CHECKING:
    import cairo

Outlined: TypeAlias = Callable[[str], tuple[Sequence[FloatArray], float]]
"""A text as the outlines of its glyphs, in em, each (4·curves, 2 or more) control points of cubic curves with y upwards
from the baseline, and the width of all."""

SCALE = 2
"""Pixels a unit: as many as screens of today have."""
_LARGEST = 8192
"""Pixels a side, at most: a picture that would have more gets fewer a unit."""
_BEFORE = {"start": 0.0, "middle": 0.5, "end": 1.0}


def png(drawing: Drawing, outlined: Outlined) -> bytes:
    """The bytes of the file: opaque, 8 bits a channel, `SCALE` pixels a unit."""
    import cairo

    scale = min(SCALE, _LARGEST / max(drawing.width, drawing.height))
    surface = cairo.ImageSurface(
        cairo.FORMAT_RGB24, math.ceil(drawing.width * scale), math.ceil(drawing.height * scale)
    )
    context = cairo.Context(surface)
    context.set_source_rgb(*_parts(drawing.background))
    context.paint()
    context.scale(scale, scale)
    for shape in drawing.shapes:
        _draw(context, shape, outlined)
    written = io.BytesIO()
    surface.write_to_png(written)
    return written.getvalue()


def _draw(context: cairo.Context[cairo.ImageSurface], shape: Shape, outlined: Outlined) -> None:
    match shape:
        case Rectangle():
            _rectangle(context, shape)
        case TextLine():
            _text(context, shape, outlined)
        case Shading():
            _shading(context, shape)
        case Curve():
            _curve(context, shape)


def _rectangle(context: cairo.Context[cairo.ImageSurface], rectangle: Rectangle) -> None:
    context.set_source_rgb(*_parts(rectangle.colour))
    context.rectangle(rectangle.x, rectangle.y, rectangle.width, rectangle.height)
    if rectangle.line is None:
        context.fill()
        return
    context.set_line_width(rectangle.line)
    context.stroke()


def _text(context: cairo.Context[cairo.ImageSurface], line: TextLine, outlined: Outlined) -> None:
    outlines, width = outlined(safe_text(line.text))
    context.save()
    context.translate(line.x, line.y)
    if line.upright:
        context.rotate(-math.pi / 2)
    context.scale(line.size, -line.size)
    context.translate(-_BEFORE[line.anchor] * width, 0)
    for outline in outlines:
        _trace(context, outline[:, :2])
    context.restore()
    context.set_source_rgb(*_parts(line.colour))
    context.fill()


def _trace(context: cairo.Context[cairo.ImageSurface], outline: FloatArray) -> None:
    """Adds curves to the path; where one does not begin where the last ended, a contour begins."""
    last = None
    for begin, one, other, end in outline.reshape(-1, 4, 2).tolist():
        if begin != last:
            context.move_to(*begin)
        context.curve_to(*one, *other, *end)
        last = end


def _curve(context: cairo.Context[cairo.ImageSurface], curve: Curve) -> None:
    begin, one, other, end = curve.points
    context.set_source_rgba(*_parts(curve.colour), curve.opacity)
    context.set_line_width(curve.thickness)
    context.move_to(*begin)
    context.curve_to(*one, *other, *end)
    context.stroke()


def _shading(context: cairo.Context[cairo.ImageSurface], shading: Shading) -> None:
    """The matrix is a small picture, a pixel an entry, enlarged without smoothing."""
    import cairo

    rows, columns = shading.levels.shape
    colours = np.array([int(colour[1:], 16) for colour in shading.colours], dtype=np.uint32)
    pixels = np.ascontiguousarray(colours[shading.levels])
    small = cairo.ImageSurface.create_for_data(
        pixels.data.cast("B"), cairo.FORMAT_RGB24, columns, rows, 4 * columns
    )
    context.save()
    context.translate(shading.x, shading.y)
    context.scale(shading.width / columns, shading.height / rows)
    context.set_source_surface(small)
    context.get_source().set_filter(cairo.FILTER_NEAREST)
    context.get_source().set_extend(cairo.EXTEND_PAD)
    context.rectangle(0, 0, columns, rows)
    context.fill()
    context.restore()


def _parts(colour: str) -> tuple[float, float, float]:
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))  # type: ignore[return-value]
