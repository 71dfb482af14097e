"""A scene replayed in a thread of its own that rests between segments: the next one need not begin at the start."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import copy_context
from queue import Queue
from threading import Thread
from typing import Protocol

from manim import CairoRenderer, Camera, Scene

from attnviz.render.drawing.renderer import DrawingRenderer
from attnviz.render.drawing.timeline import Play, Segment
from attnviz.render.quality import Quality
from attnviz.render.video.encoder import SegmentEncoder

_JOIN_SECONDS = 5.0
"""Seconds."""


class SceneSource(Protocol):
    """A scene that can be run again and again, here or in another process."""

    @property
    def quality(self) -> Quality: ...

    def session(self) -> AbstractContextManager[None]:
        """manim, set up for it."""

    def camera_class(self) -> type[Camera]:
        """The class of its camera; to be called within `session`."""

    def build_scene(self, renderer: CairoRenderer) -> Scene:
        """The scene, ready to be rendered within `session`."""


class NonDeterministicSceneError(Exception):
    """The scene was not the same when it was run again."""


class _DismissedError(BaseException):
    """The replay was dismissed: the rest of the scene is not needed."""


class SceneReplay:
    """Runs one scene and draws segments of it on demand, in order. To be dismissed at the end."""

    def __init__(
        self, source: SceneSource, on_frames: Callable[[int], None] = lambda n: None
    ) -> None:
        self._source, self._on_frames = source, on_frames
        self._requests: Queue[Segment | int | None] = Queue()
        self._results: Queue[bytes | BaseException] = Queue()
        # what listens for an interrupt is known by the context
        self._thread = Thread(target=copy_context().run, args=(self._run,), daemon=True)
        self._current: Segment | int | None = None
        self._encoder: SegmentEncoder | None = None
        self._number = 0
        self.position = 0
        """The number of the first play that can still be drawn."""
        self._thread.start()

    def draw(self, segment: Segment) -> bytes:
        """The segment as an .mp4. What lies before it and was not drawn cannot be drawn any more.

        Raises NonDeterministicSceneError if its plays are not those that were planned, and whatever the scene raises.
        """
        self.position = segment.end
        return self._result_of(segment)

    def skip_to(self, number: int) -> None:
        """Goes on to the play of that number without drawing. Raises as `draw` does."""
        self.position = number
        self._result_of(number)

    def dismiss(self) -> None:
        """Ends it, wherever it is."""
        self._requests.put(None)
        # a scene that computes for long between two plays ends later
        self._thread.join(_JOIN_SECONDS)

    def _result_of(self, request: Segment | int) -> bytes:
        self._requests.put(request)
        result = self._results.get()
        if isinstance(result, BaseException):
            raise result
        return result

    def _run(self) -> None:
        try:
            with self._source.session():
                renderer = DrawingRenderer(
                    self._encoder_for,
                    self._finish_play,
                    self._source.camera_class(),
                    self._on_frames,
                )
                self._source.build_scene(renderer).render()
            self._wait_for_segment(None)
            raise NonDeterministicSceneError("the scene ended before what was planned")
        except _DismissedError:
            pass
        except BaseException as error:
            self._results.put(error)

    def _wait_for_segment(self, number: int | None) -> Segment | None:
        """Waits for an order that goes beyond the play of that number: the segment that is drawn now or later."""
        while True:
            if self._current is None:
                self._current = self._requests.get()
                if self._current is None:
                    raise _DismissedError
            if not isinstance(self._current, int):
                return self._current
            if number is not None and number < self._current:
                return None
            self._current = None
            self._results.put(b"")

    def _encoder_for(self, number: int) -> SegmentEncoder | None:
        self._number = number
        segment = self._wait_for_segment(number)
        if segment is None or number < segment.first:
            return None
        if self._encoder is None:
            quality = self._source.quality
            self._encoder = SegmentEncoder(
                quality.width, quality.height, quality.fps, segment.moving
            )
        return self._encoder

    def _finish_play(self, play: Play) -> None:
        segment, encoder = self._current, self._encoder
        assert isinstance(segment, Segment) and encoder is not None
        expected = segment.plays[self._number - segment.first]
        if (play.key, play.frames) != (expected.key, expected.frames):
            raise NonDeterministicSceneError(f"play {self._number} is another one")
        if self._number + 1 == segment.end:
            self._current = self._encoder = None
            self._results.put(encoder.finish())
