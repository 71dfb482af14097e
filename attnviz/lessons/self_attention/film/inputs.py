"""Inputs and the three matrices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, FadeIn, FadeOut, VGroup

from attnviz.lessons.self_attention import parts
from attnviz.story.matrix import Matrix
from attnviz.story.storyboard import Step
from attnviz.theme import Role
from attnviz.views.film.choreography import appear, dim
from attnviz.views.film.components.header_footer import omitted_line
from attnviz.views.film.components.heads import blocks_for, columns_of_heads
from attnviz.views.film.components.matrix import MOST_SIDE, MatrixView, frame_around, sheet
from attnviz.views.film.components.sentence import Sentence
from attnviz.views.film.components.text import Line, label
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import STAGE, WIDE, Size

_PROJECTIONS = 3
_UNDER = 0.65
"""The distance from the tokens to the rows under them, with their name."""
_AIR = 0.2
"""Over and under these."""
_OVER = 0.4
"""So far the name of a head may stand out over its matrix."""


def inputs(scene: Stage, step: Step) -> None:
    """Shows the sequence row by row, large, then moves it to the sidebar.

    Where rows are too many to have a name each, the tokens are read first, and the rows appear under them.
    """
    x, numbers = step.results[0], scene.storyboard.numbers
    sentence = _sentence(scene, x)
    under = 0.0 if sentence is None else sentence.height + _UNDER
    free = replace(STAGE, top=STAGE.top - under)
    shown = sheet(x, numbers, width=7.5, height=min(4.4, free.height - _AIR), most_cell=0.8)
    view = MatrixView(shown, scene.style).label_rows(tokens=True, most=2.2)
    view.move_to(free.middle)
    title = view.title()
    note = _blocks_note(scene, [view])
    rows = [VGroup(*view.row(i)) for i in range(len(view.entries))]
    with scene.beat(step, parts.Inputs.WHY):
        if sentence is not None:
            scene.move(appear(sentence.parts), seconds=1.5)
            scene.add_as_group(sentence)
        scene.move(*[FadeIn(each) for each in (title, *note)], seconds=0.5)
        if view.row_labels:
            rows = [VGroup(mark, row) for mark, row in zip(view.row_labels, rows, strict=True)]
        scene.move(appear(rows, shift=RIGHT * 0.3), seconds=1.8)
    docked = scene.sidebar.place(x, numbers)
    leaving = [title, *note, *view.row_labels, *([] if sentence is None else [sentence])]
    scene.dock(view, docked, *[FadeOut(each) for each in leaving])


def _sentence(scene: Stage, x: Matrix) -> Sentence | None:
    """The tokens, at the top of the stage; None without any, and where each row has its own beside it."""
    tokens = [each.token for each in x.rows if each.token]
    if not tokens or x.shape[0] <= MOST_SIDE:
        return None
    sentence = Sentence(tokens, scene.style, STAGE.width)
    return sentence.move_to(STAGE.middle).align_to(np.array([0, STAGE.top, 0]), UP)


def weights(scene: Stage, step: Step) -> None:
    """W_Q, W_K and W_V side by side, each with its bias under it."""
    numbers = scene.storyboard.numbers
    matrices, biases = step.results[:_PROJECTIONS], step.results[_PROJECTIONS:]
    room = (WIDE.width - 1.2) / _PROJECTIONS
    height = 2.6 if biases else 3.8
    problem = scene.storyboard.trace.problem
    heads = {
        Role.QUERY: problem.heads,
        Role.KEY: problem.n_kv_heads,
        Role.VALUE: problem.n_kv_heads,
    }

    def view_of(matrix: Matrix, high: float, most: float) -> MatrixView:
        blocks = blocks_for(heads[matrix.role])
        fitting = sheet(matrix, numbers, width=room, height=high, most_cell=most, blocks=blocks)
        return MatrixView(fitting, scene.style)

    views = [view_of(each, height, 0.66) for each in matrices]
    columns = VGroup(*[VGroup(VGroup(view, view.title())) for view in views])
    for bias in biases:
        view = view_of(bias, 0.6, 0.62)
        above = next(i for i, each in enumerate(matrices) if each.role is bias.role)
        views.append(view)
        columns[above].add(VGroup(view, view.title()))
    for column in columns:
        column.arrange(DOWN, buff=0.3, aligned_edge=LEFT)
    columns.arrange(RIGHT, buff=0.6).move_to(WIDE.middle)
    for column in columns:
        column.align_to(columns, UP)
    with scene.beat(step, parts.Weights.WHY):
        note = [FadeIn(each) for each in _blocks_note(scene, views)]
        scene.move(appear(columns, shift=UP * 0.2), *note, seconds=2.4)
    if parts.Weights.HEADS in step.narration:
        with scene.beat(step, parts.Weights.HEADS):
            _mark_heads(scene, views, heads)
    scene.clear_stage()


def _blocks_note(scene: Stage, views: list[MatrixView]) -> list[Line]:
    """The note on what a block stands for, where any matrix is in blocks."""
    if not any(view.sheet.pooled for view in views):
        return []
    return [omitted_line(scene.words.phrase("film", "large", blocks=MOST_SIDE), scene.style)]


def _mark_heads(scene: Stage, views: list[MatrixView], heads: Mapping[Role, int]) -> None:
    """The columns of the head that is followed are framed and named; those of the others step back."""
    own = [columns_of_heads(view, heads[view.sheet.matrix.role]) for view in views]
    frames = [frame_around(each[0], scene.style.theme.ink, buff=0.0) for each in own if each[1:]]
    if not frames:
        return
    others = [columns for each in own for columns in each[1:]]
    marks = [*frames, *_names_of_followed(scene, views[:_PROJECTIONS])]
    scene.move(*map(FadeIn, marks), *dim(*others), seconds=1.0)


def _names_of_followed(scene: Stage, views: list[MatrixView]) -> list[Line]:
    """The head on which the steps after this one are told, beside the title of each matrix that is wide enough."""
    head = next(step.head for step in scene.storyboard.steps if step.head is not None)
    text = scene.words.phrase("common", "head", head=head)
    names = []
    for view in views:
        title = view.title()
        name = label(text, scene.style.theme.ink, Size.SMALL)
        name.next_to(title, RIGHT, buff=0.25).on_baseline(title[0].baseline)
        if name.get_right()[0] <= view.get_right()[0] + _OVER:
            names.append(name)
    return names
