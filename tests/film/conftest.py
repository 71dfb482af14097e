"""Films told without drawing, and what stood on the screen at the end of every beat, taken from the mobjects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import numpy as np
import pytest
from attnviz.scenes import scene_of
from manim import Line as Stroke
from manim import MathTypst, Mobject, SurroundingRectangle, VMobject

from attnviz import Trace, self_attention, trace_of
from attnviz.film.components.cells import Cell, Tile
from attnviz.film.components.furniture import Caption, Header
from attnviz.film.components.matrix import MatrixView
from attnviz.film.components.text import Glyphs, Line, label
from attnviz.film.fonts import Weight
from attnviz.film.produce import QUALITIES, Film, Plan, plan
from attnviz.film.scene import Beat, LessonScene
from attnviz.film.style import MOST_WORKED, Size, Style
from attnviz.inputs import InputRequest, problem_from
from attnviz.lessons.catalogue import LESSONS, lesson_named
from attnviz.lessons.catalogue import told as lesson_told
from attnviz.lessons.exhibits import Exhibit, Plot, texts_of
from attnviz.lessons.request import LessonRequest
from attnviz.lessons.self_attention import self_attention_storyboard
from attnviz.lessons.storyboard import Matrix, Number, Storyboard
from attnviz.theme import LIGHT

_PIXELS = 480 / 8
"""A manim unit in a frame 480 high."""
_UNSEEN = 0.02
_NUMBER = r"−?(?:\d+(?:[.,]\d+)*(?:e[+-]\d+)?|∞)"


@dataclass(frozen=True)
class Rect:
    """A bounding box on the canvas."""

    left: float
    right: float
    bottom: float
    top: float

    def grown(self, by: float) -> Rect:
        return Rect(self.left - by, self.right + by, self.bottom - by, self.top + by)

    def overlaps(self, other: Rect) -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        along = min(self.top, other.top) - max(self.bottom, other.bottom)
        return across > 0 and along > 0

    def within(self, other: Rect) -> bool:
        sides = (other.left <= self.left, self.right <= other.right)
        return all(sides) and other.bottom <= self.bottom and self.top <= other.top

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.bottom <= y <= self.top

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2


@dataclass(frozen=True)
class Text:
    """A run of text of one colour, as it stands."""

    text: str
    rect: Rect
    em: float
    """In pixels of a frame 480 high."""
    colour: str
    opacity: float
    line: int
    """The same for the runs of one line."""
    behind: str
    """The colour that it stands on."""
    cell: Rect | None
    """The cell that it is the number of."""


@dataclass(frozen=True)
class Entry:
    """A cell."""

    value: float
    text: str
    role: str
    rect: Rect


@dataclass(frozen=True)
class Grid:
    """A matrix: what it is, and the texts of its cells as they stand, row by row from the top."""

    symbol: str
    sums: str | None
    texts: tuple[tuple[str, ...], ...] | None
    standing: tuple[tuple[str, ...], ...]
    columns: int


@dataclass(frozen=True)
class Screen:
    """What can be seen at the end of a beat."""

    beat: Beat
    texts: tuple[Text, ...]
    entries: tuple[Entry, ...]
    grids: tuple[Grid, ...]
    borders: tuple[Rect, ...]
    """Of cells and outlines, and lines."""
    extents: tuple[tuple[str, Rect], ...]
    """Of everything, with the kind of thing it is."""
    captions: tuple[str, ...]
    headers: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Lesson, title of the step, colours of the dots."""
    formula_size: float | None


@dataclass(frozen=True)
class Told:
    """A film that was told, and its screens."""

    name: str
    storyboard: Storyboard
    style: Style
    plan: Plan
    screens: tuple[Screen, ...]
    stills: dict[str, np.ndarray]
    """The frames of some beats, (480, 854, 3)."""

    @cached_property
    def numbers(self) -> dict[str, set[tuple[float, str]]]:
        """By role, every number of the matrices, of the arithmetic and of the scores, with its text."""
        board = self.storyboard
        known: dict[str, set[tuple[float, str]]] = {}
        if board.told_on is not None:
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
        if board.told_on is not None:
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
        """What `find` finds in the screens, with the beat it is found in."""
        return [f"{screen.beat.name}: {each}" for screen in self.screens for each in find(screen)]


