"""Tables of text in rows and columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from manim import LEFT, VGroup
from manim import Line as Stroke

from attnviz.story.exhibits import Row, Table
from attnviz.typeset.fonts import Weight
from attnviz.views.film.components.text import label, width_of
from attnviz.views.film.style import Size, Style

_GAP = 0.42
"""Between two columns."""
_LEADING = 1.35
"""From line to line of a cell, of the em."""
_NUMBER = re.compile(r"[≈−]?[\d,. ]*\d")
_MARKS = {True: "✓", False: "✗", None: ""}


class TableView(VGroup):
    """`header`, and a group for each of the `rows`; the left edge at 0, the header's baseline at 0."""

    def __init__(self, table: Table, style: Style, *, width: float, height: float) -> None:
        super().__init__()
        self.table, self.style = table, style
        self._size = self._fitting(width, height)
        self._widths = self._columns(width)
        self.header = self._line(table.header, [style.theme.dim] * len(table.header), 0.0)
        y = -self._size.em * _LEADING * (self._height_of(table.header) - 1) - 0.17
        rule = Stroke((0, y, 0), (self._whole, y, 0), stroke_width=1.2, color=style.theme.hairline)
        self.header.add(rule)
        y -= 0.1
        self.rows: list[VGroup] = []
        pitch = self._size.em * _LEADING
        for row in table.rows:
            y -= self._size.em * 1.25
            self.rows.append(self._row(row, y))
            y -= pitch * (self._height_of(row.cells) - 1) + self._size.em * 0.35
        self.add(self.header, *self.rows)

    @property
    def _whole(self) -> float:
        return sum(self._widths) + _GAP * (len(self._widths) - 1) + self._mark_width

    @property
    def _mark_width(self) -> float:
        return 0.35 if any(row.good is not None for row in self.table.rows) else 0.0

    def _fitting(self, width: float, height: float) -> Size:
        """The larger size, if it leaves each cell on one line and the rows within `height`."""
        self._size = Size.BODY
        fits = sum(self._natural()) + _GAP * len(self.table.header) <= width
        high = (len(self.table.rows) + 1) * Size.BODY.em * 1.75 <= height
        return Size.BODY if fits and high else Size.SMALL

    def _natural(self) -> list[float]:
        """The width of each column, its cells in the lines that they have."""
        every = [self.table.header, *(row.cells for row in self.table.rows)]
        return [
            max(
                width_of(line, self._size, Weight.SEMIBOLD)
                for cell in column
                for line in cell.split("\n")
            )
            for column in zip(*every, strict=True)
        ]

    def _columns(self, width: float) -> list[float]:
        """The widths of the columns; the widest gives way where they are too wide together."""
        widths = self._natural()
        over = sum(widths) + _GAP * (len(widths) - 1) + self._mark_width - width
        if over > 0:
            widest = widths.index(max(widths))
            widths[widest] = max(widths[widest] - over, 1.5)
        return widths

    def _lines(self, text: str, width: float) -> list[str]:
        """A cell's text in lines no wider than its column, parted at blanks."""
        lines: list[str] = []
        for given in text.split("\n"):
            line = ""
            for word in given.split(" "):
                longer = f"{line} {word}" if line else word
                if line and width_of(longer, self._size, Weight.SEMIBOLD) > width + 0.01:
                    lines.append(line)
                    line = word
                else:
                    line = longer
            lines.append(line)
        return lines

    def _height_of(self, cells: Sequence[str]) -> int:
        """Height of a row in lines of text."""
        return max(
            len(self._lines(cell, width)) for cell, width in zip(cells, self._widths, strict=True)
        )

    def _row(self, row: Row, y: float) -> VGroup:
        roles = self.table.roles or (None,) * len(row.cells)
        colours = [self.style.colour(role) for role in roles]
        line = self._line(row.cells, colours, y)
        mark = _MARKS[row.good]
        if mark:
            at = np.array([self._whole - self._mark_width + 0.12, 0.0, 0.0])
            colour = self.style.theme.ink if row.good else self.style.theme.dim
            line.add(label(mark, colour, self._size).move_to(at, aligned_edge=LEFT).on_baseline(y))
        return line

    def _line(self, cells: Sequence[str], colours: Sequence[str], y: float) -> VGroup:
        group, x = VGroup(), 0.0
        for j, (cell, colour, width) in enumerate(zip(cells, colours, self._widths, strict=True)):
            for i, text in enumerate(self._lines(cell, width)):
                if text:
                    line = label(text, colour, self._size)
                    start = x + width - line.width if self._numeric[j] else x
                    line.move_to(np.array([start, 0.0, 0.0]), aligned_edge=LEFT)
                    group.add(line.on_baseline(y - i * self._size.em * _LEADING))
            x += width + _GAP
        return group

    @cached_property
    def _numeric(self) -> list[bool]:
        """True for columns of numbers, which are flush right."""
        columns = zip(*(row.cells for row in self.table.rows), strict=True)
        return [all(_NUMBER.fullmatch(cell) for cell in column) for column in columns]
