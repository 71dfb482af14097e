"""Similarity of decoded films to manim's frames before any encoder, measured by FFmpeg's filters."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import mean

import av
import numpy as np
from av.filter import Graph
from manim import CairoRenderer, tempconfig

from attnviz.render.quality import Quality
from attnviz.views.film.film import Film
from attnviz.views.film.production.planning import Plan

MEASURE = "luma; SSIM over overlapping blocks of 8 × 8, by FFmpeg's filter"


@dataclass(frozen=True)
class Likeness:
    """Over all frames that were looked at."""

    frames: int
    similarity: float
    """Mean SSIM."""
    least: float
    """The SSIM of the frame that is worst."""
    ratio: float
    """PSNR of the mean squared error, in dB."""


def likeness(film: Film, plan: Plan, files: Mapping[str, Path]) -> dict[str, Likeness]:
    """Similarity of each decoded film to stock manim in the first, middle and last frame of every play.

    Raises ValueError if a film ends too early.
    """
    judges = {name: _Judge(path, film.quality) for name, path in files.items()}

    def on_frame(number: int, pixels: np.ndarray) -> None:
        drawn = av.VideoFrame.from_ndarray(pixels, format="rgba").reformat(format="yuv420p")
        for judge in judges.values():
            judge.see(number, drawn)

    _draw(film, _looked_at(plan), on_frame)
    return {name: judge.verdict() for name, judge in judges.items()}


def _looked_at(plan: Plan) -> frozenset[int]:
    """The numbers of the frames."""
    found, start = set(), 0
    for count in (play.frames for segment in plan.segments for play in segment.plays):
        if count:
            found |= {start, start + count // 2, start + count - 1}
        start += count
    return frozenset(found)


def _draw(film: Film, numbers: frozenset[int], on_frame: Callable[[int, np.ndarray], None]) -> None:
    """Has manim draw the film, with nothing of ours in between."""

    class FrameTap(CairoRenderer):
        shown = 0

        def add_frame(self, frame: np.ndarray, num_frames: int = 1) -> None:
            super().add_frame(frame, num_frames)
            for number in range(self.shown, self.shown + num_frames):
                if number in numbers:
                    on_frame(number, frame)
            self.shown += num_frames

    size = film.quality
    with (
        tempfile.TemporaryDirectory() as folder,
        tempconfig(
            {
                "pixel_width": size.width,
                "pixel_height": size.height,
                "frame_rate": size.fps,
                "media_dir": folder,
                "disable_caching": True,
                "dry_run": True,
                "progress_bar": "none",
                "verbosity": "WARNING",
            }
        ),
    ):
        film.build_scene(FrameTap()).render()


class _Judge:
    """Follows one film."""

    def __init__(self, path: Path, quality: Quality) -> None:
        self._frames = enumerate(av.open(str(path)).decode(video=0))
        self._path = path
        self._filters = {name: _Filter(name, quality) for name in ("ssim", "psnr")}
        self._similar: list[float] = []
        self._errors: list[float] = []

    def see(self, number: int, drawn: av.VideoFrame) -> None:
        """Compares its frame of that number."""
        shown = next((frame for i, frame in self._frames if i == number), None)
        if shown is None:
            raise ValueError(f"{self._path} has no frame {number}")
        self._similar.append(self._filters["ssim"].measure(shown, drawn, "lavfi.ssim.Y"))
        self._errors.append(self._filters["psnr"].measure(shown, drawn, "lavfi.psnr.mse.y"))

    def verdict(self) -> Likeness:
        similar, error = self._similar, mean(self._errors)
        ratio = 10 * math.log10(255**2 / error) if error else math.inf
        return Likeness(len(similar), mean(similar), min(similar), ratio)


class _Filter:
    """One of FFmpeg's filters that compares two films, a frame at a time."""

    def __init__(self, name: str, quality: Quality) -> None:
        self._graph, self._count = Graph(), 0
        self._base = Fraction(1, quality.fps)
        self._sources = [
            self._graph.add_buffer(
                width=quality.width, height=quality.height, format="yuv420p", time_base=self._base
            )
            for _ in range(2)
        ]
        compares, self._sink = self._graph.add(name), self._graph.add("buffersink")
        for i, source in enumerate(self._sources):
            source.link_to(compares, 0, i)
        compares.link_to(self._sink)
        self._graph.configure()

    def measure(self, one: av.VideoFrame, other: av.VideoFrame, what: str) -> float:
        for source, frame in zip(self._sources, (one, other), strict=True):
            frame.pts, frame.time_base = self._count, self._base
            source.push(frame)
        self._count += 1
        return float(self._sink.pull().metadata[what])
