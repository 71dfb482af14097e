"""Where films are made: what was planned or drawn before is taken from the store, the rest is shared out to a crew."""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import count
from pathlib import Path

from attnviz.film.ahead import Ahead
from attnviz.film.film import Film
from attnviz.film.parcel import Parcel, parcel
from attnviz.film.planning import Plan, plan
from attnviz.film.render.crew import Crew, crew
from attnviz.film.render.fingerprint import digest, tellers_digest
from attnviz.film.render.store import Store
from attnviz.film.render.telling import Source
from attnviz.film.render.timeline import Play, Segment, ranges
from attnviz.film.render.worker import Drawn, Order, dismiss, draw
from attnviz.film.scene import Beat
from attnviz.film.session import work_folder, working_in
from attnviz.film.timing import Spell
from attnviz.film.typefaces import Typeface, chinese, latin

_ROUNDS = 6
"""How often a worker takes up work, at least: the last to end is late by no more than one range."""
_SHORT, _LONG = 1.0, 8.0
"""Efforts of a range. Between short ones time is lost; long ones are waited for."""


def _nothing(count: int) -> None:
    """Nobody listens."""


@dataclass(frozen=True, eq=False)
class Take:
    """A scene that was planned, and is to be drawn."""

    source: Source
    segments: tuple[Segment, ...]


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
        self, films: Sequence[Film], on_frames: Callable[[int], None] = _nothing
    ) -> tuple[Plan, ...]:
        """What each film will be. `on_frames` is called again and again meanwhile, and may raise.

        Raises InputError as `planning.plan` does.
        """
        keys = [_film_key(each) for each in films]
        known = {key: told for key in keys if (told := self._planned_before(key)) is not None}
        new = {key: film for key, film in zip(keys, films, strict=True) if key not in known}
        if len(new) == 1:
            known |= {key: self._plan_one(film, on_frames) for key, film in new.items()}
        else:
            orders = [(parcel(film) if self.away else film, self.folder) for film in new.values()]
            done = self.crew.results(_planned, orders, lambda: on_frames(0))
            names = list(new)
            known |= {names[i]: told for i, told in done}
        for key in new:
            self._keep(f"{key}.json", json.dumps(asdict(known[key])).encode("utf-8"))
        return tuple(known[key] for key in keys)

    def _plan_one(self, film: Film, on_frames: Callable[[int], None]) -> Plan:
        self.stop()
        if self.crew.workers == 1 or self.folder is None:
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
        return None if data is None else _plan_of(json.loads(data))

    def draw(
        self,
        takes: Sequence[Take],
        folder: Path,
        on_frames: Callable[[int], None] = _nothing,
    ) -> list[list[Path]]:
        """The files of each take's segments, in `folder`. `on_frames` hears how many frames were added.

        Raises UnrepeatableError if a scene is not as it was planned, and what a scene raises.
        """
        if self._ahead is not None:
            if any(take.source is self._ahead.film for take in takes):
                self.kept += self._ahead.frames
                self._ahead.rest(on_frames)
            else:
                self.stop()
        numbers = count()
        files = [[folder / f"{next(numbers)}.mp4" for _ in take.segments] for take in takes]
        wanted = _Wanted()
        for take, paths in zip(takes, files, strict=True):
            for segment, path in zip(take.segments, paths, strict=True):
                if self._drawn_ahead(take, segment, path):
                    continue  # its frames were heard of
                if self._drawn_before(segment, path):
                    self.kept += segment.frames
                    on_frames(segment.frames)
                else:
                    wanted.add(take, segment, path)
        orders = wanted.orders(self, self._sent)
        for order, drawn in self._results(orders, on_frames):
            for segment, data in zip(order.range.segments, drawn.files, strict=True):
                for path in wanted.paths(order.scene, segment):
                    path.write_bytes(data)
                    on_frames(segment.frames)
                self._keep(_name(segment), data)
        return files

    def _results(
        self, orders: Sequence[Order], on_frames: Callable[[int], None]
    ) -> Iterator[tuple[Order, Drawn]]:
        try:
            for i, drawn in self.crew.results(draw, orders, lambda: on_frames(0)):
                yield orders[i], drawn
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

    def _keep(self, name: str | None, data: bytes) -> None:
        if self.store is not None and name is not None:
            self.store.put(name, data)


