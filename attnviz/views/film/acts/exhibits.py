"""Plays a step by its exhibits, part by part, each in the place that it keeps to the end of the step."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from manim import LEFT, Create, FadeIn, FadeOut, Mobject, VGroup

from attnviz.story.calculation import Calculation
from attnviz.story.exhibits import in_matrices
from attnviz.story.storyboard import Step
from attnviz.typeset.fonts import Points
from attnviz.views.film.choreography import appear, dim, slide, undim
from attnviz.views.film.components.exhibit import ExhibitView, lay_out_exhibits
from attnviz.views.film.components.exhibit_types import moves_of
from attnviz.views.film.components.matrix import MOST_SIDE, MatrixView
from attnviz.views.film.components.text import Line, label
from attnviz.views.film.components.worked import WorkedLines, WorkedSum
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import ARITHMETIC, CAPTION, STAGE, Box, Size

_BESIDE = Box(STAGE.left, ARITHMETIC.left - 0.3, STAGE.bottom, STAGE.top)
"""The box of exhibits beside arithmetic."""
_LEAST_MOVE = 0.02
"""A move by less is none."""
_TOTAL = 3.2
"""Seconds in which all exhibits of a part appear."""


@dataclass(eq=False)
class ExhibitLayout:
    """The exhibits of a step in their places, and those already shown."""

    views: list[ExhibitView]
    joints: list[Line | None]
    shown: list[Mobject]
    box: Box = STAGE
    centred: bool = False
    """True if shown exhibits are kept centred and make room for new ones; else each keeps its final place."""
    expected: list[ExhibitView] = field(default_factory=list)
    """Exhibits that are shown or about to be: they have their centred places already."""
    arithmetic: VGroup | None = None
    pooling_explained: bool = False
    """True once the note on the blocks of large matrices is shown."""
    _lines: dict[int, int | None] = field(default_factory=dict)

    def add_shown(self, scene: Stage, group: VGroup, *, line: int | None) -> None:
        """Records mobjects shown one by one as one group in that line of exhibits; None is for no line."""
        scene.add_as_group(group)
        self.shown.append(group)
        self._lines[id(group)] = line

    def line_of(self, group: Mobject) -> int | None:
        """The line of exhibits that the group was recorded in."""
        return self._lines[id(group)]

    def of(self, part: str) -> list[ExhibitView]:
        """The exhibits of that part."""
        return [view for view in self.views if view.exhibit.part == part]


def show(scene: Stage, step: Step) -> None:
    """Plays a step part by part; exhibits that a part does not mention are dimmed."""
    layout = lay_out(scene, step, centred=True)
    for part in step.narration:
        with scene.beat(step, part):
            play_part(scene, step, layout, part)
    scene.clear_stage()


def lay_out(scene: Stage, step: Step, *, centred: bool = False) -> ExhibitLayout:
    """Lays out all exhibits of the step. Nothing is shown yet.

    `centred` is for acts that show everything by `play_part`: shown exhibits then make room for new ones.
    """
    box = _BESIDE if step.worked else STAGE
    views, joints = lay_out_exhibits(
        in_matrices(step.exhibits), scene.storyboard.numbers, scene.style, box
    )
    return ExhibitLayout(views, joints, [], box, centred)


def play_part(scene: Stage, step: Step, layout: ExhibitLayout, part: str) -> None:
    """Shows the exhibits of a part of the narration one after the other, then its arithmetic."""
    new = layout.of(part)
    focus(scene, layout, new)
    make_room(scene, layout, new)
    for view in new:
        reveal(scene, layout, view, seconds=_TOTAL / len(new))
    calculations = tuple(each for each in step.worked if each.part == part)
    if calculations:
        work_out(scene, layout, calculations)


def make_room(scene: Stage, layout: ExhibitLayout, new: list[ExhibitView]) -> None:
    """Moves shown exhibits so that they and the new ones are centred together."""
    if not layout.centred or not new:
        return
    layout.expected += new
    lines = {view.exhibit.line for view in layout.views}
    by = {line: _to_middle(layout, line) for line in lines}
    sliding = [
        slide(each, by[line]) for each in layout.shown if (line := layout.line_of(each)) is not None
    ]
    shown_parts = {id(part) for each in layout.shown for part in each.submobjects}
    for view, joint in zip(layout.views, layout.joints, strict=True):
        for each in (view, joint):
            if each is not None and id(each) not in shown_parts:
                each.shift(by[view.exhibit.line])
    if sliding and max(np.abs(way).max() for way in by.values()) > _LEAST_MOVE:
        scene.move(*sliding, seconds=0.7)


def _to_middle(layout: ExhibitLayout, line: int) -> Points:
    """The shift that centres a line: across by its own width, down by the height of all lines."""
    x, y, _ = layout.box.middle
    everything = VGroup(*layout.expected)
    own = [view for view in layout.expected if view.exhibit.line == line]
    across = x - VGroup(*own).get_center()[0] if own else 0.0
    return np.array([across, y - everything.get_center()[1], 0.0])


def focus(scene: Stage, layout: ExhibitLayout, new: list[ExhibitView]) -> None:
    """Dims the exhibits in lines without a new one, and undims the others."""
    if not layout.shown:
        return
    lines = {view.exhibit.line for view in new}
    resting: list[Mobject] = []
    active: list[Mobject] = []
    for each in layout.shown:
        near = not new or layout.line_of(each) in lines
        (active if near else resting).append(each)
    scene.move(*undim(*active), *dim(*resting), seconds=0.4)


def reveal(scene: Stage, layout: ExhibitLayout, view: ExhibitView, seconds: float) -> None:
    """One exhibit appears as suits it, then the frames round what is marked in it."""
    show_exhibit(scene, layout, view, seconds)
    frames = view.frame(view.exhibit.marks, scene.style)
    if len(frames):
        scene.move(*[Create(frame) for frame in frames], seconds=0.6)
        layout.add_shown(scene, frames, line=view.exhibit.line)


def show_exhibit(scene: Stage, layout: ExhibitLayout, view: ExhibitView, seconds: float) -> None:
    """One exhibit appears as suits it, what joins it to the one before first; without frames."""
    joint = layout.joints[layout.views.index(view)]
    first = [FadeIn(each) for each in (joint, view.heading) if each is not None and len(each)]
    first += _blocks_note_once(scene, layout, view)
    if first:
        scene.move(*first, seconds=0.4)
    for animations, each in moves_of(view.exhibit, view.body, max(seconds - 0.4, 0.8)):
        scene.move(*animations, seconds=each)
    whole = VGroup(view) if joint is None else VGroup(joint, view)
    layout.add_shown(scene, whole, line=view.exhibit.line)


def _blocks_note_once(scene: Stage, layout: ExhibitLayout, view: ExhibitView) -> list[FadeIn]:
    """Fades in the note on blocks with the first matrix that is in blocks."""
    if layout.pooling_explained or not (
        isinstance(view.body, MatrixView) and view.body.sheet.pooled
    ):
        return []
    layout.pooling_explained = True
    return [FadeIn(blocks_note(scene))]


def blocks_note(scene: Stage) -> Line:
    """The note on the blocks of a large matrix, small, over the caption strip."""
    words = scene.words.phrase("film", "large", blocks=MOST_SIDE)
    note = label(words, scene.style.theme.dim, Size.SMALL)
    return note.move_to((STAGE.left, 0, 0), aligned_edge=LEFT).on_baseline(CAPTION.top + 0.14)


def work_out(scene: Stage, layout: ExhibitLayout, calculations: tuple[Calculation, ...]) -> None:
    """Writes a sum as a column of terms, or several lines, in the place for arithmetic."""
    if layout.arithmetic is not None:
        scene.move(FadeOut(layout.arithmetic), seconds=0.3)
        layout.shown.remove(layout.arithmetic)
    if len(calculations) == 1 and len(calculations[0].terms) > 1:
        sum_ = WorkedSum(calculations[0], scene.style, scene.words, scene.storyboard.numbers)
        scene.move(FadeIn(sum_.heading), seconds=0.4)
        scene.move(appear(list(sum_.terms)), seconds=1.8)
        scene.move(FadeIn(sum_.line), FadeIn(sum_.total), seconds=0.6)
        written: VGroup = sum_
    else:
        written = WorkedLines(calculations, scene.style)
        scene.move(appear(list(written)), seconds=1.8)
    layout.add_shown(scene, written, line=None)
    layout.arithmetic = written
