"""The film of the lesson order: two rows are swapped, in the inputs, the map and the outputs."""

from __future__ import annotations

from manim import Create, FadeIn, MathTypst, VGroup

from attnviz.lessons.order import parts
from attnviz.story.storyboard import Step
from attnviz.views.film.acts.act import Act, Acts
from attnviz.views.film.acts.exhibits import ExhibitLayout, lay_out, make_room, play_part, reveal
from attnviz.views.film.acts.pages import lay_out_in_pages, show_in_pages, turn_page
from attnviz.views.film.choreography import appear, transform_copy
from attnviz.views.film.components.exhibit import ExhibitView, lay_out_exhibits
from attnviz.views.film.components.matrix import MatrixView
from attnviz.views.film.components.table import TableView
from attnviz.views.film.components.text import Line
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import STAGE, Box, Size

_FORMULA = 1.0
"""Height of the line over the exhibits."""
_CROSSING = 3.6
"""Seconds in which all rows, one by one, find their new places."""


def swap_rows(scene: Stage, step: Step) -> None:
    """Moves each row from its place in the old order to its place in the new one."""
    layout = lay_out_in_pages(scene, step)
    for part in step.narration:
        with scene.beat(step, part):
            new = layout.of(part)
            turn_page(scene, layout, new)
            make_room(scene, layout, new)
            for view in new:
                before = _before(layout, view)
                if before is None:
                    reveal(scene, layout, view, seconds=1.6)
                else:
                    _move_rows(scene, layout, before, view)
    scene.clear_stage()


def _before(layout: ExhibitLayout, view: ExhibitView) -> ExhibitView | None:
    """The same matrix in the old order, where it stands at the other side of an arrow."""
    if view.exhibit.joint != "→":
        return None
    return layout.views[layout.views.index(view) - 1]


def _move_rows(scene: Stage, layout: ExhibitLayout, before: ExhibitView, view: ExhibitView) -> None:
    joint, line = layout.joints[layout.views.index(view)], view.exhibit.line
    scene.move(FadeIn(joint), FadeIn(view.heading), seconds=0.4)
    old, new = before.body, view.body
    rows, columns = _old_positions(old, new)
    above = _names(old.column_labels, new.column_labels, columns)
    beside = _names(old.row_labels, new.row_labels, rows)
    for at, i in enumerate(rows):
        source = VGroup(*[old.cell(i, j) for j in columns])
        names = [*beside[at : at + 1], *(above if at == 0 else [])]
        scene.move(transform_copy(source, new.row(at)), *names, seconds=_CROSSING / len(rows))
    layout.add_shown(scene, VGroup(joint, view), line=line)
    frames = view.frame(view.exhibit.marks, scene.style)
    if len(frames):
        scene.move(*[Create(frame) for frame in frames], seconds=0.6)
        layout.add_shown(scene, frames, line=line)


def _names(old: list[Line], new: list[Line], places: list[int]) -> list[FadeIn]:
    """Fades the names in from their old places, if there are any."""
    if not old:
        return [FadeIn(each) for each in new]
    return [
        FadeIn(each, target_position=old[i].get_center())
        for each, i in zip(new, places, strict=True)
    ]


def _old_positions(old: MatrixView, new: MatrixView) -> tuple[list[int], list[int]]:
    """The old row and column of each row and column of the new matrix, by their names."""
    one, other = old.sheet.matrix, new.sheet.matrix
    row_of = {each.symbol: i for i, each in enumerate(one.rows)}
    column_of = {each.symbol: j for j, each in enumerate(one.columns)}
    rows = [row_of[each.symbol] for each in other.rows]
    if not other.columns:
        return rows, list(range(other.shape[1]))
    return rows, [column_of[each.symbol] for each in other.columns]


def positions(scene: Stage, step: Step) -> None:
    """The formula over what it gives: the matrix, and its columns as curves."""
    line = MathTypst(step.formula.typst, font_size=Size.DISPLAY.value * 0.6)
    line.set_color(scene.style.theme.ink)
    line.scale(min(1.0, STAGE.width / line.width))
    line.move_to((0, STAGE.top - _FORMULA / 2, 0))
    box = Box(STAGE.left, STAGE.right, STAGE.bottom, STAGE.top - _FORMULA)
    views, joints = lay_out_exhibits(step.exhibits, scene.storyboard.numbers, scene.style, box)
    layout = ExhibitLayout(views, joints, [], box, centred=True)
    for part in step.narration:
        with scene.beat(step, part):
            play_part(scene, step, layout, part)
            if not layout.arithmetic and line not in scene.mobjects:
                scene.move(FadeIn(line), seconds=0.8)
    scene.clear_stage()


def compare(scene: Stage, step: Step) -> None:
    """The table, row by row; its last row only once a causal mask is spoken of."""
    layout = lay_out(scene, step)
    (view,) = layout.views
    table = view.body
    assert isinstance(table, TableView)
    later = table.rows[-1:] if parts.Compare.CAUSAL in step.narration else []
    for part in step.narration:
        with scene.beat(step, part):
            if part == parts.Compare.WHY:
                scene.move(FadeIn(table.header), seconds=0.4)
                scene.move(appear(table.rows[: len(table.rows) - len(later)]), seconds=2.0)
            elif part == parts.Compare.CAUSAL:
                scene.move(*[FadeIn(row) for row in later], seconds=0.8)
    scene.clear_stage()


ACTS: Acts = {
    "permute": Act(swap_rows, parts.Permute),
    "attention": Act(swap_rows, parts.Attention),
    "positions": Act(positions, parts.Positions),
    "with-positions": Act(show_in_pages, parts.WithPositions),
    "compare": Act(compare, parts.Compare),
}
"""The acts of the steps that need movement of their own."""
