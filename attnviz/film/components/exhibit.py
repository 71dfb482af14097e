"""Exhibits on the stage: each as a view with a heading, side by side in lines, as large as the room allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, VGroup

from attnviz.film.components.field import FieldView
from attnviz.film.components.matrix import MatrixView, frame_around, number_width, sheet
from attnviz.film.components.plot import PlotView
from attnviz.film.components.table import TableView
from attnviz.film.components.text import Line, widest, width_of
from attnviz.film.fonts import Weight
from attnviz.film.style import Box, Size, Style
from attnviz.lessons.exhibits import Exhibit, Field, Plot, Region, Table
from attnviz.lessons.numbers import Numbers
from attnviz.lessons.storyboard import Matrix

_GAP, _JOINT_GAP = 0.75, 0.35
_BETWEEN_LINES = 0.4
_HEADING = 0.5
_MOST_CELL, _LEAST_CELL = 0.8, 0.2
_SIDE, _ABOVE = 0.6, 0.42
"""Room for the names of rows, and of columns; tokens take more."""
_MOST_TOKEN = 1.3
_PLOT = (6.4, 3.2)
_MOST_GROWTH = 1.75
_SLACK = 1e-6
"""Numbers that just fit still do when their width has been divided by the columns and multiplied again."""
_LEAST_SHARE = 0.3
"""Of the width of a line, for what is not text."""
_LEAST_NAMED = 0.28
"""A row that is lower goes without its name."""
_MOST_NAMES = 12
"""A side with more entries goes without names."""


class ExhibitView(VGroup):
    """`heading`, `body` and `frames` round the marked blocks; frames are not part of it until they are shown."""

    def __init__(self, exhibit: Exhibit, body: VGroup, style: Style) -> None:
        super().__init__()
        self.exhibit, self.body = exhibit, body
        self.heading = _heading(exhibit, style)
        self.frames = VGroup()
        self.add(body)
        if len(self.heading):
            self.heading.next_to(body, UP, buff=0.16).align_to(_anchor(body), LEFT)
            self.add(self.heading)

    def frame(self, marks: Sequence[Region], style: Style) -> VGroup:
        """Frames round blocks of the matrix, where it stands now."""
        view = self.body
        if not isinstance(view, MatrixView) or view.sheet.pooled:
            return VGroup()
        return VGroup(*[frame_around(block(view, each), style.theme.ink, 0.02) for each in marks])


def block(view: MatrixView, region: Region) -> VGroup:
    """The cells of a region."""
    rows = view.entries[slice(*region.rows)]
    return VGroup(*[cell for row in rows for cell in row[slice(*region.columns)]])


def _anchor(body: VGroup) -> VGroup:
    """What a heading stands flush with: the cells, not the names beside them."""
    return body.cells if isinstance(body, MatrixView) else body


def _heading(exhibit: Exhibit, style: Style) -> VGroup:
    item, runs = exhibit.item, []
    if isinstance(item, Matrix) and item.symbol:
        shape = "{}×{}".format(*item.shape)
        runs = [(item.symbol, style.colour(item.role)), (f"  {shape}", style.theme.dim)]
    if exhibit.name:
        runs.append((("   " if runs else "") + exhibit.name, style.theme.ink))
    return VGroup(Line(runs, Size.BODY, Weight.SEMIBOLD)) if runs else VGroup()


@dataclass(frozen=True)
class _Demand:
    """What an exhibit would take."""

    width: float
    height: float
    fixed: bool = False
    """Whether it cannot do with less."""
    rigid: float = 0.0
    """Of the width, what does not shrink with the cells: the names of rows; all of it under a single column's title."""
    grows: bool = False
    """Whether it is the better for more room than that."""


def _demand(exhibit: Exhibit, numbers: Numbers, box: Box, style: Style) -> _Demand:
    item = exhibit.item
    named = _HEADING if exhibit.name or isinstance(item, Matrix) else 0.0
    heading = _heading(exhibit, style).width
    if isinstance(item, Matrix):
        names = _names_wide(item)
        width = max(_matrix_width(item, numbers) + names, heading)
        rows = min(item.shape[0], 16)
        high = rows * _MOST_CELL + named + _names_high(item)
        return _Demand(width, high, rigid=width if item.shape[1] == 1 else names)
    if isinstance(item, Plot):
        return _Demand(_PLOT[0], _PLOT[1] + named, grows=True)
    if isinstance(item, Table):
        view = TableView(item, style, width=box.width, height=box.height)
        return _Demand(max(view.width, heading), view.height + named, fixed=True)
    count = max(len(layer.lit) for layer in item.layers)
    names = max(width_of(layer.name, Size.SMALL) for layer in item.layers) + 0.3
    return _Demand(max(count * 0.62 + names, heading), len(item.layers) * 1.05 + named)


def _matrix_width(matrix: Matrix, numbers: Numbers) -> float:
    columns = min(matrix.shape[1], 16)
    wide = number_width(matrix, numbers)
    return max(_MOST_CELL * columns, wide or 0.0) + _SLACK


def _names_wide(matrix: Matrix) -> float:
    if not matrix.rows or len(matrix.rows) > _MOST_NAMES:
        return 0.0
    tokens = [each.token for each in matrix.rows if each.token]
    return _SIDE + (min(widest(tokens, Size.SMALL) + 0.12, _MOST_TOKEN) if tokens else 0.0)


def _names_high(matrix: Matrix) -> float:
    if not matrix.columns or len(matrix.columns) > _MOST_NAMES:
        return 0.0
    return _ABOVE + (0.3 if any(each.token for each in matrix.columns) else 0.0)


