"""A user's own scene as a film: planned, drawn in parts and joined, or in one go if it is another each time it runs."""

from __future__ import annotations

import io
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from manim import CairoRenderer, Camera, Scene, tempconfig

from attnviz.errors import AttnvizError, InputError
from attnviz.render.code_identity import OWN
from attnviz.render.drawing.camera import FastCamera
from attnviz.render.drawing.renderer import DrawingRenderer, PlanningRenderer, PlayRenderer
from attnviz.render.drawing.session import session
from attnviz.render.drawing.timeline import Cutter, Play, Segment, segmented
from attnviz.render.folders import work_folder
from attnviz.render.quality import Quality
from attnviz.render.render_queue import RenderTask
from attnviz.render.render_service import RenderService
from attnviz.render.scenes.scene_file import Bundle, settings, unbundled
from attnviz.render.video.captions import TimedCaption
from attnviz.render.video.container import UNDETERMINED, ChapterMark, Track, assemble
from attnviz.render.video.encoder import SegmentEncoder

if TYPE_CHECKING:
    from pydub import AudioSegment

_UNNAMED = ("autocreated", "unnamed")
"""Sections to which nobody gave a name."""
_OURS = frozenset(
    {"pixel_width", "pixel_height", "frame_rate", "media_dir", "dry_run", "format"}
    | {"disable_caching", "progress_bar"}
)
"""Settings that a scene's file may not change: the command line says it, or this renderer needs it so."""


@dataclass(frozen=True)
class OwnScene:
    """A scene that can be run here and on other machines."""

    bundle: Bundle
    quality: Quality

    @contextmanager
    def session(self) -> Iterator[None]:
        """manim as the user has configured it, and as the scene's file does."""
        own = {k: v for k, v in settings(self._scene).items() if k not in _OURS}
        with session(self.quality, as_it_comes=False), tempconfig(own):
            yield

    def camera_class(self) -> type[Camera]:
        """The class of its camera: its author may have chosen another than manim's."""
        return type(self._scene().renderer.camera)

    def build_scene(self, renderer: CairoRenderer) -> Scene:
        return self._scene(renderer=renderer)

    @property
    def _scene(self) -> type[Scene]:
        return unbundled(self.bundle)


@dataclass(frozen=True, eq=False)
class ScenePlan:
    """The plays of an own scene, found out without drawing it."""

    frames: int
    plays: tuple[Play, ...]
    sections: tuple[tuple[str, int], ...]
    """The names of its sections, and the frame that each begins with."""
    captions: tuple[TimedCaption, ...]
    sound: AudioSegment | None
    repeatable: bool
    """True if its plays can be drawn one by one."""

    def segments(self, fps: int) -> tuple[Segment, ...]:
        return segmented(self.plays, fps)


def plan_scene(scene: OwnScene, on_frames: Callable[[int], None] = lambda count: None) -> ScenePlan:
    """Runs the scene without drawing it.

    Raises InputError if it plays nothing, or fails.
    """
    with scene.session(), _failures_as_input_errors(scene):
        renderer = PlanningRenderer(scene.camera_class(), on_frames)
        scene.build_scene(renderer).render()
    return _plan_of(renderer, renderer.plays)


def make(
    scene: OwnScene,
    planned: ScenePlan,
    target: Path,
    service: RenderService,
    on_frames: Callable[[int], None] = lambda count: None,
    *,
    encoding_tool: str,
) -> ScenePlan:
    """Draws the scene into `target`, an .mp4 with a chapter a named section, its subcaptions, and its sounds.

    Returns the plan that the film follows: another than `planned` if the scene is not the same each time it runs. If it
    has to be drawn anew, `on_frames` is called with the number of lost frames, below 0. `encoding_tool` is written into
    the film.

    Raises InputError if it fails.
    """
    with tempfile.TemporaryDirectory(prefix="parts-", dir=work_folder()) as name:
        folder = Path(name)
        planned, files = _drawn(scene, planned, service, folder, on_frames)
        sound = None
        if planned.sound is not None:
            sound = folder / "sound.wav"
            planned.sound.export(sound, format="wav").close()
        fps = scene.quality.fps
        assemble(
            files,
            target,
            chapters=_chapters(planned, fps),
            tracks=[Track(UNDETERMINED, planned.captions)] if planned.captions else [],
            title=scene.bundle.scene,
            description="",
            comment="",
            language=UNDETERMINED,
            encoding_tool=encoding_tool,
            sound=sound,
        )
    return planned


