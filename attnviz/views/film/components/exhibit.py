"""Exhibits on the stage: each as a view with a heading, side by side in lines, as large as the room allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, VGroup

from attnviz.story.exhibits import Exhibit, Region
from attnviz.story.matrix import Matrix
from attnviz.story.numbers import Numbers
from attnviz.views.film.components.exhibit_room import Demand, heights, widths
from attnviz.views.film.components.exhibit_types import (
    ViewRoom,
    demand,
    heading,
    heading_height,
    named_matrix,
    names_above,
    view_of,
)
from attnviz.views.film.components.matrix import MatrixView, Sheet, frame_around
from attnviz.views.film.components.shades import common_shades
from attnviz.views.film.components.text import Line
from attnviz.views.film.style import Box, Size, Style

_GAP, _JOINT_GAP = 0.75, 0.35
_LARGEST_TABLE = 1.4
"""The most that text is enlarged where there is nothing else."""
_AIR = 0.93
_BETWEEN_LINES = 0.4


class ExhibitView(VGroup):
    """`heading`, `body` and `frames` round the marked blocks; frames are not part of it until they are shown."""

    def __init__(self, exhibit: Exhibit, body: VGroup, style: Style) -> None:
        super().__init__()
        self.exhibit, self.body = exhibit, body
        self.heading = heading(exhibit, style)
        self.frames = VGroup()
        self.add(body)
        if len(self.heading):
            self.heading.next_to(body, UP, buff=0.16).align_to(_anchor(body), LEFT)
            self.add(self.heading)

    def frame(self, marks: Sequence[Region], style: Style) -> VGroup:
        """Frames round blocks of the matrix, at its present position."""
        view = self.body
        if not isinstance(view, MatrixView) or view.sheet.pooled:
            return VGroup()
        return VGroup(*[frame_around(block(view, each), style.theme.ink, 0.02) for each in marks])


def block(view: MatrixView, region: Region) -> VGroup:
    """The cells of a region."""
    rows = view.entries[slice(*region.rows)]
    return VGroup(*[cell for row in rows for cell in row[slice(*region.columns)]])


def _anchor(body: VGroup) -> VGroup:
    """The part that a heading is flush with: the cells, not the names beside them."""
    return body.cells if isinstance(body, MatrixView) else body


def lay_out_exhibits(
    exhibits: Sequence[Exhibit], numbers: Numbers, style: Style, box: Box
) -> tuple[list[ExhibitView], list[Line | None]]:
    """The exhibits as views in their places, and the joint before each, None where there is none.

    Raises UnknownExhibitError for a type that is not registered.
    """
    lines = [
        _fitting(list(each), numbers, style, box)
        for _, each in groupby(exhibits, key=lambda each: each.line)
    ]
    demands = [[demand(each, numbers, box, style) for each in line] for line in lines]
    high = heights(demands, box.height - _BETWEEN_LINES * (len(lines) - 1))
    views: list[ExhibitView] = []
    joints: list[Line | None] = []
    stack = VGroup()
    for line, needed, height in zip(lines, demands, high, strict=True):
        group, made, between = _line(line, needed, numbers, style, box, height)
        stack.add(group)
        views += made
        joints += between
    stack.arrange(DOWN, buff=_BETWEEN_LINES)
    if all(each.fixed for line in demands for each in line):  # text alone
        room = min(box.width / stack.width, box.height / stack.height)
        stack.scale(min(_LARGEST_TABLE, max(_AIR * room, min(room, 1.0))))
    stack.move_to(np.array(box.middle))
    return views, joints


def _fitting(line: list[Exhibit], numbers: Numbers, style: Style, box: Box) -> list[Exhibit]:
    """The line; where its numbers would not fit, a matrix leaves out the names that its rows have in one before it."""
    demands = [demand(each, numbers, box, style) for each in line]
    gaps = sum(_gap(_joint(each, style)) for each in line[1:])
    if sum(each.width if each.fixed else each.least for each in demands) + gaps <= box.width:
        return line
    named: set[tuple[str, ...]] = set()
    fitting = []
    for each in line:
        if isinstance(each.item, Matrix):
            symbols = tuple(row.symbol for row in each.item.rows)
            if symbols in named:
                each = replace(each, item=replace(each.item, rows=()))
            named.add(symbols)
        fitting.append(each)
    return fitting


def _gap(joint: Line | None) -> float:
    """From an exhibit to the next, with that between them."""
    return _GAP if joint is None else joint.width + 2 * _JOINT_GAP


def _line(
    line: Sequence[Exhibit],
    demands: Sequence[Demand],
    numbers: Numbers,
    style: Style,
    box: Box,
    height: float,
) -> tuple[VGroup, list[ExhibitView], list[Line | None]]:
    joints = [_joint(each, style) if i else None for i, each in enumerate(line)]
    gaps = sum(map(_gap, joints[1:]))
    above = max(map(names_above, line))
    views = _levelled(
        [
            _view(each, numbers, style, width, height, above)
            for each, width in zip(line, widths(demands, box.width - gaps), strict=True)
        ],
        style,
    )
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


def _levelled(views: list[ExhibitView], style: Style) -> list[ExhibitView]:
    """The views, made comparable: matrices of as many rows in cells of one height, so that a row of one is beside
    the same row of the other, in letters of one size where the columns are as many too; and one shade for one number
    where the same matrix is shown twice without numbers.
    """
    sheets = [view.body.sheet for view in views if isinstance(view.body, MatrixView)]
    levelled = []
    for view in views:
        item = view.exhibit.item
        if isinstance(view.body, MatrixView) and isinstance(item, Matrix):
            shown = _beside(view.body.sheet, sheets)
            if shown is not view.body.sheet:
                view = ExhibitView(view.exhibit, named_matrix(shown, item, style), style)
        levelled.append(view)
    return levelled


def _beside(shown: Sheet, others: Sequence[Sheet]) -> Sheet:
    """The sheet made comparable to the others, itself among them."""
    rows, symbol = shown.matrix.shape[0], shown.matrix.symbol
    height = max(each.height for each in others if each.matrix.shape[0] == rows)
    shades = shown.shades
    if shown.texts is None:
        alike = (each for each in others if each.texts is None and each.matrix.symbol == symbol)
        shades = common_shades(each.shades for each in alike)
    size = min(each.size for each in others if each.matrix.shape == shown.matrix.shape)
    if (height, shades, size) == (shown.height, shown.shades, shown.size):
        return shown
    return replace(shown, height=height, shades=shades, size=size)


def _level(view: ExhibitView) -> None:
    """Moves the view so that the middle of its body is on the level of all, whatever is above the body."""
    view.shift(np.array([0.0, -_anchor(view.body).get_center()[1], 0.0]))


def _joint(exhibit: Exhibit, style: Style) -> Line | None:
    if not exhibit.joint:
        return None
    return Line([(exhibit.joint, style.theme.dim)], Size.LARGE)


def _view(
    exhibit: Exhibit, numbers: Numbers, style: Style, width: float, height: float, above: float
) -> ExhibitView:
    """`above` is the room over matrices of that line for the names of columns."""
    room = ViewRoom(width, height - heading_height(exhibit), above)
    return ExhibitView(exhibit, view_of(exhibit, numbers, style, room), style)