def laid_out(
    exhibits: Sequence[Exhibit], numbers: Numbers, style: Style, box: Box
) -> tuple[list[ExhibitView], list[Line | None]]:
    """The exhibits as views in their places, and the joint before each, None where there is none."""
    lines = [list(each) for _, each in groupby(exhibits, key=lambda each: each.line)]
    wanted = [[_demand(each, numbers, box, style) for each in line] for line in lines]
    heights = _heights(wanted, box.height - _BETWEEN_LINES * (len(lines) - 1))
    views: list[ExhibitView] = []
    joints: list[Line | None] = []
    stack = VGroup()
    for line, demands, height in zip(lines, wanted, heights, strict=True):
        group, made, between = _line(line, demands, numbers, style, box, height)
        stack.add(group)
        views += made
        joints += between
    stack.arrange(DOWN, buff=_BETWEEN_LINES).move_to(np.array(box.middle))
    return views, joints


def _heights(lines: Sequence[Sequence[_Demand]], room: float) -> list[float]:
    """The height of each line: text takes what it takes, the rest is shared."""
    least = [max((each.height for each in line if each.fixed), default=0.0) for line in lines]
    bending = [i for i, line in enumerate(lines) if not all(each.fixed for each in line)]
    taken = sum(height for i, height in enumerate(least) if i not in bending)
    heights = _shared(
        [max(each.height for each in lines[i]) for i in bending],
        room - taken,
        [any(each.grows for each in lines[i]) for i in bending],
    )
    for i, height in zip(bending, heights, strict=True):
        least[i] = max(height, least[i])
    return least


def _shared(wanted: Sequence[float], room: float, grows: Sequence[bool]) -> list[float]:
    """Room for each: its share of what there is where that is too little; what is left over goes to those that grow."""
    total = sum(wanted)
    if total > room:
        return [each * room / total for each in wanted]
    growing = sum(each for each, more in zip(wanted, grows, strict=True) if more)
    if not growing:
        return list(wanted)
    factor = min(1 + (room - total) / growing, _MOST_GROWTH)
    return [each * factor if more else each for each, more in zip(wanted, grows, strict=True)]


def _line(
    line: Sequence[Exhibit],
    demands: Sequence[_Demand],
    numbers: Numbers,
    style: Style,
    box: Box,
    height: float,
) -> tuple[VGroup, list[ExhibitView], list[Line | None]]:
    joints = [_joint(each, style) if i else None for i, each in enumerate(line)]
    gaps = sum(_GAP if j is None else j.width + 2 * _JOINT_GAP for j in joints[1:])
    fixed = sum(each.width for each in demands if each.fixed)
    bending = [each for each in demands if not each.fixed]
    rigid = sum(each.rigid for each in bending)
    room = max(box.width - gaps - fixed - rigid, _LEAST_SHARE * box.width)
    shares = _shared([d.width - d.rigid for d in bending], room, [d.grows for d in bending])
    widths = iter([share + d.rigid for share, d in zip(shares, bending, strict=True)])
    views = [
        _view(each, numbers, style, d.width if d.fixed else next(widths), height)
        for each, d in zip(line, demands, strict=True)
    ]
    group = VGroup()
    for joint, view in zip(joints, views, strict=True):
        if len(group):
            before = group[-1]
            if joint is None:
                view.next_to(before, RIGHT, buff=_GAP)
            else:
                joint.next_to(before, RIGHT, buff=_JOINT_GAP)
                view.next_to(joint, RIGHT, buff=_JOINT_GAP)
        _level(view)
        if joint is not None:
            joint.set_y(0)
            group.add(joint)
        group.add(view)
    return group, views, joints


def _level(view: ExhibitView) -> None:
    """Bodies stand on one level by their middles, whatever stands over them."""
    view.shift(np.array([0.0, -_anchor(view.body).get_center()[1], 0.0]))


def _joint(exhibit: Exhibit, style: Style) -> Line | None:
    if not exhibit.joint:
        return None
    return Line([(exhibit.joint, style.theme.dim)], Size.LARGE)


def _view(
    exhibit: Exhibit, numbers: Numbers, style: Style, width: float, height: float
) -> ExhibitView:
    item = exhibit.item
    height -= _HEADING if exhibit.name or isinstance(item, Matrix) else 0.0
    if isinstance(item, Matrix):
        body: VGroup = _matrix(item, numbers, style, width, height)
    elif isinstance(item, Plot):
        body = PlotView(item, style, width=width, height=height)
    elif isinstance(item, Table):
        body = TableView(item, style, width=width + 0.01, height=height)
    else:
        assert isinstance(item, Field)
        body = FieldView(item, style, width=width, height=height)
    return ExhibitView(exhibit, body, style)


def _matrix(
    matrix: Matrix, numbers: Numbers, style: Style, width: float, height: float
) -> MatrixView:
    room = max(width - _names_wide(matrix), _LEAST_CELL * min(matrix.shape[1], 16))
    high = max(height - _names_high(matrix), _LEAST_CELL * min(matrix.shape[0], 16))
    shown = sheet(matrix, numbers, width=room, height=high, most_cell=_MOST_CELL)
    view = MatrixView(replace(shown), style)
    if not shown.pooled:
        if _names_wide(matrix) and shown.height >= _LEAST_NAMED:
            view.label_rows(most=_MOST_TOKEN)
        if _names_high(matrix):
            view.label_columns()
    return view
