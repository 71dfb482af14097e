"""The acts from scores to weights, row by row: scale, bias, mask, and softmax in its parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from manim import DOWN, FadeIn, FadeOut, LaggedStart, VGroup

from attnviz.lessons.self_attention import parts
from attnviz.lessons.self_attention.film.handovers import StackedScores
from attnviz.lessons.self_attention.film.score_stack import EXPONENTIALS, ScoreStack
from attnviz.story.calculation import Calculation, Number, Symbol
from attnviz.story.storyboard import Step
from attnviz.theme import Role
from attnviz.views.film.acts.act import Handover
from attnviz.views.film.choreography import dim, form_from
from attnviz.views.film.components.matrix import frame_around
from attnviz.views.film.components.worked import WorkedLines, WorkedSum
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import ARITHMETIC

_LINES = 3.6
"""Seconds for all lines of one kind together."""


def change_scores(scene: Stage, step: Step, before: Handover | None) -> Handover:
    """Scale, bias and mask: every score becomes the one under it."""
    with scene.beat(step, parts.Change.WHY):
        stack = _stack(scene, step, before)
        old = stack.cells(-1)
        row = stack.add_row(step.results[0].symbol, step.results[0])
        scene.move(FadeIn(row[0]), seconds=0.4)
        new = stack.cells(-1)
        shown = tuple(each for each in step.worked if each.terms)
        lines = WorkedLines(shown, scene.style) if shown else VGroup()
        _reveal(
            scene, lines, [form_from(cell, above) for above, cell in zip(old, new, strict=True)]
        )
    scene.add_as_group(row)
    if len(lines):
        scene.move(FadeOut(lines), seconds=0.3)
    return StackedScores(stack)


def softmax(scene: Stage, step: Step, before: Handover | None) -> Handover:
    """Maximum, exponentials, sum, weights; or nothing at all, where there is nothing to see."""
    if parts.Softmax.WEIGHT not in step.narration:
        with scene.beat(step, parts.Softmax.WHY):
            stack = _stack(scene, step, before)
            row = stack.add_row("A", step.results[0])
            scene.move(FadeIn(row), seconds=1.0)
        scene.add_as_group(row)
        return StackedScores(stack)
    with scene.beat(step, parts.Softmax.WHY):
        stack = _stack(scene, step, before)
        scores = stack.cells(-1)
        scene.move(*dim(*stack.rows[:-1]), FadeIn(VGroup()), seconds=0.5)
    with scene.beat(step, parts.Softmax.MAX):
        line = _maximum(scene, step, scores)
    with scene.beat(step, parts.Softmax.EXP):
        scene.move(FadeOut(line), seconds=0.3)
        exponentials = _exponentials(scene, step, stack, scores)
    if parts.Softmax.MASKED in step.narration:
        hidden = [
            new for old, new in zip(scores, stack.cells(-1), strict=True) if np.isneginf(old.value)
        ]
        with scene.beat(step, parts.Softmax.MASKED):
            frames = VGroup(*[frame_around(cell, scene.style.theme.ink) for cell in hidden])
            scene.move(FadeIn(frames), seconds=0.5)
        scene.move(FadeOut(frames), seconds=0.2)
    if parts.Softmax.SINK in step.narration:
        with scene.beat(step, parts.Softmax.SINK):
            beside = WorkedLines(_part(step, parts.Softmax.SINK), scene.style)
            scene.move(FadeOut(exponentials), FadeIn(beside), seconds=0.7)
        exponentials = beside
    with scene.beat(step, parts.Softmax.SUM):
        total = _sum(scene, step, exponentials)
    with scene.beat(step, parts.Softmax.WEIGHT):
        scene.move(FadeOut(total), seconds=0.3)
        lines = _weights(scene, step, stack)
    scene.move(FadeOut(lines), seconds=0.3)
    return StackedScores(stack)


def _stack(scene: Stage, step: Step, before: Handover | None) -> ScoreStack:
    """The stack so far; one with the scores alone where this step is played without those before it."""
    if isinstance(before, StackedScores):
        return before.stack
    keys = [each.position for each in scene.storyboard.step("scores").worked]
    stack = ScoreStack(scene.storyboard, scene.style, keys)
    row = stack.add_row(step.operands[0].symbol, step.operands[0])
    scene.move(FadeIn(stack.names), FadeIn(row), seconds=0.6)
    return stack


def _part(step: Step, part: str) -> tuple[Calculation, ...]:
    return tuple(each for each in step.worked if each.part == part)


def _reveal(scene: Stage, lines: VGroup, formings: list[object], seconds: float = _LINES) -> None:
    """Line after line, each with the cell it makes."""
    if len(lines) == len(formings):
        for line, birth in zip(lines, formings, strict=True):
            scene.move(FadeIn(line, shift=0.1 * DOWN), birth, seconds=seconds / len(formings))
    else:
        scene.move(LaggedStart(*formings, lag_ratio=0.4), FadeIn(lines), seconds=seconds * 0.6)


def _maximum(scene: Stage, step: Step, scores: list[VGroup]) -> VGroup:
    values = [cell.value for cell in scores]
    frame = frame_around(scores[values.index(max(values))], scene.style.theme.ink)
    (calculation,) = _part(step, parts.Softmax.MAX)
    line = WorkedLines((calculation,), scene.style)
    if line.width > ARITHMETIC.width:  # too many numbers for one line: they stand in the row anyway
        name = "max(s, b)" if parts.Softmax.SINK in step.narration else "max s"
        line = WorkedLines((replace(calculation, left=(Symbol(name),)),), scene.style)
    scene.move(FadeIn(line), FadeIn(frame), seconds=0.7)
    return VGroup(line, frame)


def _exponentials(scene: Stage, step: Step, stack: ScoreStack, scores: list[VGroup]) -> VGroup:
    calculations = _part(step, parts.Softmax.EXP)
    totals = [each.total for each in calculations if isinstance(each.total, Number)]
    scored = step.operands[0]
    values = np.zeros_like(scored.values)
    values[0, [each.position for each in calculations]] = [total.value for total in totals]
    # every exponential is at most 1, as a weight is: the same shade means the same size
    matrix = replace(scored, symbol="exp", values=values, role=Role.WEIGHT, sums="rows")
    row = stack.add_row(EXPONENTIALS, matrix, [total.text for total in totals])
    scene.move(FadeIn(row[0]), seconds=0.3)
    lines = WorkedLines(calculations, scene.style)
    formings = [form_from(new, old) for old, new in zip(scores, stack.cells(-1), strict=True)]
    _reveal(scene, lines, formings)
    scene.add_as_group(row)
    return lines


def _sum(scene: Stage, step: Step, lines: VGroup) -> VGroup:
    (calculation,) = _part(step, parts.Softmax.SUM)
    total = WorkedSum(calculation, scene.style, scene.words, scene.storyboard.numbers)
    scene.move(FadeOut(lines), FadeIn(total.heading), seconds=0.4)
    scene.move(LaggedStart(*[FadeIn(term) for term in total.terms], lag_ratio=0.5), seconds=1.0)
    scene.move(FadeIn(total.line), FadeIn(total.total), seconds=0.5)
    return total


def _weights(scene: Stage, step: Step, stack: ScoreStack) -> VGroup:
    exponentials = stack.cells(-1)
    row = stack.add_row("A", step.results[0])
    lines = WorkedLines(_part(step, parts.Softmax.WEIGHT), scene.style)
    scene.move(FadeIn(row[0]), seconds=0.3)
    formings = [form_from(new, old) for old, new in zip(exponentials, stack.cells(-1), strict=True)]
    _reveal(scene, lines, formings)
    scene.add_as_group(row)
    return lines