def _family(
    mobjects: Iterable[Mobject], above: tuple[Mobject, ...] = (), seen: set[int] | None = None
) -> Iterator[tuple[Mobject, tuple[Mobject, ...]]]:
    """Every mobject once, in the order it is drawn, with what it is part of."""
    seen = set() if seen is None else seen
    for each in mobjects:
        if id(each) not in seen:
            seen.add(id(each))
            yield each, above
            yield from _family(each.submobjects, (*above, each), seen)


def screen_of(scene: LessonScene, beat: Beat) -> Screen:
    """What stands on the scene now."""
    found = list(_family(scene.mobjects))
    drawn = [
        (m, above)
        for m, above in found
        if isinstance(m, VMobject) and len(m.points) and _opacity(m) > _UNSEEN
    ]
    visible = {id(m) for m, _ in drawn}
    tiles = [
        (_rect(m), m.get_fill_color().to_hex())
        for m, _ in drawn
        if isinstance(m, Tile) and m.get_fill_opacity() > 0.9
    ]
    background = scene.style.theme.background

    def shown(kind: type) -> list[Any]:
        return [
            m
            for m, _ in found
            if isinstance(m, kind) and any(id(part) in visible for part in m.get_family())
        ]

    return Screen(
        beat,
        tuple(_text(m, above, tiles, background) for m, above in drawn if isinstance(m, Glyphs)),
        tuple(Entry(m.value, m.text, m.role.value, _rect(m.box)) for m in shown(Cell)),
        tuple(_grid(m) for m in shown(MatrixView) if isinstance(m.entries[0][0], Cell)),
        tuple(_rect(m) for m, _ in drawn if isinstance(m, Tile | SurroundingRectangle | Stroke)),
        tuple((type(m).__name__, _rect(m)) for m, _ in drawn),
        tuple(m.text for m in shown(Caption)),
        tuple(_header(m) for m in shown(Header)),
        next((m.font_size for m in shown(MathTypst)), None),
    )


def _opacity(mobject: VMobject) -> float:
    stroke = mobject.get_stroke_opacity() if mobject.get_stroke_width() > 0 else 0.0
    return max(float(mobject.get_fill_opacity()), float(stroke))


def _rect(mobject: VMobject) -> Rect:
    low, high = mobject.points.min(axis=0), mobject.points.max(axis=0)
    return Rect(float(low[0]), float(high[0]), float(low[1]), float(high[1]))


def _text(
    glyphs: Glyphs,
    above: tuple[Mobject, ...],
    tiles: list[tuple[Rect, str]],
    background: str,
) -> Text:
    rect = _rect(glyphs)
    behind = [fill for tile, fill in tiles if tile.holds(*rect.centre)]
    line = next((each for each in reversed(above) if isinstance(each, Line)), glyphs)
    cell = next((each for each in reversed(above) if isinstance(each, Cell)), None)
    return Text(
        glyphs.text,
        rect,
        _em(glyphs, rect) * _PIXELS,
        glyphs.get_fill_color().to_hex(),
        float(glyphs.get_fill_opacity()),
        id(line),
        behind[-1] if behind else background,
        _rect(cell.box) if cell is not None else None,
    )


def _em(glyphs: Glyphs, rect: Rect) -> float:
    """The size of the letters now, found by how high they are against new ones of the same weight."""
    width, height = rect.right - rect.left, rect.top - rect.bottom
    fresh = [_extent(glyphs.text, Size(glyphs.size), weight) for weight in Weight]
    _, high = min(fresh, key=lambda each: abs(each[0] / each[1] - width / height))
    return Size(glyphs.size).em * height / high


@cache
def _extent(text: str, size: Size, weight: Weight) -> tuple[float, float]:
    rect = _rect(label(text, "#FFFFFF", size, weight)[0])
    return rect.right - rect.left, rect.top - rect.bottom


def _grid(view: MatrixView) -> Grid:
    rows, columns = view.sheet.matrix.shape
    cells = sorted((cell for row in view.entries for cell in row), key=_place)
    wide = rows if view.upright else columns
    standing = [cell.text for cell in cells]
    lines = tuple(tuple(standing[i : i + wide]) for i in range(0, len(standing), wide))
    return Grid(
        view.sheet.matrix.symbol,
        view.sheet.matrix.sums,
        view.sheet.texts,
        tuple(zip(*lines, strict=True)) if view.upright else lines,
        columns,
    )


