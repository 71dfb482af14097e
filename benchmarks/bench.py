"""What a run of benchmarks/render.py is asked for, and what its parts have in common."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import filmed
from floor import encoding_seconds
from measuring import seconds

from attnviz.library.films.render_resources import cores
from attnviz.render.render_queue import Take
from attnviz.views.film.film import Film
from attnviz.views.film.production.planning import Plan, plan
from attnviz.views.film.production.render_service import studio


@dataclass(frozen=True)
class Bench:
    """What is asked for, and a folder to work in."""

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
        return filmed.stock_seconds(filmed.REFERENCE, self.quality, self.folder, self.stock_film)

    def ours(self, *asked: str, jobs: int | None = None) -> float:
        """Draws a film anew, the reference film if nothing is asked for."""
        count = ("--jobs", str(jobs or cores()))
        film = self.folder / "other.mp4" if asked else self.our_film
        command = filmed.ours(film, self.quality, *asked, "--no-cache", *count)
        return seconds(command, self.folder)

    @cached_property
    def film(self) -> Film:
        return filmed.reference(self.quality)

    @cached_property
    def plan(self) -> Plan:
        return plan(self.film)

    @cached_property
    def segments(self) -> list[Path]:
        """The files of the reference film's segments."""
        folder = self.folder / "segments"
        folder.mkdir()
        with studio(cores()) as place:
            (files,) = place.draw([Take(self.film, self.plan.segments)], folder)
        return files

    def floor(self) -> float:
        return encoding_seconds(self.segments, self.film.quality, cores())
