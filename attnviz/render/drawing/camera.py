"""manim's camera for plain scenes, drawing the same picture with less work.

What cannot be seen is not drawn, an outline that was built before is not built again, and what a mobject looks like can
be compared with what it looked like in the frame before. Whatever is not a VMobject is left to manim's own camera.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, TypeAlias

import cairo
import numpy as np
from manim import Camera, VMobject
from manim.camera.camera import CAP_STYLE_MAP, LINE_JOIN_MAP
from manim.constants import LineJointType

_MOST_OUTLINES = 4096
_RELATIVE = 1e-5
"""Distance of two anchors, as a share of that from the origin, up to which manim takes them for one; besides its
absolute bound."""
_MITER = 10
"""Cairo cuts a pointed corner that would reach out further than so many half widths of the line."""
_NO_ROWS = (0, 0)

Context: TypeAlias = "cairo.Context[cairo.ImageSurface]"
Look = tuple[Any, ...]
"""All that decides how a VMobject is drawn; equal looks are equal pixels."""


def look_of(vmobject: VMobject) -> Look:
    """Everything that the camera reads from it."""
    return (
        vmobject.points.tobytes(),
        vmobject.fill_rgbas.tobytes(),
        vmobject.stroke_rgbas.tobytes(),
        vmobject.stroke_width,
        vmobject.background_stroke_rgbas.tobytes(),
        vmobject.background_stroke_width,
        vmobject.joint_type,
        vmobject.cap_style,
        gradient_of(vmobject),
    )


def gradient_of(vmobject: VMobject) -> tuple[float, ...] | None:
    """Returns where its colours begin and end, if there are several: they run over it and all its parts."""
    if len(vmobject.fill_rgbas) < 2 and len(vmobject.stroke_rgbas) < 2:
        return None
    return tuple(
        float(each) for end in vmobject.get_gradient_start_and_end_points() for each in end
    )


class FastCamera(Camera):
    """Draws VMobjects as manim's camera does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._outlines: dict[bytes, cairo.Path] = {}
        super().__init__(*args, **kwargs)

    def init_background(self) -> None:
        super().init_background()
        self._filled = None if self.background_image else self.background

    @property
    def is_flat(self) -> bool:
        """True if the background is of one colour."""
        return self.background is self._filled

    def context(self) -> Context:
        """Returns the cairo context that draws into the picture."""
        return self.get_cairo_context(self.pixel_array)

    def display_vectorized(self, vmobject: VMobject, ctx: Context) -> FastCamera:
        behind = _visible_stroke(vmobject, background=True)
        fill = bool(vmobject.fill_rgbas[:, 3].any())
        stroke = _visible_stroke(vmobject, background=False)
        if not (behind or fill or stroke):
            return self
        self._outline(vmobject, ctx)
        if behind:
            self._stroke(vmobject, ctx, background=True)
        if fill:
            self.set_cairo_context_color(ctx, vmobject.fill_rgbas, vmobject)
            ctx.fill_preserve() if stroke else ctx.fill()
        if stroke:
            self._stroke(vmobject, ctx, background=False)
        return self

    def _stroke(self, vmobject: VMobject, ctx: Context, *, background: bool) -> None:
        self.set_cairo_context_color(ctx, vmobject.get_stroke_rgbas(background), vmobject)
        ctx.set_line_width(vmobject.get_stroke_width(background) * self.cairo_line_width_multiple)
        ctx.set_line_join(LINE_JOIN_MAP[vmobject.joint_type])
        ctx.set_line_cap(CAP_STYLE_MAP[vmobject.cap_style])
        ctx.stroke_preserve()

    def _outline(self, vmobject: VMobject, ctx: Context) -> None:
        """Makes the outline the context's path: as it was built before, if it was."""
        points = vmobject.points
        key = points.tobytes()
        known = self._outlines.get(key)
        ctx.new_path()
        if known is not None:
            ctx.append_path(known)
            return
        _build(ctx, self.transform_points_pre_display(vmobject, points), vmobject)
        if len(self._outlines) >= _MOST_OUTLINES:
            self._outlines.clear()
        self._outlines[key] = ctx.copy_path()

    def rows(self, vmobject: VMobject) -> tuple[int, int]:
        """The rows of the picture that it may touch, from the first to before the last; nothing is (0, 0)."""
        points = vmobject.points
        reach = _reach(vmobject)
        if len(points) == 0 or reach is None:
            return _NO_ROWS
        scale = self.pixel_height / self.frame_height
        heights = points[:, 1]
        middle = self.pixel_height / 2 + self.frame_center[1] * scale
        reach = reach * self.cairo_line_width_multiple * scale + 2
        top, bottom = heights.max(), heights.min()
        if not (np.isfinite(top) and np.isfinite(bottom)):
            return 0, self.pixel_height
        first = int(max(middle - top * scale - reach, 0))
        last = int(min(middle - bottom * scale + reach + 1, self.pixel_height))
        return (first, last) if first < last else _NO_ROWS


def _visible_stroke(vmobject: VMobject, *, background: bool) -> bool:
    if background:
        width, rgbas = vmobject.background_stroke_width, vmobject.background_stroke_rgbas
    else:
        width, rgbas = vmobject.stroke_width, vmobject.stroke_rgbas
    return bool(width) and bool(rgbas[:, 3].any())


def _reach(vmobject: VMobject) -> float | None:
    """Returns how far it is drawn beyond its outline, in manim's widths of lines; None where nothing of it is seen."""
    widths = [
        vmobject.get_stroke_width(background)
        for background in (False, True)
        if _visible_stroke(vmobject, background=background)
    ]
    if not widths:
        return 0.0 if vmobject.fill_rgbas[:, 3].any() else None
    pointed = vmobject.joint_type in (LineJointType.AUTO, LineJointType.MITER)
    return float(max(widths)) / 2 * (_MITER if pointed else 1.5)


def _build(ctx: Context, points: np.ndarray, vmobject: VMobject) -> None:
    """Adds the curves to the context's path: a new part wherever one does not begin where the last one ended."""
    count = len(points) // vmobject.n_points_per_cubic_curve
    if count == 0:
        return
    curves = points[: count * 4, :2].reshape(count, 8)
    near = vmobject.tolerance_for_point_equality
    starts, ends = curves[1:, :2], curves[:-1, 6:]
    parted = (np.abs(ends - starts) > near + _RELATIVE * np.abs(starts)).any(axis=1)
    begins = [0, *(np.flatnonzero(parted) + 1).tolist(), count]
    numbers = curves.tolist()
    curve_to = ctx.curve_to
    for begin, end in pairwise(begins):
        first = numbers[begin]
        ctx.new_sub_path()
        ctx.move_to(first[0], first[1])
        for curve in numbers[begin:end]:
            curve_to(*curve[2:])
        if vmobject.consider_points_equals_2d(first[:2], curve[6:]):
            ctx.close_path()
