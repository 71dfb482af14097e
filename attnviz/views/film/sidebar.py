"""The sidebar at the left, which keeps the matrices so far, small, each under its symbol and shape."""

from __future__ import annotations

import numpy as np
from manim import LEFT, UL, VGroup

from attnviz.story.matrix import Matrix
from attnviz.story.numbers import Numbers
from attnviz.story.storyboard import Step
from attnviz.views.film.components.matrix import MatrixView, sheet
from attnviz.views.film.style import SIDEBAR, Size, Style

_SLOTS = ("X", "Q", "K", "V")
_TITLE = 0.46


class Sidebar(VGroup):
    """Places for X, Q, K and V, top to bottom."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.style = style
        self.docked: dict[str, SidebarMatrix] = {}

    def place(self, matrix: Matrix, numbers: Numbers) -> SidebarMatrix:
        """The matrix in its place on the sidebar; not added yet."""
        slot = SIDEBAR.height / len(_SLOTS)
        shown = sheet(
            matrix, numbers, width=SIDEBAR.width, height=slot - _TITLE, most_cell=0.285, blocks=8
        )
        docked = SidebarMatrix(MatrixView(shown, self.style))
        top = SIDEBAR.top - _SLOTS.index(matrix.symbol) * slot
        docked.move_to(np.array([SIDEBAR.left, top, 0.0]), aligned_edge=UL)
        return docked

    def matrices_to_keep(self, step: Step) -> list[Matrix]:
        """The matrices of a step for the sidebar: for each symbol with a place, that of the first head."""
        first: dict[str, Matrix] = {}
        for each in (*step.results, *(exhibit.item for exhibit in step.exhibits)):
            if isinstance(each, Matrix) and each.symbol in _SLOTS:
                first.setdefault(each.symbol, each)
        return list(first.values())

    def take_out(self, symbol: str) -> SidebarMatrix:
        """Removes and returns the matrix with that symbol."""
        docked = self.docked.pop(symbol)
        self.remove(docked)
        return docked

    def put(self, docked: SidebarMatrix) -> None:
        """Adds a matrix, in place of the one with its symbol."""
        if docked.symbol in self.docked:
            self.take_out(docked.symbol)
        self.docked[docked.symbol] = docked
        self.add(docked)

    def of(self, symbol: str) -> SidebarMatrix:
        """The matrix with that symbol."""
        return self.docked[symbol]


class SidebarMatrix(VGroup):
    """A small matrix under its title."""

    def __init__(self, view: MatrixView) -> None:
        self.view = view
        self.symbol = view.sheet.matrix.symbol
        self.title = view.title(size=Size.BODY)
        super().__init__(self.title, view)
        self.title.align_to(view, LEFT)
