"""The picture of a play, frame after frame: only the rows in which something changed are drawn again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from manim import Camera, Mobject, VMobject
from manim.utils.family import extract_mobject_family_members

from attnviz.render.drawing.camera import FastCamera, Look, gradient_of, look_of

Rows = tuple[int, int]
"""Of the picture, from the first to before the last, the top row being 0."""
_GAP = 16
"""Rows between two changes that are drawn again with them: fewer, larger bands are quicker."""


def merged(rows: Iterable[Rows], gap: int = _GAP) -> list[Rows]:
    """Bands that hold all the rows, in order and apart.

    >>> merged([(40, 60), (0, 10), (12, 20), (5, 5)], gap=4)
    [(0, 20), (40, 60)]
    """
    bands: list[Rows] = []
    for first, last in sorted(each for each in rows if each[0] < each[1]):
        if bands and first <= bands[-1][1] + gap:
            bands[-1] = bands[-1][0], max(bands[-1][1], last)
        else:
            bands.append((first, last))
    return bands


class Canvas:
    """The picture of a camera while one play lasts.

    `static` is what stands below everything that may change; `moving` all from there on, in the order of drawing. Of
    that, only what is in `changing` is looked at in every frame; None is all of it. Where `fixed`, what there is to be
    drawn is found out once: no mobject gets or loses parts in this play.
    """

    def __init__(
        self,
        camera: Camera,
        static: Sequence[Mobject],
        moving: Sequence[Mobject],
        changing: set[int] | None = None,
        *,
        fixed: bool = False,
    ) -> None:
        self._camera, self._moving, self._changing = camera, moving, changing
        self._family: list[Mobject] | None = None
        if fixed:
            self._family = extract_mobject_family_members(moving, camera.use_z_index)
        camera.reset()
        if static:
            camera.capture_mobjects(static)
        self._below: npt.NDArray[np.uint8] = camera.pixel_array.copy()
        self._shown: list[VMobject] = []
        self._looks: list[Look] = []
        self._rows: list[Rows] = []
        self._first = True

    @property
    def pixels(self) -> npt.NDArray[np.uint8]:
        """The picture, (height, width, 4) RGBA."""
        pixels: npt.NDArray[np.uint8] = self._camera.pixel_array
        return pixels

    def draw(self) -> list[Rows] | None:
        """Draws the frame as the mobjects are now; gives the rows that changed, None where all may have."""
        camera = self._camera
        displayed = self._displayed()
        if not isinstance(camera, FastCamera) or not all(map(_is_simple, displayed)):
            return self._draw_by_manim(displayed)
        if self._first or not _same(displayed, self._shown):
            self._draw_whole(camera, displayed)
            return None
        bands = merged(self._changed(camera))
        if bands:
            self._draw_bands(camera, bands)
        return bands

    def _displayed(self) -> list[Mobject]:
        if self._family is not None:
            return [each for each in self._family if len(each.points)]
        shown: list[Mobject] = self._camera.get_mobjects_to_display(self._moving)
        return shown

    def _draw_by_manim(self, displayed: list[Mobject]) -> list[Rows] | None:
        before = None if self._first else self.pixels.copy()
        self._shown, self._first = [], False
        self._camera.set_frame_to_background(self._below)
        self._camera.capture_mobjects(self._moving)
        if before is None:
            return None
        different = (before != self.pixels).any(axis=(1, 2))
        return merged((int(row), int(row) + 1) for row in np.flatnonzero(different))

    def _draw_whole(self, camera: FastCamera, displayed: list[VMobject]) -> None:
        self._shown, self._first = displayed, False
        self._looks = [look_of(each) for each in displayed]
        self._rows = [camera.rows(each) for each in displayed]
        camera.set_frame_to_background(self._below)
        context = camera.context()
        for each in displayed:
            camera.display_vectorized(each, context)

    def _changed(self, camera: FastCamera) -> list[Rows]:
        """Rows of what has changed its look since the frame before: where it was, and where it is."""
        touched = []
        for i, each in enumerate(self._shown):
            if not self._may_change(each):
                continue
            look = look_of(each)
            if look != self._looks[i]:
                touched.append(self._rows[i])
                self._looks[i], self._rows[i] = look, camera.rows(each)
                touched.append(self._rows[i])
        return touched

    def _may_change(self, mobject: VMobject) -> bool:
        if self._changing is None or id(mobject) in self._changing:
            return True
        # its colours move with its parts, which may be what changes
        return bool(mobject.submobjects) and gradient_of(mobject) is not None

    def _draw_bands(self, camera: FastCamera, bands: list[Rows]) -> None:
        pixels, context = self.pixels, camera.context()
        context.save()
        matrix = context.get_matrix()
        context.identity_matrix()
        context.new_path()
        for first, last in bands:
            pixels[first:last] = self._below[first:last]
            context.rectangle(0, first, pixels.shape[1], last - first)
        context.clip()
        context.set_matrix(matrix)
        for each, (first, last) in zip(self._shown, self._rows, strict=True):
            if any(first < end and begin < last for begin, end in bands):
                camera.display_vectorized(each, context)
        context.restore()


def _is_simple(mobject: Mobject) -> bool:
    """True if the fast camera draws it, and knows where."""
    return isinstance(mobject, VMobject) and mobject.background_image is None


def _same(some: Sequence[Mobject], others: Sequence[Mobject]) -> bool:
    return len(some) == len(others) and all(a is b for a, b in zip(some, others, strict=True))
