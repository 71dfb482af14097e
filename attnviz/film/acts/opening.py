"""Inputs and the three matrices."""

from __future__ import annotations

from manim import DOWN, LEFT, RIGHT, UP, FadeIn, FadeOut, VGroup

from attnviz.film.choreography import appear
from attnviz.film.components.furniture import omitted_line
from attnviz.film.components.matrix import MOST_SIDE, MatrixView, sheet
from attnviz.film.components.text import Line
from attnviz.film.scene import LessonScene
from attnviz.film.style import STAGE, WIDE
from attnviz.lessons.storyboard import Step

_PROJECTIONS = 3


def inputs(scene: LessonScene, step: Step) -> None:
    """The sequence appears row by row, large, then docks on the shelf."""
    x, numbers = step.results[0], scene.storyboard.numbers
    shown = sheet(x, numbers, width=7.5, height=4.4, most_cell=0.8)
    view = MatrixView(shown, scene.style).label_rows(tokens=True, most=2.2)
    view.move_to(STAGE.middle)
    title = view.title()
    said = _said_of_blocks(scene, [view])
    rows = [VGroup(*view.row(i)) for i in range(len(view.entries))]
    with scene.beat(step, "why"):
        scene.move(*[FadeIn(each) for each in (title, *said)], seconds=0.5)
        if view.row_labels:
            rows = [VGroup(mark, row) for mark, row in zip(view.row_labels, rows, strict=True)]
        scene.move(appear(rows, shift=RIGHT * 0.3), seconds=1.8)
    docked = scene.shelf.place(x, numbers)
    leaving = (title, *said, *view.row_labels)
    scene.dock(view, docked, *[FadeOut(each) for each in leaving])


def weights(scene: LessonScene, step: Step) -> None:
    """W_Q, W_K and W_V side by side, each with its bias under it."""
    numbers = scene.storyboard.numbers
    matrices, biases = step.results[:_PROJECTIONS], step.results[_PROJECTIONS:]
    room = (WIDE.width - 1.2) / _PROJECTIONS
    height = 2.6 if biases else 3.8
    views = [
        MatrixView(sheet(each, numbers, width=room, height=height, most_cell=0.66), scene.style)
        for each in matrices
    ]
    columns = VGroup(*[VGroup(VGroup(view, view.title())) for view in views])
    for bias in biases:
        view = MatrixView(sheet(bias, numbers, width=room, height=0.6), scene.style)
        above = next(i for i, each in enumerate(matrices) if each.role is bias.role)
        columns[above].add(VGroup(view, view.title()))
    for column in columns:
        column.arrange(DOWN, buff=0.3, aligned_edge=LEFT)
    columns.arrange(RIGHT, buff=0.6).move_to(WIDE.middle)
    for column in columns:
        column.align_to(columns, UP)
    with scene.beat(step, "why"):
        said = [FadeIn(each) for each in _said_of_blocks(scene, views)]
        scene.move(appear(columns, shift=UP * 0.2), *said, seconds=2.4)
    if "heads" in step.narration:
        with scene.beat(step, "heads"):
            scene.move(*_heads_outlined(scene, views), seconds=1.0)
    scene.clear_stage()


def _said_of_blocks(scene: LessonScene, views: list[MatrixView]) -> list[Line]:
    """What the blocks of matrices stand for, where any is in blocks."""
    if not any(view.sheet.pooled for view in views):
        return []
    return [omitted_line(scene.words.say("film", "large", blocks=MOST_SIDE), scene.style)]


def _heads_outlined(scene: LessonScene, views: list[MatrixView]) -> list[FadeIn]:
    """A frame round the columns of each head, where the columns are shown one by one."""
    from attnviz.film.components.matrix import frame_around

    heads = scene.storyboard.trace.problem.heads
    frames = []
    for view in views:
        columns = view.sheet.matrix.shape[1]
        if columns % heads or view.sheet.pooled:
            continue
        for head in range(heads):
            own = range(head * columns // heads, (head + 1) * columns // heads)
            block = VGroup(*[view.column(j) for j in own])
            frames.append(frame_around(block, scene.style.theme.ink, buff=0.0))
    return [FadeIn(frame) for frame in frames] or [FadeIn(VGroup())]
