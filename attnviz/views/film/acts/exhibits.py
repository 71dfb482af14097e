"""A step told by what it shows: its exhibits, part by part, where they will stand to the end of the step."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from manim import LEFT, Create, FadeIn, FadeOut, Mobject, VGroup

from attnviz.story.calculation import Calculation
from attnviz.story.exhibits import in_matrices
from attnviz.story.storyboard import Step
from attnviz.typeset.fonts import Points
from attnviz.views.film.choreography import appear, dim, light, slide
from attnviz.views.film.components.exhibit import ExhibitView, lay_out_exhibits
from attnviz.views.film.components.exhibit_types import moves_of
from attnviz.views.film.components.matrix import MOST_SIDE, MatrixView
from attnviz.views.film.components.text import Line, label
from attnviz.views.film.components.worked import WorkedLines, WorkedSum
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import ARITHMETIC, CAPTION, STAGE, Box, Size

_BESIDE = Box(STAGE.left, ARITHMETIC.left - 0.3, STAGE.bottom, STAGE.top)
"""Where exhibits stand beside arithmetic."""
_SEEN = 0.02
"""A move by less is none."""
_TOTAL = 3.2
"""Seconds in which all exhibits of a part appear."""


@dataclass(eq=False)
class ExhibitLayout:
    """The exhibits of a step in their places, and what of them stands on the stage already."""

    views: list[ExhibitView]
    joints: list[Line | None]
    shown: list[Mobject]
    box: Box = STAGE
    centred: bool = False
    """Whether what is shown stands in the middle, and makes room for what comes; else it keeps its last place."""
    expected: list[ExhibitView] = field(default_factory=list)
    """What stands or is about to: it has its place in the middle already."""
    arithmetic: VGroup | None = None
    pooling_said: bool = False
    """Whether it is said already what a block of a large matrix stands for."""
    _lines: dict[int, int | None] = field(default_factory=dict)

    def keep(self, scene: Stage, group: VGroup, *, line: int | None) -> None:
        """What came one by one stands there as one group, in that line of exhibits; None is beside them all."""
        scene.gather(group)
        self.shown.append(group)
        self._lines[id(group)] = line

    def line_of(self, group: Mobject) -> int | None:
        """In which line of exhibits the group stands that was kept."""
        return self._lines[id(group)]

    def of(self, part: str) -> list[ExhibitView]:
        """Those that belong to that part."""
        return [view for view in self.views if view.exhibit.part == part]


def show(scene: Stage, step: Step) -> None:
    """Tells a step part by part; what a part does not speak of steps back."""
    layout = lay_out(scene, step, centred=True)
    for part in step.narration:
        with scene.beat(step, part):
            play_part(scene, step, layout, part)
    scene.clear_stage()


def lay_out(scene: Stage, step: Step, *, centred: bool = False) -> ExhibitLayout:
    """Where everything of the step will stand. Nothing is shown yet.

    `centred` is for acts that show everything by `play_part`: what stands then makes room for what comes.
    """
    box = _BESIDE if step.worked else STAGE
    views, joints = lay_out_exhibits(
        in_matrices(step.exhibits), scene.storyboard.numbers, scene.style, box
    )
    return ExhibitLayout(views, joints, [], box, centred)


def play_part(scene: Stage, step: Step, layout: ExhibitLayout, part: str) -> None:
    """What a part of the narration brings: its exhibits one after the other, then its arithmetic."""
    new = layout.of(part)
    focus(scene, layout, new)
    make_room(scene, layout, new)
    for view in new:
        reveal(scene, layout, view, seconds=_TOTAL / len(new))
    calculations = tuple(each for each in step.worked if each.part == part)
    if calculations:
        work_out(scene, layout, calculations)


def make_room(scene: Stage, layout: ExhibitLayout, new: list[ExhibitView]) -> None:
    """What stands moves so that, with what comes, it is in the middle."""
    if not layout.centred or not new:
        return
    layout.expected += new
    lines = {view.exhibit.line for view in layout.views}
    by = {line: _to_middle(layout, line) for line in lines}
    sliding = [
        slide(each, by[line]) for each in layout.shown if (line := layout.line_of(each)) is not None
    ]
    standing = {id(part) for each in layout.shown for part in each.submobjects}
    for view, joint in zip(layout.views, layout.joints, strict=True):
        for each in (view, joint):
            if each is not None and id(each) not in standing:
                each.shift(by[view.exhibit.line])
    if sliding and max(np.abs(way).max() for way in by.values()) > _SEEN:
        scene.move(*sliding, seconds=0.7)


def _to_middle(layout: ExhibitLayout, line: int) -> Points:
    """From where a line stands to where it is in the middle: of its own width, and of the height of all lines."""
    x, y, _ = layout.box.middle
    everything = VGroup(*layout.expected)
    own = [view for view in layout.expected if view.exhibit.line == line]
    across = x - VGroup(*own).get_center()[0] if own else 0.0
    return np.array([across, y - everything.get_center()[1], 0.0])


def focus(scene: Stage, layout: ExhibitLayout, new: list[ExhibitView]) -> None:
    """What is not spoken of steps back, but for what stands in one line with it."""
    if not layout.shown:
        return
    lines = {view.exhibit.line for view in new}
    resting: list[Mobject] = []
    active: list[Mobject] = []
    for each in layout.shown:
        near = not new or layout.line_of(each) in lines
        (active if near else resting).append(each)
    scene.move(*light(*active), *dim(*resting), seconds=0.4)


def reveal(scene: Stage, layout: ExhibitLayout, view: ExhibitView, seconds: float) -> None:
    """One exhibit appears as suits it, then the frames round what is marked in it."""
    show_exhibit(scene, layout, view, seconds)
    frames = view.frame(view.exhibit.marks, scene.style)
    if len(frames):
        scene.move(*[Create(frame) for frame in frames], seconds=0.6)
        layout.keep(scene, frames, line=view.exhibit.line)


def show_exhibit(scene: Stage, layout: ExhibitLayout, view: ExhibitView, seconds: float) -> None:
    """One exhibit appears as suits it, what joins it to the one before first; without frames."""
    joint = layout.joints[layout.views.index(view)]
    first = [FadeIn(each) for each in (joint, view.heading) if each is not None and len(each)]
    first += _said_of_blocks(scene, layout, view)
    if first:
        scene.move(*first, seconds=0.4)
    for animations, each in moves_of(view.exhibit, view.body, max(seconds - 0.4, 0.8)):
        scene.move(*animations, seconds=each)
    whole = VGroup(view) if joint is None else VGroup(joint, view)
    layout.keep(scene, whole, line=view.exhibit.line)


def _said_of_blocks(scene: Stage, layout: ExhibitLayout, view: ExhibitView) -> list[FadeIn]:
    """With the first matrix in blocks, what they stand for, small, over the caption strip."""
    if layout.pooling_said or not (isinstance(view.body, MatrixView) and view.body.sheet.pooled):
        return []
    layout.pooling_said = True
    return [FadeIn(blocks_note(scene))]


def blocks_note(scene: Stage) -> Line:
    """What a block of a large matrix stands for, small, over the caption strip."""
    said = scene.words.say("film", "large", blocks=MOST_SIDE)
    note = label(said, scene.style.theme.dim, Size.SMALL)
    return note.move_to((STAGE.left, 0, 0), aligned_edge=LEFT).on_baseline(CAPTION.top + 0.14)


def work_out(scene: Stage, layout: ExhibitLayout, calculations: tuple[Calculation, ...]) -> None:
    """A sum as a column of terms, or several lines, where the arithmetic stands."""
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
    layout.keep(scene, written, line=None)
    layout.arithmetic = written
