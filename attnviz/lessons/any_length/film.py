"""The film of the lesson any-length: the row and the column of a new vector move in, all others stay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, Create, FadeIn, VGroup

from attnviz.lessons.any_length import parts
from attnviz.story.matrix import Matrix
from attnviz.story.storyboard import Step
from attnviz.views.film.acts.act import Act, Acts
from attnviz.views.film.acts.pages import show_in_pages
from attnviz.views.film.choreography import dim, form_from, undim
from attnviz.views.film.components.crossing import Crossing
from attnviz.views.film.components.matrix import MOST_SIDE, MatrixView, frame_around, sheet
from attnviz.views.film.components.text import label
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import CAPTION, STAGE, Box, Size
from attnviz.views.film.submatrix import excerpt

_CROSSED = Box(STAGE.left, 3.1, STAGE.bottom, STAGE.top)
_VALUES = Box(3.7, STAGE.right, STAGE.bottom, STAGE.top)
_NEW_SCORES = 4.4
"""Seconds for all new scores together."""
_SIDES = (1.8, 3.0, 4.2)
"""Room for the maps, from the shortest sequence to the longest."""


def grow(scene: Stage, step: Step) -> None:
    """The maps from the smallest to the largest: the longer the sequence, the more room."""
    maps = [each.item for each in step.exhibits if isinstance(each.item, Matrix)]
    views = [_map(scene, each, side) for each, side in zip(maps, _SIDES[-len(maps) :], strict=True)]
    VGroup(*views).arrange(RIGHT, buff=0.9).move_to(np.array(STAGE.middle))
    parts = [each.part for each in step.exhibits]
    for part in step.narration:
        with scene.beat(step, part):
            for matrix, view, of in zip(maps, views, parts, strict=True):
                if of == part:
                    scene.move(FadeIn(view, scale=0.7), *_pooling(scene, matrix), seconds=1.0)
    scene.clear_stage()


def _pooling(scene: Stage, matrix: Matrix) -> list[FadeIn]:
    """The note under a map that is too large to show each position."""
    count = matrix.shape[0]
    if count <= MOST_SIDE:
        return []
    words = scene.words.phrase("film", "pooled", count=count, blocks=MOST_SIDE)
    line = label(words, scene.style.theme.dim, Size.SMALL)
    line.move_to((STAGE.left, 0, 0), aligned_edge=LEFT).on_baseline(CAPTION.top + 0.14)
    return [FadeIn(line)]


def _map(scene: Stage, matrix: Matrix, side: float) -> VGroup:
    """One map under its title, with the names of rows and columns where each stands for one position."""
    shown = sheet(matrix, scene.storyboard.numbers, width=side, height=side, most_cell=0.6)
    view = MatrixView(shown, scene.style)
    if not shown.pooled:
        view.label_rows().label_columns()
    return VGroup(view.title(), view)


def append(scene: Stage, step: Step) -> None:
    """Queries at the left, keys on top, scores where they cross, values beside; then one more of each."""
    stage = _AppendLayout(scene, step)
    last = stage.last
    with scene.beat(step, parts.Append.WHY):
        scene.move(FadeIn(stage.existing), seconds=1.2)
        scene.move(*[FadeIn(slot) for slot in stage.new_slots], seconds=0.8)
    with scene.beat(step, parts.Append.PROJECTIONS):
        scene.move(FadeIn(stage.query, shift=0.8 * RIGHT), seconds=0.9)
        scene.move(FadeIn(stage.key, shift=0.4 * DOWN), seconds=0.9)
        scene.move(FadeIn(stage.value, shift=0.8 * LEFT), seconds=0.9)
    with scene.beat(step, parts.Append.SCORES):
        crossing = stage.crossing
        places = [(last, j) for j in range(last + 1)] + [(i, last) for i in range(last)]
        scene.move(*dim(stage.old_scores, stage.old_values), seconds=0.4)
        for i, j in places:
            forming = form_from(crossing.product.cell(i, j), *crossing.factors(i, j))
            scene.move(forming, seconds=_NEW_SCORES / len(places))
    with scene.beat(step, parts.Append.SAME):
        frame = frame_around(stage.old_scores, scene.style.theme.ink, 0.02)
        scene.move(*undim(stage.old_scores, stage.old_values), Create(frame), seconds=0.9)
    scene.clear_stage()


class _AppendLayout:
    """The final layout, divided into old and new parts."""

    def __init__(self, scene: Stage, step: Step) -> None:
        board, style = scene.storyboard, scene.style
        items = [each.item for each in step.exhibits]
        matrices = {each.symbol: each for each in items if isinstance(each, Matrix)}
        scores = matrices["S"]
        self.last = scores.shape[0] - 1
        self.crossing = crossing = Crossing(
            excerpt(matrices["Q"], board.numbers),
            excerpt(matrices["K"], board.numbers),
            excerpt(scores, board.numbers),
            style,
            upright=True,
            box=_CROSSED,
        )
        slots = crossing.slots
        high = slots.cells.height
        shown = sheet(
            matrices["V"], board.numbers, width=_VALUES.width - 0.6, height=high, most_cell=0.66
        )
        values = MatrixView(replace(shown, height=high / scores.shape[0]), style)
        values.label_rows(tokens=False)
        values.move_to((*_VALUES.middle[:2], 0)).align_to(slots.cells, UP)
        title = values.title(size=Size.BODY)
        old = range(self.last)
        self.old_scores = VGroup(*[crossing.product.cell(i, j) for i in old for j in old])
        self.old_values = VGroup(*[_named(values, i) for i in old])
        self.query = _named(crossing.left, self.last)
        self.key = _named(crossing.top, self.last)
        self.value = _named(values, self.last)
        self.new_slots = [slots.cell(self.last, j) for j in range(self.last + 1)]
        self.new_slots += [slots.cell(i, self.last) for i in old]
        self.existing = VGroup(
            *[_named(view, i) for view in (crossing.left, crossing.top) for i in old],
            slots.submobjects[-1],
            self.old_scores,
            self.old_values,
            title,
        )


def _named(view: MatrixView, i: int) -> VGroup:
    """Row i with its name, where it has one."""
    return VGroup(*view.row_labels[i : i + 1], view.row(i))


ACTS: Acts = {
    "same-weights": Act(show_in_pages, parts.SameWeights),
    "map": Act(grow, parts.Map),
    "append": Act(append, parts.Append),
    "causal": Act(show_in_pages, parts.Causal),
    "generation": Act(show_in_pages, parts.Generation),
}
"""The acts of the steps that need movement of their own."""
