"""Where films are made: what was planned or drawn before is taken from the store, the rest is shared out to a crew."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from attnviz.render.executor import Crew, crew
from attnviz.render.folders import working_in, workshop
from attnviz.render.render_queue import Take, Wanted
from attnviz.render.scene_replay import Source, UnrepeatableError
from attnviz.render.store import Store
from attnviz.render.timeline import Segment
from attnviz.render.worker import dismiss, draw
from attnviz.views.film.film import Film
from attnviz.views.film.production import plan_cache
from attnviz.views.film.production.pipelined_render import Ahead
from attnviz.views.film.production.planning import Plan, plan
from attnviz.views.film.production.portable_film import Parcel, parcel


def _nothing(count: int) -> None:
    """Nobody listens."""


class Studio:
    """A crew, and what it need not do again."""

    def __init__(
        self,
        crew: Crew,
        store: Store | None = None,
        folder: str | None = None,
        *,
        away: bool = False,
    ) -> None:
        """`store` is None where nothing is kept; `folder` is for work files, None is wherever each may write. Where the
        crew is `away`, films are sent to other machines.
        """
        self.crew, self.store, self.folder, self.away = crew, store, folder, away
        self.kept = 0
        """Frames that `draw` had not to wait for."""
        self._ahead: Ahead | None = None

    def plan(
        self,
        films: Sequence[Film],
        on_frames: Callable[[int], None] = _nothing,
        *,
        ahead: bool = False,
    ) -> tuple[Plan, ...]:
        """What each film will be. With `ahead`, drawing begins meanwhile, where one is new. `on_frames` is called again
        and again, and may raise.

        Raises InputError as `planning.plan` does.
        """
        keys = [plan_cache.key_of(each) for each in films]
        known = {key: told for key in keys if (told := self._planned_before(key)) is not None}
        new = {key: film for key, film in zip(keys, films, strict=True) if key not in known}
        if len(new) == 1:
            known |= {
                key: self._plan_one(film, on_frames, ahead=ahead) for key, film in new.items()
            }
        else:
            orders = [(parcel(film) if self.away else film, self.folder) for film in new.values()]
            done = self.crew.results(_planned, orders, lambda: on_frames(0))
            names = list(new)
            known |= {names[i]: told for i, told in done}
        for key in new:
            self._keep(f"{key}.json", plan_cache.packed(known[key]))
        return tuple(known[key] for key in keys)

    def _plan_one(self, film: Film, on_frames: Callable[[int], None], *, ahead: bool) -> Plan:
        self.stop()
        if not ahead or self.crew.workers == 1 or self.folder is None:
            return plan(film, on_frames=on_frames)
        self._ahead = Ahead(
            film,
            self._sent(film),
            secrets.token_hex(8),
            self.crew,
            Path(self.folder),
            lambda segment: self.store is not None and self.store.holds(_name(segment) or ""),
            lambda segment, data: self._keep(_name(segment), data),
        )
        return self._ahead.plan(lambda: on_frames(0))

    def _sent(self, source: Source) -> Source:
        """As the crew gets it."""
        return parcel(source) if self.away and isinstance(source, Film) else source

    def stop(self) -> None:
        """Ends what was begun for a film that was planned last, and is not drawn."""
        if self._ahead is not None:
            self._ahead.close()
            self._ahead = None

    def _planned_before(self, key: str) -> Plan | None:
        if self.store is None:
            return None
        data = self.store.read(f"{key}.json")
        return None if data is None else plan_cache.opened(data)

    def draw(
        self,
        takes: Sequence[Take],
        folder: Path,
        on_frames: Callable[[int], None] = _nothing,
    ) -> list[list[Path]]:
        """The files of each take's segments, in `folder`. `on_frames` hears how many frames were added.

        Raises UnrepeatableError if a scene of a user's own is not as it was planned, and what a scene raises.
        """
        self._finish_ahead(takes, on_frames)
        numbers = count()
        files = [[folder / f"{next(numbers)}.mp4" for _ in take.segments] for take in takes]
        wanted = self._missing(takes, files, on_frames)
        try:
            self._draw(self.crew, wanted, on_frames)
        except UnrepeatableError:
            if not all(isinstance(take.source, Film) for take in takes):
                raise
            # another machine may reckon otherwise in the last digit; here it was planned
            with crew(1) as alone:
                self._draw(alone, wanted, on_frames)
        return files

    def _finish_ahead(self, takes: Sequence[Take], on_frames: Callable[[int], None]) -> None:
        if self._ahead is None:
            return
        if not any(take.source is self._ahead.film for take in takes):
            self.stop()
            return
        self.kept += self._ahead.frames
        self._ahead.rest(on_frames)

    def _missing(
        self,
        takes: Sequence[Take],
        files: Sequence[Sequence[Path]],
        on_frames: Callable[[int], None],
    ) -> Wanted:
        """What is neither drawn nor kept; the rest is brought to its place."""
        wanted = Wanted()
        for take, paths in zip(takes, files, strict=True):
            for segment, path in zip(take.segments, paths, strict=True):
                if self._drawn_ahead(take, segment, path):
                    continue  # its frames were heard of
                if self._drawn_before(segment, path):
                    self.kept += segment.frames
                    on_frames(segment.frames)
                else:
                    wanted.add(take, segment, path)
        return wanted

    def _draw(self, people: Crew, wanted: Wanted, on_frames: Callable[[int], None]) -> None:
        sent = self._sent if people is self.crew else _as_it_is
        orders = wanted.orders(people.workers, self.folder, sent)
        try:
            for i, drawn in people.results(draw, orders, lambda: on_frames(0)):
                order = orders[i]
                for segment, data in zip(order.range.segments, drawn.files, strict=True):
                    for path in wanted.pop(order.scene, segment):
                        path.write_bytes(data)
                        on_frames(segment.frames)
                    self._keep(_name(segment), data)
        finally:
            dismiss()  # of a crew that is this very process

    def _drawn_ahead(self, take: Take, segment: Segment, path: Path) -> bool:
        if self._ahead is None or take.source is not self._ahead.film:
            return False
        drawn = self._ahead.file(segment)
        if drawn is not None:
            drawn.rename(path)
        return drawn is not None

    def _drawn_before(self, segment: Segment, path: Path) -> bool:
        name = _name(segment)
        return self.store is not None and name is not None and self.store.fetch(name, path)

    def remembered(self, name: str | None, make: Callable[[], bytes]) -> bytes:
        """What is stored under the name, or else what `make` makes; without a name nothing is stored."""
        data = None if self.store is None or name is None else self.store.read(name)
        if data is None:
            data = make()
            self._keep(name, data)
        return data

    def _keep(self, name: str | None, data: bytes) -> None:
        if self.store is not None and name is not None:
            self.store.put(name, data)


def _as_it_is(source: Source) -> Source:
    """Nothing has to be packed."""
    return source


def _name(segment: Segment) -> str | None:
    """Under which the segment is stored."""
    key = segment.key
    return None if key is None else f"{key}.mp4"


def _planned(order: tuple[Film | Parcel, str | None]) -> Plan:
    """What a worker process does; with the film comes the folder for its work files."""
    film, folder = order
    with working_in(folder):
        return plan(film)


@contextmanager
def studio(
    jobs: int = 1, store: Store | None = None, cluster: str | None = None
) -> Iterator[Studio]:
    """A studio with so many worker processes, or with those of the dask cluster at that address.

    What it works with is gone when the block is left, and so are the workers of this machine.
    """
    with (
        workshop() as folder,
        crew(jobs, cluster) as people,
    ):
        place = Studio(people, store, folder, away=cluster is not None)
        try:
            yield place
        finally:
            place.stop()
