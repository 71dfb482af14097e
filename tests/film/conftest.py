"""Films planned without drawing, and their screens: made once a session, for many tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from attnviz.story.calculation import Number
from attnviz.story.exhibits import Exhibit, Plot, texts_of
from attnviz.story.matrix import Matrix
from attnviz.story.storyboard import Step, Storyboard
from attnviz.views.film.production.planning import Plan, plan
from attnviz.views.film.stage import Beat, Stage
from attnviz.views.film.style import Style
from tests.film.films import IN_FULL, IN_LIGHT, ONLY, OTHER_LESSONS, SLOW, case_named, film_of
from tests.film.screens import Screen, screen_of

_NUMBER = r"−?(?:\d+(?:[.,]\d+)*(?:e[+-]\d+)?|∞)"


@dataclass(frozen=True)
class FilmScreens:
    """A planned film and its screens."""

    name: str
    storyboard: Storyboard
    style: Style
    plan: Plan
    screens: tuple[Screen, ...]
    stills: dict[str, np.ndarray]
    """The frames of some beats, (480, 854, 3)."""
    only: tuple[str, ...] = ()
    """The steps that are told; all where it is empty."""

    @property
    def steps(self) -> list[Step]:
        """Those that are told."""
        return [each for each in self.storyboard.steps if not self.only or each.id in self.only]

    @cached_property
    def numbers(self) -> dict[str, set[tuple[float, str]]]:
        """By role, every number of the matrices, of the arithmetic and of the scores, with its text."""
        board = self.storyboard
        known: dict[str, set[tuple[float, str]]] = {}
        if board.source_trace is not None:
            scores = board.trace.heads[0].stages.scores.ravel().tolist()
            known["score"] = {(each, board.numbers.text(each)) for each in scores}
        for step in board.steps:
            shown = [each.item for each in step.exhibits if isinstance(each.item, Matrix)]
            for matrix in (*step.operands, *step.results, *shown):
                pairs = known.setdefault(matrix.role.value, set())
                for values, texts in zip(
                    matrix.values.tolist(), board.numbers.cells(matrix), strict=True
                ):
                    pairs.update(zip(values, texts, strict=True))
            for calculation in step.worked:
                total = calculation.total
                if isinstance(total, Number) and total.role:
                    known.setdefault(total.role.value, set()).add((total.value, total.text))
                for term in calculation.terms:
                    for role in {getattr(piece, "role", None) for piece in term.pieces} - {None}:
                        known.setdefault(role.value, set()).add((term.value, term.text))
        return known

    @cached_property
    def written(self) -> set[str]:
        """Every number of the trace or of the arithmetic, as text."""
        board = self.storyboard
        texts = {text for pairs in self.numbers.values() for _, text in pairs}
        if board.source_trace is not None:
            weights = board.trace.heads[0].stages.weights.ravel().tolist()
            texts |= {board.numbers.text(each) for each in weights}
        for exhibit in (each for step in board.steps for each in step.exhibits):
            texts |= set(re.findall(_NUMBER, " ".join(_written_in(exhibit))))
        for calculation in (each for step in board.steps for each in step.worked):
            texts |= {term.text for term in calculation.terms}
            pieces = [piece for term in calculation.terms for piece in term.pieces]
            for piece in (*calculation.left, *pieces, calculation.total):
                texts |= {piece.text} if isinstance(piece, Number) else set()
        return texts

    def failures(self, find: Callable[[Screen], Iterable[object]]) -> list[str]:
        """The findings of `find` in all screens, with their beats."""
        return [f"{screen.beat.name}: {each}" for screen in self.screens for each in find(screen)]


def _written_in(exhibit: Exhibit) -> list[str]:
    """All that stands in an exhibit as text, numbers included."""
    texts = texts_of(exhibit)
    if isinstance(exhibit.item, Plot):
        texts += exhibit.item.x_texts
        texts += [text for series in exhibit.item.series for text in series.texts]
    return texts


STILLS = {
    "illustrated": ("scores.worked", "softmax.weight", "all-rows.matrix", "formula.softmax"),
    "illustrated in light": ("output.worked",),
}
"""The beats whose frames are kept."""


def film_screens(name: str, storyboard: Storyboard, style: Style) -> FilmScreens:
    screens: list[Screen] = []
    stills: dict[str, np.ndarray] = {}

    def look(scene: Stage, beat: Beat) -> None:
        screens.append(screen_of(scene, beat))
        if beat.name in STILLS.get(name, ()):
            camera = scene.renderer.camera
            camera.reset()
            camera.capture_mobjects(scene.mobjects)
            stills[beat.name] = camera.pixel_array[:, :, :3].copy()

    only = ONLY.get(name, ())
    done = plan(film_of(storyboard, style, only), look)
    return FilmScreens(name, storyboard, style, done, tuple(screens), stills, only)


def grouped(names: Iterable[str], *more: Any) -> list[Any]:
    """Each name as a parameter, with `more`, in the process that has the case of that name at hand."""
    return [pytest.param(name, *more, marks=pytest.mark.xdist_group(name)) for name in names]


@lru_cache(
    maxsize=2
)  # the screens of all cases take gigabytes; the tests of one case run one after another
def _film_screens(name: str) -> FilmScreens:
    return film_screens(name, *case_named(name))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Marks what looks at slow cases, before those that are marked are left out; then puts groups together."""
    for item in items:
        if _group_of(item) in SLOW:
            item.add_marker("films")
    yield
    _put_groups_together(items)


def _group_of(item: pytest.Item) -> object:
    mark = item.get_closest_marker("xdist_group")
    return mark.args[0] if mark else item


def _put_groups_together(items: list[pytest.Item]) -> None:
    """Puts all tests of a group beside its first, as they run where several processes share them."""
    firsts: dict[object, int] = {}
    places = {}
    for place, item in enumerate(items):
        places[item] = firsts.setdefault(_group_of(item), place)
    items.sort(key=places.__getitem__)


@pytest.fixture(scope="session", params=grouped([*IN_FULL, *IN_LIGHT]))
def film(request: pytest.FixtureRequest) -> FilmScreens:
    """Every case, told once a session."""
    return _film_screens(request.param)


@pytest.fixture(scope="session", params=grouped([*IN_FULL, *IN_LIGHT, *ONLY, *OTHER_LESSONS]))
def any_film(request: pytest.FixtureRequest) -> FilmScreens:
    """Every case, and every other lesson, told once a session."""
    return _film_screens(request.param)


@pytest.fixture(scope="session")
def screens_of() -> Callable[[str], FilmScreens]:
    """A case by its name."""
    return _film_screens


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder for caches, of all programs."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"
