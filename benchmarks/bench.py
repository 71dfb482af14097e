"""The options of a run of benchmarks/render.py, and the films that its parts share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import benchmark_films
from floor import encoding_seconds
from measuring import seconds

from attnviz.library.films.render_resources import cores
from attnviz.render.render_queue import RenderTask
from attnviz.views.film.film import Film
from attnviz.views.film.production.film_service import film_service
from attnviz.views.film.production.planning import Plan, plan


@dataclass(frozen=True)
class Bench:
    """The options of a run, and a folder to work in."""

    quality: str
    times: int
    scene: str
    folder: Path

    @property
    def stock_film(self) -> Path:
        """The reference film as manim makes it, once it was made."""
        return self.folder / "stock.mp4"

    @property
    def our_film(self) -> Path:
        return self.folder / "ours.mp4"

    def stock(self) -> float:
        return benchmark_films.stock_seconds(
            benchmark_films.REFERENCE, self.quality, self.folder, self.stock_film
        )

    def ours(self, *arguments: str, jobs: int | None = None) -> float:
        """Draws a film anew, the reference film if nothing is asked for."""
        count = ("--jobs", str(jobs or cores()))
        film = self.folder / "other.mp4" if arguments else self.our_film
        command = benchmark_films.ours(film, self.quality, *arguments, "--no-cache", *count)
        return seconds(command, self.folder)

    @cached_property
    def film(self) -> Film:
        return benchmark_films.reference(self.quality)

    @cached_property
    def plan(self) -> Plan:
        return plan(self.film)

    @cached_property
    def segments(self) -> list[Path]:
        """The files of the reference film's segments."""
        folder = self.folder / "segments"
        folder.mkdir()
        with film_service(cores()) as place:
            (files,) = place.draw([RenderTask(self.film, self.plan.segments)], folder)
        return files

    def floor(self) -> float:
        return encoding_seconds(self.segments, self.film.quality, cores())
