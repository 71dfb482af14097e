"""Plans and draws films: what was planned or drawn before is taken from the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from attnviz.progress import report
from attnviz.render.drawing.scene_replay import SceneSource
from attnviz.render.drawing.timeline import Segment
from attnviz.render.folders import use_work_folder
from attnviz.render.program import Program
from attnviz.render.render_service import RenderService, executor_and_folder, ignore, unchanged
from attnviz.render.store import Store
from attnviz.render.workers.cluster import ClusterAddress
from attnviz.render.workers.executor import Executor
from attnviz.render.workers.job_codec import sent_as
from attnviz.views.film.film import Film
from attnviz.views.film.production import plan_cache
from attnviz.views.film.production.planning import Plan, plan
from attnviz.views.film.production.portable_film import portable_film

PROGRAM = Program("attnviz", ("attnviz", "attnviz.scenes"))
"""The files of these packages decide what a film is like: words and examples are among them."""
_PLANNING = "Planning"
"""What films that are planned are reported as."""


class FilmService(RenderService):
    """A render service that plans films as well."""

    def __init__(
        self,
        executor: Executor,
        store: Store | None = None,
        folder: str | None = None,
        *,
        away: bool = False,
    ) -> None:
        """`store` and `folder` are those of a render service.

        Where workers are `away`, on other machines, films are sent with their fonts.
        """
        super().__init__(executor, store, folder, _with_fonts if away else unchanged)

    def plan(
        self,
        films: Sequence[Film],
        on_frames: Callable[[int], None] = ignore,
        *,
        ahead: bool = False,
    ) -> tuple[Plan, ...]:
        """Plans each film. With `ahead`, drawing begins meanwhile, where one is new. `on_frames` is called again and
        again, and may raise.

        Raises InputError as `planning.plan` does.
        """
        keys = [plan_cache.key_of(each, PROGRAM) for each in films]
        known = {key: plan for key in keys if (plan := self._planned_before(key)) is not None}
        new = {key: film for key, film in zip(keys, films, strict=True) if key not in known}
        if len(new) == 1:
            report(_PLANNING)
            known |= {key: self._plan_one(film, on_frames, ahead) for key, film in new.items()}
        else:
            report(_PLANNING, 0, len(new))
            requests = [(self._portable(film), self.folder) for film in new.values()]
            done = self.executor.results(_planned, requests, lambda: on_frames(0))
            names = list(new)
            for count, (i, plan) in enumerate(done, start=1):
                report(_PLANNING, count, len(names))
                known[names[i]] = plan
        for key in new:
            self.keep(f"{key}.json", plan_cache.plan_to_bytes(known[key]))
        return tuple(known[key] for key in keys)

    def _plan_one(self, film: Film, on_frames: Callable[[int], None], ahead: bool) -> Plan:
        def planning(
            on_frames: Callable[[int], None], on_segment: Callable[[Segment], None]
        ) -> Plan:
            return plan(film, on_frames=on_frames, on_segment=on_segment)

        if ahead:
            return self.plan_and_draw(film, planning, on_frames)
        self.stop()
        return plan(film, on_frames=on_frames)

    def _planned_before(self, key: str) -> Plan | None:
        if self.store is None:
            return None
        data = self.store.read(f"{key}.json")
        if data is None:
            return None
        try:
            return plan_cache.plan_from_bytes(data)
        except ValueError:
            return None  # another version's: it is planned anew


def _with_fonts(source: SceneSource) -> SceneSource:
    """Returns a film with its glyphs; any other scene as it is."""
    return portable_film(source) if isinstance(source, Film) else source


@sent_as(plan_cache.plan_to_bytes, plan_cache.plan_from_bytes)
def _planned(request: tuple[Any, str | None]) -> Plan:
    """Plans a film in a worker process, as it is or portable; with it comes the folder for its work files."""
    film, folder = request
    with use_work_folder(folder):
        return plan(film)


@contextmanager
def film_service(
    jobs: int = 1, store: Store | None = None, cluster: str | None = None
) -> Iterator[FilmService]:
    """A service with that many worker processes, or with those of the dask cluster at that address.

    Its work files are gone when the block is left, and so are the workers of this machine.
    """
    address = None if cluster is None else ClusterAddress(cluster, PROGRAM)
    with executor_and_folder(jobs, address) as (workers, folder):
        service = FilmService(workers, store, folder, away=cluster is not None)
        try:
            yield service
        finally:
            service.stop()
