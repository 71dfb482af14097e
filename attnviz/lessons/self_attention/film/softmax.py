"""From scores to weights, rung by rung: scale, bias, mask, and softmax with its maximum, exponentials and sum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from manim import DOWN, FadeIn, FadeOut, LaggedStart, VGroup

from attnviz.story.storyboard import Calculation, Number, Step, Symbol
from attnviz.theme import Role
from attnviz.views.film.choreography import born, dim
from attnviz.views.film.components.matrix import frame_around
from attnviz.views.film.components.worked import WorkedLines, WorkedSum
from attnviz.views.film.scene import LessonScene
from attnviz.views.film.score_stack import EXPONENTIALS, Ladder
from attnviz.views.film.style import ARITHMETIC

_LINES = 3.6
"""Seconds for all lines of one kind together."""


def change_scores(scene: LessonScene, step: Step) -> None:
    """Scale, bias and mask: every score becomes the one under it."""
    with scene.beat(step, "why"):
        ladder = _ladder(scene, step)
        before = ladder.cells(-1)
        rung = ladder.rung(step.results[0].symbol, step.results[0])
        scene.move(FadeIn(rung[0]), seconds=0.4)
        after = ladder.cells(-1)
        shown = step.worked if step.id != "mask" else ()
        lines = WorkedLines(shown, scene.style) if shown else VGroup()
        _reveal(scene, lines, [born(new, old) for old, new in zip(before, after, strict=True)])
    scene.gather(rung)
    if len(lines):
        scene.move(FadeOut(lines), seconds=0.3)


def softmax(scene: LessonScene, step: Step) -> None:
    """Maximum, exponentials, sum, weights; or nothing at all, where there is nothing to see."""
    if "weight" not in step.narration:
        with scene.beat(step, "why"):
            rung = _ladder(scene, step).rung("A", step.results[0])
            scene.move(FadeIn(rung), seconds=1.0)
        scene.gather(rung)
        return
    with scene.beat(step, "why"):
        ladder = _ladder(scene, step)
        scores = ladder.cells(-1)
        scene.move(*dim(*ladder.rungs[:-1]), FadeIn(VGroup()), seconds=0.5)
    with scene.beat(step, "max"):
        line = _maximum(scene, step, scores)
    with scene.beat(step, "exp"):
        scene.move(FadeOut(line), seconds=0.3)
        exponentials = _exponentials(scene, step, ladder, scores)
    if "masked" in step.narration:
        hidden = [
            new for old, new in zip(scores, ladder.cells(-1), strict=True) if np.isneginf(old.value)
        ]
        with scene.beat(step, "masked"):
            frames = VGroup(*[frame_around(cell, scene.style.theme.ink) for cell in hidden])
            scene.move(FadeIn(frames), seconds=0.5)
        scene.move(FadeOut(frames), seconds=0.2)
    if "sink" in step.narration:
        with scene.beat(step, "sink"):
            beside = WorkedLines(_part(step, "sink"), scene.style)
            scene.move(FadeOut(exponentials), FadeIn(beside), seconds=0.7)
        exponentials = beside
    with scene.beat(step, "sum"):
        total = _sum(scene, step, exponentials)
    with scene.beat(step, "weight"):
        scene.move(FadeOut(total), seconds=0.3)
        lines = _weights(scene, step, ladder)
    scene.move(FadeOut(lines), seconds=0.3)


def _ladder(scene: LessonScene, step: Step) -> Ladder:
    """The ladder so far; one with the scores alone where this step is told without those before it."""
    carried = scene.carried.get("ladder")
    if carried is not None:
        return carried
    keys = [each.position for each in scene.storyboard.step("scores").worked]
    ladder = Ladder(scene.storyboard, scene.style, keys)
    rung = ladder.rung(step.operands[0].symbol, step.operands[0])
    scene.move(FadeIn(ladder.names), FadeIn(rung), seconds=0.6)
    scene.carried["ladder"] = ladder
    return ladder


def _part(step: Step, part: str) -> tuple[Calculation, ...]:
    return tuple(each for each in step.worked if each.part == part)


def _reveal(
    scene: LessonScene, lines: VGroup, births: list[object], seconds: float = _LINES
) -> None:
    """Line after line, each with the cell it makes."""
    if len(lines) == len(births):
        for line, birth in zip(lines, births, strict=True):
            scene.move(FadeIn(line, shift=0.1 * DOWN), birth, seconds=seconds / len(births))
    else:
        scene.move(LaggedStart(*births, lag_ratio=0.4), FadeIn(lines), seconds=seconds * 0.6)


def _maximum(scene: LessonScene, step: Step, scores: list[VGroup]) -> VGroup:
    values = [cell.value for cell in scores]
    frame = frame_around(scores[values.index(max(values))], scene.style.theme.ink)
    (calculation,) = _part(step, "max")
    line = WorkedLines((calculation,), scene.style)
    if (
        line.width > ARITHMETIC.width
    ):  # too many numbers for one line: they stand on the rung anyway
        name = "max(s, b)" if "sink" in step.narration else "max s"
        line = WorkedLines((replace(calculation, left=(Symbol(name),)),), scene.style)
    scene.move(FadeIn(line), FadeIn(frame), seconds=0.7)
    return VGroup(line, frame)


def _exponentials(scene: LessonScene, step: Step, ladder: Ladder, scores: list[VGroup]) -> VGroup:
    calculations = _part(step, "exp")
    totals = [each.total for each in calculations if isinstance(each.total, Number)]
    row = step.operands[0]
    values = np.zeros_like(row.values)
    values[0, [each.position for each in calculations]] = [total.value for total in totals]
    # every exponential is at most 1, as a weight is: the same shade means the same size
    matrix = replace(row, symbol="exp", values=values, role=Role.WEIGHT, sums="rows")
    rung = ladder.rung(EXPONENTIALS, matrix, [total.text for total in totals])
    scene.move(FadeIn(rung[0]), seconds=0.3)
    lines = WorkedLines(calculations, scene.style)
    births = [born(new, old) for old, new in zip(scores, ladder.cells(-1), strict=True)]
    _reveal(scene, lines, births)
    scene.gather(rung)
    return lines


def _sum(scene: LessonScene, step: Step, lines: VGroup) -> VGroup:
    (calculation,) = _part(step, "sum")
    total = WorkedSum(calculation, scene.style, scene.words, scene.storyboard.numbers)
    scene.move(FadeOut(lines), FadeIn(total.heading), seconds=0.4)
    scene.move(LaggedStart(*[FadeIn(term) for term in total.terms], lag_ratio=0.5), seconds=1.0)
    scene.move(FadeIn(total.line), FadeIn(total.total), seconds=0.5)
    return total


def _weights(scene: LessonScene, step: Step, ladder: Ladder) -> VGroup:
    exponentials = ladder.cells(-1)
    rung = ladder.rung("A", step.results[0])
    lines = WorkedLines(_part(step, "weight"), scene.style)
    scene.move(FadeIn(rung[0]), seconds=0.3)
    births = [born(new, old) for old, new in zip(exponentials, ladder.cells(-1), strict=True)]
    _reveal(scene, lines, births)
    scene.gather(rung)
    return lines
