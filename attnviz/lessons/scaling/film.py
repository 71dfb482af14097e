"""The film of the lesson scaling: curves over d_k, drawn without 1/√d_k, then with it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, Create, FadeIn, LaggedStart, VGroup

from attnviz.lessons.scaling import parts
from attnviz.story.matrix import Matrix
from attnviz.story.storyboard import Step
from attnviz.views.film.acts.act import Act, Acts
from attnviz.views.film.acts.exhibits import (
    ExhibitLayout,
    focus,
    lay_out,
    make_room,
    play_part,
    reveal,
    show_exhibit,
)
from attnviz.views.film.choreography import appear, dim, undim
from attnviz.views.film.components.exhibit import ExhibitView
from attnviz.views.film.components.formula import formula_with_parts, part
from attnviz.views.film.components.matrix import MatrixView, sheet
from attnviz.views.film.components.plot import PlotView
from attnviz.views.film.components.text import label
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import STAGE, Size

_WITHOUT, _WITH = 0, 1
"""The indices of the two curves of a plot."""


def weights(scene: Stage, step: Step) -> None:
    """The rows without 1/√d_k; the last of them framed when it is spoken of; then those with it."""
    layout = lay_out(scene, step, centred=True)
    without, divided = layout.views
    with scene.beat(step, parts.Weights.WHY):
        make_room(scene, layout, [without])
        show_exhibit(scene, layout, without, seconds=2.6)
    with scene.beat(step, parts.Weights.WITHOUT):
        frames = without.frame(without.exhibit.marks, scene.style)
        scene.move(*[Create(frame) for frame in frames], seconds=0.7)
        layout.add_shown(scene, frames, line=without.exhibit.line)
    with scene.beat(step, parts.Weights.WITH):
        make_room(scene, layout, [divided])
        reveal(scene, layout, divided, seconds=2.6)
    scene.clear_stage()


def variance(scene: Stage, step: Step) -> None:
    """One curve that climbs, one that stays, then the numbers of both."""
    layout = lay_out(scene, step)
    plot = layout.views[0]
    with scene.beat(step, parts.Variance.WITHOUT):
        _draw(scene, layout, plot, _WITHOUT)
    with scene.beat(step, parts.Variance.WITH):
        _draw(scene, layout, plot, _WITH)
    with scene.beat(step, parts.Variance.TABLE):
        play_part(scene, step, layout, parts.Variance.TABLE)
    scene.clear_stage()


def saturation(scene: Stage, step: Step) -> None:
    """Both plots without 1/√d_k, then both with it."""
    layout = lay_out(scene, step)
    largest, entropy = layout.views
    with scene.beat(step, parts.Saturation.LARGEST):
        _draw(scene, layout, largest, _WITHOUT)
    with scene.beat(step, parts.Saturation.ENTROPY):
        _draw(scene, layout, entropy, _WITHOUT)
    with scene.beat(step, parts.Saturation.WITH):
        _draw(scene, layout, largest, _WITH)
        _draw(scene, layout, entropy, _WITH)
    scene.clear_stage()


def gradient(scene: Stage, step: Step) -> None:
    """The slope at two weights in numbers, then its sum as d_k grows."""
    layout = lay_out(scene, step)
    plot = layout.views[-1]
    with scene.beat(step, parts.Gradient.WHY):
        play_part(scene, step, layout, parts.Gradient.WHY)
    with scene.beat(step, parts.Gradient.WITHOUT):
        focus(scene, layout, [plot])
        _draw(scene, layout, plot, _WITHOUT)
    with scene.beat(step, parts.Gradient.WITH):
        _draw(scene, layout, plot, _WITH)
    scene.clear_stage()


def _draw(scene: Stage, layout: ExhibitLayout, view: ExhibitView, which: int) -> None:
    """Draws one curve of a plot from left to right; with the first, the axes too."""
    body = view.body
    assert isinstance(body, PlotView)
    curve, ending = body.curves[which], body.endings[which]
    drawn = VGroup(curve, ending)
    if which == _WITHOUT:
        scene.move(FadeIn(body.axes), FadeIn(view.heading), seconds=0.6)
        drawn.add(body.axes, view.heading)
    scene.move(LaggedStart(Create(curve), FadeIn(ending), lag_ratio=0.8), seconds=1.8)
    layout.add_shown(scene, drawn, line=view.exhibit.line)


def formula(scene: Stage, step: Step) -> None:
    """The line; then √d_k in it, and the row of weights that it has changed."""
    line = formula_with_parts(step.formula, scene.style)
    line.move_to(np.array([STAGE.middle[0], 1.6, 0]))
    rows = _last_rows(scene)
    with scene.beat(step, parts.Formula.WHY):
        scene.move(FadeIn(line, shift=UP * 0.2), seconds=1.0)
    with scene.beat(step, parts.Formula.SCALE):
        scene.move(*dim(line), seconds=0.4)
        scene.move(*undim(part(line, "scale")), seconds=0.6)
        scene.move(appear(list(rows)), seconds=1.6)
    scene.move(*undim(line), seconds=0.5)
    scene.hold(0.6)
    scene.clear_stage()


def _last_rows(scene: Stage) -> VGroup:
    """The example's weights at the largest d_k, without and with 1/√d_k, one under the other."""
    numbers, style = scene.storyboard.numbers, scene.style
    rows = VGroup()
    for exhibit in scene.storyboard.step("weights").exhibits:
        matrix = exhibit.item
        assert isinstance(matrix, Matrix)
        last = replace(matrix, values=matrix.values[-1:], rows=())
        view = MatrixView(sheet(last, numbers, width=6.4, height=0.6), style)
        name = label(exhibit.name or "", style.theme.dim, Size.BODY)
        rows.add(VGroup(view, name.next_to(view, LEFT, buff=0.3)))
    rows.arrange(DOWN, buff=0.35)
    for row in rows:
        row.align_to(rows, RIGHT)
    return rows.move_to(np.array([STAGE.middle[0], -0.7, 0]))


ACTS: Acts = {
    "variance": Act(variance, parts.Variance),
    "weights": Act(weights, parts.Weights),
    "saturation": Act(saturation, parts.Saturation),
    "gradient": Act(gradient, parts.Gradient),
    "formula": Act(formula, parts.Formula),
}
"""The acts of the steps that need movement of their own."""
