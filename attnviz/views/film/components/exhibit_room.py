"""How much room an exhibit takes on the stage, and how the room there is becomes shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from manim import VGroup

from attnviz.story.exhibits import Exhibit, Plot, Table
from attnviz.story.numbers import Numbers
from attnviz.story.storyboard import Matrix
from attnviz.typeset.fonts import Weight
from attnviz.views.film.components.matrix import number_width
from attnviz.views.film.components.table import TableView
from attnviz.views.film.components.text import Line, widest, width_of
from attnviz.views.film.style import Box, Size, Style

HEADING = 0.5
MOST_CELL = 0.8
MOST_TOKEN = 1.3
_SIDE, _ABOVE = 0.6, 0.42
"""Room for the names of rows, and of columns; tokens take more."""
_PLOT = (6.4, 3.2)
_LEAST_PLOT = 0.3
"""Of the width of a line."""
_MOST_GROWTH = 1.75
_SLACK = 1e-6
"""Numbers that just fit still do when their width has been divided by the columns and multiplied again."""
_MOST_NAMES = 12
"""A side with more entries goes without names."""


def heading(exhibit: Exhibit, style: Style) -> VGroup:
    """What stands over an exhibit: symbol and shape of a matrix, and the name it was given; empty without either."""
    item, runs = exhibit.item, []
    if isinstance(item, Matrix) and item.symbol:
        shape = "{}×{}".format(*item.shape)
        runs = [(item.symbol, style.colour(item.role)), (f"  {shape}", style.theme.dim)]
    if exhibit.name:
        runs.append((("   " if runs else "") + exhibit.name, style.theme.ink))
    return VGroup(Line(runs, Size.BODY, Weight.SEMIBOLD)) if runs else VGroup()


@dataclass(frozen=True)
class Demand:
    """What an exhibit would take, in manim units."""

    width: float
    height: float
    least: float = 0.0
    """The width under which numbers give way to shades; 0 where there are none."""
    fixed: bool = False
    """Whether it cannot do with less."""
    rigid: float = 0.0
    """Of the width, what does not shrink with the cells: the names of rows; all of it under a single column's title."""
    grows: bool = False
    """Whether it is the better for more room than that."""


def demand(exhibit: Exhibit, numbers: Numbers, box: Box, style: Style) -> Demand:
    """What the exhibit would take in a box of that size if it stood there alone."""
    item = exhibit.item
    named = HEADING if exhibit.name or isinstance(item, Matrix) else 0.0
    title = heading(exhibit, style).width
    if isinstance(item, Matrix):
        names = names_wide(item)
        written = number_width(item, numbers) or 0.0
        wanted = max(MOST_CELL * min(item.shape[1], 16), written) + _SLACK
        width = names + max(wanted, title)
        high = min(item.shape[0], 16) * MOST_CELL + named + names_high(item)
        rigid = width if item.shape[1] == 1 else names
        snug = number_width(item, numbers, snug=True)
        least = snug + _SLACK + names if snug else 0.0
        return Demand(width, high, max(least, rigid), rigid=rigid)
    if isinstance(item, Plot):
        least = _LEAST_PLOT * box.width
        return Demand(_PLOT[0], _PLOT[1] + named, least, rigid=least, grows=True)
    if isinstance(item, Table):
        view = TableView(item, style, width=box.width, height=box.height)
        return Demand(max(view.width, title), view.height + named, fixed=True)
    count = max(len(layer.lit) for layer in item.layers)
    names = max(width_of(layer.name, Size.SMALL) for layer in item.layers) + 0.3
    return Demand(max(count * 0.62 + names, title), len(item.layers) * 1.05 + named)


def names_wide(matrix: Matrix) -> float:
    """Room for the names of its rows, in manim units; 0 where they are not shown."""
    if not matrix.rows or len(matrix.rows) > _MOST_NAMES:
        return 0.0
    tokens = [each.token for each in matrix.rows if each.token]
    symbols = widest([each.symbol for each in matrix.rows], Size.BODY) + 0.2
    return max(_SIDE, symbols) + (
        min(widest(tokens, Size.SMALL) + 0.12, MOST_TOKEN) if tokens else 0.0
    )


def names_high(matrix: Matrix) -> float:
    """Room for the names of its columns, in manim units; 0 where they are not shown."""
    if not matrix.columns or len(matrix.columns) > _MOST_NAMES:
        return 0.0
    return _ABOVE + (0.3 if any(each.token for each in matrix.columns) else 0.0)


def widths(line: Sequence[Demand], room: float) -> list[float]:
    """The width of each exhibit of a line in that room: text and names take what they take, matrices keep their numbers
    if all can, the rest is shared.
    """
    bending = [each for each in line if not each.fixed]
    room -= sum(each.width for each in line if each.fixed)
    kept = [each.least for each in bending]
    if sum(kept) > room:
        kept = [each.rigid for each in bending]
    shares = shared(
        [each.width - least for each, least in zip(bending, kept, strict=True)],
        max(room - sum(kept), 0.0),
        [each.grows for each in bending],
    )
    given = iter([share + least for share, least in zip(shares, kept, strict=True)])
    return [each.width if each.fixed else next(given) for each in line]


def heights(lines: Sequence[Sequence[Demand]], room: float) -> list[float]:
    """The height of each line: text takes what it takes, the rest is shared."""
    least = [max((each.height for each in line if each.fixed), default=0.0) for line in lines]
    bending = [i for i, line in enumerate(lines) if not all(each.fixed for each in line)]
    taken = sum(height for i, height in enumerate(least) if i not in bending)
    given = shared(
        [max(each.height for each in lines[i]) for i in bending],
        room - taken,
        [any(each.grows for each in lines[i]) for i in bending],
    )
    for i, height in zip(bending, given, strict=True):
        least[i] = max(height, least[i])
    return least


def shared(wanted: Sequence[float], room: float, grows: Sequence[bool]) -> list[float]:
    """Room for each: its share of what there is where that is too little; what is left over goes to those that grow."""
    total = sum(wanted)
    if total > room:
        return [each * room / total for each in wanted]
    growing = sum(each for each, more in zip(wanted, grows, strict=True) if more)
    if not growing:
        return list(wanted)
    factor = min(1 + (room - total) / growing, _MOST_GROWTH)
    return [each * factor if more else each for each, more in zip(wanted, grows, strict=True)]
