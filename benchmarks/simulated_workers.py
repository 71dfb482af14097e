"""Simulated time of a film on more workers than there are here, from measured times of its segments.

The ranges and their order are those that the service gives out. A worker takes the next as soon as it is free; it runs
the scene up to its range, without drawing what others draw. How fast machines send each other bytes is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from attnviz.render.drawing.scene_replay import SceneReplay
from attnviz.render.drawing.timeline import Range, Segment
from attnviz.render.render_queue import RenderTask
from attnviz.render.workers.executor import executor
from attnviz.render.workers.worker import DrawResult
from attnviz.views.film.film import Film
from attnviz.views.film.production.film_service import FilmService


@dataclass(frozen=True)
class Costs:
    """In seconds, measured."""

    passing: float
    """To tell a play without drawing it."""
    drawing: Mapping[int, float]
    """To draw a segment, by the number of its first play."""

    def of(self, part: Range, position: int) -> float:
        """Seconds to draw a range, for a worker that has replayed the plays before `position`."""
        passed = part.segments[0].first - position
        return passed * self.passing + self.drawn(part)

    def drawn(self, part: Range) -> float:
        return sum(self.drawing[each.first] for each in part.segments)


@dataclass(frozen=True)
class SimulatedRun:
    """The simulated result of a number of workers."""

    makespan: float
    """Seconds from the first range taken up to the last drawn."""
    load: float
    """The share of that time in which a worker is at work, on average."""


def measured(film: Film, segments: Sequence[Segment]) -> Costs:
    """Costs measured in two worker processes, neither of which has drawn anything before."""
    task = RenderTask(film, tuple(segments))
    (drawing,) = _in_new_process(_drawing, task)
    (seconds,) = _in_new_process(_last, task)
    last = segments[-1]
    return Costs(max(seconds - drawing[last.first], 0.0) / max(last.first, 1), drawing)


def _in_new_process(job: Callable[[RenderTask], Any], task: RenderTask) -> list[Any]:
    """Results of the job in a new process."""
    with executor(2) as workers:
        return [result for _, result in workers.results(job, [task], lambda: None)]


def _drawing(task: RenderTask) -> dict[int, float]:
    """Seconds for each segment, drawn one after the other."""
    return dict(zip((each.first for each in task.segments), _segment_seconds(task), strict=True))


def _last(task: RenderTask) -> float:
    """Seconds to get to the last segment, and to draw it."""
    (seconds,) = _segment_seconds(RenderTask(task.source, task.segments[-1:]))
    return seconds


def _segment_seconds(task: RenderTask) -> Iterator[float]:
    began = perf_counter()
    replay = SceneReplay(task.source)
    try:
        for each in task.segments:
            replay.draw(each)
            yield (now := perf_counter()) - began
            began = now
    finally:
        replay.dismiss()


def assigned_ranges(
    film: Film, segments: Sequence[Segment], workers: int, folder: Path
) -> list[Range]:
    """The ranges that the service gives to so many workers, in the order in which it gives them."""
    noting = _RecordingExecutor(workers)
    FilmService(noting).draw([RenderTask(film, tuple(segments))], folder)
    return noting.ranges


class _RecordingExecutor:
    """An executor that draws nothing, and notes what it is given."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.ranges: list[Range] = []

    def results(
        self, job: Callable[[Any], Any], arguments: Sequence[Any], on_wait: Callable[[], None]
    ) -> Iterator[tuple[int, Any]]:
        for i, request in enumerate(arguments):
            self.ranges.append(request.range)
            yield i, DrawResult(tuple(b"" for _ in request.range.segments), 0.0)


def simulated(ranges: Sequence[Range], costs: Costs, workers: int) -> SimulatedRun:
    """Simulates so many workers on those ranges."""
    free, positions = [0.0] * workers, [0] * workers
    for part in ranges:
        worker = free.index(min(free))
        free[worker] += costs.of(part, positions[worker])
        positions[worker] = part.segments[-1].end
    makespan = max(free)
    return SimulatedRun(makespan, sum(free) / (workers * makespan))
