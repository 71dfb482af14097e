"""Weighted values and their sum, the output."""

from __future__ import annotations

from manim import FadeIn, FadeOut, LaggedStart, Transform, VGroup

from attnviz.lessons.self_attention import parts
from attnviz.lessons.self_attention.film.handovers import StackedScores, WeightedRows
from attnviz.lessons.self_attention.film.weighted_sum import WeightedSum
from attnviz.story.storyboard import Step
from attnviz.views.film.acts.act import Handover
from attnviz.views.film.choreography import dim, form_from, transform_copy, undim
from attnviz.views.film.components.matrix import frame_around
from attnviz.views.film.components.worked import WorkedSum
from attnviz.views.film.stage import Stage

_PRODUCTS = 4.0
_FIRST, _OTHERS = 3.0, 3.6


def weighted_values(scene: Stage, step: Step, before: Handover | None) -> Handover:
    """Each weight meets its value; the product is born beside them."""
    products = WeightedSum(scene.storyboard, scene.style)
    with scene.beat(step, parts.WeightedValues.WORKED):
        _place_weights(scene, products, before)
        scene.move(scene.from_sidebar(products.values, "V"), seconds=0.9)
        scene.move(FadeIn(products.row_names), FadeIn(products.titles), seconds=0.4)
        scene.move(FadeIn(products.signs), FadeIn(products.equals), seconds=0.3)
        rows = len(products.keys)
        for i in range(rows):
            forming = form_from(
                products.products.row(i), products.weights.row(i), products.values.row(i)
            )
            scene.move(forming, seconds=_PRODUCTS / rows)
        if len(products.products.entries) > rows:
            scene.move(
                FadeIn(products.products.row(rows)), FadeIn(products.merged_name), seconds=0.6
            )
    scene.add_as_group(products.without_output)
    return WeightedRows(products)


def _place_weights(scene: Stage, products: WeightedSum, before: Handover | None) -> None:
    if not isinstance(before, StackedScores):
        scene.move(FadeIn(products.weights), seconds=0.6)
        return
    stack = before.stack
    last = VGroup(*stack.cells(-1))
    rest = stack.rows[:-1]
    scene.move(FadeOut(stack.names), FadeOut(stack.rows[-1][0]), *map(FadeOut, rest), seconds=0.5)
    scene.move(transform_copy(last, products.weights.cells), FadeOut(last), seconds=1.0)
    scene.add_as_group(products.weights)
    scene.clear_stage(products.weights)


def output(scene: Stage, step: Step, before: Handover | None) -> None:
    """The products, added up column by column."""
    with scene.beat(step, parts.Output.WORKED):
        if isinstance(before, WeightedRows):
            products = before.rows
        else:
            products = WeightedSum(scene.storyboard, scene.style)
            scene.move(FadeIn(products.without_output), seconds=0.6)
        scene.move(
            FadeIn(products.line),
            FadeIn(products.output_name),
            *dim(products.weights, products.values),
            seconds=0.5,
        )
        last = _add_up(scene, step, products)
    if parts.Output.MOST in step.narration:
        with scene.beat(step, parts.Output.MOST):
            scene.move(FadeOut(last), *undim(products.weights, products.values), seconds=0.4)
            largest = max(cell.value for cell in products.weights.cells)
            strong = [
                i
                for i in range(len(products.keys))
                if products.weights.cell(i, 0).value >= largest * (1 - 1e-9)
            ]
            frames = [
                frame_around(
                    VGroup(
                        products.weights.row(i), products.values.row(i), products.products.row(i)
                    ),
                    scene.style.theme.ink,
                )
                for i in strong
            ]
            scene.move(*[FadeIn(frame) for frame in frames], seconds=0.6)
    scene.clear_stage()


def _add_up(scene: Stage, step: Step, products: WeightedSum) -> VGroup:
    frame: VGroup | None = None
    sum_: WorkedSum | None = None
    for i, calculation in enumerate(step.worked):
        column = products.products.column(calculation.position)
        new_frame = frame_around(column, scene.style.theme.ink)
        previous, sum_ = (
            sum_,
            WorkedSum(calculation, scene.style, scene.words, scene.storyboard.numbers),
        )
        seconds = _FIRST if i == 0 else _OTHERS / max(len(step.worked) - 1, 1)
        if frame is None:
            frame = new_frame
            scene.move(FadeIn(frame), FadeIn(sum_.heading), seconds=0.5)
            scene.move(
                LaggedStart(*[FadeIn(t) for t in sum_.terms], lag_ratio=0.7), seconds=seconds * 0.5
            )
            scene.move(FadeIn(sum_.line), FadeIn(sum_.total), seconds=seconds * 0.2)
        else:
            scene.move(
                Transform(frame, new_frame),
                LaggedStart(FadeOut(previous), FadeIn(sum_), lag_ratio=0.8),
                seconds=seconds * 0.5,
            )
        cell = products.output.cell(0, calculation.position)
        scene.move(form_from(cell, column, sum_.total), seconds=max(seconds * 0.3, 0.35))
    shown = {calculation.position for calculation in step.worked}
    rest = [
        products.output.cell(0, j) for j in range(len(products.output.entries[0])) if j not in shown
    ]
    if rest:
        scene.move(*[FadeIn(cell) for cell in rest], seconds=0.5)
    return VGroup(frame, sum_)
