"""Outputs of heads that join, and the formula of several heads."""

from __future__ import annotations

import numpy as np
from manim import DOWN, RIGHT, UP, FadeIn, VGroup

from attnviz.lessons.multi_head import parts
from attnviz.story.matrix import Matrix
from attnviz.story.storyboard import Step
from attnviz.typeset.fonts import Weight
from attnviz.views.film.acts.act import Act, Acts
from attnviz.views.film.acts.exhibits import ExhibitLayout, lay_out, play_part, reveal, work_out
from attnviz.views.film.choreography import appear, dim, transform_copy, undim
from attnviz.views.film.components.formula import formula_with_parts
from attnviz.views.film.components.matrix import MatrixView, sheet
from attnviz.views.film.components.text import label
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import STAGE, Size


def concat(scene: Stage, step: Step) -> None:
    """The outputs of the heads; copies of them move together and are one matrix."""
    layout = lay_out(scene, step)
    with scene.beat(step, parts.Concat.WHY):
        play_part(scene, step, layout, parts.Concat.WHY)
    with scene.beat(step, parts.Concat.CONCAT):
        _join(scene, layout)
    if parts.Concat.PLAIN in step.narration:
        with scene.beat(step, parts.Concat.PLAIN):
            play_part(scene, step, layout, parts.Concat.PLAIN)
    scene.clear_stage()


def _join(scene: Stage, layout: ExhibitLayout) -> None:
    *heads, joined = layout.views
    blocks = joined.frame(joined.exhibit.marks, scene.style)
    if not all(_cell_by_cell(view.body) for view in layout.views):
        joined_whole = [FadeIn(each) for each in (layout.joints[-1], joined)]
        scene.move(*joined_whole, seconds=1.2)
    else:
        body = joined.body
        scene.move(
            *[FadeIn(each) for each in (layout.joints[-1], joined.heading, *body.row_labels)],
            seconds=0.5,
        )
        own = [
            VGroup(*[body.cell(i, j) for i in range(*mark.rows) for j in range(*mark.columns)])
            for mark in joined.exhibit.marks
        ]
        for view, block in zip(heads, own, strict=True):
            scene.move(transform_copy(view.body.cells, block), seconds=1.3)
        moved = {id(cell) for block in own for cell in block}
        rest = [cell for cell in body.cells if id(cell) not in moved]
        if rest:
            scene.move(*[FadeIn(cell) for cell in rest], seconds=0.6)
    layout.add_shown(scene, VGroup(layout.joints[-1], joined), line=joined.exhibit.line)
    if len(blocks):
        scene.move(FadeIn(blocks), seconds=0.6)
        layout.add_shown(scene, blocks, line=joined.exhibit.line)


def project(scene: Stage, step: Step) -> None:
    """The outputs and W_O, then their product, one entry of it worked out while both stay lit."""
    layout = lay_out(scene, step)
    with scene.beat(step, parts.Project.WHY):
        play_part(scene, step, layout, parts.Project.WHY)
    with scene.beat(step, parts.Project.WORKED):
        for view in layout.of(parts.Project.WORKED):
            reveal(scene, layout, view, seconds=1.6)
        work_out(scene, layout, step.worked)
    scene.clear_stage()


def _cell_by_cell(view: MatrixView) -> bool:
    """True if each cell stands for one entry."""
    return not view.sheet.pooled


def formula(scene: Stage, step: Step) -> None:
    """The line, then each of its parts with the matrices it stands for."""
    line = formula_with_parts(step.formula, scene.style)
    line.move_to(np.array([STAGE.middle[0], 1.7, 0]))
    minis = _minis(scene)
    everything = [line, *minis.values()]
    with scene.beat(step, parts.Formula.WHY):
        scene.move(FadeIn(line, shift=UP * 0.2), seconds=1.0)
        scene.move(appear(list(minis.values()), shift=UP * 0.2), seconds=1.2)
    for name in list(step.narration)[1:]:
        with scene.beat(step, name):
            scene.move(*dim(*everything), seconds=0.4)
            lit = [line.select(name)] if name in step.formula.parts else []
            scene.move(*undim(*lit, *_of(minis, name)), seconds=0.7)
    scene.move(*undim(*everything), seconds=0.6)
    scene.hold(0.6)
    scene.clear_stage()


def _of(minis: dict[str, VGroup], name: str) -> list[VGroup]:
    return [minis[name]] if name in minis else []


def _minis(scene: Stage) -> dict[str, VGroup]:
    """Small, in the order in which the formula makes them: the maps of the heads, their outputs, the result."""
    board = scene.storyboard
    shown = {
        "heads": _matrices(board.step("heads")),
        "concat": _matrices(board.step("concat"))[-1:],
    }
    if any(each.id == "project" for each in board.steps):
        shown["project"] = _matrices(board.step("project"))[-1:]
    row = VGroup(*[_mini(scene, items) for items in shown.values()])
    row.arrange(RIGHT, buff=0.8, aligned_edge=DOWN).move_to(np.array([STAGE.middle[0], -0.75, 0]))
    return dict(zip(shown, row, strict=True))


def _matrices(step: Step) -> list[Matrix]:
    return [each.item for each in step.exhibits if isinstance(each.item, Matrix)]


def _mini(scene: Stage, items: list[Matrix]) -> VGroup:
    """Matrices side by side, each under its symbol and, where it belongs to one, its head."""
    style, group = scene.style, VGroup()
    for matrix in items:
        shown = sheet(matrix, scene.storyboard.numbers, width=2.5, height=1.9, most_cell=0.5)
        view = MatrixView(shown, style)
        name = label(matrix.symbol, style.colour(matrix.role), Size.BODY, Weight.BOLD)
        if matrix.head is not None:
            head = scene.words.phrase("common", "head", head=matrix.head)
            name = label(head, style.theme.ink, Size.BODY, Weight.SEMIBOLD)
        group.add(VGroup(view, name.next_to(view, UP, buff=0.16)))
    return group.arrange(RIGHT, buff=0.35, aligned_edge=DOWN)


ACTS: Acts = {
    "concat": Act(concat, parts.Concat),
    "project": Act(project, parts.Project),
    "formula": Act(formula, parts.Formula),
}
"""The acts of the steps that need movement of their own."""
