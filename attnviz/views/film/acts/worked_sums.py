"""Sums of products worked out beside the stage, one after the other, each landing in its cell."""

from __future__ import annotations

from manim import FadeIn, FadeOut, LaggedStart, Transform, VGroup

from attnviz.story.calculation import Calculation
from attnviz.views.film.choreography import form_from
from attnviz.views.film.components.crossing import Crossing
from attnviz.views.film.components.matrix import frame_around
from attnviz.views.film.components.worked import WorkedSum
from attnviz.views.film.stage import Stage

FIRST = 3.2
"""Seconds for the first sum, whatever its length."""
OTHERS = 4.2
"""Seconds for all others together."""


def work_out(
    scene: Stage,
    calculations: tuple[Calculation, ...],
    crossing: Crossing,
    row: int,
    columns: dict[int, int] | None = None,
    *,
    time_factor: float = 1.0,
) -> VGroup:
    """The first sum slowly, the others in the time that is left for them.

    `columns` says in which column a position is shown; `time_factor` below 1 is faster. Returns the last sum and its
    frames, which are still there.
    """
    frames: tuple[VGroup, VGroup] | None = None
    sum_: WorkedSum | None = None
    for i, calculation in enumerate(calculations):
        column = calculation.position if columns is None else columns[calculation.position]
        at_left, on_top = crossing.factors(row, column)
        new = (
            frame_around(at_left, scene.style.theme.ink),
            frame_around(on_top, scene.style.colour(crossing.top.sheet.matrix.role)),
        )
        previous, sum_ = (
            sum_,
            WorkedSum(calculation, scene.style, scene.words, scene.storyboard.numbers),
        )
        seconds = time_factor * (FIRST if i == 0 else OTHERS / max(len(calculations) - 1, 1))
        if frames is None:
            frames = new
            scene.move(FadeIn(frames[0]), FadeIn(frames[1]), FadeIn(sum_.heading), seconds=0.6)
            scene.move(
                LaggedStart(*[FadeIn(t) for t in sum_.terms], lag_ratio=0.7), seconds=seconds * 0.5
            )
            scene.move(FadeIn(sum_.line), FadeIn(sum_.total), seconds=seconds * 0.2)
        else:
            scene.move(
                Transform(frames[1], new[1]),
                LaggedStart(FadeOut(previous), FadeIn(sum_), lag_ratio=0.8),
                seconds=seconds * 0.45,
            )
        cell = crossing.product.cell(row, column)
        scene.move(form_from(cell, sum_.total), seconds=max(seconds * 0.3, 0.35))
        if i == 0:
            scene.hold(0.6)
    return VGroup(*(frames or ()), *([sum_] if sum_ else ()))
