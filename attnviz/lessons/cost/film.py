"""The film of the lesson cost: two curves that cross, and positions that wait for one another or do not."""

from __future__ import annotations

import numpy as np
from manim import DOWN, LEFT, UP, Circle, Create, DashedLine, FadeIn, LaggedStart, VGroup

from attnviz.lessons.cost import parts
from attnviz.story.exhibits import Table
from attnviz.story.storyboard import Step
from attnviz.theme import blend
from attnviz.typeset.fonts import Weight
from attnviz.views.film.acts.act import Act, Acts
from attnviz.views.film.acts.exhibits import lay_out, play_part
from attnviz.views.film.choreography import appear
from attnviz.views.film.components.plot import PlotView
from attnviz.views.film.components.table import TableView
from attnviz.views.film.components.text import label
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import STAGE, Size

_ROW = 5.6
"""Width of a row of positions."""
_WAITING, _AT_ONCE = 3.2, 0.8
"""Seconds until the last position is computed."""


def operations(scene: Stage, step: Step) -> None:
    """The counts, their curves, and a ring where the first and the last of them cross."""
    layout = lay_out(scene, step)
    for part in step.narration:
        with scene.beat(step, part):
            play_part(scene, step, layout, part)
            if part == parts.Operations.CROSSING:
                plots = [view.body for view in layout.views if isinstance(view.body, PlotView)]
                scene.move(*[Create(each) for each in _crossing(scene, plots[0])], seconds=1.0)
    scene.clear_stage()


def _crossing(scene: Stage, plot: PlotView) -> VGroup:
    """A ring where the first and the last curve meet, and a line down to the axis."""
    first, last = plot.plot.series[0], plot.plot.series[-1]
    at = next(i for i, (y, other) in enumerate(zip(first.y, last.y, strict=True)) if y == other)
    point = plot.curves[0][1 + at].get_center()
    ink = scene.style.theme.ink
    foot = np.array([point[0], plot.axes[0].get_y(), 0.0])
    ring = Circle(radius=0.16, stroke_width=3, color=ink).move_to(point)
    return VGroup(DashedLine(point + 0.18 * DOWN, foot, stroke_width=2, color=ink), ring)


def sequential_steps(scene: Stage, step: Step) -> None:
    """A row of positions a method: in one each lights up after the one before, in the others all at once."""
    exhibit = step.exhibits[0]
    assert isinstance(exhibit.item, Table)
    table = TableView(exhibit.item, scene.style, width=6.2, height=3.0)
    table.move_to(np.array([STAGE.right - table.width, 0.45, 0.0]), aligned_edge=LEFT)
    name = label(exhibit.name or "", scene.style.theme.ink, Size.BODY, Weight.SEMIBOLD)
    name.next_to(table, UP, buff=0.25).align_to(table, LEFT)
    rows = [_positions(scene, exhibit.item, i) for i in range(1, len(exhibit.item.header))]
    group = VGroup(*rows).arrange(DOWN, buff=0.55, aligned_edge=LEFT)
    group.move_to(np.array([STAGE.left + 0.3, 0.45, 0.0]), aligned_edge=LEFT)
    *free, waiting = rows
    with scene.beat(step, parts.SequentialSteps.WAIT):
        scene.move(FadeIn(waiting[0]), FadeIn(waiting[1]), seconds=0.6)
        scene.move(LaggedStart(*map(FadeIn, waiting[2]), lag_ratio=1), seconds=_WAITING)
        scene.add_as_group(waiting)
        scene.move(FadeIn(name), FadeIn(table.header), appear(table.rows), seconds=1.2)
        scene.add_as_group(VGroup(name, table))
    with scene.beat(step, parts.SequentialSteps.AT_ONCE):
        scene.move(*[FadeIn(VGroup(row[0], row[1])) for row in free], seconds=0.6)
        scene.move(*[FadeIn(row[2]) for row in free], seconds=_AT_ONCE)
    with scene.beat(step, parts.SequentialSteps.WORK):
        pass
    scene.clear_stage()


def _positions(scene: Stage, table: Table, column: int) -> VGroup:
    """The name of a method, as many positions as the first row counts, and the same positions computed."""
    role = table.roles[column]
    colour, theme = scene.style.colour(role), scene.style.theme
    count = int(table.rows[0].cells[0])
    pitch = _ROW / count
    name = label(table.header[column], colour, Size.BODY, Weight.SEMIBOLD)
    bare, computed = VGroup(), VGroup()
    for i in range(count):
        at = np.array([(i + 0.5) * pitch, -0.45, 0.0])
        dot = Circle(radius=0.32 * pitch, stroke_width=1.5, color=theme.hairline).move_to(at)
        bare.add(dot)
        full = dot.copy().set_stroke(colour).set_fill(blend(theme.background, colour, 0.76), 1)
        computed.add(full)
    name.move_to(np.array([bare.get_left()[0], 0.0, 0.0]), aligned_edge=LEFT)
    return VGroup(name, bare, computed)


ACTS: Acts = {
    "operations": Act(operations, parts.Operations),
    "sequential-steps": Act(sequential_steps, parts.SequentialSteps),
}
"""The acts of the steps that need movement of their own."""
