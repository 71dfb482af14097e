"""How long a film takes on more workers than there are here: from what each segment takes, and who would draw it.

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
from attnviz.render.render_queue import Take
from attnviz.render.workers.executor import executor
from attnviz.render.workers.worker import Drawn
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
        """To draw a range, for a worker who has told the plays before `position`."""
        passed = part.segments[0].first - position
        return passed * self.passing + self.drawn(part)

    def drawn(self, part: Range) -> float:
        return sum(self.drawing[each.first] for each in part.segments)


@dataclass(frozen=True)
class Outcome:
    """What a number of workers would make of it."""

    makespan: float
    """Seconds from the first range taken up to the last drawn."""
    load: float
    """The share of that time in which a worker is at work, on average."""


def measured(film: Film, segments: Sequence[Segment]) -> Costs:
    """What it costs in worker processes such as draw films: each of the two does this for the first time."""
    take = Take(film, tuple(segments))
    (drawing,) = _apart(_drawing, take)
    (told,) = _apart(_last, take)
    last = segments[-1]
    return Costs(max(told - drawing[last.first], 0.0) / max(last.first, 1), drawing)


def _apart(job: Callable[[Take], Any], take: Take) -> list[Any]:
    """What the job gives in a new process."""
    with executor(2) as people:
        return [result for _, result in people.results(job, [take], lambda: None)]


def _drawing(take: Take) -> dict[int, float]:
    """Seconds for each segment, drawn one after the other."""
    return dict(zip((each.first for each in take.segments), _told(take), strict=True))


def _last(take: Take) -> float:
    """Seconds to get to the last segment, and to draw it."""
    (told,) = _told(Take(take.source, take.segments[-1:]))
    return told


def _told(take: Take) -> Iterator[float]:
    began = perf_counter()
    replay = SceneReplay(take.source)
    try:
        for each in take.segments:
            replay.draw(each)
            yield (now := perf_counter()) - began
            began = now
    finally:
        replay.dismiss()


def shared_out(film: Film, segments: Sequence[Segment], workers: int, folder: Path) -> list[Range]:
    """The ranges that the service gives to so many workers, in the order in which it gives them."""
    noting = _Notes(workers)
    FilmService(noting).draw([Take(film, tuple(segments))], folder)
    return noting.ranges


class _Notes:
    """An executor that draws nothing, and notes what it is given."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.ranges: list[Range] = []

    def results(
        self, job: Callable[[Any], Any], arguments: Sequence[Any], on_wait: Callable[[], None]
    ) -> Iterator[tuple[int, Any]]:
        for i, order in enumerate(arguments):
            self.ranges.append(order.range)
            yield i, Drawn(tuple(b"" for _ in order.range.segments), 0.0)


def simulated(ranges: Sequence[Range], costs: Costs, workers: int) -> Outcome:
    """So many workers at those ranges."""
    free, positions = [0.0] * workers, [0] * workers
    for part in ranges:
        who = free.index(min(free))
        free[who] += costs.of(part, positions[who])
        positions[who] = part.segments[-1].end
    makespan = max(free)
    return Outcome(makespan, sum(free) / (workers * makespan))