class _Wanted:
    """What is to be drawn: everything once, though it be shown twice."""

    def __init__(self) -> None:
        # workers live longer than this, and those of a cluster have other customers too
        self._name = secrets.token_hex(8)
        self._takes: list[tuple[Take, list[Segment]]] = []
        self._paths: dict[str, list[Path]] = {}

    def add(self, take: Take, segment: Segment, path: Path) -> None:
        if not self._takes or self._takes[-1][0] is not take:
            self._takes.append((take, []))
        same = self._paths.setdefault(self._key(self._scene(len(self._takes)), segment), [])
        same.append(path)
        if len(same) == 1:
            self._takes[-1][1].append(segment)

    def orders(self, studio: Studio, sent: Callable[[Source], Source]) -> list[Order]:
        """Scene by scene, each from its beginning to its end: a worker goes on where it is. `sent` is how the crew gets
        a source.
        """
        whole = sum(each.effort for _, segments in self._takes for each in segments)
        effort = min(max(whole / (studio.crew.workers * _ROUNDS), _SHORT), _LONG)
        return [
            Order(self._scene(number), source, part, part.segments[0].first, studio.folder)
            for number, (take, segments) in enumerate(self._takes, start=1)
            for source in (sent(take.source),)
            for part in ranges(segments, effort)
        ]

    def paths(self, scene: str, segment: Segment) -> list[Path]:
        return self._paths[self._key(scene, segment)]

    def _scene(self, number: int) -> str:
        return f"{self._name}-{number}"

    @staticmethod
    def _key(scene: str, segment: Segment) -> str:
        return segment.key or f"{scene}:{segment.first}"


def _name(segment: Segment) -> str | None:
    """Under which the segment is stored."""
    key = segment.key
    return None if key is None else f"{key}.mp4"


def _planned(order: tuple[Film | Parcel, str | None]) -> Plan:
    """What a worker process does; with the film comes the folder for its work files."""
    film, folder = order
    with working_in(folder):
        return plan(film)


def _film_key(film: Film) -> str:
    """The digest of all that decides how a film is told."""
    faces = [_state(face) for face in (latin(), chinese(), film.font) if face is not None]
    return digest(film, tellers_digest(), faces, version("uharfbuzz"))


def _state(face: Typeface) -> tuple[str, int, int, int]:
    state = face.path.stat()
    return str(face.path), face.index, state.st_size, state.st_mtime_ns


def _plan_of(stored: dict[str, object]) -> Plan:
    segments = tuple(
        Segment(each["first"], tuple(Play(**play) for play in each["plays"]))
        for each in stored["segments"]  # type: ignore[attr-defined]
    )
    beats = tuple(Beat(**each) for each in stored["beats"])  # type: ignore[attr-defined]
    spells = tuple(Spell(**each) for each in stored["spells"])  # type: ignore[attr-defined]
    return Plan(int(stored["frames"]), beats, spells, segments)  # type: ignore[call-overload]


@contextmanager
def studio(
    jobs: int = 1, store: Store | None = None, cluster: str | None = None
) -> Iterator[Studio]:
    """A studio with so many worker processes, or with those of the dask cluster at that address.

    What it works with is gone when the block is left, and so are the workers of this machine.
    """
    with (
        tempfile.TemporaryDirectory(prefix="work-", dir=work_folder()) as folder,
        working_in(folder),
        crew(jobs, cluster) as people,
    ):
        place = Studio(people, store, folder, away=cluster is not None)
        try:
            yield place
        finally:
            place.stop()