def _place(cell: Cell) -> tuple[float, float]:
    x, y, _ = cell.box.get_center()
    return -round(float(y), 3), float(x)


def _header(header: Header) -> tuple[str, str, tuple[str, ...]]:
    dots = tuple(dot.get_fill_color().to_hex() for dot in header.dots)
    return header.lesson.text, header.step_title.text, dots


def _written_in(exhibit: Exhibit) -> list[str]:
    """All that stands in an exhibit as text, numbers included."""
    texts = texts_of(exhibit)
    if isinstance(exhibit.item, Plot):
        texts += exhibit.item.x_texts
        texts += [text for series in exhibit.item.series for text in series.texts]
    return texts


def film_of(storyboard: Storyboard, style: Style | None = None, **quality: int) -> Film:
    """A film of the lesson, small; `quality` overrides width, height or fps."""
    scene = scene_of(lesson_named(storyboard.lesson))
    return Film(scene, storyboard, style or Style(), replace(QUALITIES["low"], **quality))


STILLS = {
    "illustrated": ("scores.worked", "softmax.weight", "all-rows.matrix", "formula.softmax"),
    "illustrated in light": ("output.worked",),
}
"""The beats whose frames are kept."""


def told(name: str, storyboard: Storyboard, style: Style) -> Told:
    screens: list[Screen] = []
    stills: dict[str, np.ndarray] = {}

    def look(scene: LessonScene, beat: Beat) -> None:
        screens.append(screen_of(scene, beat))
        if beat.name in STILLS.get(name, ()):
            camera = scene.renderer.camera
            camera.reset()
            camera.capture_mobjects(scene.mobjects)
            stills[beat.name] = camera.pixel_array[:, :, :3].copy()

    done = plan(film_of(storyboard, style), look)
    return Told(name, storyboard, style, done, tuple(screens), stills)


def _read(**asked: Any) -> Trace:
    return trace_of(problem_from(InputRequest(**asked)))


def _random(n: int, width: int = 4, size: float = 1.0, **options: Any) -> Trace:
    numbers = np.random.default_rng(n)

    def some(*shape: int) -> np.ndarray:
        return size * numbers.normal(size=shape)

    if options.pop("projected", False):
        options |= {"w_o": some(width, width), "b_o": some(width)}
    if options.pop("biased", False):
        options |= {name: some(width) for name in ("b_q", "b_k", "b_v")}
    return self_attention(some(n, width), *(some(width, width) for _ in range(3)), **options)


def _big() -> Trace:
    x = np.array([[123456.789, -1.5], [-98765.4321, 2.25], [0.5, -123456.789]])
    return self_attention(x, np.eye(2), np.eye(2), -np.eye(2), scale=1e-8)


_BLIND = np.array([[False] * 3, [True] * 3, [True] * 3])
_LONG = ["internationalisation", "WWWWWWWWWWWW", "counterrevolutionaries", "mmmmmmmmmmmm"]
_LONG_CHINESE = ["国际化与本地化", *"一二三四五六七八九十", "注意力机制是什么"]
_WORDS = "the quick brown fox jumps over the lazy dog again"
_TWO_HUNDRED = " ".join(f"word{i}" for i in range(200))

