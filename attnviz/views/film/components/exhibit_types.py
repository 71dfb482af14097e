"""Types of exhibits in films: the room that each takes, its view, and how that appears."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from manim import Animation, Create, FadeIn, LaggedStart, VGroup

from attnviz.records import record
from attnviz.story.exhibits import Exhibit, Field, Plot, Table
from attnviz.story.handlers import Handlers
from attnviz.story.matrix import Matrix
from attnviz.story.numbers import Numbers
from attnviz.typeset.fonts import Weight
from attnviz.views.film.choreography import appear
from attnviz.views.film.components.exhibit_room import (
    HEADING,
    MOST_CELL,
    MOST_TOKEN,
    Demand,
    column_names_height,
    row_names_width,
)
from attnviz.views.film.components.field import FieldView
from attnviz.views.film.components.matrix import MatrixView, Sheet, number_width, sheet
from attnviz.views.film.components.plot import PlotView
from attnviz.views.film.components.table import TableView
from attnviz.views.film.components.text import Line, width_of
from attnviz.views.film.style import Box, Size, Style

_PLOT = (6.4, 3.2)
_LEAST_PLOT = 0.3
"""Least width of a plot, as a share of its line."""
_SLACK = 1e-6
"""Numbers that just fit still do when their width has been divided by the columns and multiplied again."""
_LEAST_CELL = 0.1
_LEAST_NAMED = 0.28
"""A row that is lower goes without its name."""

Runs: TypeAlias = list[tuple[str, str]]
"""Texts, each with its colour."""
Move: TypeAlias = tuple[Sequence[Animation], float]
"""Animations that are played together, and their seconds."""


@record
class ViewRoom:
    """The room for the view of an exhibit, in manim units."""

    width: float
    height: float
    """Without the heading."""
    above: float
    """The part of the height that the names over the columns of matrices in that line take."""


@record
class ExhibitType:
    """A type of exhibit in films."""

    demand: Callable[[Any, Numbers, Style, Box, float], Demand]
    """(item, numbers, style, the whole stage, the width of the heading) → the room it takes without its heading."""
    view: Callable[[Any, Numbers, Style, ViewRoom], VGroup]
    """(item, numbers, style, its room) → the mobject, anywhere."""
    moves: Callable[[Any, float], Iterator[Move]]
    """(the mobject, seconds) → the moves by which it appears, together about that long."""
    title: Callable[[Any, Style], Runs] | None = None
    """(item, style) → the beginning of its heading; None where only the exhibit's name makes one."""
    above: Callable[[Any], float] = lambda item: 0.0
    """Height of the names over its columns."""


_TYPES = Handlers[ExhibitType]("attnviz.views.film.components.exhibit_types.register")
register = _TYPES.register
"""Adds a type of exhibit to films: `register(Kind, ExhibitType(…))`."""


def demand(exhibit: Exhibit, numbers: Numbers, box: Box, style: Style) -> Demand:
    """The room that the exhibit takes if it has a box of that size to itself.

    Raises UnknownExhibitError for a type that is not registered.
    """
    title = heading(exhibit, style).width
    alone = _TYPES.of(exhibit.item).demand(exhibit.item, numbers, style, box, title)
    return replace(alone, height=alone.height + heading_height(exhibit))


def heading(exhibit: Exhibit, style: Style) -> VGroup:
    """The line over an exhibit: symbol and shape of a matrix, and the exhibit's name; empty without either."""
    title = _TYPES.of(exhibit.item).title
    runs = title(exhibit.item, style) if title is not None else []
    if exhibit.name:
        runs = [*runs, (("   " if runs else "") + exhibit.name, style.theme.ink)]
    return VGroup(Line(runs, Size.BODY, Weight.SEMIBOLD)) if runs else VGroup()


def heading_height(exhibit: Exhibit) -> float:
    """The room for the heading, which a type that has titles keeps free even for an item without one."""
    return HEADING if exhibit.name or _TYPES.of(exhibit.item).title is not None else 0.0


def names_above(exhibit: Exhibit) -> float:
    """Height of the names over the columns of the exhibit."""
    return _TYPES.of(exhibit.item).above(exhibit.item)


def view_of(exhibit: Exhibit, numbers: Numbers, style: Style, room: ViewRoom) -> VGroup:
    """The mobject of the exhibit without its heading."""
    return _TYPES.of(exhibit.item).view(exhibit.item, numbers, style, room)


def moves_of(exhibit: Exhibit, body: VGroup, seconds: float) -> Iterator[Move]:
    """The moves by which `body`, the exhibit's mobject, appears."""
    return _TYPES.of(exhibit.item).moves(body, seconds)


