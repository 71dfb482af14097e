"""Room on the stage: the demand of an exhibit, and shares of a line's width and of the stage's height."""

from __future__ import annotations

from collections.abc import Sequence

from attnviz.records import record
from attnviz.story.matrix import Matrix
from attnviz.views.film.components.text import widest
from attnviz.views.film.style import Size

HEADING = 0.5
MOST_CELL = 0.8
MOST_TOKEN = 1.3
_SIDE, _ABOVE = 0.6, 0.42
"""Room for the names of rows, and of columns; tokens take more."""
_MOST_GROWTH = 1.75
_MOST_NAMES = 12
"""A side with more entries goes without names."""


@record
class Demand:
    """The room that an exhibit takes if it can have it, in manim units."""

    width: float
    height: float
    least: float = 0.0
    """The width under which numbers give way to shades; 0 where there are none."""
    fixed: bool = False
    """True if it cannot do with less."""
    rigid: float = 0.0
    """The width that does not shrink with the cells: of the names of rows; all of it under a single column's title."""
    grows: bool = False
    """True if it is better with more room than that."""


def row_names_width(matrix: Matrix) -> float:
    """Room for the names of its rows, in manim units; 0 where they are not shown."""
    if not matrix.rows or len(matrix.rows) > _MOST_NAMES:
        return 0.0
    tokens = [each.token for each in matrix.rows if each.token]
    symbols = widest([each.symbol for each in matrix.rows], Size.BODY) + 0.2
    return max(_SIDE, symbols) + (
        min(widest(tokens, Size.SMALL) + 0.12, MOST_TOKEN) if tokens else 0.0
    )


def column_names_height(matrix: Matrix) -> float:
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


def shared(natural: Sequence[float], room: float, grows: Sequence[bool]) -> list[float]:
    """Room for each: its share of what there is where that is too little; what is left over goes to those that grow."""
    total = sum(natural)
    if total > room:
        return [each * room / total for each in natural]
    growing = sum(each for each, more in zip(natural, grows, strict=True) if more)
    if not growing:
        return list(natural)
    factor = min(1 + (room - total) / growing, _MOST_GROWTH)
    return [each * factor if more else each for each, more in zip(natural, grows, strict=True)]
