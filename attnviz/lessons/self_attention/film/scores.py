"""The scores of one query: q meets every key, and the best and the worst fit stand side by side."""

from __future__ import annotations

from manim import FadeIn, FadeOut

from attnviz.lessons.self_attention import parts
from attnviz.lessons.self_attention.film.handovers import CrossedScores, StackedScores
from attnviz.lessons.self_attention.film.score_stack import ScoreStack
from attnviz.story.matrix import Matrix
from attnviz.story.storyboard import Step
from attnviz.views.film.acts.act import Handover
from attnviz.views.film.acts.worked_sums import work_out
from attnviz.views.film.choreography import dim
from attnviz.views.film.components.crossing import Crossing
from attnviz.views.film.components.matrix import frame_around
from attnviz.views.film.stage import Stage
from attnviz.views.film.submatrix import excerpt

_ROWS = 4
"""The most positions of which all queries are shown beside the keys; above it only the worked query is."""


def scores(scene: Stage, step: Step, before: Handover | None) -> Handover:
    """Queries label the rows, keys the columns; a score is born where they cross."""
    board, style = scene.storyboard, scene.style
    keys = [each.position for each in step.worked]
    n_q = board.trace.problem.n_q
    rows = list(range(n_q)) if n_q <= _ROWS else [board.query]
    worked_row = rows.index(board.query)
    queries, key_matrix = step.operands
    crossing = Crossing(
        excerpt(queries, board.numbers, rows),
        excerpt(key_matrix, board.numbers, keys),
        excerpt(_all_scores(scene, step), board.numbers, rows, keys),
        style,
        upright=True,
    )
    with scene.beat(step, parts.Scores.WHY):
        scene.move(
            scene.from_sidebar(crossing.left, "Q"),
            scene.from_sidebar(crossing.top, "K"),
            seconds=1.1,
        )
        others = [crossing.left.row(i) for i in range(len(rows)) if i != worked_row]
        scene.move(FadeIn(crossing.slots), *dim(*others), seconds=0.5)
    with scene.beat(step, parts.Scores.WORKED):
        last = work_out(
            scene, step.worked, crossing, worked_row, {k: j for j, k in enumerate(keys)}
        )
    if parts.Scores.CONTRAST in step.narration:
        with scene.beat(step, parts.Scores.CONTRAST):
            scene.move(FadeOut(last), seconds=0.3)
            _contrast(scene, crossing, worked_row)
    if any(each.id == "pair" for each in board.steps):
        # the next step takes one of these scores apart: until it does, all of it stands
        return CrossedScores(crossing)
    stack = ScoreStack(scene.storyboard, style, keys)
    first = stack.add_row("S", step.results[0])
    scene.clear_stage(crossing.product.row(worked_row), *crossing.product.row(worked_row))
    scene.move_to_score_stack(crossing.product.row(worked_row), first, stack.names)
    return StackedScores(stack)


def _all_scores(scene: Stage, step: Step) -> Matrix:
    """S of the head that is worked: (n_q, n_k)."""
    row = step.results[0]
    scores = scene.storyboard.trace.heads[0].stages.scores
    return Matrix("S", scores, row.role, step.operands[0].rows, row.columns, row.head)


def _contrast(scene: Stage, crossing: Crossing, row: int) -> None:
    """Frames round what the caption names, where it is among the keys that are shown."""
    everything = scene.storyboard.step("scores").results[0].values[0]
    cells = crossing.product.row(row)
    for value, colour in (
        (everything.max(), scene.style.theme.ink),
        (everything.min(), scene.style.theme.dim),
    ):
        named = [cell for cell in cells if cell.text == scene.storyboard.numbers.text(float(value))]
        if named:
            scene.move(*[FadeIn(frame_around(cell, colour)) for cell in named], seconds=0.5)