def _drawn(
    scene: OwnScene,
    planned: ScenePlan,
    service: RenderService,
    folder: Path,
    on_frames: Callable[[int], None],
) -> tuple[ScenePlan, list[Path]]:
    """The plan that was followed and its files: drawn in parts if that can be done, or else in one go."""
    added = 0

    def add(frames: int) -> None:
        nonlocal added
        added += frames
        on_frames(frames)

    if planned.repeatable:
        task = RenderTask(scene, planned.segments(scene.quality.fps))
        try:
            (files,) = service.draw([task], folder, add)
            return planned, files
        except AttnvizError:
            raise
        except Exception:
            # it is another scene when it runs again, or its pictures are not on the machine that draws it
            on_frames(-added)
    return _in_one_go(scene, folder, on_frames)


def _in_one_go(
    scene: OwnScene, folder: Path, on_frames: Callable[[int], None]
) -> tuple[ScenePlan, list[Path]]:
    """Draws the scene from its beginning to its end, here."""
    strip = _Strip(folder, scene.quality)
    # what a scene prints, it has printed when it was planned
    with scene.session(), _failures_as_input_errors(scene), redirect_stdout(io.StringIO()):
        renderer = DrawingRenderer(strip.encoder, strip.drawn, scene.camera_class(), on_frames)
        scene.build_scene(renderer).render()
    strip.end()
    return _plan_of(renderer, strip.plays), strip.files


class _Strip:
    """Segments as they come."""

    def __init__(self, folder: Path, quality: Quality) -> None:
        self._folder, self._quality = folder, quality
        self._encoder: SegmentEncoder | None = None
        self._cutter = Cutter(quality.fps)
        self.plays: list[Play] = []
        self.files: list[Path] = []

    def encoder(self, number: int) -> SegmentEncoder:
        if self._encoder is None:
            size = self._quality
            self._encoder = SegmentEncoder(size.width, size.height, size.fps)
        return self._encoder

    def drawn(self, play: Play) -> None:
        self.plays.append(play)
        self._write(self._cutter.add(play))

    def end(self) -> None:
        self._write(self._cutter.end())

    def _write(self, segment: Segment | None) -> None:
        if segment is not None and self._encoder is not None:
            self.files.append(self._folder / f"whole-{len(self.files)}.mp4")
            self.files[-1].write_bytes(self._encoder.finish())
            self._encoder = None


@contextmanager
def _failures_as_input_errors(scene: OwnScene) -> Iterator[None]:
    """Raises InputError if the scene fails, or ends the program."""
    try:
        yield
    except InputError:
        raise
    except SystemExit as error:
        if _is_from_program(error):
            raise
        cure = "leave that out, a scene ends by itself"
        raise InputError(f"{_place_of(scene, error)}: ends the program: {cure}") from error
    except Exception as error:
        reason = " ".join(str(error).split()) or "no more is said"
        raise InputError(f"{_place_of(scene, error)}: {type(error).__name__}: {reason}") from error


def _is_from_program(error: SystemExit) -> bool:
    """True if this program raised it, because it was asked to end from outside, and not the scene."""
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return str(frame.f_globals.get("__name__")).startswith(OWN)


def _place_of(scene: OwnScene, error: BaseException) -> str:
    """The scene's file, and the line of it in which something went wrong."""
    file, _ = scene.bundle.files[0]
    trace = traceback.walk_tb(error.__traceback__)
    lines = [line for frame, line in trace if Path(frame.f_code.co_filename).name == file]
    return f"{file}, line {lines[-1]}" if lines else file


def _plan_of(renderer: PlayRenderer, plays: list[Play]) -> ScenePlan:
    if not renderer.frames:
        raise InputError("the scene plays nothing: a film needs self.play(…) or self.wait(…)")
    writer = renderer.file_writer
    captions = tuple(
        TimedCaption(each.start.total_seconds(), each.end.total_seconds(), each.content)
        for each in writer.subcaptions
    )
    return ScenePlan(
        renderer.frames,
        tuple(plays),
        tuple(renderer.sections),
        captions,
        writer.audio_segment if writer.includes_sound else None,
        repeatable=isinstance(renderer.camera, FastCamera),
    )


def _chapters(planned: ScenePlan, fps: int) -> list[ChapterMark]:
    """One a section, where any has a name."""
    begun = [(name, start) for name, start in planned.sections if start < planned.frames]
    # of those that begin at once, all but the last are empty
    named = {start: name for name, start in begun}
    if all(name in _UNNAMED for name in named.values()):
        return []
    titles = [
        str(number) if name in _UNNAMED else name
        for number, (_, name) in enumerate(sorted(named.items()), start=1)
    ]
    bounds = pairwise([*sorted(named), planned.frames])
    return [
        ChapterMark(title, start / fps, end / fps)
        for title, (start, end) in zip(titles, bounds, strict=True)
    ]