def named_matrix(shown: Sheet, matrix: Matrix, style: Style) -> MatrixView:
    """The view with the names of its rows and columns, as far as there is room for them."""
    view = MatrixView(shown, style)
    if not shown.pooled:
        if row_names_width(matrix) and shown.height >= _LEAST_NAMED:
            view.label_rows(most=MOST_TOKEN)
        if column_names_height(matrix):
            view.label_columns()
    return view


def _matrix_title(matrix: Matrix, style: Style) -> Runs:
    if not matrix.symbol:
        return []
    shape = "{}×{}".format(*matrix.shape)
    return [(matrix.symbol, style.colour(matrix.role)), (f"  {shape}", style.theme.dim)]


def _matrix_demand(
    matrix: Matrix, numbers: Numbers, style: Style, box: Box, title: float
) -> Demand:
    names = row_names_width(matrix)
    written = number_width(matrix, numbers) or 0.0
    cells = max(MOST_CELL * min(matrix.shape[1], 16), written) + _SLACK
    width = names + max(cells, title)
    high = min(matrix.shape[0], 16) * MOST_CELL + column_names_height(matrix)
    rigid = width if matrix.shape[1] == 1 else names
    tight = number_width(matrix, (numbers, *numbers.narrower)[-1], tight=True)
    # cells that stand for several numbers become as narrow as there is room, their title does not
    least = names + (tight + _SLACK if tight else title)
    return Demand(width, high, max(least, rigid), rigid=rigid)


def _matrix_view(matrix: Matrix, numbers: Numbers, style: Style, room: ViewRoom) -> MatrixView:
    wide = max(room.width - row_names_width(matrix), _LEAST_CELL * min(matrix.shape[1], 16))
    high = max(room.height - room.above, _LEAST_CELL * min(matrix.shape[0], 16))
    shown = sheet(matrix, numbers, width=wide, height=high, most_cell=MOST_CELL)
    return named_matrix(shown, matrix, style)


def _matrix_moves(body: MatrixView, seconds: float) -> Iterator[Move]:
    names = [*body.row_labels, *body.column_labels]
    rows = [VGroup(*row) for row in body.entries]
    yield [*[FadeIn(each) for each in names], appear(rows)], seconds


def _plot_demand(plot: Plot, numbers: Numbers, style: Style, box: Box, title: float) -> Demand:
    least = _LEAST_PLOT * box.width
    return Demand(_PLOT[0], _PLOT[1], least, rigid=least, grows=True)


def _plot_view(plot: Plot, numbers: Numbers, style: Style, room: ViewRoom) -> PlotView:
    return PlotView(plot, style, width=room.width, height=room.height)


def _plot_moves(body: PlotView, seconds: float) -> Iterator[Move]:
    yield [FadeIn(body.axes)], 0.5
    for curve, ending in zip(body.curves, body.endings, strict=True):
        share = max((seconds - 0.5) / len(body.curves), 0.6)
        yield [LaggedStart(Create(curve), FadeIn(ending), lag_ratio=0.8)], share


def _table_demand(table: Table, numbers: Numbers, style: Style, box: Box, title: float) -> Demand:
    view = TableView(table, style, width=box.width, height=box.height)
    return Demand(max(view.width, title), view.height, fixed=True)


def _table_view(table: Table, numbers: Numbers, style: Style, room: ViewRoom) -> TableView:
    return TableView(table, style, width=room.width + 0.01, height=room.height)


def _table_moves(body: TableView, seconds: float) -> Iterator[Move]:
    yield [FadeIn(body.header)], 0.4
    yield [appear(body.rows)], seconds - 0.4


def _field_demand(field: Field, numbers: Numbers, style: Style, box: Box, title: float) -> Demand:
    count = max(len(layer.lit) for layer in field.layers)
    names = max(width_of(layer.name, Size.SMALL) for layer in field.layers) + 0.3
    return Demand(max(count * 0.62 + names, title), len(field.layers) * 1.05)


def _field_view(field: Field, numbers: Numbers, style: Style, room: ViewRoom) -> FieldView:
    return FieldView(field, style, width=room.width, height=room.height)


def _field_moves(body: FieldView, seconds: float) -> Iterator[Move]:
    """From the single position of the last layer down to the inputs, a layer at a time."""
    share = seconds / len(body.rows)
    yield [FadeIn(body.rows[-1]), FadeIn(body.names)], share
    for links, row in zip(reversed(body.links), reversed(body.rows[:-1]), strict=True):
        yield [*[Create(link) for link in links], FadeIn(row)], share


register(
    Matrix,
    ExhibitType(_matrix_demand, _matrix_view, _matrix_moves, _matrix_title, column_names_height),
)
register(Plot, ExhibitType(_plot_demand, _plot_view, _plot_moves))
register(Table, ExhibitType(_table_demand, _table_view, _table_moves))
register(Field, ExhibitType(_field_demand, _field_view, _field_moves))
