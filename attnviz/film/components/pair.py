"""Where one product of a query and a key stands, part by part: both vectors, their products, the sums of these.

A reader multiplies and adds up what is written, so numbers come before room for everything at once: once the products
are there, the vectors step aside, small and shaded, or make room altogether.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, VGroup

from attnviz.film.components.exhibit import ExhibitView, laid_out
from attnviz.film.components.exhibit_room import HEADING, MOST_CELL
from attnviz.film.components.matrix import MatrixView, Sheet, magnitude
from attnviz.film.components.text import Line, label, widest
from attnviz.film.style import Box, Size, Style
from attnviz.lessons.exhibits import Exhibit
from attnviz.lessons.numbers import Numbers
from attnviz.lessons.storyboard import Matrix

_PADDINGS = (0.3, 0.14, 0.1)
"""What a cell is wider than the widest number of its matrix, from the best to the least."""
_ASIDE = (0.42, 0.34, 0.28, 0.22)
"""Widths of a cell of a vector that stands aside. In a smaller one the mark of a negative entry would be lost."""
_ASIDE_HIGH = 0.24
_GAP, _STACK_GAP, _JOINT_GAP = 0.3, 0.2, 0.15


@dataclass(frozen=True, eq=False)
class Setting:
    """What stands in one part of the step, from left to right."""

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


def settings(
    exhibits: Sequence[Exhibit], numbers: Numbers, style: Style, box: Box
) -> tuple[Setting, Setting, Setting]:
    """The vectors, then with their products, then with the sums: with as many numbers as can be read.

    Where there is room for all there are numbers in all from the beginning, and nothing moves; else in the vectors till
    their products are there; else in products and sums. Vectors that are longer still stand as shades.
    """
    views, joints = laid_out(exhibits, numbers, style, box)
    at_once = Setting(
        {_matrix(view.exhibit).symbol: view for view in views},
        tuple(joint for joint in joints if joint is not None),
    )
    if all(body.sheet.texts for body in at_once.bodies):
        return _one_by_one(at_once)
    return next(_in_turn(exhibits, numbers, style, box), None) or _one_by_one(at_once)


def _matrix(exhibit: Exhibit) -> Matrix:
    assert isinstance(exhibit.item, Matrix)
    return exhibit.item


def _one_by_one(whole: Setting) -> tuple[Setting, Setting, Setting]:
    """Everything has its last place from the beginning."""
    named = list(whole.views.items())
    return Setting(dict(named[:2])), Setting(dict(named[:3]), whole.joints[:1]), whole


def _in_turn(
    exhibits: Sequence[Exhibit], numbers: Numbers, style: Style, box: Box
) -> Iterator[tuple[Setting, Setting, Setting]]:
    """What fits, the best first."""
    query, key, products, sums = exhibits
    makers = [_Maker(numbers, style, box, padding) for padding in _PADDINGS]
    for make in makers:
        vectors = make.line([query, key])
        multiplied = make.line([query, key, products])
        added = make.roomiest([query, key], [products, sums])
        if vectors and multiplied and added:
            yield vectors, multiplied, added
    for make in makers:
        views, _ = laid_out([query, key], numbers, style, box)
        vectors = Setting({_matrix(view.exhibit).symbol: view for view in views})
        multiplied = make.beside([query, key], [products])
        added = make.roomiest([query, key], [products, sums])
        if multiplied and added:
            yield vectors, multiplied, added


@dataclass(frozen=True)
class _Maker:
    numbers: Numbers
    style: Style
    box: Box
    padding: float

    def roomiest(self, aside: list[Exhibit], line: list[Exhibit]) -> Setting | None:
        """With the vectors aside, or without them; None where there is no room for that either."""
        return self.beside(aside, line) or self.line(line)

    def line(self, exhibits: list[Exhibit]) -> Setting | None:
        """The exhibits with their numbers in one line; None where they do not fit."""
        return self._set(VGroup(), exhibits)

    def beside(self, aside: list[Exhibit], line: list[Exhibit]) -> Setting | None:
        """Some in shades, one under the other, at the left of those with numbers; None where that does not fit."""
        for width in _ASIDE:
            found = self._set(self._stack(aside, width), line)
            if found is not None:
                return found
        return None

    def _stack(self, exhibits: list[Exhibit], width: float) -> VGroup:
        stack = VGroup()
        for each in exhibits:
            matrix = _matrix(each)
            shown = Sheet(matrix, None, width, _ASIDE_HIGH, magnitude(matrix))
            stack.add(ExhibitView(each, MatrixView(shown, self.style), self.style))
        # level with matrices whose cells, without their headings, stand on the middle
        return stack.arrange(DOWN, buff=_STACK_GAP, aligned_edge=LEFT).move_to(HEADING / 2 * UP)

    def _set(self, stack: VGroup, exhibits: list[Exhibit]) -> Setting | None:
        views: list[ExhibitView] = [*stack]
        joints: list[Line] = []
        row = VGroup(stack) if len(stack) else VGroup()
        for each in exhibits:
            view = self._view(each, named=each is exhibits[0])
            if len(row) and each.joint:
                joint = label(each.joint, self.style.theme.dim, Size.LARGE)
                row.add(joint.next_to(row[-1], RIGHT, buff=_JOINT_GAP).set_y(0))
                joints.append(joint)
            view.next_to(row, RIGHT, buff=_JOINT_GAP if joints else _GAP)
            view.shift(-view.body.cells.get_center()[1] * UP)
            row.add(view)
            views.append(view)
        if row.width > self.box.width or row.height > self.box.height:
            return None
        row.move_to(np.array(self.box.middle))
        return Setting({_matrix(view.exhibit).symbol: view for view in views}, tuple(joints))

    def _view(self, exhibit: Exhibit, *, named: bool) -> ExhibitView:
        matrix = _matrix(exhibit)
        texts = self.numbers.cells(matrix)
        width = widest([text for row in texts for text in row], Size.SMALL) + self.padding
        height = min(MOST_CELL, (self.box.height - HEADING) / matrix.shape[0])
        body = MatrixView(Sheet(matrix, texts, width, height, magnitude(matrix)), self.style)
        if named:
            body.label_rows()
        return ExhibitView(exhibit, body, self.style)
