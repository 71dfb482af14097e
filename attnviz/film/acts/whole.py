"""All rows together, and several heads."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from manim import DOWN, RIGHT, UP, FadeIn, LaggedStart, VGroup

from attnviz.film.choreography import appear
from attnviz.film.components.crossing import Crossing
from attnviz.film.components.heads import blocks_for, columns_of_heads
from attnviz.film.components.matrix import MOST_SIDE, MatrixView, frame_around, number_width, sheet
from attnviz.film.components.text import Line, label
from attnviz.film.excerpts import excerpt
from attnviz.film.fonts import Weight
from attnviz.film.scene import LessonScene
from attnviz.film.style import WIDE, Size
from attnviz.lessons.detail import strongest_links
from attnviz.lessons.labels import indexed
from attnviz.lessons.storyboard import Matrix, Step
from attnviz.theme import Role

_GAP, _NARROW_GAP = 1.2, 0.42
_CELL = 0.8
_SIDE = 1.25
_FIRST = 4
"""Entries of a long output that are shown."""


def all_rows(scene: LessonScene, step: Step) -> None:
    """S, A and O side by side: the worked row is there, the others follow, all at once."""
    matrices = step.results[:3]
    views = _side_by_side(scene, matrices)
    titles = [view.title() for view in views]
    query = scene.storyboard.query
    rows = len(views[0].entries)
    by_row = rows == scene.storyboard.trace.problem.n
    if "rest" in step.narration:
        with scene.beat(step, "rest"):
            _rows_follow(scene, views, query if by_row else None)
    else:
        scene.move(*[FadeIn(view) for view in views], seconds=0.8)
    with scene.beat(step, "matrix"):
        scene.move(appear(titles, shift=UP * 0.1), seconds=1.2)
        arrows = _between(scene, views)
        scene.move(appear(arrows), seconds=0.8)
        if any(view.sheet.pooled for view in views):
            scene.move(FadeIn(_strongest(scene)), FadeIn(_pooled_note(scene, views)), seconds=0.5)
    scene.clear_stage()


def _side_by_side(scene: LessonScene, matrices: tuple[Matrix, ...]) -> list[MatrixView]:
    numbers = scene.storyboard.numbers
    shares, gap = _shares(scene, matrices)
    sheets = [
        sheet(matrix, numbers, width=share, height=3.6, most_cell=_CELL)
        for matrix, share in zip(matrices, shares, strict=True)
    ]
    height = max(
        each.height for each in sheets
    )  # a row of one stands beside the same row of the others
    views = [MatrixView(replace(each, height=height), scene.style) for each in sheets]
    if not views[0].sheet.pooled:
        views[0].label_rows(most=_SIDE - 0.5)
        for view in views[:2]:
            if len(view.entries) <= 10:
                view.label_columns()
    group = VGroup(*views)
    for left, right in pairwise(views):
        right.cells.next_to(left.cells, RIGHT, buff=gap)
        _follow(right)
    shift = np.array(WIDE.middle) - group.get_center() + np.array([0, 0.1, 0])
    group.shift(shift)
    return views


def _follow(view: MatrixView) -> None:
    """The labels of a view whose cells were moved go where the cells are."""
    marks = view.column_labels
    view.remove(*marks)
    view.column_labels = []
    if marks:
        view.label_columns()


def _shares(scene: LessonScene, matrices: tuple[Matrix, ...]) -> tuple[list[float], float]:
    """The width of each matrix and of the gaps. Where numbers do not fit in all, the scores go without them first."""
    numbers = scene.storyboard.numbers
    widths = [number_width(matrix, numbers) for matrix in matrices]
    # cells as wide as they are high where there is room for that
    roomy = [
        width and max(width, _CELL * m.shape[1]) for width, m in zip(widths, matrices, strict=True)
    ]
    room = WIDE.width - 2 * _GAP - _SIDE
    wanted = roomy if sum(width or room for width in roomy) <= room else widths
    shaded = [min(0.4 * matrix.shape[1], 3.2) for matrix in matrices]
    for gap in (_GAP, _NARROW_GAP):
        room = WIDE.width - 2 * gap - _SIDE
        for without in (0, 1, 3):  # S, then all: how many from the left go without numbers
            shares = [
                bare if i < without or want is None else want
                for i, (want, bare) in enumerate(zip(wanted, shaded, strict=True))
            ]
            if sum(shares) <= room and (without < 2 or gap == _NARROW_GAP):
                spare = min(1.3, room / sum(shares))
                return [share * spare for share in shares], gap
    room = WIDE.width - 2 * _NARROW_GAP - _SIDE
    return [room * each / sum(shaded) for each in shaded], _NARROW_GAP


def _rows_follow(scene: LessonScene, views: list[MatrixView], query: int | None) -> None:
    labels = [mark for view in views for mark in (*view.row_labels, *view.column_labels)]
    if query is None:
        scene.move(*[FadeIn(view) for view in views], seconds=2.0)
        return
    worked = [view.row(query) for view in views]
    scene.move(*[FadeIn(mark) for mark in labels], *[FadeIn(row) for row in worked], seconds=0.8)
    for view in views:
        others = [view.row(i) for i in range(len(view.entries)) if i != query]
        scene.move(
            LaggedStart(*[FadeIn(row, scale=0.9) for row in others], lag_ratio=0.15), seconds=0.9
        )
        scene.gather(view)


def _between(scene: LessonScene, views: list[MatrixView]) -> list[VGroup]:
    """What leads from one matrix to the next."""
    marks = []
    for (left, right), text in zip(pairwise(views), ("softmax", "· V"), strict=True):
        mark = label("→", scene.style.theme.dim, Size.LARGE)
        space = right.cells.get_left()[0] - left.cells.get_right()[0]
        x = left.cells.get_right()[0] + space / 2
        mark.move_to(np.array([x, left.cells.get_y(), 0]))
        word = label(text, scene.style.theme.dim, Size.SMALL).next_to(mark, UP, buff=0.12)
        marks.append(VGroup(mark, word) if word.width < space - 0.1 else VGroup(mark))
    return marks


def _strongest(scene: LessonScene) -> VGroup:
    """The strongest links of the head that is shown: blocks do not tell them apart."""
    weights = scene.storyboard.trace.heads[0].stages.weights
    style, numbers = scene.style, scene.storyboard.numbers
    runs = [(scene.words.say("film", "strongest"), style.theme.dim)]
    for link in strongest_links(weights, 3):
        runs += [
            ("   " + indexed("q", link.query), style.colour(Role.QUERY)),
            (" → ", style.theme.dim),
            (indexed("k", link.key), style.colour(Role.KEY)),
            (" " + numbers.weights.text(link.weight), style.colour(Role.WEIGHT)),
        ]
    return Line(runs, Size.BODY).move_to(np.array([WIDE.middle[0], WIDE.bottom + 0.5, 0]))


def _pooled_note(scene: LessonScene, views: list[MatrixView]) -> VGroup:
    """What a block stands for."""
    view = next(view for view in views if view.sheet.pooled)
    n, blocks = scene.storyboard.trace.problem.n, len(view.entries)
    if n > blocks:
        text = scene.words.say("film", "pooled", count=n, blocks=blocks)
    else:  # every position has a row: only long vectors are in blocks
        text = scene.words.say("film", "large", blocks=MOST_SIDE)
    note = label(text, scene.style.theme.dim, Size.SMALL)
    return note.move_to(np.array([WIDE.middle[0], WIDE.bottom + 0.12, 0]))


def heads(scene: LessonScene, step: Step) -> None:
    """The weights of every head, their outputs side by side, W_O and b_O: of these what there is."""
    shown = {
        "why": _weights_of_heads,
        "concat": _side_by_side_outputs,
        "project": _through_w_o,
        "bias": _plus_b_o,
    }
    for part in step.narration:
        with scene.beat(step, part):
            shown[part](scene, step)
        scene.clear_stage()


def _weights_of_heads(scene: LessonScene, step: Step) -> None:
    board = scene.storyboard
    weights = [m for m in board.step("all-rows").results if m.symbol == "A"]
    room = (WIDE.width - 0.8 - 0.5 * (len(weights) - 1)) / len(weights)
    groups = VGroup()
    for matrix in weights:
        view = MatrixView(
            sheet(matrix, board.numbers, width=room, height=3.7, most_cell=0.66), scene.style
        )
        if not view.sheet.pooled and len(view.entries) <= 8:
            view.label_columns(tokens=False)
            if len(groups) == 0:
                view.label_rows(tokens=False)
        name = label(
            scene.words.say("common", "head", head=matrix.head),
            scene.style.theme.ink,
            Size.BODY,
            Weight.BOLD,
        )
        groups.add(VGroup(view, name.next_to(view, UP, buff=0.2)))
    groups.arrange(RIGHT, buff=0.5).move_to(WIDE.middle)
    scene.move(appear(list(groups), shift=UP * 0.2), seconds=2.0)


def _side_by_side_outputs(scene: LessonScene, step: Step) -> None:
    """The outputs, and where that of one head ends and that of the next begins."""
    problem = scene.storyboard.trace.problem
    joined = _single(scene, step.operands[0], 4.0, blocks_for(problem.heads)).move_to(WIDE.middle)
    scene.move(FadeIn(joined), seconds=0.9)
    own = columns_of_heads(joined[0], problem.heads)
    if len(own) > 1:
        frames = [frame_around(each, scene.style.theme.ink, buff=0.0) for each in own]
        scene.move(appear([*frames, *_names_of_heads(scene, own)]), seconds=0.9)


def _names_of_heads(scene: LessonScene, own: list[VGroup]) -> list[Line]:
    """The names of the heads under their columns; none where they are wider than these, or not all are known."""
    weights = [m for m in scene.storyboard.step("all-rows").results if m.symbol == "A"]
    if len(weights) < len(own):
        return []
    names = []
    for matrix, columns in zip(weights, own, strict=True):
        text = scene.words.say("common", "head", head=matrix.head)
        name = label(text, scene.style.theme.dim, Size.SMALL)
        names.append(name.next_to(columns, DOWN, buff=0.14))
    fit = all(name.width < columns.width for name, columns in zip(names, own, strict=True))
    return names if fit else []


def _plus_b_o(scene: LessonScene, step: Step) -> None:
    """The bias, and the output that it completes."""
    both = VGroup(_single(scene, step.operands[-1], 0.7), _single(scene, step.results[0], 2.9))
    both.arrange(DOWN, buff=0.3).move_to(WIDE.middle)
    scene.move(appear(list(both)), seconds=1.6)


def _single(scene: LessonScene, matrix: Matrix, height: float, blocks: int = MOST_SIDE) -> VGroup:
    shown = sheet(
        matrix,
        scene.storyboard.numbers,
        width=WIDE.width - 2.4,
        height=height,
        most_cell=0.66,
        blocks=blocks,
    )
    view = MatrixView(shown, scene.style)
    if not view.sheet.pooled and len(view.entries) <= 12:
        view.label_rows()
    return VGroup(view, view.title())


def _through_w_o(scene: LessonScene, step: Step) -> None:
    """The outputs times W_O. Where a bias is still to come the product is not the output yet, and is left open."""
    board = scene.storyboard
    n = board.trace.problem.n
    rows = list(range(n)) if n <= 5 else [board.query]
    # of a long output the first few entries, as in the projections: else each is a hairline
    columns = list(range(_FIRST)) if step.results[0].shape[1] > MOST_SIDE else None
    crossing = Crossing(
        excerpt(step.operands[0], board.numbers, rows),
        excerpt(step.operands[1], board.numbers, None, columns),
        excerpt(step.results[0], board.numbers, rows, columns),
        scene.style,
        upright=False,
        box=WIDE,
    )
    scene.move(FadeIn(crossing.left), FadeIn(crossing.top), seconds=0.9)
    product = crossing.slots
    if "bias" not in step.narration:
        product = crossing.product
        scene.move(FadeIn(crossing.slots), seconds=0.4)  # with the name, which only the output has
    scene.move(
        LaggedStart(*[FadeIn(product.row(i), scale=0.9) for i in range(len(rows))], lag_ratio=0.3),
        seconds=1.4,
    )
