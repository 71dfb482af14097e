"""Queries, keys, values: the inputs times a matrix, the worked row term by term, the rest following."""

from __future__ import annotations

from dataclasses import replace

from manim import RIGHT, Animation, FadeIn, FadeOut, Transform, VGroup

from attnviz.lessons.self_attention import parts
from attnviz.story.matrix import Matrix
from attnviz.story.storyboard import Step
from attnviz.views.film.acts.worked_sums import work_out
from attnviz.views.film.choreography import appear, form_from
from attnviz.views.film.components.crossing import Crossing
from attnviz.views.film.components.matrix import MatrixView, frame_around, sheet
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import ARITHMETIC
from attnviz.views.film.submatrix import excerpt

ROWS = 6
"""The most positions of which all rows are shown large; above it only the worked row is."""
_NAMES, _HIGH = 0.55, 4.6
"""The width of the row names of a whole result, and the height of its cells together."""
_LEAST_NAMED = 0.28
"""A row that is lower goes without its name."""


def project(scene: Stage, step: Step) -> None:
    """Plays a projection: X from the sidebar at the left, the matrix on top, the result where they cross."""
    _project(scene, step, time_factor=1.0)


def project_again(scene: Stage, step: Step) -> None:
    """The same for another matrix, faster: it is nothing new."""
    _project(scene, step, time_factor=0.5)


def _project(scene: Stage, step: Step, time_factor: float) -> None:
    board, style = scene.storyboard, scene.style
    result = step.results[0]
    rows = list(range(board.trace.problem.n)) if board.trace.problem.n <= ROWS else [board.query]
    worked_row = rows.index(board.query)
    worked = [each.position for each in step.worked]
    columns = worked if len(worked) < result.shape[1] else None
    crossing = Crossing(
        excerpt(step.operands[0], board.numbers, rows),
        excerpt(_first_head(step.operands[1], result), board.numbers, None, columns),
        excerpt(result, board.numbers, rows, columns),
        style,
        upright=False,
    )
    with scene.beat(step, parts.Projection.WHY):
        scene.move(scene.from_sidebar(crossing.left, "X"), FadeIn(crossing.top), seconds=1.1)
        scene.move(FadeIn(crossing.slots), seconds=0.4)
    with scene.beat(step, parts.Projection.WORKED):
        last = work_out(scene, step.worked, crossing, worked_row, time_factor=time_factor)
    made = crossing.product
    leaving: list[VGroup] = [crossing.left, crossing.top, crossing.slots]
    if parts.Projection.REST in step.narration:
        with scene.beat(step, parts.Projection.REST):
            scene.move(FadeOut(last), seconds=0.3)
            if len(rows) > 1:
                _show_other_rows(scene, crossing, rows, worked_row)
            else:
                leaving.append(made)
                made, title = _show_whole_result(scene, result, crossing.product.row(worked_row))
                leaving += [title, *made.row_labels]
    scene.dock(made, scene.sidebar.place(result, board.numbers), *map(FadeOut, leaving))
    scene.clear_stage()


def _first_head(w: Matrix, result: Matrix) -> Matrix:
    """The columns of the matrix that belong to the head that is shown."""
    width = result.shape[1]
    return replace(w, values=w.values[:, :width], head=result.head)


def _show_other_rows(scene: Stage, crossing: Crossing, rows: list[int], worked_row: int) -> None:
    others = [i for i in range(len(rows)) if i != worked_row]
    if not others:
        return
    frame = frame_around(crossing.left.row(others[0]), scene.style.theme.ink)
    scene.move(FadeIn(frame), seconds=0.3)
    share = 2.0 / len(others)
    for i in others:
        target = frame_around(crossing.left.row(i), scene.style.theme.ink)
        scene.move(
            Transform(frame, target),
            form_from(crossing.product.row(i), crossing.left.row(i)),
            seconds=share,
        )
    scene.move(FadeOut(frame), seconds=0.3)


def _show_whole_result(scene: Stage, result: Matrix, worked: VGroup) -> tuple[MatrixView, VGroup]:
    """Shows the whole result: the worked row moves into it, the others follow one by one."""
    board = scene.storyboard
    shown = sheet(
        result, board.numbers, width=ARITHMETIC.width - _NAMES, height=_HIGH, most_cell=0.62
    )
    view = MatrixView(shown, scene.style)
    if shown.height >= _LEAST_NAMED:
        view.label_rows(tokens=False)
    title = view.title()
    VGroup(view, title).move_to(ARITHMETIC.middle)
    rows = [VGroup(*view.row_labels[i : i + 1], *row) for i, row in enumerate(view.entries)]
    first: list[Animation] = [FadeIn(title)]
    if len(rows) == board.trace.problem.n:  # else a row stands for several positions
        first.append(form_from(rows.pop(board.query), worked))
    scene.move(*first, seconds=0.9)
    scene.move(appear(rows, shift=0.3 * RIGHT), seconds=2.0)
    scene.add_as_group(view)
    return view, title
