"""Layers of positions, with those lit that feed one position of the last."""

from __future__ import annotations

import numpy as np
from manim import LEFT, Circle, VGroup
from manim import Line as Stroke

from attnviz.story.exhibits import Field, FieldLayer
from attnviz.theme import blend
from attnviz.views.film.components.text import label, width_of
from attnviz.views.film.style import Size, Style

_NAME_GAP = 0.3
_MARKED = 0.36
"""Height of the names of marked positions, under and over the layers."""
_WIDEST_STEP, _HIGHEST_STEP = 0.62, 1.05


class FieldView(VGroup):
    """`rows`, a group of dots a layer from the inputs up, with its name; `links` between each and the next; `names`."""

    def __init__(self, field: Field, style: Style, *, width: float, height: float) -> None:
        super().__init__()
        self.field, self.style = field, style
        names = max(width_of(layer.name, Size.SMALL) for layer in field.layers) + _NAME_GAP
        count = max(len(layer.lit) for layer in field.layers)
        room = height - 2 * _MARKED
        self._step = min((width - names) / count, _WIDEST_STEP)
        self._rise = min(room / max(len(field.layers) - 0.5, 1), _HIGHEST_STEP)
        self._radius = min(self._step * 0.32, 0.13)
        self.dots = [self._dots(i, layer) for i, layer in enumerate(field.layers)]
        self.links = [self._between(i, pairs) for i, pairs in enumerate(field.links)]
        self.rows = [
            VGroup(self._name(i, layer), row)
            for i, (layer, row) in enumerate(zip(field.layers, self.dots, strict=True))
        ]
        self.names = VGroup(*[self._mark(*mark) for mark in field.marks])
        self.add(*self.links, *self.rows, self.names)

    def _at(self, layer: int, position: int) -> np.ndarray:
        return np.array([(position + 0.5) * self._step, layer * self._rise, 0.0])

    def _dots(self, i: int, layer: FieldLayer) -> VGroup:
        theme = self.style.theme
        colour = self.style.colour(layer.role)
        dots = VGroup()
        for position, lit in enumerate(layer.lit):
            dot = Circle(radius=self._radius, stroke_width=1.5).move_to(self._at(i, position))
            dot.set_stroke(colour if lit else theme.dim, opacity=1 if lit else 0.45)
            fill = blend(theme.background, colour, 0.76) if lit else theme.background
            dots.add(dot.set_fill(fill, 1))
        return dots

    def _name(self, i: int, layer: FieldLayer) -> VGroup:
        line = label(layer.name, self.style.theme.dim, Size.SMALL)
        at = np.array([-_NAME_GAP - line.width, 0.0, 0.0])
        return line.move_to(at, aligned_edge=LEFT).on_baseline(
            i * self._rise - Size.SMALL.em * 0.36
        )

    def _between(self, i: int, pairs: tuple[tuple[int, int], ...]) -> VGroup:
        colour = self.style.colour(self.field.layers[i + 1].role)
        links = VGroup()
        for below, above in pairs:
            start, end = self._at(i, below), self._at(i + 1, above)
            along = (end - start) / np.linalg.norm(end - start) * self._radius
            link = Stroke(start + along, end - along, stroke_width=1.6, color=colour)
            links.add(link.set_stroke(opacity=0.6))
        return links

    def _mark(self, layer: int, position: int, name: str) -> VGroup:
        """The name of a position, over the layers where it is in the last one, else under its dot."""
        last = layer == len(self.field.layers) - 1
        line = label(name, self.style.theme.ink, Size.SMALL)
        away = self._radius + (0.12 if last else 0.28)
        y = layer * self._rise + (away if last else -away)
        x = float(self._at(layer, position)[0])
        line.set_x(x).on_baseline(y)
        low, high = 0.0, self._step * len(self.field.layers[layer].lit)
        if line.get_left()[0] < low:
            line.shift(np.array([low - line.get_left()[0], 0, 0]))
        if line.get_right()[0] > high:
            line.shift(np.array([high - line.get_right()[0], 0, 0]))
        return line
