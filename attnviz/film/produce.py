"""A scene becomes a file: planned without drawing, drawn with manim, captions beside it."""

from __future__ import annotations

import configparser
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
from manim import CairoRenderer, tempconfig
from manim import config as manim_config
from manim import logger as manim_logger
from manim._config.utils import ManimConfig, config_file_paths

from attnviz.film.captions import Said
from attnviz.film.fonts import check_characters, typeface
from attnviz.film.scene import Beat, LessonScene
from attnviz.film.style import Style
from attnviz.film.timing import Spell
from attnviz.film.typefaces import Typeface
from attnviz.lessons.exhibits import texts_of
from attnviz.lessons.storyboard import Storyboard


@dataclass(frozen=True)
class Quality:
    """Size in pixels and frames a second."""

    width: int
    height: int
    fps: int


QUALITIES = {
    "low": Quality(854, 480, 15),
    "medium": Quality(1280, 720, 30),
    "high": Quality(1920, 1080, 60),
    "4k": Quality(3840, 2160, 60),
}


@dataclass(frozen=True, eq=False)
class Film:
    """What is to be filmed, and how."""

    scene: type[LessonScene]
    storyboard: Storyboard
    style: Style
    quality: Quality
    only: tuple[str, ...] = ()
    """The steps that are told; all where it is empty."""
    font: Typeface | None = None
    """What draws the characters that Inter lacks; None is what is found on the machine."""
    spoken: Mapping[str, float] = field(default_factory=dict)
    """Seconds that a voice takes for a beat, by the beat's name."""
    standing: float | None = None
    """Seconds that a title card stands; None is as long as it takes to read."""


@dataclass(frozen=True)
class Plan:
    """What a film will be: found out without drawing a frame."""

    frames: int
    beats: tuple[Beat, ...]
    spells: tuple[Spell, ...]
    """What the time is spent on, at normal pace."""

    @property
    def seconds(self) -> float:
        return self.beats[-1].end if self.beats else 0.0

    @property
    def said(self) -> list[Said]:
        """The captions with their times."""
        return [Said(beat.start, beat.end, beat.caption) for beat in self.beats]


def plan(
    film: Film,
    on_beat: Callable[[LessonScene, Beat], None] | None = None,
    on_frames: Callable[[int], None] = lambda count: None,
) -> Plan:
    """Tells the film without drawing it. `on_beat` sees the scene at the end of every beat.

    `on_frames` hears, with every movement, how many frames it will have.

    Raises InputError if the typeface lacks a character that would be shown.
    """
    with _session(film, dry_run=True):
        check_characters(_texts(film.storyboard))
        renderer = _Planner(on_frames)
        scene = _scene(film, renderer, on_beat)
        scene.render()
    return Plan(renderer.frames, tuple(scene.beats), tuple(scene.spells))


def produce(
    film: Film, target: Path, on_frames: Callable[[int], None] = lambda count: None
) -> Plan:
    """Draws the film into `target`, an .mp4; `on_frames` hears how many frames were added.

    Works in the user's cache directory and leaves nothing there. Returns what was told, with its times.
    """
    with _session(film, dry_run=False):
        check_characters(_texts(film.storyboard))
        renderer = _Counting(on_frames)
        scene = _scene(film, renderer, None)
        scene.render()
        shutil.copyfile(renderer.file_writer.final_file_path, target)
    return Plan(renderer.frames, tuple(scene.beats), tuple(scene.spells))


def _scene(
    film: Film, renderer: CairoRenderer, on_beat: Callable[[LessonScene, Beat], None] | None
) -> LessonScene:
    scene = film.scene(renderer=renderer)
    scene.storyboard, scene.style, scene.only = film.storyboard, film.style, film.only
    scene.spoken, scene.standing = film.spoken, film.standing
    if on_beat is not None:
        scene.beat_ended = lambda beat: on_beat(scene, beat)  # type: ignore[method-assign]
    return scene


class _Counting(CairoRenderer):
    """manim's renderer, which says how many frames it has added."""

    def __init__(self, on_frames: Callable[[int], None]) -> None:
        super().__init__()
        self.on_frames, self.frames = on_frames, 0

    def add_frame(self, frame: Any, num_frames: int = 1) -> None:
        # a second at a time: nobody is heard while the encoder is behind with what it was given at once
        second = round(self.camera.frame_rate)
        for given in range(0, num_frames, second):
            count = min(second, num_frames - given)
            super().add_frame(frame, count)
            self.frames += count
            self.on_frames(count)


class _Planner(CairoRenderer):
    """Counts the frames that there will be, and draws none."""

    def __init__(self, on_frames: Callable[[int], None]) -> None:
        super().__init__(skip_animations=True)
        self.on_frames, self.frames = on_frames, 0

    def update_frame(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is drawn."""

    def play(self, scene: LessonScene, *args: Any, **kwargs: Any) -> None:
        super().play(scene, *args, **kwargs)
        # as manim counts, to the last bit: one frame more or less an animation is seconds in a lecture
        step = 1 / self.camera.frame_rate
        still = scene.is_current_animation_frozen_frame()
        count = int(scene.duration / step) if still else len(np.arange(0, scene.duration, step))
        self.frames += count
        # manim's own clock runs on as asked where nothing is drawn; a drawn film has whole frames
        self.time = self.frames / self.camera.frame_rate
        self.on_frames(count)


@contextmanager
def _session(film: Film, *, dry_run: bool) -> Iterator[None]:
    """manim's global configuration for one film; its files live in a folder that goes when it is done."""
    quality = film.quality
    with (
        tempfile.TemporaryDirectory(prefix="film-", dir=work_folder()) as folder,
        _unconfigured(),
        tempconfig(
            {
                "media_dir": folder,
                "pixel_width": quality.width,
                "pixel_height": quality.height,
                "frame_rate": quality.fps,
                "frame_height": 8.0,
                "frame_width": 8.0 * quality.width / quality.height,
                "background_color": film.style.theme.background,
                "disable_caching": True,
                "progress_bar": "none",
                "dry_run": dry_run,
            }
        ),
        typeface(film.font),
    ):
        level = manim_logger.level
        manim_logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            manim_logger.setLevel(level)


@contextmanager
def _unconfigured() -> Iterator[None]:
    """manim as it comes: its import has read the manim.cfg of the user and that of the working directory."""
    configured = manim_config.copy()
    manim_config.update(_as_it_comes())
    try:
        yield
    finally:
        manim_config.update(configured)


@cache
def _as_it_comes() -> ManimConfig:
    library, *_ = config_file_paths()
    parser = configparser.ConfigParser()
    parser.read(library)
    return ManimConfig().digest_parser(parser)


def work_folder() -> str:
    """A folder for work files: the user's cache directory, or the system's for temporary files if that is read-only."""
    folder = platformdirs.user_cache_path("attnviz", appauthor=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return str(folder)
    except OSError:
        return tempfile.gettempdir()


def _texts(storyboard: Storyboard) -> list[str]:
    """Every word and name that the film may show."""
    texts = [storyboard.title, *storyboard.brief_notes]
    for step in storyboard.steps:
        texts += [step.title, *step.narration.values()]
        for matrix in (*step.operands, *step.results):
            texts += [each.token for each in (*matrix.rows, *matrix.columns) if each.token]
        for exhibit in step.exhibits:
            texts += texts_of(exhibit)
    return texts
