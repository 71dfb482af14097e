"""The shelf at the left: what is already known stands there, small, with its symbol and shape, and stays."""

from __future__ import annotations

import numpy as np
from manim import LEFT, UL, VGroup

from attnviz.story.matrix import Matrix
from attnviz.story.numbers import Numbers
from attnviz.story.storyboard import Step
from attnviz.views.film.components.matrix import MatrixView, sheet
from attnviz.views.film.style import SHELF, Size, Style

_SLOTS = ("X", "Q", "K", "V")
_TITLE = 0.46


class Sidebar(VGroup):
    """Places for X, Q, K and V, top to bottom."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.style = style
        self.docked: dict[str, Docked] = {}

    def place(self, matrix: Matrix, numbers: Numbers) -> Docked:
        """The matrix as it will stand on the shelf; not yet there."""
        slot = SHELF.height / len(_SLOTS)
        shown = sheet(
            matrix, numbers, width=SHELF.width, height=slot - _TITLE, most_cell=0.285, blocks=8
        )
        docked = Docked(MatrixView(shown, self.style))
        top = SHELF.top - _SLOTS.index(matrix.symbol) * slot
        docked.move_to(np.array([SHELF.left, top, 0.0]), aligned_edge=UL)
        return docked

    def matrices_to_keep(self, step: Step) -> list[Matrix]:
        """What of a step belongs here: of each symbol that has a place, the matrix of the first head."""
        first: dict[str, Matrix] = {}
        for each in (*step.results, *(exhibit.item for exhibit in step.exhibits)):
            if isinstance(each, Matrix) and each.symbol in _SLOTS:
                first.setdefault(each.symbol, each)
        return list(first.values())

    def taken(self, symbol: str) -> Docked:
        """What stood there under that symbol; its place is free."""
        docked = self.docked.pop(symbol)
        self.remove(docked)
        return docked

    def put(self, docked: Docked) -> None:
        """It stands there from now on, in place of what stood there under its symbol."""
        if docked.symbol in self.docked:
            self.taken(docked.symbol)
        self.docked[docked.symbol] = docked
        self.add(docked)

    def of(self, symbol: str) -> Docked:
        """What stands there under that symbol."""
        return self.docked[symbol]


class Docked(VGroup):
    """A small matrix under its title."""

    def __init__(self, view: MatrixView) -> None:
        self.view = view
        self.symbol = view.sheet.matrix.symbol
        self.title = view.title(size=Size.BODY)
        super().__init__(self.title, view)
        self.title.align_to(view, LEFT)
