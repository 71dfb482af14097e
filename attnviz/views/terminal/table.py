"""Facts in columns; where the page is too narrow for them, a few columns at a time, or one record a row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from rich.style import Style
from rich.text import Text

from attnviz.records import record
from attnviz.story.exhibits import Row, Table
from attnviz.theme import Role
from attnviz.typeset.text_width import columns_of
from attnviz.views.terminal.layout import GAP, hanging_indent
from attnviz.views.terminal.lines import by_point, filled, styled
from attnviz.views.terminal.page_context import PageContext
from attnviz.views.terminal.wrapping import widest_word, wrapped_prose

_SIGNS = {True: "✓", False: "✗", None: ""}
_SIGN = 2
"""Columns of ✓ and the blank after it."""
_INDENT = 2
_TALLEST = 3
"""A row of more lines is easier to read as a record."""
_NUMBER = re.compile(r"[−+]?\d[\d,]*(\.\d+)?")
_QUANTITY = re.compile(r"≈? ?[−+]?\d[\d,.]*(·10[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)?")


def table(item: Table, context: PageContext) -> list[Text]:
    """The lines of a table, with ✓ or ✗ before each row that works or fails."""
    drawn = _TableLayout(item, context)
    widths = drawn.widths()
    if widths is not None:
        return drawn.columns(widths)
    parts = drawn.parts()
    return [line for part in parts for line in part] if parts else drawn.records()


@record(eq=False)
class _TableLayout:
    item: Table
    context: PageContext

    def widths(self, tallest: int = _TALLEST) -> list[int] | None:
        """The width of each column; None if the page is too narrow for rows of at most `tallest` lines."""
        texts = list(zip(self._header, *self._rows, strict=True))
        least = [max(widest_word(cell) for cell in column) for column in texts]
        room = self.context.inner - self._sign - GAP * (len(texts) - 1)
        if sum(least) > room:
            return None
        widths = _shrunk([max(map(columns_of, column)) for column in texts], least, room)
        every = zip(widths, texts, strict=True)
        lines = max(len(_wrapped(cell, wide)) for wide, column in every for cell in column[1:])
        return widths if lines <= tallest else None

    def parts(self) -> list[list[Text]]:
        """A few columns at a time, the first always among them; none where some do not fit even so."""
        start, parts = 1, list[list[Text]]()
        while start < len(self._header):
            end = len(self._header)
            while end > start and (drawn := self._part(start, end)) is None:
                end -= 1
            if end == start or drawn is None:
                return []
            parts.append([Text(), *drawn] if parts else drawn)
            start = end
        return parts

    def _part(self, start: int, end: int) -> list[Text] | None:
        kept = (0, *range(start, end))

        def some(of: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple(of[j] for j in kept)

        rows = tuple(Row(some(row.cells), row.good) for row in self.item.rows)
        part = _TableLayout(Table(some(self.item.header), rows, some(self._roles)), self.context)
        widths = part.widths(tallest=1)
        return None if widths is None else part.columns(widths)

    def columns(self, widths: Sequence[int]) -> list[Text]:
        """A header, a rule, and a line or a few for each row."""
        palette = self.context.palette
        columns = list(zip(*self._rows, strict=True))
        numeric = [_is_mostly_numbers(column) for column in columns]
        aligned = [
            by_point(column) if all(map(_NUMBER.fullmatch, column)) else column
            for column in columns
        ]
        header = [palette.text(role, bold=True) if role else palette.dim for role in self._roles]
        lines = self._row("", self._header, _Columns(widths, numeric, header))
        wide = self._sign + sum(widths) + GAP * (len(widths) - 1)
        lines.append(styled("─" * wide, palette.hairline))
        styles = [palette.text(role) for role in self._roles]
        for row, cells in zip(self.item.rows, zip(*aligned, strict=True), strict=True):
            lines += self._row(_SIGNS[row.good], cells, _Columns(widths, numeric, styles))
        return lines

    def records(self) -> list[Text]:
        """A list for each row: the name of each column with its cell."""
        lines: list[Text] = []
        for row, cells in zip(self.item.rows, self._rows, strict=True):
            lines += [Text()] if lines else []
            lines += self._record(row, cells)
        return lines

    def _row(self, sign: str, cells: Sequence[str], columns: _Columns) -> list[Text]:
        return hanging_indent(self._signed(sign), columns.row(cells), self._sign)

    def _record(self, row: Row, cells: Sequence[str]) -> list[Text]:
        palette, room = self.context.palette, self.context.inner - self._sign
        names = max(map(columns_of, self._header)) + 2
        lines: list[Text] = []
        for name, cell, role in zip(self._header, cells, self._roles, strict=True):
            beside = names + widest_word(cell) <= room
            by = names if beside else _INDENT
            parts = [styled(each, palette.text(role)) for each in _wrapped(cell, room - by)]
            if beside:
                lines += hanging_indent(styled(filled(name, names), palette.dim), parts, names)
            else:
                lines += wrapped_prose(styled(name, palette.dim), room)
                lines += hanging_indent(Text(" " * by), parts, by)
        return hanging_indent(self._signed(_SIGNS[row.good]), lines, self._sign)

    def _signed(self, sign: str) -> Text:
        return styled(filled(sign, self._sign), self.context.palette.text(None, bold=True))

    @cached_property
    def _sign(self) -> int:
        return 0 if all(row.good is None for row in self.item.rows) else _SIGN

    @cached_property
    def _header(self) -> tuple[str, ...]:
        return tuple(map(_one_line, self.item.header))

    @cached_property
    def _rows(self) -> list[tuple[str, ...]]:
        return [tuple(map(_one_line, row.cells)) for row in self.item.rows]

    @property
    def _roles(self) -> tuple[Role | None, ...]:
        return self.item.roles or (None,) * len(self.item.header)


@record(eq=False)
class _Columns:
    """The width of each column, whether it is flush right, and its style."""

    widths: Sequence[int]
    right: Sequence[bool]
    styles: Sequence[Style]

    def row(self, cells: Sequence[str]) -> list[Text]:
        wrapped = [_wrapped(cell, wide) for cell, wide in zip(cells, self.widths, strict=True)]
        lines = []
        for i in range(max(map(len, wrapped))):
            line = Text()
            for j, parts in enumerate(wrapped):
                text = parts[i] if i < len(parts) else ""
                line.append(self._placed(text, j), self.styles[j]).append(" " * GAP)
            line.rstrip()
            lines.append(line)
        return lines

    def _placed(self, text: str, j: int) -> str:
        wide = self.widths[j]
        return " " * (wide - columns_of(text)) + text if self.right[j] else filled(text, wide)


def _is_mostly_numbers(column: Sequence[str]) -> bool:
    return 2 * sum(_QUANTITY.fullmatch(cell) is not None for cell in column) > len(column)


def _shrunk(widths: list[int], least: Sequence[int], room: int) -> list[int]:
    """The widths, the widest made narrower until all fit; none below its `least`."""
    while sum(widths) > room:
        able = [j for j, wide in enumerate(widths) if wide > least[j]]
        widest = max(able, key=widths.__getitem__)
        widths = [wide - (j == widest) for j, wide in enumerate(widths)]
    return widths


def _one_line(cell: str) -> str:
    return " ".join(cell.split())


def _wrapped(cell: str, width: int) -> list[str]:
    return [line.plain for line in wrapped_prose(Text(cell), width)]
