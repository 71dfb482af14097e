"""−∞ falls onto what is hidden, and the zeros follow through softmax."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from manim import DOWN, AnimationGroup, FadeIn, FadeOut, LaggedStart, VGroup

from attnviz.lessons.masking import parts
from attnviz.story.matrix import Matrix
from attnviz.story.numbers import MINUS
from attnviz.story.storyboard import Step
from attnviz.views.film.acts.act import Act, Acts
from attnviz.views.film.acts.exhibits import ExhibitLayout, lay_out, play_part, show
from attnviz.views.film.choreography import appear, transform_copy
from attnviz.views.film.components.exhibit import ExhibitView
from attnviz.views.film.components.matrix import MatrixView
from attnviz.views.film.components.text import label, widest, width_of
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import Size

_INFINITY = f"{MINUS}∞"
_DROP_SECONDS = 2.4
"""Seconds in which all −∞ fall."""


def before_softmax(scene: Stage, step: Step) -> None:
    """The scores as they were; −∞ falls onto those that are hidden; each becomes a 0 among the weights."""
    layout = lay_out(scene, step)
    scores, weights = layout.views[:2]
    before = _unmasked_scores(scene, scores.body)
    if before is None:
        show(scene, step)
        return
    hidden = [
        (i, j)
        for i, j in np.argwhere(np.isneginf(scores.body.sheet.matrix.values)).tolist()
        if np.isfinite(before.sheet.matrix.values[i, j])
    ]
    with scene.beat(step, parts.BeforeSoftmax.HIDE):
        _drop_infinities(scene, layout, before, hidden)
    with scene.beat(step, parts.BeforeSoftmax.ZEROS):
        _show_weights(scene, layout, scores.body, weights, hidden)
    with scene.beat(step, parts.BeforeSoftmax.SUM):
        play_part(scene, step, layout, parts.BeforeSoftmax.SUM)
    scene.clear_stage()


def _unmasked_scores(scene: Stage, masked: MatrixView) -> MatrixView | None:
    """The scores without the mask in the cells of those with it; None where cells are blocks, or too small for them."""
    shown = masked.sheet
    matrix = scene.storyboard.step("unmasked").exhibits[0].item
    assert isinstance(matrix, Matrix)
    if shown.pooled:
        return None
    texts = None
    if shown.texts is not None:
        texts = scene.storyboard.numbers.cells(matrix)
        if widest([text for row in texts for text in row], shown.size) > shown.width - 0.08:
            return None
    before = MatrixView(replace(shown, matrix=matrix, texts=texts), scene.style)
    before.move_to(masked.cells)
    return before


def _drop_infinities(
    scene: Stage, layout: ExhibitLayout, before: MatrixView, hidden: list[tuple[int, int]]
) -> None:
    view = layout.views[0]
    names = [*view.body.row_labels, *view.body.column_labels]
    rows = [before.row(i) for i in range(len(before.entries))]
    scene.move(*[FadeIn(each) for each in names], appear(rows), seconds=1.2)
    _write_infinities(scene, view.body, hidden)
    falling = [
        AnimationGroup(
            FadeOut(before.cell(i, j), shift=0.2 * DOWN),
            FadeIn(view.body.cell(i, j), shift=0.6 * DOWN),
        )
        for i, j in hidden
    ]
    lag = 0.3 if len(falling) < 12 else 3 / len(falling)
    scene.move(LaggedStart(*falling, lag_ratio=lag), seconds=_DROP_SECONDS)
    scene.move(FadeIn(view.heading), seconds=0.4)
    scene.remove(*before.get_family())
    layout.add_shown(scene, VGroup(view), line=view.exhibit.line)


def _write_infinities(scene: Stage, scores: MatrixView, hidden: list[tuple[int, int]]) -> None:
    """−∞ in the cells it falls into also where the scores go without numbers, as long as it fits."""
    shown = scores.sheet
    fits = width_of(_INFINITY, Size.SMALL) + 0.08 <= shown.width and shown.height >= 0.28
    if shown.texts is None and fits:
        for i, j in hidden:
            cell = scores.cell(i, j)
            cell.add(label(_INFINITY, scene.style.theme.ink, Size.SMALL).move_to(cell))


def _show_weights(
    scene: Stage,
    layout: ExhibitLayout,
    scores: MatrixView,
    weights: ExhibitView,
    hidden: list[tuple[int, int]],
) -> None:
    """Shows the zeros of hidden keys first, then the weights of visible ones, row by row."""
    body, joint = weights.body, layout.joints[1]
    names = [*body.row_labels, *body.column_labels]
    scene.move(*[FadeIn(each) for each in (joint, weights.heading, *names)], seconds=0.5)
    from_, to = (VGroup(*[view.cell(i, j) for i, j in hidden]) for view in (scores, body))
    scene.move(transform_copy(from_, to), seconds=1.3)
    visible = [
        VGroup(*[cell for j, cell in enumerate(row) if (i, j) not in set(hidden)])
        for i, row in enumerate(body.entries)
    ]
    scene.move(appear([row for row in visible if len(row)], scale=0.8), seconds=1.5)
    layout.add_shown(scene, VGroup(joint, weights), line=weights.exhibit.line)


ACTS: Acts = {
    "before-softmax": Act(before_softmax, parts.BeforeSoftmax),
}
"""The acts of the steps that need movement of their own."""
