"""The score stack: one row of numbers over the same keys, row under row, from scores down to weights."""

from __future__ import annotations

import numpy as np
from manim import LEFT, VGroup

from attnviz.story.matrix import Matrix
from attnviz.story.storyboard import Storyboard
from attnviz.typeset.fonts import Weight
from attnviz.views.film.components.cells import Cell, width_for
from attnviz.views.film.components.matrix import MatrixView, Sheet
from attnviz.views.film.components.shades import shades_of
from attnviz.views.film.components.text import cut_to_pitch, label, widest, width_of
from attnviz.views.film.style import WORK, Size, Style
from attnviz.views.film.submatrix import Excerpt, excerpt

EXPONENTIALS = "exp(s − max)"
"""The name of the row that softmax has between scores and weights."""
_NAME_GAP = 0.2
_ROOMY = 0.12
"""Room in a cell beside its number, over the least."""
_OVERHANG = 0.1
"""By how much the first and the last token may reach over the cells under them."""


class ScoreStack:
    """The places of the rows. It knows the keys that are shown and how many rows there will be."""

    def __init__(self, storyboard: Storyboard, style: Style, keys: list[int]) -> None:
        self.storyboard, self.style, self.keys = storyboard, style, keys
        count = 1 + sum(step.on_score_stack for step in storyboard.steps)  # softmax has two
        self.height = min(0.72, (WORK.height - 1.0) / count * 0.72)
        self.pitch = min(1.4, (WORK.height - 1.0) / count)
        self.numbers = storyboard.numbers
        names = self._names_width()
        for each in storyboard.numbers.narrower:
            if self._least() * len(keys) <= WORK.width - names:
                break
            self.numbers = each
        self.width = min(max(1.15, self._needed(Size.SMALL)), (WORK.width - names) / len(keys))
        self.size = Size.BODY if self._needed(Size.BODY) <= self.width else Size.SMALL
        self.middle = WORK.left + names + (WORK.width - names) / 2
        self.top = WORK.top - 0.95 - self.height / 2
        self.rows: list[VGroup] = []
        self.names = self._key_names()

    def _x(self, j: int) -> float:
        return self.middle + (j - (len(self.keys) - 1) / 2) * self.width

    def _key_names(self) -> VGroup:
        names = VGroup()
        labels = self._part(self._rows()[0]).matrix.columns
        tokens = [each.token or "" for each in labels]
        texts = cut_to_pitch(tokens, self.width, Size.SMALL, _OVERHANG)
        for j, (each, text) in enumerate(zip(labels, texts, strict=True)):
            mark = label(each.symbol, self.style.colour(each.role), Size.BODY, Weight.BOLD)
            mark.set_x(self._x(j)).on_baseline(self.top + self.height / 2 + 0.16)
            names.add(mark)
            if text:
                word = label(text, self.style.theme.dim, Size.SMALL)
                names.add(word.set_x(self._x(j)).on_baseline(self.top + self.height / 2 + 0.52))
        return names

    def _part(self, matrix: Matrix) -> Excerpt:
        return excerpt(matrix, self.numbers, None, self.keys)

    def add_row(self, name: str, matrix: Matrix, texts: list[str] | None = None) -> VGroup:
        """Adds the next row: [name, cells]. `matrix` is one row over all keys; `texts` where they are known already."""
        part = self._part(matrix)
        shown = tuple(part.texts) if texts is None else (tuple(texts),)
        size = self.size if self._fit(shown) else None
        sheet = Sheet(
            part.matrix,
            shown if size else None,
            self.width,
            self.height,
            shades_of(part.matrix),
            size=size or Size.SMALL,
        )
        view = MatrixView(sheet, self.style)
        y = self.top - len(self.rows) * self.pitch
        view.move_to(np.array([self.middle, y, 0]))
        title = label(name, self.style.colour(matrix.role), Size.BODY, Weight.BOLD)
        title.next_to(view, LEFT, buff=_NAME_GAP).on_baseline(y - Size.BODY.em * 0.36)
        row = VGroup(title, view)
        self.rows.append(row)
        return row

    def _rows(self) -> list[Matrix]:
        """The matrices of all rows but the exponentials, whose numbers are no wider than the weights."""
        return [
            matrix
            for step in self.storyboard.steps
            if step.on_score_stack
            for matrix in (*step.operands, *step.results)
            if matrix.shape[0] == 1 and matrix.columns  # not Q, which has a row of its own entries
        ]

    def _names_width(self) -> float:
        """Room for the names of the rows."""
        names = [EXPONENTIALS, *(row.symbol for row in self._rows())]
        return max(width_of(name, Size.BODY, Weight.BOLD) for name in names) + _NAME_GAP

    def _least(self) -> float:
        """The width of a cell that just holds the widest number of any row."""
        return width_for(
            max(widest(self._part(row).texts[0], Size.SMALL) for row in self._rows()), tight=True
        )

    def _needed(self, size: Size) -> float:
        """The width of a cell that holds the widest number of any row: all are in letters of one size."""
        widths = [widest(self._part(row).texts[0], size) for row in self._rows()]
        return width_for(max(widths)) + _ROOMY

    def _fit(self, texts: tuple[tuple[str, ...], ...]) -> bool:
        """True if the numbers of a row fit its cells."""
        wide = widest([text for row in texts for text in row], self.size)
        return width_for(wide, tight=True) <= self.width

    def cells(self, index: int) -> list[Cell]:
        """The cells of a row, −1 the last."""
        return list(self.rows[index][1].cells)

    @property
    def all(self) -> VGroup:
        return VGroup(self.names, *self.rows)
