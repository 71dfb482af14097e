"""A field as lines of characters: ● a position that matters, ○ one that does not, the last layer on top."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from attnviz.lessons.detail import Range
from attnviz.lessons.exhibits import Field, Layer
from attnviz.lessons.labels import columns_of
from attnviz.lessons.words import Words
from attnviz.lessons.writing import Run

LIT, UNLIT, LEFT_OUT = "●", "○", "⋯"
_BETWEEN = 2
"""Columns between a name and its positions, and before how many are lit."""
_NAME_SHARE = 3
"""Names that take more than one in so many columns stand above their layers."""


@dataclass(frozen=True)
class FieldLines:
    """A field, written."""

    lines: tuple[tuple[Run, ...], ...]
    said: str | None
    """In words, which positions are shown; None if all are."""


def field_lines(field: Field, width: int, words: Words) -> FieldLines:
    """The layers in `width` columns, one a line, each with its name; named positions have an arrow.

    Where there are more positions than columns, those around the edges of what is lit and those that are named are
    kept, and each layer says how many of all are lit. Only a name that is wider than `width` makes a line that is.

    >>> from attnviz.lessons.words import words
    >>> from attnviz.theme import Role
    >>> layers = (
    ...     Layer("in", (True, True, False), Role.INPUT),
    ...     Layer("out", (True, False, False), Role.OUTPUT),
    ... )
    >>> told = field_lines(Field(layers, ((),), ((0, 1, "here"),)), 40, words("en"))
    >>> print("\\n".join("".join(run.text for run in line) for line in told.lines))
    out  ● ○ ○
    in   ● ● ○
           ↑ here
    """
    count = max(len(layer.lit) for layer in field.layers)
    names = max(columns_of(layer.name) for layer in field.layers)
    above = names * _NAME_SHARE > width
    margin = _BETWEEN if above else names + _BETWEEN
    room = width - margin
    if count <= room:
        whole = _Frame(margin, above, room, 2 if 2 * count <= room else 1, count, ((0, count),))
        return FieldLines(tuple(whole.lines(field)), None)
    room -= _BETWEEN + max(columns_of(_how_many(layer)) for layer in field.layers)
    frame = _Frame(margin, above, room, 1, count, _window(_edges(field, count), count, room))
    return FieldLines(tuple(frame.lines(field)), frame.said(words))


def _how_many(layer: Layer) -> str:
    return f"{sum(layer.lit)}/{len(layer.lit)}"


def _place(position: int, size: int, count: int) -> int:
    """Where a position of a layer with `size` of them stands above a layer with `count`: over its share's middle."""
    return (2 * position + 1) * count // (2 * size)


def _edges(field: Field, count: int) -> list[int]:
    """Places that a reader must see, the most needed first: named ones, and where what is lit begins and ends."""
    found = [_place(at, len(field.layers[i].lit), count) for i, at, _ in field.marks]
    for layer in reversed(field.layers):
        lit = [i for i, is_lit in enumerate(layer.lit) if is_lit]
        found += [_place(i, len(layer.lit), count) for i in (*lit[:1], *lit[-1:])]
    return found or [0]


def _window(edges: Sequence[int], count: int, room: int) -> tuple[Range, ...]:
    """The ranges of places to show: as many edges as fit, each with as much around it as still fits."""
    kept: list[int] = []
    for edge in edges:
        if _width(_around([*kept, edge], 0, count), count) <= room:
            kept.append(edge)
    around = 0
    while _width(_around(kept, around + 1, count), count) <= room:
        around += 1
    return _around(kept, around, count)


def _around(edges: Sequence[int], reach: int, count: int) -> tuple[Range, ...]:
    ranges: list[Range] = []
    for edge in sorted(edges):
        start, end = max(edge - reach, 0), min(edge + reach + 1, count)
        # A single place that is left out takes no less room than the sign for it.
        if ranges and start <= ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], max(end, ranges[-1][1]))
        else:
            ranges.append((start, end))
    return tuple(ranges)


def _width(ranges: Sequence[Range], count: int) -> int:
    before, after = ranges[0][0] > 0, ranges[-1][1] < count
    return sum(end - start for start, end in ranges) + len(ranges) - 1 + before + after


@dataclass(frozen=True)
class _Frame:
    """Where everything stands: `step` columns a place, the names before or above."""

    margin: int
    above: bool
    room: int
    step: int
    count: int
    ranges: tuple[Range, ...]

    def lines(self, field: Field) -> Iterator[tuple[Run, ...]]:
        top = len(field.layers) - 1
        for i in range(top, -1, -1):
            layer = field.layers[i]
            named = [
                (_place(at, len(layer.lit), self.count), name)
                for which, at, name in field.marks
                if which == i
            ]
            points_down = i == top > 0
            if points_down:
                yield from (self._mark(place, name, "↓") for place, name in named)
            yield from self._layer(layer)
            if not points_down:
                yield from (self._mark(place, name, "↑") for place, name in named)

    def said(self, words: Words) -> str:
        ranges = ", ".join(
            f"{start + 1}–{end}" if end > start + 1 else f"{end}" for start, end in self.ranges
        )
        return words.say("field", "positions", ranges=ranges, count=self.count)

    def _layer(self, layer: Layer) -> Iterator[tuple[Run, ...]]:
        if self.above:
            yield (Run(layer.name),)
        name = "" if self.above else layer.name
        runs = [Run(name + " " * (self.margin - columns_of(name)))]
        runs += [Run(text, layer.role if text[0] == LIT else None) for text in self._cells(layer)]
        if self._places != list(range(self.count)):
            runs.append(Run(" " * _BETWEEN + _how_many(layer)))
        else:
            runs[-1] = Run(runs[-1].text.rstrip(), runs[-1].role)
        yield tuple(runs)

    def _cells(self, layer: Layer) -> Iterator[str]:
        signs = {
            _place(i, len(layer.lit), self.count): LIT if is_lit else UNLIT
            for i, is_lit in enumerate(layer.lit)
        }
        for place in self._places:
            sign = LEFT_OUT if place is None else signs.get(place, " ")
            yield sign + " " * (self.step - 1)

    def _mark(self, place: int, name: str, arrow: str) -> tuple[Run, ...]:
        """An arrow at a place, and the name on the side where it fits."""
        at = self._column(place) * self.step
        if at + 2 + columns_of(name) <= self.room or columns_of(name) >= at:
            return (Run(" " * (self.margin + at) + f"{arrow} {name}"),)
        return (Run(" " * (self.margin + at - 1 - columns_of(name)) + f"{name} {arrow}"),)

    def _column(self, place: int) -> int:
        """The column of a place, or of the sign for those that are left out there."""
        shown = self._places
        if place in shown:
            return shown.index(place)
        later = (i for i, each in enumerate(shown) if each is not None and each > place)
        return next(later, len(shown)) - 1

    @property
    def _places(self) -> list[int | None]:
        places: list[int | None] = [None] if self.ranges[0][0] > 0 else []
        places += range(*self.ranges[0])
        for _, following in pairwise(self.ranges):
            places += [None, *range(*following)]
        return [*places, None] if self.ranges[-1][1] < self.count else places
