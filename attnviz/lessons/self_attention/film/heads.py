"""Several heads: what each looks at, their outputs side by side, W_O and b_O."""

from __future__ import annotations

from manim import DOWN, RIGHT, UP, FadeIn, LaggedStart, VGroup

from attnviz.lessons.self_attention import parts
from attnviz.story.matrix import Matrix
from attnviz.story.storyboard import Step
from attnviz.typeset.fonts import Weight
from attnviz.views.film.choreography import appear
from attnviz.views.film.components.crossing import Crossing
from attnviz.views.film.components.heads import blocks_for, columns_of_heads
from attnviz.views.film.components.matrix import MOST_SIDE, MatrixView, frame_around, sheet
from attnviz.views.film.components.text import Line, label
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import WIDE, Size
from attnviz.views.film.submatrix import excerpt

_FIRST = 4
"""Entries of a long output that are shown."""


def heads(scene: Stage, step: Step) -> None:
    """The weights of every head, their outputs side by side, W_O and b_O: of these what there is."""
    shown = {
        parts.Heads.WHY: _weights_of_heads,
        parts.Heads.CONCAT: _side_by_side_outputs,
        parts.Heads.PROJECT: _through_w_o,
        parts.Heads.BIAS: _plus_b_o,
    }
    for part in step.narration:
        with scene.beat(step, part):
            shown[parts.Heads(part)](scene, step)
        scene.clear_stage()


def _weights_of_heads(scene: Stage, step: Step) -> None:
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
            scene.words.phrase("common", "head", head=matrix.head),
            scene.style.theme.ink,
            Size.BODY,
            Weight.BOLD,
        )
        groups.add(VGroup(view, name.next_to(view, UP, buff=0.2)))
    groups.arrange(RIGHT, buff=0.5).move_to(WIDE.middle)
    scene.move(appear(list(groups), shift=UP * 0.2), seconds=2.0)


def _side_by_side_outputs(scene: Stage, step: Step) -> None:
    """The outputs, and where that of one head ends and that of the next begins."""
    problem = scene.storyboard.trace.problem
    joined = _single(scene, step.operands[0], 4.0, blocks_for(problem.heads)).move_to(WIDE.middle)
    scene.move(FadeIn(joined), seconds=0.9)
    own = columns_of_heads(joined[0], problem.heads)
    if len(own) > 1:
        frames = [frame_around(each, scene.style.theme.ink, buff=0.0) for each in own]
        scene.move(appear([*frames, *_names_of_heads(scene, own)]), seconds=0.9)


def _names_of_heads(scene: Stage, own: list[VGroup]) -> list[Line]:
    """The names of the heads under their columns; none where they are wider than these, or not all are known."""
    weights = [m for m in scene.storyboard.step("all-rows").results if m.symbol == "A"]
    if len(weights) < len(own):
        return []
    names = []
    for matrix, columns in zip(weights, own, strict=True):
        text = scene.words.phrase("common", "head", head=matrix.head)
        name = label(text, scene.style.theme.dim, Size.SMALL)
        names.append(name.next_to(columns, DOWN, buff=0.14))
    fit = all(name.width < columns.width for name, columns in zip(names, own, strict=True))
    return names if fit else []


def _plus_b_o(scene: Stage, step: Step) -> None:
    """The bias, and the output that it completes."""
    both = VGroup(_single(scene, step.operands[-1], 0.7), _single(scene, step.results[0], 2.9))
    both.arrange(DOWN, buff=0.3).move_to(WIDE.middle)
    scene.move(appear(list(both)), seconds=1.6)


def _single(scene: Stage, matrix: Matrix, height: float, blocks: int = MOST_SIDE) -> VGroup:
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


def _through_w_o(scene: Stage, step: Step) -> None:
    """The outputs times W_O. Where a bias is still to come the product is not the output yet, and is left open."""
    board = scene.storyboard
    n = board.trace.problem.n_q
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
    if parts.Heads.BIAS not in step.narration:
        product = crossing.product
        scene.move(FadeIn(crossing.slots), seconds=0.4)  # with the name, which only the output has
    scene.move(
        LaggedStart(*[FadeIn(product.row(i), scale=0.9) for i in range(len(rows))], lag_ratio=0.3),
        seconds=1.4,
    )
