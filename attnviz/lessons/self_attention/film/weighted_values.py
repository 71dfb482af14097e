"""Weighted values and their sum, the output."""

from __future__ import annotations

from manim import FadeIn, FadeOut, LaggedStart, Transform, VGroup

from attnviz.story.storyboard import Step
from attnviz.views.film.choreography import born, dim, light, travel
from attnviz.views.film.components.matrix import frame_around
from attnviz.views.film.components.worked import WorkedSum
from attnviz.views.film.scene import LessonScene
from attnviz.views.film.score_stack import Ladder
from attnviz.views.film.weighted_sum import Mix

_PRODUCTS = 4.0
_FIRST, _OTHERS = 3.0, 3.6


def weighted_values(scene: LessonScene, step: Step) -> None:
    """Each weight meets its value; the product is born beside them."""
    mix = Mix(scene.storyboard, scene.style)
    with scene.beat(step, "worked"):
        _weights_take_place(scene, mix)
        scene.move(scene.from_shelf(mix.values, "V"), seconds=0.9)
        scene.move(FadeIn(mix.row_names), FadeIn(mix.titles), seconds=0.4)
        scene.move(FadeIn(mix.signs), FadeIn(mix.equals), seconds=0.3)
        rows = len(mix.keys)
        for i in range(rows):
            birth = born(mix.products.row(i), mix.weights.row(i), mix.values.row(i))
            scene.move(birth, seconds=_PRODUCTS / rows)
        if len(mix.products.entries) > rows:
            scene.move(FadeIn(mix.products.row(rows)), FadeIn(mix.merged_name), seconds=0.6)
    scene.gather(mix.standing)
    scene.carried["mix"] = mix


def _weights_take_place(scene: LessonScene, mix: Mix) -> None:
    ladder: Ladder | None = scene.carried.pop("ladder", None)
    if ladder is None:
        scene.move(FadeIn(mix.weights), seconds=0.6)
        return
    last = VGroup(*ladder.cells(-1))
    rest = ladder.rungs[:-1]
    scene.move(
        FadeOut(ladder.names), FadeOut(ladder.rungs[-1][0]), *map(FadeOut, rest), seconds=0.5
    )
    scene.move(travel(last, mix.weights.cells), FadeOut(last), seconds=1.0)
    scene.gather(mix.weights)
    scene.clear_stage(mix.weights)


def output(scene: LessonScene, step: Step) -> None:
    """The products, added up column by column."""
    with scene.beat(step, "worked"):
        mix: Mix | None = scene.carried.pop("mix", None)
        if mix is None:
            mix = Mix(scene.storyboard, scene.style)
            scene.move(FadeIn(mix.standing), seconds=0.6)
        scene.move(
            FadeIn(mix.line), FadeIn(mix.output_name), *dim(mix.weights, mix.values), seconds=0.5
        )
        last = _add_up(scene, step, mix)
    if "most" in step.narration:
        with scene.beat(step, "most"):
            scene.move(FadeOut(last), *light(mix.weights, mix.values), seconds=0.4)
            largest = max(cell.value for cell in mix.weights.cells)
            strong = [
                i
                for i in range(len(mix.keys))
                if mix.weights.cell(i, 0).value >= largest * (1 - 1e-9)
            ]
            frames = [
                frame_around(
                    VGroup(mix.weights.row(i), mix.values.row(i), mix.products.row(i)),
                    scene.style.theme.ink,
                )
                for i in strong
            ]
            scene.move(*[FadeIn(frame) for frame in frames], seconds=0.6)
    scene.clear_stage()


def _add_up(scene: LessonScene, step: Step, mix: Mix) -> VGroup:
    frame: VGroup | None = None
    sum_: WorkedSum | None = None
    for i, calculation in enumerate(step.worked):
        column = mix.products.column(calculation.position)
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
        cell = mix.output.cell(0, calculation.position)
        scene.move(born(cell, column, sum_.total), seconds=max(seconds * 0.3, 0.35))
    shown = {calculation.position for calculation in step.worked}
    rest = [mix.output.cell(0, j) for j in range(len(mix.output.entries[0])) if j not in shown]
    if rest:
        scene.move(*[FadeIn(cell) for cell in rest], seconds=0.5)
    return VGroup(frame, sum_)
