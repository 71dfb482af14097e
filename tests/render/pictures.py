"""The pictures of a scene as manim draws them and as they are drawn here, before they are encoded."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
from manim import CairoRenderer

from attnviz.render.drawing.renderer import DrawingRenderer
from attnviz.render.quality import Quality
from attnviz.render.scenes.own_scene import OwnScene
from attnviz.render.scenes.scene_file import SceneFile, bundled, load
from attnviz.views.film.film import Film

Pictures = dict[int, list[np.ndarray]]
"""By play, each of its frames, (height, width, 4); what stands is there once a frame too, but is not copied."""


def own(path: Path, name: str, quality: Quality) -> OwnScene:
    """A scene of a file."""
    return OwnScene(bundled(load(SceneFile(path, name))), quality)


def by_manim(source: Film | OwnScene) -> Pictures:
    """The frames that stock manim gives to its encoder."""
    seen: Pictures = defaultdict(list)

    class Stock(CairoRenderer):
        def add_frame(self, frame: np.ndarray, num_frames: int = 1) -> None:
            super().add_frame(frame, num_frames)
            if not self.skip_animations:
                seen[self.num_plays].extend([frame] * num_frames)

    with source.session():
        source.build_scene(Stock(camera_class=source.camera_class())).render()
    return seen


def by_us(source: Film | OwnScene) -> Pictures:
    """The frames that our encoder is given."""
    seen: Pictures = defaultdict(list)
    current: list[int] = []

    class Recorder:
        """An encoder that keeps what it would encode; rows that are not said to have changed remain as they were."""

        def paint(self, pixels: np.ndarray, rows: list[tuple[int, int]] | None = None) -> None:
            if rows is None:
                self.picture = pixels.copy()
                return
            self.picture = self.picture.copy()
            for first, last in rows:
                self.picture[first:last] = pixels[first:last]

        def show(self, frames: int = 1) -> None:
            seen[current[-1]].extend([self.picture] * frames)

    recorder = Recorder()

    def encoder_for(number: int) -> Recorder:
        current.append(number)
        return recorder

    with source.session():
        renderer = DrawingRenderer(encoder_for, lambda play: None, source.camera_class())
        source.build_scene(renderer).render()
    return seen


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    """Mean structural similarity of two pictures' luma, over blocks of 8 × 8 pixels.

    Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004.
    """
    a, b = (
        _blocks(each[..., :3].astype(float) @ (0.299, 0.587, 0.114), 8) for each in (one, other)
    )
    mean_a, mean_b = a.mean(-1), b.mean(-1)
    both = ((a - mean_a[..., None]) * (b - mean_b[..., None])).mean(-1)
    dark, flat = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    similar = (2 * mean_a * mean_b + dark) * (2 * both + flat)
    return float(
        (similar / ((mean_a**2 + mean_b**2 + dark) * (a.var(-1) + b.var(-1) + flat))).mean()
    )


def worst_block(one: np.ndarray, other: np.ndarray, side: int = 4) -> float:
    """The largest mean difference of a block of pixels, in levels of 255."""
    apart = np.abs(one[..., :3].astype(float) - other[..., :3]).mean(-1)
    return float(_blocks(apart, side).mean(-1).max())


def _blocks(picture: np.ndarray, side: int) -> np.ndarray:
    height, width = (each // side for each in picture.shape)
    cut = picture[: height * side, : width * side].reshape(height, side, width, side)
    return cut.swapaxes(1, 2).reshape(height, width, side * side)
