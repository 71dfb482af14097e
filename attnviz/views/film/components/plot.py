"""Curves over a common x axis. Every number beside them is one of a point: there are no ticks between."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from manim import LEFT, RIGHT, DashedVMobject, Dot, VGroup, VMobject
from manim import Line as Stroke

from attnviz.story.exhibits import Plot, Series
from attnviz.typeset.fonts import Weight
from attnviz.views.film.components.text import Line, label, width_of
from attnviz.views.film.style import Size, Style

_LEGEND = 0.42
"""Height of the x texts and of the names of the axes."""
_LOWEST = 0.08
"""The lowest baseline of names: lower ones would touch the texts under the axis."""
_APART = 0.3
"""The least from one name at the end of a curve to the next."""
_DOT = 0.055
_ROOM = 0.25
"""Between the end of the axis and the names."""
_LEAST_WIDTH = 2.4


class PlotView(VGroup):
    """`axes`, and for each series a `curve` with its `points` and an `ending`: its name and its last value."""

    def __init__(self, plot: Plot, style: Style, *, width: float, height: float) -> None:
        super().__init__()
        self.plot, self.style = plot, style
        ends = [self._ending(each, with_value=True) for each in plot.series]
        if width - _widest(ends) < _LEAST_WIDTH:  # the names are needed, the values are not
            ends = [self._ending(each, with_value=False) for each in plot.series]
        self._box = (width - _widest(ends) - _ROOM, height - 2 * _LEGEND)
        self.curves = [self._curve(each) for each in plot.series]
        self.endings = self._placed(ends)
        self.axes = self._axes()
        self.add(self.axes, *self.curves, *self.endings)

    def _axes(self) -> VGroup:
        width, height = self._box
        dim = self.style.theme.dim
        axes = VGroup(
            Stroke((0, 0, 0), (width, 0, 0), stroke_width=1.5, color=dim),
            Stroke((0, 0, 0), (0, height, 0), stroke_width=1.5, color=dim),
        )
        last = -math.inf
        for x, text in zip(self._across(), self.plot.x_texts, strict=True):
            half = width_of(text, Size.SMALL) / 2
            if x - half < last + 0.12:
                continue
            last = x + half
            tick = Stroke((x, 0, 0), (x, -0.07, 0), stroke_width=1.5, color=dim)
            name = label(text, dim, Size.SMALL).set_x(x).on_baseline(-0.3)
            axes.add(tick, name)
        x_name = label(self.plot.x_name, dim, Size.SMALL)
        x_name.next_to(np.array([max(width, last) + 0.15, 0, 0]), RIGHT, buff=0).on_baseline(-0.3)
        measured = f"{self.plot.y_name} · log" if self.plot.y_log else self.plot.y_name
        y_name = label(measured, dim, Size.SMALL)
        y_name.move_to(np.array([0.0, 0, 0]), aligned_edge=LEFT).on_baseline(height + 0.14)
        return axes.add(x_name, y_name)

    def _across(self) -> list[float]:
        """The x of the points."""
        x = _scaled(self.plot.series[0].x, log=self.plot.x_log)
        low, high = min(x), max(x)
        share = [(each - low) / (high - low) if high > low else 0.5 for each in x]
        return [(0.03 + 0.94 * each) * self._box[0] for each in share]

    def _up(self, series: Series) -> list[float]:
        """The y of the points of a series; a linear axis begins at 0 where nothing is below."""
        every = [y for each in self.plot.series for y in each.y]
        scaled = _scaled(every, log=self.plot.y_log)
        low, high = min(scaled), max(scaled)
        if not self.plot.y_log:
            low = min(low, 0.0)
        span = (high - low) or 1.0
        return [
            (y - low) / span * 0.94 * self._box[1] for y in _scaled(series.y, log=self.plot.y_log)
        ]

    def _curve(self, series: Series) -> VGroup:
        colour = self.style.colour(series.role)
        corners = [
            np.array([x, y, 0.0]) for x, y in zip(self._across(), self._up(series), strict=True)
        ]
        curve = VGroup()
        if len(corners) > 1:
            line = VMobject(stroke_color=colour, stroke_width=3.5).set_points_as_corners(corners)
            curve.add(DashedVMobject(line, num_dashes=36) if series.dashed else line)
        return curve.add(*[Dot(each, radius=_DOT, color=colour) for each in corners])

    def _ending(self, series: Series, *, with_value: bool) -> Line:
        colour = self.style.colour(series.role)
        value = [(f"  {series.texts[-1]}", self.style.theme.ink)] if with_value else []
        runs = [(series.name, colour), *value]
        return Line([run for run in runs if run[0].strip()], Size.SMALL, Weight.SEMIBOLD)

    def _placed(self, ends: Sequence[Line]) -> list[Line]:
        """The names beside the ends of their curves, pushed apart where curves end together."""
        natural = [max(self._up(each)[-1], _LOWEST) for each in self.plot.series]
        heights = spread(natural, apart=_APART, most=self._box[1] + 0.05)
        for end, height in zip(ends, heights, strict=True):
            end.move_to(np.array([self._box[0] + 0.12, height, 0.0]), aligned_edge=LEFT)
        return list(ends)


def _widest(lines: Sequence[Line]) -> float:
    return max((line.width for line in lines), default=0.0)


def spread(natural: Sequence[float], *, apart: float, most: float) -> list[float]:
    """Heights near the natural ones, at least `apart` from each other and at most `most`, in the given order.

    >>> spread([1.0, 1.0, 3.0], apart=0.5, most=3.0)
    [1.0, 1.5, 3.0]
    >>> spread([3.0, 3.0], apart=0.5, most=3.0)
    [2.5, 3.0]
    """
    order = sorted(range(len(natural)), key=lambda i: natural[i])
    heights = list(natural)
    for below, i in itertools.pairwise(order):
        heights[i] = max(heights[i], heights[below] + apart)
    level = most
    for i in reversed(order):
        heights[i] = min(heights[i], level)
        level = heights[i] - apart
    return heights


def _scaled(values: Sequence[float], *, log: bool) -> list[float]:
    """Values as they lie on the axis. On a logarithmic one what is not above 0 lies with the least that is."""
    if not log:
        return list(values)
    least = min((v for v in values if v > 0), default=1.0)
    return [math.log10(max(v, least)) for v in values]
