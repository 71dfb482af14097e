"""Plots, tables and fields as they are written: numbers in columns, and lines of characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attnviz.story.exhibits import Field, Plot, Table
from attnviz.story.field_lines import field_lines
from attnviz.story.i18n import Words

PICTURE_WIDTH = 80
"""Columns of a field."""
SIGNS = {True: "✓", False: "✗", None: ""}


@dataclass(frozen=True)
class Facts:
    """Texts in rows and columns, which have no more to them than their texts."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    """Which columns hold numbers alone, and stand flush right."""


@dataclass(frozen=True)
class Picture:
    """Lines of characters that stand below each other."""

    lines: tuple[str, ...]
    said: str | None
    """In words, what is left out; None if nothing is."""


def facts_of_plot(plot: Plot) -> Facts:
    """A row for each x, with the y of every series."""
    rows = tuple(zip(plot.x_texts, *(series.texts for series in plot.series), strict=True))
    header = (plot.x_name, *(series.name for series in plot.series))
    return Facts(plot.y_name, header, rows, (True,) * len(header))


def facts_of_table(table: Table) -> Facts:
    """The table; where rows work or fail, ✓ or ✗ in a column before the others."""
    rows = tuple(row.cells for row in table.rows)
    header = table.header
    if any(row.good is not None for row in table.rows):
        header = ("", *header)
        rows = tuple((SIGNS[row.good], *row.cells) for row in table.rows)
    return Facts("", header, rows, tuple(map(_are_numbers, zip(*rows, strict=True))))


def _are_numbers(column: Sequence[str]) -> bool:
    return all(text.strip("−+").replace(",", "").replace(".", "").isdigit() for text in column)


def picture_of(field: Field, words: Words) -> Picture:
    """The field in lines of characters."""
    written = field_lines(field, PICTURE_WIDTH, words)
    lines = tuple("".join(run.text for run in line) for line in written.lines)
    return Picture(lines, written.said)
