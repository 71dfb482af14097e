"""The weighted sum: a weight and a value a row, their product beside it, the sum under the products."""

from __future__ import annotations

import numpy as np
from manim import DOWN, LEFT, UP, VGroup

from attnviz.story.matrix import Label, Matrix
from attnviz.story.storyboard import Storyboard
from attnviz.typeset.fonts import Weight
from attnviz.views.film.components.cells import sum_line, width_for
from attnviz.views.film.components.matrix import MatrixView, Sheet, names_width
from attnviz.views.film.components.shades import shades_of
from attnviz.views.film.components.text import label, widest
from attnviz.views.film.style import WORK, Size, Style
from attnviz.views.film.submatrix import Excerpt, excerpt

_GAP = 0.38
_MOST_TOKENS = (1.8, 0.75)
"""The most that tokens at the left may take: that much while the numbers keep their size, else the less."""


class WeightedSum:
    """The layout of weights, values, products and output. Nothing of it is on the stage yet.

    `weights` (rows, 1), `values` (rows, d_v), `products` (rows or one more, d_v) and `output` (1, d_v) are views in one
    grid; the last row of the products stands for all keys that are not shown, where there are any.
    """

    def __init__(self, storyboard: Storyboard, style: Style) -> None:
        self.style, numbers = style, storyboard.numbers
        step, out = storyboard.step("weighted-values"), storyboard.step("output")
        self.keys = [each.position for each in step.worked]
        weights, values = step.operands
        parts = {
            "weights": _upright(excerpt(weights, numbers, None, self.keys)),
            "values": excerpt(values, numbers, self.keys),
            "products": excerpt(step.results[0], numbers),
            "output": excerpt(out.results[0], numbers),
        }
        rows, width = parts["products"].matrix.shape
        height = min(0.72, (WORK.height - 1.0) / (rows + 1.3))
        flat = [text for part in parts.values() for row in part.texts for text in row]
        possible = []
        for most in _MOST_TOKENS:
            names = names_width(parts["values"].matrix.rows, most)
            room = (WORK.width - names - 2 * _GAP - 0.75) / 2
            possible.append((*_cell(flat, room, width, height), names, most))
        size, cell, self.names, self.most_tokens = max(possible, key=lambda each: each[0] or 0.0)
        self.row_height = height

        def view(name: str, cell_width: float, shown: Size | None) -> MatrixView:
            part = parts[name]
            texts = part.texts if shown else None
            return MatrixView(
                Sheet(
                    part.matrix,
                    texts,
                    cell_width,
                    height,
                    shades_of(part.matrix),
                    size=shown or Size.SMALL,
                ),
                style,
            )

        weight_size = size or Size.SMALL
        weight_width = width_for(widest([row[0] for row in parts["weights"].texts], weight_size))
        self.weights = view("weights", max(weight_width, 0.6), weight_size)
        self.values, self.products = view("values", cell, size), view("products", cell, size)
        self.output = view("output", cell, size)
        self._arrange(rows, len(self.keys))

    def _arrange(self, rows: int, shown: int) -> None:
        high = 0.5 + self.row_height * (rows + 1) + 0.3
        top = WORK.middle[1] + high / 2 - 0.5
        x = WORK.left + self.names
        for view in (self.weights, self.values, self.products):
            view.move_to(np.array([x, top, 0]), aligned_edge=UP + LEFT)
            x += view.width + _GAP
        self.merged_name = self._merged_name(rows, shown)
        self.line = sum_line(self.products.cells.width + 0.2, self.style)
        self.line.next_to(self.products.cells, DOWN, buff=0.12)
        self.output.next_to(self.line, DOWN, buff=0.12)
        whole = VGroup(self.weights, self.values, self.products, self.output)
        shift = WORK.middle[0] + self.names / 2 - whole.get_center()[0]
        for part in (
            self.weights,
            self.values,
            self.products,
            self.line,
            self.output,
            self.merged_name,
        ):
            part.shift(np.array([shift, 0, 0]))
        self.output_name = self._output_name()
        self.row_names = self._row_names()
        self.titles = VGroup(
            *[view.title(shape=False) for view in (self.weights, self.values, self.products)]
        )
        for title, view in zip(
            self.titles, (self.weights, self.values, self.products), strict=True
        ):
            title.set_x(view.cells.get_x()).shift(UP * 0.06)
        self.signs = VGroup(*[self._sign("·", i, self.weights, self.values) for i in range(shown)])
        self.equals = VGroup(
            *[self._sign("=", i, self.values, self.products) for i in range(shown)]
        )

    def _sign(self, text: str, i: int, left: MatrixView, right: MatrixView) -> VGroup:
        x = (left.cells.get_right()[0] + right.cells.get_left()[0]) / 2
        y = left.row(i).get_y()
        return label(text, self.style.theme.dim, Size.LARGE).move_to(np.array([x, y, 0]))

    def _row_names(self) -> VGroup:
        names = MatrixView(self.values.sheet, self.style).label_rows(most=self.most_tokens)
        group = VGroup(*names.row_labels)
        for i, name in enumerate(group):
            name.next_to(self.weights.row(i), LEFT, buff=0.16)
        return group

    def _output_name(self) -> VGroup:
        """The name of the sum, at its left."""
        (row,) = self.output.sheet.matrix.rows
        name = label(row.symbol, self.style.colour(row.role), Size.BODY, Weight.BOLD)
        return name.next_to(self.output.row(0), LEFT, buff=0.16)

    def _merged_name(self, rows: int, shown: int) -> VGroup:
        if rows == shown:
            return VGroup()
        each: Label = self.products.sheet.matrix.rows[-1]
        name = label(each.token or each.symbol, self.style.theme.dim, Size.SMALL)
        return VGroup(name.next_to(self.products.row(rows - 1), LEFT, buff=0.16))

    @property
    def without_output(self) -> VGroup:
        """All but the output."""
        return VGroup(
            self.weights,
            self.values,
            self.products,
            self.titles,
            self.row_names,
            self.signs,
            self.equals,
            self.merged_name,
        )


def _upright(part: Excerpt) -> Excerpt:
    matrix = part.matrix
    turned = Matrix(
        matrix.symbol, matrix.values.T, matrix.role, matrix.columns, (), matrix.head, matrix.sums
    )
    return Excerpt(turned, tuple((text,) for text in part.texts[0]), part.whole)


def _cell(texts: list[str], room: float, columns: int, height: float) -> tuple[Size | None, float]:
    """The size of the numbers and the width of a cell; no numbers where they do not fit."""
    for size, tight in ((Size.BODY, False), (Size.SMALL, False), (Size.SMALL, True)):
        needed = max(width_for(widest(texts, size), tight=tight), 0.6)
        if needed * columns <= room and height >= size.em * 1.3:
            return size, min(needed * 1.2, room / columns)
    return None, min(0.4, room / columns)
