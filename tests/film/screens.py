"""The contents of the screen at the end of a beat, taken from the mobjects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from manim import Line as Stroke
from manim import MathTypst, Mobject, SurroundingRectangle, VMobject

from attnviz.typeset.fonts import Weight
from attnviz.views.film.components.cells import Cell, Tile
from attnviz.views.film.components.header_footer import CaptionView, Header
from attnviz.views.film.components.matrix import MatrixView
from attnviz.views.film.components.text import Glyphs, Line, label
from attnviz.views.film.stage import Beat, Stage
from attnviz.views.film.style import Size

_PIXELS = 480 / 8
"""A manim unit in a frame 480 high."""
_UNSEEN = 0.02


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Entry:
    """A cell."""

    value: float
    text: str
    role: str
    rect: Rect


@dataclass(frozen=True, slots=True)
class Grid:
    """A matrix: what it is, and the texts of its cells as they stand, row by row from the top."""

    symbol: str
    sums: str | None
    texts: tuple[tuple[str, ...], ...] | None
    standing: tuple[tuple[str, ...], ...]
    columns: int


@dataclass(frozen=True, slots=True)
class Screen:
    """The contents of the screen at the end of a beat."""

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


def screen_of(scene: Stage, beat: Beat) -> Screen:
    """The contents of the scene now."""
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
        tuple(m.text for m in shown(CaptionView)),
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
