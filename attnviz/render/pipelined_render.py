"""Draws a scene while it is still being planned: a segment that is known to be missing need not wait for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import Generic, Protocol, TypeVar

from attnviz.render.drawing.scene_replay import NonDeterministicSceneError, SceneSource
from attnviz.render.drawing.timeline import Range, Segment
from attnviz.render.workers.executor import Executor
from attnviz.render.workers.worker import DrawRequest, DrawResult, draw

PlanT = TypeVar("PlanT")
PlanT_co = TypeVar("PlanT_co", covariant=True)

_EFFORT = 2.0
"""Of a range: how much there will be in all is not known yet."""
_STEP = 0.4
"""Seconds between two requests that bring idle workers up to the plan."""
_POLL_SECONDS = 0.05
"""Seconds between two looks at whether the work is to go on."""


class Planning(Protocol[PlanT_co]):
    """A function that plans a scene: it calls `on_frames` in every movement and `on_segment` with every segment."""

    def __call__(
        self, on_frames: Callable[[int], None], on_segment: Callable[[Segment], None]
    ) -> PlanT_co: ...


class _StoppedError(BaseException):
    """The render was closed: the plan is not needed."""


class _Planned(Generic[PlanT]):
    """The plan, as the last thing that comes of planning."""

    def __init__(self, plan: PlanT) -> None:
        self.plan = plan


class PipelinedRender(Generic[PlanT]):
    """Plans a scene in a thread, and has an executor draw missing segments as soon as they are planned.

    Idle workers replay the plan, so that they are ready. To be closed.
    """

    def __init__(
        self,
        source: SceneSource,
        planning: Planning[PlanT],
        sent: SceneSource,
        name: str,
        executor: Executor,
        folder: Path,
        is_there: Callable[[Segment], bool],
        keep: Callable[[Segment, bytes], None],
    ) -> None:
        """`sent` is the source as workers get it, `name` one that no other scene of the executor has. Drawn segments go
        into `folder`, and to `keep`; those for which `is_there` is true are left out.
        """
        self.source, self._planning, self._sent_source = source, planning, sent
        self._name, self._folder, self._is_there, self._keep = name, folder, is_there, keep
        self._planned: SimpleQueue[Segment | _Planned[PlanT] | BaseException] = SimpleQueue()
        self._plan: _Planned[PlanT] | None = None
        self._stopped = Event()
        self._on_wait: Callable[[], None] = lambda: None
        self._workers = executor.workers
        self._followers = max(1, self._workers - 1)
        """Workers that follow the plan: where as many work as there are cores, planning has one of them."""
        self._sent: list[DrawRequest] = []
        self.frames = 0
        """Frames drawn so far."""
        self._thread = Thread(target=copy_context().run, args=(self._run_planning,), daemon=True)
        self._thread.start()
        self._results = executor.results(draw, self._requests(), lambda: self._on_wait())

    def plan(self, on_wait: Callable[[], None]) -> PlanT:
        """Returns the plan. Raises what planning raises, and what `on_wait` does."""
        for _ in self._drawn_frames(on_wait):
            if self._plan is not None:
                break
        assert self._plan is not None
        return self._plan.plan

    def rest(self, on_frames: Callable[[int], None]) -> None:
        """Draws what is still missing, as far as the executor can.

        `on_frames` is called with how many frames were drawn, those before too.
        """
        on_frames(self.frames)
        for frames in self._drawn_frames(lambda: on_frames(0)):
            on_frames(frames)

    def file(self, segment: Segment) -> Path | None:
        """Returns the path of the segment, if it was drawn here."""
        path = self._path(segment)
        return path if path.exists() else None

    def close(self) -> None:
        """Ends planning and drawing."""
        self._stopped.set()
        self._results.close()
        self._thread.join()

    def _drawn_frames(self, on_wait: Callable[[], None]) -> Iterator[int]:
        """The frames of each range that is done."""
        self._on_wait = on_wait
        try:
            for i, drawn in self._results:
                frames = self._store_files(self._sent[i], drawn)
                self.frames += frames
                yield frames
        except NonDeterministicSceneError:
            # whoever draws the rest will meet the error; the plan can be made all the same
            while self._plan is None:
                for _ in self._segments():
                    pass

    def _store_files(self, request: DrawRequest, drawn: DrawResult) -> int:
        for segment, data in drawn.by_segment(request):
            self._path(segment).write_bytes(data)
            self._keep(segment, data)
        return sum(each.frames for each in request.range.segments)

    def _path(self, segment: Segment) -> Path:
        return self._folder / f"{self._name}-{segment.first}.mp4"

    def _requests(self) -> Iterator[DrawRequest]:
        """Orders, each as soon as there is enough to draw, or a segment comes that need not be drawn."""
        missing: list[Segment] = []
        followed, sent = 0.0, 0
        for segment in self._segments():
            is_there = self._is_there(segment)
            if not is_there:
                missing.append(segment)
            # a segment is enough for a worker that has drawn nothing yet: there may not be many
            if missing and (is_there or sent < self._workers or _effort(missing) >= _EFFORT):
                yield self._request(tuple(missing), missing[0].first)
                missing, sent = [], sent + 1
            # what changed is mostly in one place: after it the cores are left to those that draw
            elif not missing and not sent and monotonic() - followed > _STEP:
                followed = monotonic()
                for _ in range(self._followers):
                    yield self._request((), segment.end)
        if missing:
            yield self._request(tuple(missing), missing[0].first)

    def _request(self, segments: tuple[Segment, ...], begin: int) -> DrawRequest:
        request = DrawRequest(
            self._name, self._sent_source, Range(segments), begin, str(self._folder)
        )
        self._sent.append(request)
        return request

    def _segments(self) -> Iterator[Segment]:
        """Yields the segments as they are planned."""
        while True:
            try:
                planned = self._planned.get(timeout=_POLL_SECONDS)
            except Empty:
                self._on_wait()
                continue
            if isinstance(planned, BaseException):
                raise planned
            if isinstance(planned, _Planned):
                self._plan = planned
                return
            yield planned

    def _run_planning(self) -> None:
        def go_on(count: int) -> None:
            if self._stopped.is_set():
                raise _StoppedError

        try:
            plan = self._planning(on_frames=go_on, on_segment=self._planned.put)
        except BaseException as error:
            self._planned.put(error)
        else:
            self._planned.put(_Planned(plan))


def _effort(segments: Iterable[Segment]) -> float:
    return sum(each.effort for each in segments)
