"""Figures of a document before any markup: exhibits as tables of text and as lines of characters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from attnviz.records import record
from attnviz.story.exhibits import Exhibit, Field, Plot, Table
from attnviz.story.field_lines import field_lines
from attnviz.story.handlers import Handlers
from attnviz.story.i18n import words
from attnviz.story.matrix import Matrix
from attnviz.story.storyboard import Storyboard
from attnviz.views.document.matrix_table import MatrixTable, table_of

PICTURE_WIDTH = 80
"""Columns of a field."""
SIGNS = {True: "✓", False: "✗", None: ""}


@record
class TextTable:
    """Texts in rows and columns."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    """True for each column of numbers alone, which is flush right."""


@record
class CharacterPicture:
    """Lines of characters, one below the other."""

    lines: tuple[str, ...]
    omitted: str | None
    """The positions that are left out, in words; None if none are."""


FigureOf: TypeAlias = Callable[[Any, Exhibit, Storyboard], object]
"""(item, its exhibit, the storyboard) → a figure that the formats can write."""

_FIGURES = Handlers[FigureOf]("attnviz.views.document.figure_model.register")
register = _FIGURES.register
"""Adds a type of exhibit to all formats: `register(Kind, figure)`, a `FigureOf`.

A figure of another type than those above has to be registered in each format, such as `writers.markdown.register`.
"""


def figure_of(exhibit: Exhibit, storyboard: Storyboard) -> object:
    """The item of the exhibit as a figure. Raises UnknownExhibitError for a type that is not registered."""
    return _FIGURES.of(exhibit.item)(exhibit.item, exhibit, storyboard)


@_FIGURES.handles(Matrix)
def _matrix(matrix: Matrix, exhibit: Exhibit, storyboard: Storyboard) -> MatrixTable:
    return table_of(matrix, storyboard, exhibit.marks)


@_FIGURES.handles(Plot)
def _plot(plot: Plot, exhibit: Exhibit, storyboard: Storyboard) -> TextTable:
    """A row for each x, with the y of every series."""
    rows = tuple(zip(plot.x_texts, *(series.texts for series in plot.series), strict=True))
    header = (plot.x_name, *(series.name for series in plot.series))
    return TextTable(plot.y_name, header, rows, (True,) * len(header))


@_FIGURES.handles(Table)
def _table(table: Table, exhibit: Exhibit, storyboard: Storyboard) -> TextTable:
    """The table; where rows work or fail, ✓ or ✗ in a column before the others."""
    rows = tuple(row.cells for row in table.rows)
    header = table.header
    if any(row.good is not None for row in table.rows):
        header = ("", *header)
        rows = tuple((SIGNS[row.good], *row.cells) for row in table.rows)
    return TextTable("", header, rows, tuple(map(_are_numbers, zip(*rows, strict=True))))


def _are_numbers(column: Sequence[str]) -> bool:
    return all(text.strip("−+").replace(",", "").replace(".", "").isdigit() for text in column)


@_FIGURES.handles(Field)
def _field(field: Field, exhibit: Exhibit, storyboard: Storyboard) -> CharacterPicture:
    written = field_lines(field, PICTURE_WIDTH, words(storyboard.language))
    lines = tuple("".join(run.text for run in line) for line in written.lines)
    return CharacterPicture(lines, written.shown_positions)
