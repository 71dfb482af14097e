"""Plans a film without drawing it: its beats and their times, and the segments that there are to draw."""

from __future__ import annotations

from collections.abc import Callable

from attnviz.records import record
from attnviz.render.drawing.renderer import PlanningRenderer
from attnviz.render.drawing.timeline import Cutter, Segment
from attnviz.render.video.captions import TimedCaption
from attnviz.views.film.film import Film
from attnviz.views.film.production.portable_film import PortableFilm
from attnviz.views.film.stage import Beat, Stage
from attnviz.views.film.timing import TimeSpan


@record
class Plan:
    """The beats and segments of a film, found out without drawing a frame."""

    frames: int
    beats: tuple[Beat, ...]
    time_spans: tuple[TimeSpan, ...]
    """Parts of the time of the film, at normal pace."""
    segments: tuple[Segment, ...] = ()
    """Everything that is to be drawn."""

    @property
    def seconds(self) -> float:
        return self.beats[-1].end if self.beats else 0.0

    @property
    def captions(self) -> list[TimedCaption]:
        """The captions with their times."""
        return [TimedCaption(beat.start, beat.end, beat.caption) for beat in self.beats]


def plan(
    film: Film | PortableFilm,
    on_beat: Callable[[Stage, Beat], None] | None = None,
    on_frames: Callable[[int], None] = lambda count: None,
    on_segment: Callable[[Segment], None] = lambda segment: None,
) -> Plan:
    """Runs the film without drawing it. `on_beat` sees the scene at the end of every beat.

    `on_frames` is called with the number of frames of every movement, `on_segment` with each segment as soon as it is
    planned.

    Raises InputError if the typeface lacks a character that would be shown.
    """
    cutter, segments = Cutter(film.quality.fps), []

    def cut(segment: Segment | None) -> None:
        if segment is not None:
            segments.append(segment)
            on_segment(segment)

    with film.session():
        renderer = PlanningRenderer(on_frames=on_frames, on_play=lambda play: cut(cutter.add(play)))
        scene = film.build_scene(renderer, on_beat)
        scene.render()
    cut(cutter.end())
    return Plan(renderer.frames, tuple(scene.beats), tuple(scene.time_spans), tuple(segments))
