"""A field that grows with its layers, and a match that moves away while both responses are measured."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, Animation, Circle, Create, FadeIn, FadeOut, VGroup, linear
from manim import Line as Stroke

from attnviz.lessons.context import parts
from attnviz.story.exhibits import Exhibit, Field, Plot, Table
from attnviz.story.storyboard import Step
from attnviz.theme import Role, blend
from attnviz.typeset.fonts import Weight
from attnviz.views.film.acts.act import Act, Acts
from attnviz.views.film.acts.exhibits import lay_out, play_part
from attnviz.views.film.choreography import appear
from attnviz.views.film.components.field import FieldView
from attnviz.views.film.components.matrix import frame_around
from attnviz.views.film.components.plot import PlotView
from attnviz.views.film.components.table import TableView
from attnviz.views.film.components.text import Line, label
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import STAGE, Size, Style

_Item = TypeVar("_Item", Field, Plot, Table)

_HALF = STAGE.width / 2 - 0.4
_MOST_TABLE = 7.5
_PLOT = (7.9, 3.9)
_MATCH_NAMES = ("asks", "answers")
_SWEEP_SECONDS = 6.0
"""Seconds in which the match moves from one end to the other."""


def receptive_field(scene: Stage, step: Step) -> None:
    """One stack grows, a layer at a time, and its count with it; attention beside it takes one step."""
    _, stack, attention = step.exhibits
    field = _of(Field, stack)
    bare = FieldView(_field_with_layers(field, 0), scene.style, width=_HALF, height=4.5)
    to_left = np.array([STAGE.left + 0.3 - bare.get_left()[0], -1.85, 0.0])
    bare.shift(to_left)
    grown = [_stack_with_layers(scene, field, layers) for layers in range(1, len(field.layers))]
    for each in grown:
        each.shift(to_left)
    with scene.beat(step, parts.ReceptiveField.LOCAL):
        scene.move(FadeIn(bare), seconds=0.7)
        _light_up(scene, grown[0])
    with scene.beat(step, parts.ReceptiveField.GROW):
        for before, each in pairwise(grown):
            scene.move(FadeOut(before), seconds=0.3)
            _light_up(scene, each)
            scene.hold(0.3)
    flat = FieldView(_of(Field, attention), scene.style, width=_HALF, height=4.5)
    flat.shift(np.array([STAGE.right - 0.3 - flat.get_right()[0], -1.85, 0.0]))
    name = _name(attention.name or "", flat, scene.style)
    with scene.beat(step, parts.ReceptiveField.ATTENTION):
        scene.move(*[FadeIn(row) for row in flat.rows], FadeIn(name), seconds=0.7)
        scene.move(*[Create(link) for link in flat.links[0]], seconds=1.0)
        scene.add_as_group(VGroup(flat, name))
    scene.clear_stage()


def _field_with_layers(field: Field, layers: int) -> Field:
    """The field cut to so many layers: lit as the last rows of the whole one are, from the inputs up."""
    spare = len(field.layers) - 1 - layers
    lit = [layer.lit for layer in field.layers[spare:]] if layers else []
    dark = (False,) * len(field.layers[0].lit)
    shown = [*lit, *[dark] * (len(field.layers) - len(lit))]
    rows = tuple(replace(layer, lit=on) for layer, on in zip(field.layers, shown, strict=True))
    return Field(rows, (*field.links[spare:], *[()] * spare) if layers else ((),) * spare)


def _stack_with_layers(scene: Stage, field: Field, layers: int) -> VGroup:
    """The dots and links that a stack of so many layers lights, by turns, from the unit down. Over all of it
    says how many layers it has and how many inputs it sees.
    """
    shown = _field_with_layers(field, layers)
    view = FieldView(shown, scene.style, width=_HALF, height=4.5)
    part = "one_layer" if layers == 1 else "several_layers"
    inputs = shown.layers[0].lit
    text = scene.words.phrase(
        *(scene.storyboard.lesson, "receptive-field", part),
        layers=layers,
        seen=sum(inputs),
        n=len(inputs),
    )
    lit = [
        VGroup(*[dot for dot, on in zip(dots, layer.lit, strict=True) if on])
        for dots, layer in zip(view.dots, shown.layers, strict=True)
    ]
    parts = [lit[layers]]
    for i in reversed(range(layers)):
        parts += [view.links[i], lit[i]]
    return VGroup(_name(text, view, scene.style), *parts)


def _light_up(scene: Stage, grown: VGroup) -> None:
    """Lights the field from the unit down to the inputs."""
    name, unit, *rest = grown
    scene.move(FadeIn(name), FadeIn(unit), seconds=0.3)
    for links, dots in zip(rest[::2], rest[1::2], strict=True):
        scene.move(*[Create(link) for link in links], FadeIn(dots), seconds=0.35)
    scene.add_as_group(grown)


def _name(text: str, view: FieldView, style: Style) -> Line:
    """A heading over the first of its dots."""
    line = label(text, style.theme.ink, Size.BODY, Weight.SEMIBOLD)
    line.next_to(view.dots[-1], UP, buff=0.22)
    return line.align_to(view.dots[-1], LEFT)


def show_needle(scene: Stage, step: Step) -> None:
    """The match in both fields, one over the other, with the measured responses beside each."""
    stack, by_layers, one_step, by_content = step.exhibits
    tables = [
        TableView(_of(Table, each), scene.style, width=_MOST_TABLE, height=2.6)
        for each in (by_layers, by_content)
    ]
    room = STAGE.width - 0.45 - max(table.width for table in tables)
    high = FieldView(_of(Field, stack), scene.style, width=room, height=3.0)
    low = _same_step(_of(Field, one_step), high, room, scene.style)
    high.shift(np.array([STAGE.left, STAGE.top - 2.6, 0.0])).align_to(
        np.array([STAGE.left, 0, 0]), LEFT
    )
    low.align_to(np.array([0, STAGE.bottom + 0.05, 0]), DOWN)
    low.shift(RIGHT * (high.dots[0].get_left()[0] - low.dots[0].get_left()[0]))
    for table, view in zip(tables, (high, low), strict=True):
        table.move_to(np.array([STAGE.left + room + 0.4, view.get_y(), 0.0]), aligned_edge=LEFT)
    rings = [_ring(view, scene.style) for view in (high, low)]
    with scene.beat(step, parts.Planted.WHY):
        scene.move(*[FadeIn(row) for row in high.rows], seconds=0.9)
        scene.move(FadeIn(high.names), Create(rings[0]), seconds=0.9)
    with scene.beat(step, parts.Planted.MEASURE):
        for _ in range(2):
            scene.move(FadeOut(rings[0]), FadeOut(high.names[1]), seconds=0.8)
            scene.move(FadeIn(rings[0]), FadeIn(high.names[1]), seconds=0.6)
    with scene.beat(step, parts.Planted.CONVOLUTION):
        for links in reversed(high.links):
            scene.move(*[Create(link) for link in links], seconds=0.45)
        scene.move(FadeIn(tables[0].header), appear(tables[0].rows), seconds=1.6)
    with scene.beat(step, parts.Planted.ATTENTION):
        scene.move(*[FadeIn(row) for row in low.rows], FadeIn(low.names), seconds=0.7)
        scene.move(*[Create(link) for link in low.links[0]], Create(rings[1]), seconds=1.2)
        match = low.links[0][_match_position(low)]
        others = [link for link in low.links[0] if link is not match]
        scene.move(
            match.animate.set_stroke(width=4, opacity=1),
            *[link.animate.set_stroke(opacity=0.25) for link in others],
            seconds=0.7,
        )
        scene.move(FadeIn(tables[1].header), appear(tables[1].rows), seconds=1.6)
    scene.clear_stage()


def _same_step(field: Field, like: FieldView, width: float, style: Style) -> FieldView:
    """A field of about that width, its positions as far apart as those of another of the same length."""
    first = FieldView(field, style, width=width, height=1.75)
    missing = (_position_pitch(like) - _position_pitch(first)) * len(field.layers[0].lit)
    return FieldView(field, style, width=width + missing, height=1.75)


def _position_pitch(view: FieldView) -> float:
    one, other = view.dots[0][:2]
    return float(other.get_x() - one.get_x())


def _ring(view: FieldView, style: Style) -> Circle:
    """Round the position of the match among the inputs."""
    dot = view.dots[0][_match_position(view)]
    ring = Circle(radius=dot.width / 2 + 0.05, stroke_width=3, color=style.theme.ink)
    return ring.move_to(dot)


def _match_position(view: FieldView) -> int:
    """The position of the match among the inputs."""
    return next(position for layer, position, _ in view.field.marks if layer == 0)


def sweep(scene: Stage, step: Step) -> None:
    """The match moves away over the axis of its distance, and the curves follow it."""
    curves, counts = step.exhibits
    table = TableView(_of(Table, counts), scene.style, width=STAGE.width - 4.8, height=3.4)
    width = min(_PLOT[0], STAGE.width - table.width - 1.2)
    plot = PlotView(_of(Plot, curves), scene.style, width=width, height=_PLOT[1])
    plot.shift(np.array([STAGE.left + 0.35, STAGE.bottom + 0.42, 0.0]))
    strip = _strip(scene, plot)
    asks, answer = (
        _named(scene, part, at) for part, at in zip(_MATCH_NAMES, strip[:2], strict=True)
    )
    asks[1].shift(0.27 * UP)  # out of the way of the other name while it starts beside it
    table.move_to(np.array([STAGE.right - 0.12, plot.get_y(), 0.0]), aligned_edge=RIGHT)
    with scene.beat(step, parts.Sweep.WHY):
        scene.move(FadeIn(strip), FadeIn(asks), FadeIn(answer), FadeIn(plot.axes), seconds=0.9)
        away = strip[-1].get_x() - strip[1].get_x()
        moving = answer.animate(rate_func=linear).shift(RIGHT * away)
        scene.move(
            RevealCurves(VGroup(*plot.curves), rate_func=linear), moving, seconds=_SWEEP_SECONDS
        )
        scene.move(*[FadeIn(each) for each in plot.endings], seconds=0.6)
    with scene.beat(step, parts.Sweep.SILENT):
        scene.move(*[Create(each) for each in _reach_lines(scene, plot, strip)], seconds=1.0)
        scene.move(FadeIn(table.header), appear(table.rows), seconds=1.6)
    with scene.beat(step, parts.Sweep.FLAT):
        column = VGroup(*[row[-1] for row in table.rows])
        frame = frame_around(column, scene.style.theme.ink, 0.1)
        scene.move(Create(frame), seconds=0.7)
    with scene.beat(step, parts.Sweep.SIZE):
        everywhere = frame_around(strip, scene.style.theme.ink, 0.1)
        scene.move(FadeOut(frame), FadeOut(asks[0]), FadeOut(answer[0]), seconds=0.4)
        scene.move(Create(everywhere), seconds=0.7)
    scene.clear_stage()


def _strip(scene: Stage, plot: PlotView) -> VGroup:
    """The sequence over the plot: the position that asks, then each of the others over its distance."""
    colour, theme = scene.style.colour(Role.INPUT), scene.style.theme
    over = [dot.get_x() for dot in plot.curves[0][1:]]
    pitch = over[1] - over[0]
    places = [over[0] - pitch, *over]
    strip = VGroup()
    for x in places:
        dot = Circle(radius=0.3 * pitch, stroke_width=1.5, color=theme.hairline)
        strip.add(dot.move_to(np.array([x, plot.get_top()[1] + 0.55, 0.0])))
    strip[0].set_stroke(colour).set_fill(blend(theme.background, colour, 0.76), 1)
    return strip


def _named(scene: Stage, part: str, at: Circle) -> VGroup:
    """A ring round a position, and its name over it."""
    text = scene.words.phrase(scene.storyboard.lesson, "planted", part)
    ink = scene.style.theme.ink
    ring = Circle(radius=at.width / 2 + 0.05, stroke_width=3, color=ink).move_to(at)
    return VGroup(ring, label(text, ink, Size.SMALL).next_to(ring, UP, buff=0.1))


def _reach_lines(scene: Stage, plot: PlotView, strip: VGroup) -> list[Stroke]:
    """The reach of each response, under the strip: the further, the lower."""
    lines: list[Stroke] = []
    for series in plot.plot.series:
        reached = sum(y > 0 for y in series.y)
        if reached == len(series.y):
            continue
        y = strip.get_bottom()[1] - 0.12 * (1 + len(lines))
        ends = [np.array([strip[i].get_x(), y, 0.0]) for i in (0, reached)]
        colour = scene.style.colour(series.role)
        lines.append(Stroke(*ends, stroke_width=4, color=colour))
    return lines


def inductive_bias(scene: Stage, step: Step) -> None:
    """Plays the table of inductive biases, a row a beat; then the matrices on positions."""
    suits, *measured = step.exhibits
    table = TableView(_of(Table, suits), scene.style, width=STAGE.width, height=STAGE.height)
    table.move_to(np.array([*STAGE.middle[:2], 0.0]))
    parts = list(step.narration)
    for part, row in zip(parts, table.rows, strict=False):
        with scene.beat(step, part):
            new = [table.header, row] if row is table.rows[0] else [row]
            scene.move(appear(new), seconds=1.4)
    scene.clear_stage()
    layout = lay_out(scene, replace(step, exhibits=tuple(measured)))
    for part in parts[len(table.rows) :]:
        with scene.beat(step, part):
            play_part(scene, step, layout, part)
    scene.clear_stage()


class RevealCurves(Animation):
    """Curves of a plot appear from the left, all at the same x."""

    def begin(self) -> None:
        self.whole = [curve[0].copy() for curve in self.mobject]
        self.left = self.mobject.get_left()[0]
        self.wide = self.mobject.width
        super().begin()

    def create_starting_mobject(self) -> VGroup:
        """Returns an empty group: the start shows nothing and needs no copy."""
        return self.mobject

    def interpolate_mobject(self, alpha: float) -> None:
        share = self.rate_func(alpha)
        for curve, whole in zip(self.mobject, self.whole, strict=True):
            line, *dots = curve
            if not line.submobjects:
                line.pointwise_become_partial(whole, 0, share)
            for part in (*line.submobjects, *dots):
                there = part.get_x() <= self.left + share * self.wide + 1e-6
                part.set_opacity(float(there))


def _of(kind: type[_Item], exhibit: Exhibit) -> _Item:
    """The item of the exhibit, checked to be of that type."""
    assert isinstance(exhibit.item, kind)
    return exhibit.item


ACTS: Acts = {
    "receptive-field": Act(receptive_field, parts.ReceptiveField),
    "planted": Act(show_needle, parts.Planted),
    "sweep": Act(sweep, parts.Sweep),
    "inductive-bias": Act(inductive_bias, parts.InductiveBias),
}
"""The acts of the steps that need movement of their own."""
