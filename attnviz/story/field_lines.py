"""A field as lines of characters: ● a position that matters, ○ one that does not, the last layer on top."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TypeAlias

from attnviz.records import record
from attnviz.story.caption_tokens import Run
from attnviz.story.exhibits import Field, FieldLayer
from attnviz.story.i18n import Words
from attnviz.story.pooled_map import Range
from attnviz.typeset.text_width import columns_of

LIT, UNLIT, LEFT_OUT = "●", "○", "⋯"
_BETWEEN = 2
"""Columns between a name and its positions, and before how many are lit."""
_NAME_SHARE = 3
"""Names that take more than one in so many columns stand above their layers."""

Line: TypeAlias = tuple[Run, ...]


@record
class FieldLines:
    """A field, written."""

    lines: tuple[Line, ...]
    shown_positions: str | None
    """The positions that are shown, in words; None if all are."""


def field_lines(field: Field, width: int, words: Words) -> FieldLines:
    """The layers in `width` columns, one a line, each with its name; named positions have an arrow.

    Where there are more positions than columns, those around the edges of what is lit and those that are named are
    kept, and each layer says how many of all are lit. Only a name that is wider than `width` makes a line that is.

    >>> from attnviz.story.i18n import words
    >>> from attnviz.theme import Role
    >>> layers = (
    ...     FieldLayer("in", (True, True, False), Role.INPUT),
    ...     FieldLayer("out", (True, False, False), Role.OUTPUT),
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
    frame = _Frame(margin, above, room, 1, count, _window(_edges(field), count, room))
    return FieldLines(tuple(frame.lines(field)), frame.shown_positions(words))


def _how_many(layer: FieldLayer) -> str:
    return f"{sum(layer.lit)}/{len(layer.lit)}"


def _edges(field: Field) -> list[int]:
    """Positions that a reader must see, the most needed first: named ones, and where what is lit begins and ends."""
    found = [at for _, at, _ in field.marks]
    for layer in reversed(field.layers):
        lit = [i for i, is_lit in enumerate(layer.lit) if is_lit]
        found += [*lit[:1], *lit[-1:]]
    return found or [0]


def _window(edges: Sequence[int], count: int, room: int) -> tuple[Range, ...]:
    """The ranges of positions to show: as many edges as fit, each with as much around it as still fits."""
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
        # A single position that is left out takes no less room than the sign for it.
        if ranges and start <= ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], max(end, ranges[-1][1]))
        else:
            ranges.append((start, end))
    return tuple(ranges)


def _width(ranges: Sequence[Range], count: int) -> int:
    before, after = ranges[0][0] > 0, ranges[-1][1] < count
    return sum(end - start for start, end in ranges) + len(ranges) - 1 + before + after


@record
class _Frame:
    """The layout: `step` columns a position, the names before or above."""

    margin: int
    above: bool
    room: int
    step: int
    count: int
    ranges: tuple[Range, ...]

    def lines(self, field: Field) -> Iterator[Line]:
        top = len(field.layers) - 1
        for i in range(top, -1, -1):
            named = [(at, name) for which, at, name in field.marks if which == i]
            if i == top:
                yield from self._named(named, "↓")
            yield from self._layer(field.layers[i])
            if i != top:
                yield from self._named(named, "↑")

    def shown_positions(self, words: Words) -> str:
        ranges = ", ".join(
            f"{start + 1}–{end}" if end > start + 1 else f"{end}" for start, end in self.ranges
        )
        return words.phrase("field", "positions", ranges=ranges, count=self.count)

    def _layer(self, layer: FieldLayer) -> Iterator[Line]:
        if self.above:
            yield (Run(layer.name),)
        name = "" if self.above else layer.name
        runs = [Run(name + " " * (self.margin - columns_of(name)))]
        runs += [Run(text, layer.role if text[0] == LIT else None) for text in self._cells(layer)]
        if self._leaves_out:
            runs.append(Run(" " * _BETWEEN + _how_many(layer)))
        else:
            while not runs[-1].text.strip():
                runs.pop()
            runs[-1] = Run(runs[-1].text.rstrip(), runs[-1].role)
        yield tuple(runs)

    def _cells(self, layer: FieldLayer) -> Iterator[str]:
        for position in self._positions:
            sign = LEFT_OUT
            if position is not None:
                inside = position < len(layer.lit)
                sign = (LIT if layer.lit[position] else UNLIT) if inside else " "
            yield sign + " " * (self.step - 1)

    def _named(self, named: Sequence[tuple[int, str]], arrow: str) -> Iterator[Line]:
        """Names with arrows: in two lines where several stand side by side, else each in its own."""
        columns = sorted((self._column(at) * self.step, name) for at, name in named)
        if len(columns) > 1 and all(
            at + columns_of(name) < following for (at, name), (following, _) in pairwise(columns)
        ):
            names = self._placed(columns)
            arrows = self._placed([(at, arrow) for at, _ in columns])
            yield from (names, arrows) if arrow == "↓" else (arrows, names)
            return
        for at, name in columns:
            # On the side where it fits.
            fits = at + 2 + columns_of(name) <= self.room or columns_of(name) >= at
            yield self._placed(
                [
                    (at, f"{arrow} {name}")
                    if fits
                    else (at - 1 - columns_of(name), f"{name} {arrow}")
                ]
            )

    def _placed(self, texts: Sequence[tuple[int, str]]) -> Line:
        """Texts at their columns, in order."""
        line = ""
        for at, text in texts:
            line += " " * (self.margin + at - columns_of(line)) + text
        return (Run(line),)

    def _column(self, position: int) -> int:
        """The column of a position, or of the sign for those that are left out there."""
        shown = self._positions
        if position in shown:
            return shown.index(position)
        later = (i for i, each in enumerate(shown) if each is not None and each > position)
        return next(later, len(shown)) - 1

    @property
    def _leaves_out(self) -> bool:
        return None in self._positions

    @cached_property
    def _positions(self) -> list[int | None]:
        """The position in each column; None is the sign for positions that are left out."""
        positions: list[int | None] = [None] if self.ranges[0][0] > 0 else []
        positions += range(*self.ranges[0])
        for _, following in pairwise(self.ranges):
            positions += [None, *range(*following)]
        return [*positions, None] if self.ranges[-1][1] < self.count else positions
