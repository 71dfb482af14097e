"""Layouts of one product of a query and a key, part by part: both vectors, their products, the sums of these.

A reader multiplies and adds up what is written, so numbers come before room for everything at once: once the products
are there, the vectors step aside, small and shaded, or make room altogether.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, VGroup

from attnviz.records import record
from attnviz.story.exhibits import Exhibit
from attnviz.story.matrix import Matrix
from attnviz.story.numbers import Numbers
from attnviz.typeset.fonts import Weight
from attnviz.views.film.components.cells import width_for
from attnviz.views.film.components.exhibit import ExhibitView, lay_out_exhibits
from attnviz.views.film.components.exhibit_room import HEADING, MOST_CELL
from attnviz.views.film.components.exhibit_types import heading
from attnviz.views.film.components.matrix import LABEL_GAP, MatrixView, Sheet
from attnviz.views.film.components.shades import shades_of
from attnviz.views.film.components.text import Line, label, widest, width_of
from attnviz.views.film.style import Box, Size, Style

_WIDTHS = (lambda text: width_for(text) + 0.16, width_for, partial(width_for, tight=True))
"""Widths of a cell for the widest number of its matrix, from the best to the least."""
_ASIDE = (0.42, 0.34, 0.28, 0.22)
"""Widths of a cell of a vector that is moved aside. In a smaller one the mark of a negative entry would be lost."""
_ASIDE_HIGH = 0.24
_GAP, _STACK_GAP, _JOINT_GAP = 0.22, 0.2, 0.11


@record(eq=False)
class PairLayout:
    """The layout of one part of the step, from left to right."""

    views: dict[str, ExhibitView]
    """By the symbol of the matrix."""
    joints: tuple[Line, ...] = ()

    @property
    def bodies(self) -> list[MatrixView]:
        """The matrices without their headings."""
        return [view.body for view in self.views.values()]

    @property
    def names(self) -> VGroup:
        """The names of the rows, which only one matrix has."""
        return VGroup(*[mark for body in self.bodies for mark in body.row_labels])


def pair_layouts(
    exhibits: Sequence[Exhibit], numbers: Numbers, style: Style, box: Box
) -> tuple[PairLayout, PairLayout, PairLayout]:
    """The vectors, then with their products, then with the sums: with as many numbers as can be read.

    Where there is room for all there are numbers in all from the beginning, and nothing moves; else in the vectors till
    their products are there; else in products and sums. Vectors that are longer still are shades.
    """
    views, joints = lay_out_exhibits(exhibits, numbers, style, box)
    at_once = PairLayout(
        {_matrix(view.exhibit).symbol: view for view in views},
        tuple(joint for joint in joints if joint is not None),
    )
    if all(body.sheet.texts for body in at_once.bodies):
        return _unmoved_layouts(at_once)
    return next(_moving_layouts(exhibits, numbers, style, box), None) or _unmoved_layouts(at_once)


def _matrix(exhibit: Exhibit) -> Matrix:
    assert isinstance(exhibit.item, Matrix)
    return exhibit.item


def _unmoved_layouts(whole: PairLayout) -> tuple[PairLayout, PairLayout, PairLayout]:
    """Everything has its last place from the beginning."""
    named = list(whole.views.items())
    return PairLayout(dict(named[:2])), PairLayout(dict(named[:3]), whole.joints[:1]), whole


def _moving_layouts(
    exhibits: Sequence[Exhibit], numbers: Numbers, style: Style, box: Box
) -> Iterator[tuple[PairLayout, PairLayout, PairLayout]]:
    """The layouts that fit, the best first."""
    query, key, products, sums = exhibits
    makers = [_LayoutMaker(numbers, style, box, wide) for wide in _WIDTHS]
    for make in makers:
        vectors, multiplied = (make.line(each) for each in ([query, key], [query, key, products]))
        if vectors and multiplied and (added := make.roomiest([query, key], [products, sums])):
            yield vectors, multiplied, added
    for make in makers:
        multiplied = make.beside([query, key], [products])
        if multiplied and (added := make.roomiest([query, key], [products, sums])):
            views, _ = lay_out_exhibits([query, key], numbers, style, box)
            vectors = PairLayout({_matrix(view.exhibit).symbol: view for view in views})
            yield vectors, multiplied, added


@record
class _LayoutMaker:
    """Makes settings whose cells are so much wider than their numbers. What fits is reckoned before it is made."""

    numbers: Numbers
    style: Style
    box: Box
    wide: Callable[[float], float]

    def roomiest(self, aside: list[Exhibit], line: list[Exhibit]) -> PairLayout | None:
        """With the vectors aside, or without them; None where there is no room for that either."""
        return self.beside(aside, line) or self.line(line)

    def line(self, exhibits: list[Exhibit]) -> PairLayout | None:
        """The exhibits with their numbers in one line; None where they do not fit."""
        if self._needed(exhibits) > self.box.width:
            return None
        return self._set(VGroup(), exhibits)

    def beside(self, aside: list[Exhibit], line: list[Exhibit]) -> PairLayout | None:
        """Some in shades, one under the other, at the left of those with numbers; None where that does not fit."""
        rows = [_matrix(each).shape[0] for each in aside]
        high = sum(rows) * _ASIDE_HIGH + len(aside) * (HEADING + _STACK_GAP)
        room = self.box.width - self._needed(line) - self._before(line[0])
        for width in _ASIDE:
            wide = max(self._columns(each, width) for each in aside)
            if wide <= room and high <= self.box.height:
                return self._set(self._stack(aside, width), line)
        return None

    def _needed(self, line: list[Exhibit]) -> float:
        """The width of a line of exhibits with numbers."""
        symbols = [row.symbol for row in _matrix(line[0]).rows]
        names = max((width_of(each, Size.BODY, Weight.BOLD) for each in symbols), default=0.0)
        cells = sum(self._columns(each, self._cell(each)) for each in line)
        return names + LABEL_GAP + cells + sum(self._before(each) for each in line[1:])

    def _cell(self, exhibit: Exhibit) -> float:
        """The width of a cell with its number."""
        texts = self.numbers.cells(_matrix(exhibit))
        return self.wide(widest([text for row in texts for text in row], Size.SMALL))

    def _columns(self, exhibit: Exhibit, cell: float) -> float:
        """The width of all columns, or of the heading over them."""
        return max(cell * _matrix(exhibit).shape[1], heading(exhibit, self.style).width)

    @staticmethod
    def _before(exhibit: Exhibit) -> float:
        """The room between an exhibit and the one before it."""
        return width_of(exhibit.joint, Size.LARGE) + 2 * _JOINT_GAP if exhibit.joint else _GAP

    def _stack(self, exhibits: list[Exhibit], width: float) -> VGroup:
        stack = VGroup()
        for each in exhibits:
            matrix = _matrix(each)
            shown = Sheet(matrix, None, width, _ASIDE_HIGH, shades_of(matrix))
            stack.add(ExhibitView(each, MatrixView(shown, self.style), self.style))
        # level with matrices whose cells, without their headings, are on the middle
        return stack.arrange(DOWN, buff=_STACK_GAP, aligned_edge=LEFT).move_to(HEADING / 2 * UP)

    def _set(self, stack: VGroup, exhibits: list[Exhibit]) -> PairLayout:
        views: list[ExhibitView] = [*stack]
        joints: list[Line] = []
        row = VGroup(stack) if len(stack) else VGroup()
        for each in exhibits:
            view = self._view(each, named=each is exhibits[0])
            if len(row) and each.joint:
                joint = label(each.joint, self.style.theme.dim, Size.LARGE)
                row.add(joint.next_to(row[-1], RIGHT, buff=_JOINT_GAP).set_y(0))
                joints.append(joint)
                view.next_to(joint, RIGHT, buff=_JOINT_GAP)
            elif len(row):
                view.next_to(row[-1], RIGHT, buff=_GAP)
            view.shift(-view.body.cells.get_center()[1] * UP)
            row.add(view)
            views.append(view)
        row.move_to(np.array(self.box.middle))
        return PairLayout({_matrix(view.exhibit).symbol: view for view in views}, tuple(joints))

    def _view(self, exhibit: Exhibit, *, named: bool) -> ExhibitView:
        matrix = _matrix(exhibit)
        height = min(MOST_CELL, (self.box.height - HEADING) / matrix.shape[0])
        texts = self.numbers.cells(matrix)
        shown = Sheet(matrix, texts, self._cell(exhibit), height, shades_of(matrix))
        body = MatrixView(shown, self.style)
        if named:
            body.label_rows()
        return ExhibitView(exhibit, body, self.style)
