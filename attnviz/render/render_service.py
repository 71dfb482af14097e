"""Draws scenes: what was drawn before is taken from the store, the rest is shared out to an executor."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from attnviz.render.drawing.scene_replay import NonDeterministicSceneError, SceneSource
from attnviz.render.drawing.timeline import Segment
from attnviz.render.folders import temporary_work_folder
from attnviz.render.pipelined_render import PipelinedRender, Planning, PlanT
from attnviz.render.render_queue import RenderQueue, RenderTask
from attnviz.render.store import Store
from attnviz.render.video.container import is_segment
from attnviz.render.workers.cluster import ClusterAddress
from attnviz.render.workers.executor import Executor, executor
from attnviz.render.workers.worker import dismiss, draw


def ignore(count: int) -> None:
    """Listens to numbers of frames and does nothing."""


def unchanged(source: SceneSource) -> SceneSource:
    """Returns the source as it is: nothing has to be packed for another process."""
    return source


class RenderService:
    """An executor, and a store of what it need not do again."""

    def __init__(
        self,
        executor: Executor,
        store: Store | None = None,
        folder: str | None = None,
        portable: Callable[[SceneSource], SceneSource] = unchanged,
    ) -> None:
        """`store` is None where nothing is kept; `folder` is for work files, None is wherever each process may write.
        `portable` gives a source in the form in which the executor's workers can use it.
        """
        self.executor, self.store, self.folder = executor, store, folder
        self._portable = portable
        self.kept = 0
        """Frames that `draw` took from the store."""
        self._pipelined: PipelinedRender[object] | None = None

    def plan_and_draw(
        self,
        source: SceneSource,
        planning: Planning[PlanT],
        on_frames: Callable[[int], None] = ignore,
    ) -> PlanT:
        """Returns what `planning` returns, and has workers draw segments while it runs, if there are any.

        `on_frames` is called again and again, and may raise. Raises what `planning` raises.
        """
        self.stop()
        if self.executor.workers == 1 or self.folder is None:
            return planning(on_frames, lambda segment: None)
        pipelined = PipelinedRender(
            source,
            planning,
            self._portable(source),
            secrets.token_hex(8),
            self.executor,
            Path(self.folder),
            lambda segment: self.store is not None and self.store.holds(_name(segment) or ""),
            lambda segment, data: self.keep(_name(segment), data),
        )
        self._pipelined = pipelined  # type: ignore[assignment]
        return pipelined.plan(lambda: on_frames(0))

    def stop(self) -> None:
        """Ends what `plan_and_draw` began for a scene that is not drawn."""
        if self._pipelined is not None:
            self._pipelined.close()
            self._pipelined = None

    def draw(
        self,
        tasks: Sequence[RenderTask],
        folder: Path,
        on_frames: Callable[[int], None] = ignore,
    ) -> list[list[Path]]:
        """Draws the segments of each take into files in `folder`, and returns these. `on_frames` is called with how
        many frames were added.

        Raises NonDeterministicSceneError if a scene is not as it was planned, unless all takes can be drawn again here;
        and what a scene raises.
        """
        self._finish_pipelined(tasks, on_frames)
        numbers = count()
        files = [[folder / f"{next(numbers)}.mp4" for _ in task.segments] for task in tasks]
        queue = self._missing(tasks, files, on_frames)
        try:
            self._draw(self.executor, queue, on_frames)
        except NonDeterministicSceneError:
            if not all(task.is_same_here for task in tasks):
                raise
            # another machine may compute the last digit otherwise; the plan was made here
            with executor(1) as local:
                self._draw(local, queue, on_frames)
        return files

    def _finish_pipelined(
        self, tasks: Sequence[RenderTask], on_frames: Callable[[int], None]
    ) -> None:
        if self._pipelined is None:
            return
        if not any(task.source is self._pipelined.source for task in tasks):
            self.stop()
            return
        self.kept += self._pipelined.frames
        self._pipelined.rest(on_frames)

    def _missing(
        self,
        tasks: Sequence[RenderTask],
        files: Sequence[Sequence[Path]],
        on_frames: Callable[[int], None],
    ) -> RenderQueue:
        """Queues what is neither drawn nor stored, and brings the rest to its place."""
        queue = RenderQueue()
        for task, paths in zip(tasks, files, strict=True):
            for segment, path in zip(task.segments, paths, strict=True):
                if self._drawn_while_planned(task, segment, path):
                    continue  # its frames were counted
                if self._drawn_before(segment, path):
                    self.kept += segment.frames
                    on_frames(segment.frames)
                else:
                    queue.add(task, segment, path)
        return queue

    def _draw(
        self, workers: Executor, queue: RenderQueue, on_frames: Callable[[int], None]
    ) -> None:
        portable = self._portable if workers is self.executor else unchanged
        requests = queue.requests(workers.workers, self.folder, portable)
        try:
            for i, drawn in workers.results(draw, requests, lambda: on_frames(0)):
                request = requests[i]
                for segment, data in drawn.by_segment(request):
                    for path in queue.pop(request.scene, segment):
                        path.write_bytes(data)
                        on_frames(segment.frames)
                    self.keep(_name(segment), data)
        finally:
            dismiss()  # the replay of an executor that is this very process

    def _drawn_while_planned(self, task: RenderTask, segment: Segment, path: Path) -> bool:
        if self._pipelined is None or task.source is not self._pipelined.source:
            return False
        drawn = self._pipelined.file(segment)
        if drawn is not None:
            drawn.rename(path)
        return drawn is not None

    def _drawn_before(self, segment: Segment, path: Path) -> bool:
        name = _name(segment)
        if self.store is None or name is None or not self.store.fetch(name, path):
            return False
        if is_segment(path, segment.frames):
            return True
        path.unlink()  # whole, and not what was drawn: somebody else put it there
        return False

    def cached(
        self, name: str | None, make: Callable[[], bytes], is_sound: Callable[[bytes], bool]
    ) -> bytes:
        """Returns what is stored under the name, if it is sound, or else what `make` makes; without a name nothing is
        stored.
        """
        data = None if self.store is None or name is None else self.store.read(name)
        if data is None or not is_sound(data):
            data = make()
            self.keep(name, data)
        return data

    def keep(self, name: str | None, data: bytes) -> None:
        """Stores the bytes under the name, if there is a store and a name."""
        if self.store is not None and name is not None:
            self.store.put(name, data)


def _name(segment: Segment) -> str | None:
    """The name of the segment's file in the store."""
    key = segment.key
    return None if key is None else f"{key}.mp4"


@contextmanager
def executor_and_folder(
    jobs: int, cluster: ClusterAddress | None = None
) -> Iterator[tuple[Executor, str]]:
    """An executor of that many worker processes, or of the dask cluster at that address, and a folder for work files.

    The folder is gone when the block is left, and so are the workers of this machine.
    """
    with temporary_work_folder() as folder, executor(jobs, cluster) as workers:
        yield workers, folder


@contextmanager
def render_service(
    jobs: int = 1, store: Store | None = None, cluster: ClusterAddress | None = None
) -> Iterator[RenderService]:
    """A service with that many worker processes, or with those of the dask cluster at that address.

    Its work files are gone when the block is left, and so are the workers of this machine.
    """
    with executor_and_folder(jobs, cluster) as (workers, folder):
        service = RenderService(workers, store, folder)
        try:
            yield service
        finally:
            service.stop()
