"""Draws ranges of a scene in a worker process, and keeps the scene for the next range."""

from __future__ import annotations

import gc
import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from time import perf_counter

from attnviz.errors import EnvironmentFault
from attnviz.render.drawing.scene_replay import SceneReplay, SceneSource
from attnviz.render.drawing.timeline import Range, Segment
from attnviz.render.folders import use_work_folder
from attnviz.render.workers.executor import call_on_wait
from attnviz.render.workers.job_codec import Plain, sent_as


@dataclass(frozen=True)
class DrawRequest:
    """A range to be drawn."""

    scene: str
    """A name for the scene; orders of one scene share a replay."""
    source: SceneSource
    range: Range
    begin: int
    """The number of the play at which the range begins. One without segments is for going there."""
    folder: str | None = None
    """A folder in which the worker may keep work files."""


@dataclass(frozen=True)
class DrawResult:
    """The segments of an order, drawn."""

    files: tuple[bytes, ...]
    """An .mp4 for each segment of the range."""
    seconds: float

    def by_segment(self, request: DrawRequest) -> Iterator[tuple[Segment, bytes]]:
        """Each segment of the order with its file. Raises EnvironmentFault if there are not as many files."""
        segments = request.range.segments
        if len(segments) != len(self.files):
            raise EnvironmentFault(
                f"a worker sent back {len(self.files)} parts of a film in place of {len(segments)}: install the same "
                "attnviz there, as it is here"
            )
        return zip(segments, self.files, strict=True)


def _to_plain(result: DrawResult) -> Plain:
    return (result.files, result.seconds)


def _from_plain(value: Plain) -> DrawResult:
    match value:
        case (tuple(parts), float(seconds)):
            files = tuple(each for each in parts if isinstance(each, bytes))
            if len(files) == len(parts):
                return DrawResult(files, seconds)
    raise TypeError("it is not what was drawn")


_replays: dict[str, SceneReplay] = {}
"""At most one: manim's configuration is global to the process."""


@sent_as(_to_plain, _from_plain)
def draw(request: DrawRequest) -> DrawResult:
    """The segments of the order.

    Raises NonDeterministicSceneError if the scene is not as it was planned, and whatever it raises.
    """
    began = perf_counter()
    # what a scene prints, it has printed when it was planned
    with redirect_stdout(io.StringIO()):
        files = _draw_range(request)
    return DrawResult(files, perf_counter() - began)


def _draw_range(request: DrawRequest) -> tuple[bytes, ...]:
    replay = _replays.get(request.scene)
    if replay is None or replay.position > request.begin:
        dismiss()
        with use_work_folder(request.folder):
            replay = _replays[request.scene] = SceneReplay(
                request.source, lambda frames: call_on_wait()
            )
    try:
        if not request.range.segments:
            replay.skip_to(request.begin)
        return tuple(replay.draw(segment) for segment in request.range.segments)
    except BaseException:
        dismiss()
        raise


def dismiss() -> None:
    """Ends the replay that is kept for the next order."""
    while _replays:
        _, replay = _replays.popitem()
        replay.dismiss()
        del replay
        gc.collect()  # a scene is full of rings: the next one would come on top of it
