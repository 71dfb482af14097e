"""The ladder: one row of numbers over the same keys, rung under rung, from scores down to weights."""

from __future__ import annotations

import numpy as np
from manim import LEFT, VGroup

from attnviz.film.components.cells import Cell
from attnviz.film.components.matrix import MatrixView, Sheet
from attnviz.film.components.shades import shades_of
from attnviz.film.components.text import cut_to_width, label, widest
from attnviz.film.excerpts import Excerpt, excerpt
from attnviz.film.fonts import Weight
from attnviz.film.style import WORK, Size, Style
from attnviz.lessons.storyboard import Matrix, Storyboard

_NAMES = 1.75
"""Width of the names of the rungs."""
_PADDING = 0.2
_RUNGS = {"scale", "cap", "bias", "mask"}


class Ladder:
    """Where the rungs stand. Knows the keys that are shown and how many rungs there will be."""

    def __init__(self, storyboard: Storyboard, style: Style, keys: list[int]) -> None:
        self.storyboard, self.style, self.keys = storyboard, style, keys
        rungs = 3 + sum(step.id in _RUNGS for step in storyboard.steps)
        self.height = min(0.72, (WORK.height - 1.0) / rungs * 0.72)
        self.pitch = min(1.4, (WORK.height - 1.0) / rungs)
        self.width = min(max(1.15, self._needed()), (WORK.width - _NAMES) / len(keys))
        self.middle = WORK.left + _NAMES + (WORK.width - _NAMES) / 2
        self.top = WORK.top - 0.95 - self.height / 2
        self.rungs: list[VGroup] = []
        self.names = self._key_names()

    def _x(self, j: int) -> float:
        return self.middle + (j - (len(self.keys) - 1) / 2) * self.width

    def _key_names(self) -> VGroup:
        names = VGroup()
        labels = self._part(self.storyboard.step("scores").results[0]).matrix.columns
        for j, each in enumerate(labels):
            mark = label(each.symbol, self.style.colour(each.role), Size.BODY, Weight.BOLD)
            mark.set_x(self._x(j)).on_baseline(self.top + self.height / 2 + 0.16)
            names.add(mark)
            if each.token:
                text = cut_to_width(each.token, self.width - 0.08, Size.SMALL)
                word = label(text, self.style.theme.dim, Size.SMALL)
                names.add(word.set_x(self._x(j)).on_baseline(self.top + self.height / 2 + 0.52))
        return names

    def _part(self, matrix: Matrix) -> Excerpt:
        return excerpt(matrix, self.storyboard.numbers, None, self.keys)

    def rung(self, name: str, matrix: Matrix, texts: list[str] | None = None) -> VGroup:
        """The next rung: [name, cells]. `matrix` is one row over all keys; `texts` where they are known already."""
        part = self._part(matrix)
        shown = tuple(part.texts) if texts is None else (tuple(texts),)
        size = self._size(shown)
        sheet = Sheet(
            part.matrix,
            shown if size else None,
            self.width,
            self.height,
            shades_of(part.matrix),
            size=size or Size.SMALL,
        )
        view = MatrixView(sheet, self.style)
        y = self.top - len(self.rungs) * self.pitch
        view.move_to(np.array([self.middle, y, 0]))
        title = label(name, self.style.colour(matrix.role), Size.BODY, Weight.BOLD)
        title.next_to(view, LEFT, buff=0.2).on_baseline(y - Size.BODY.em * 0.36)
        rung = VGroup(title, view)
        self.rungs.append(rung)
        return rung

    def _needed(self) -> float:
        """The width of a cell that holds the widest number of any rung."""
        rows = [
            matrix
            for step in self.storyboard.steps
            if step.id in {"scores", "softmax", *_RUNGS}
            for matrix in (*step.operands, *step.results)
            if matrix.shape[0] == 1
        ]
        return max(widest(self._part(row).texts[0], Size.SMALL) for row in rows) + _PADDING

    def _size(self, texts: tuple[tuple[str, ...], ...]) -> Size | None:
        """The size of the numbers; None where they do not fit a cell."""
        flat = [text for row in texts for text in row]
        fitting = (s for s in (Size.BODY, Size.SMALL) if widest(flat, s) + _PADDING <= self.width)
        return next(fitting, None)

    def cells(self, index: int) -> list[Cell]:
        """The cells of a rung, −1 the last."""
        return list(self.rungs[index][1].cells)

    @property
    def all(self) -> VGroup:
        return VGroup(self.names, *self.rungs)