CASES: dict[str, Callable[[], tuple[Trace, dict[str, Any]]]] = {
    "illustrated": lambda: (_read(), {}),
    "article rounding": lambda: (_read(), {"rounding": "article"}),
    "the cat sat": lambda: (_read(text="the cat sat on the mat"), {"query": 1}),
    "causal": lambda: (_read(example="causal"), {"query": 1}),
    "two heads": lambda: (_read(example="two-heads"), {}),
    "retrieval": lambda: (_read(example="retrieval"), {}),
    "one token": lambda: (_read(text="hello"), {}),
    "nothing to see": lambda: (_random(3, mask=_BLIND), {}),
    "heads without w_o": lambda: (_random(4, heads=2), {"query": 3}),
    "one head with w_o and biases": lambda: (_random(5, projected=True, biased=True), {}),
    "ten tokens": lambda: (
        _read(text=_WORDS, d_model=8, d_k=4, heads=2, causal=True),
        {"query": 8},
    ),
    "two hundred tokens": lambda: (_read(text=_TWO_HUNDRED, d_model=64, d_k=32), {"query": 150}),
    "twelve heads": lambda: (_random(8, 24, heads=12, projected=True), {}),
    "long tokens": lambda: (_random(4, 12, tokens=_LONG), {"query": 2}),
    "big and negative": lambda: (_big(), {}),
    "factor": lambda: (_random(4, scale=0.00125), {}),
    "five decimals, score bias": lambda: (
        _random(7, bias=[0.5, -np.inf, -1.0, 0, 0, 0, 0]),
        {"precision": 5, "query": 2},
    ),
    "illustrated in Chinese": lambda: (_read(), {"language": "zh"}),
    "Chinese": lambda: (_read(text="我爱吃鱼和猫"), {"query": 5, "language": "zh"}),
    "long in Chinese": lambda: (
        _random(12, 12, heads=2, projected=True, causal=True, tokens=_LONG_CHINESE),
        {"query": 10, "language": "zh"},
    ),
}
THEMES = {"illustrated in light": "illustrated"}


_SIZES = {
    "of one": {"text": "cat"},
    "of twelve": {"text": "one two three four five six seven eight nine ten eleven twelve"},
    "of forty": {"text": " ".join(f"word{i}" for i in range(40)), "heads": 2},
    "of long tokens": {"tokens": " ".join(_LONG_CHINESE[:6])},
}
_OF_SEVERAL = {"order", "multi-head"}
"""The lessons that one token is not enough for."""


def _lesson_cases() -> Iterator[tuple[str, tuple[str, dict[str, Any], str, bool]]]:
    """Every lesson but the main one: as it is told by itself in both languages, in both themes, and on inputs of other
    sizes.
    """
    for name, lesson in LESSONS.items():
        if name == "self-attention":
            continue
        # a theme moves nothing and a language colours nothing: two of the four films show all that can go wrong
        yield f"{name} en", (name, {}, "en", False)
        yield f"{name} zh light", (name, {}, "zh", True)
        if lesson.takes_sequence:
            for i, (size, asked) in enumerate(_SIZES.items()):
                if size == "of one" and name in _OF_SEVERAL:
                    continue
                heads = {"heads": 2} if name == "multi-head" else {}
                yield f"{name} {size}", (name, asked | heads, ("en", "zh")[i % 2], bool(i % 2))


LESSON_CASES = dict(_lesson_cases())


def lesson_case(name: str) -> tuple[Storyboard, Style]:
    """The storyboard of a lesson, and the style it is told in."""
    lesson_name, asked, language, light = LESSON_CASES[name]
    lesson = lesson_named(lesson_name)
    trace = _read(**(asked or lesson.default)) if lesson.takes_sequence else None
    board = lesson_told(lesson_name, LessonRequest(trace, language=language, most=MOST_WORKED))
    return board, Style(LIGHT) if light else Style()


def case_named(name: str) -> tuple[Storyboard, Style]:
    """The storyboard of a case, and the style it is told in."""
    if name in LESSON_CASES:
        return lesson_case(name)
    trace, options = CASES[THEMES.get(name, name)]()
    board = self_attention_storyboard(trace, most=MOST_WORKED, **options)
    return board, Style(LIGHT) if name in THEMES else Style()


def _grouped(names: Iterable[str]) -> list[Any]:
    return [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in names]


@cache
def _told(name: str) -> Told:
    return told(name, *case_named(name))


@pytest.fixture(scope="session", params=_grouped([*CASES, *THEMES]))
def film(request: pytest.FixtureRequest) -> Told:
    """Every case, told once a session."""
    return _told(request.param)


@pytest.fixture(scope="session", params=_grouped([*CASES, *THEMES, *LESSON_CASES]))
def any_film(request: pytest.FixtureRequest) -> Told:
    """Every case, and every other lesson, told once a session."""
    return _told(request.param)


@pytest.fixture(scope="session")
def telling() -> Callable[[str], Told]:
    """A case by its name."""
    return _told
