"""The formula, each part lit with its matrix; and the effect of √d_k."""

from __future__ import annotations

import numpy as np
from manim import DOWN, RIGHT, UP, FadeIn, GrowFromEdge, Mobject, Rectangle, VGroup

from attnviz.lessons.self_attention import parts
from attnviz.story.matrix import Matrix
from attnviz.story.storyboard import Step
from attnviz.theme import Role
from attnviz.typeset.fonts import Weight
from attnviz.views.film.choreography import appear, dim, slide, transform_copy, undim
from attnviz.views.film.components.cells import sum_line
from attnviz.views.film.components.formula import formula_with_parts, part
from attnviz.views.film.components.matrix import MatrixView, sheet
from attnviz.views.film.components.text import cut_to_width, label, widest
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import WIDE, Size
from attnviz.views.film.submatrix import Excerpt, excerpt

_APART = 0.1
"""The least between two numbers."""


def formula(scene: Stage, step: Step) -> None:
    """The line, then its parts from the inside out, each with the matrix it stands for."""
    line = formula_with_parts(step.formula, scene.style)
    if line.width > WIDE.width:
        line.scale(WIDE.width / line.width)
    line.move_to(np.array([WIDE.middle[0], 1.45, 0]))
    minis = _minis(scene)
    scores, weights, outputs = minis
    with scene.beat(step, parts.Formula.WHY):
        scene.move(FadeIn(line, shift=UP * 0.2), seconds=1.0)
        scene.move(appear(minis, shift=UP * 0.2), seconds=1.0)
    sidebar = scene.sidebar.docked
    lit: dict[parts.Formula, tuple[list[Mobject], list[Mobject]]] = {
        parts.Formula.SCORES: (
            [part(line, "query"), part(line, "key")],
            [scores, *_of(sidebar, "Q", "K")],
        ),
        parts.Formula.SCALE: ([part(line, "scale")], [scores]),
        parts.Formula.SOFTMAX: ([part(line, "softmax")], [weights]),
        parts.Formula.VALUES: ([part(line, "value")], [outputs, *_of(sidebar, "V")]),
    }
    everything: list[Mobject] = [line, *minis, *_of(sidebar, "X", "Q", "K", "V")]
    for name in list(step.narration)[1:]:
        symbols, objects = lit[parts.Formula(name)]
        with scene.beat(step, name):
            scene.move(*dim(*everything), seconds=0.4)
            chosen = [
                each for each in (*symbols, *objects) if len(each.family_members_with_points())
            ]
            scene.move(*undim(*chosen), seconds=0.7)
    scene.move(*undim(*everything), seconds=0.6)
    scene.hold(0.8)
    scene.clear_stage()


def _of(sidebar: dict[str, Mobject], *symbols: str) -> list[Mobject]:
    return [sidebar[symbol] for symbol in symbols if symbol in sidebar]


def _minis(scene: Stage) -> list[VGroup]:
    """S, A and O, small, with what leads from one to the next."""
    numbers = scene.storyboard.numbers
    chosen = scene.storyboard.step("all-rows").results[:3]
    row = VGroup()
    for matrix in chosen:
        view = MatrixView(sheet(matrix, numbers, width=2.6, height=1.9, most_cell=0.6), scene.style)
        row.add(VGroup(view, view.title()))
    row.arrange(RIGHT, buff=0.8, aligned_edge=DOWN).move_to(np.array([WIDE.middle[0], -1.05, 0]))
    return list(row)


def why_scale(scene: Stage, step: Step) -> None:
    """The weights of the worked query without √d_k, as bars; beside them those with it, over the same keys."""
    largest = max(float(weights.values.max()) for weights in step.results)
    without, divided = (
        _Panel(scene, scores, weights, side, largest)
        for scores, weights, side in zip(step.operands, step.results, (-1, 1), strict=True)
    )
    aside = without.chart.get_center()
    # what has not been said yet has no place yet: alone, the first stands in the middle
    without.chart.set_x(WIDE.middle[0])
    with scene.beat(step, parts.WhyScale.WHY):
        scene.move(FadeIn(without.ground), seconds=0.5)
        scene.move(*[GrowFromEdge(bar, DOWN) for bar in without.bars], seconds=1.1)
        scene.move(FadeIn(without.numbers), seconds=0.4)
    scene.add_as_group(without.chart)
    with scene.beat(step, parts.WhyScale.CONTRAST):
        scene.move(slide(without.chart, aside - without.chart.get_center()), seconds=0.9)
        scene.move(FadeIn(divided.ground), seconds=0.5)
        scene.move(transform_copy(without.bars, divided.bars), seconds=1.2)
        scene.move(FadeIn(divided.numbers), seconds=0.4)
    scene.hold(1.0)
    scene.clear_stage()


class _Panel:
    """Scores under the keys, and a bar a key as high as its weight; `largest` is full height in both panels."""

    _HIGH = 2.5

    def __init__(
        self, scene: Stage, scores: Matrix, weights: Matrix, side: int, largest: float
    ) -> None:
        board, style = scene.storyboard, scene.style
        keys = [each.position for each in board.step("scores").worked]
        shown = excerpt(weights, board.numbers, None, keys)
        width = WIDE.width / 2 - 0.4
        centre = WIDE.middle[0] + side * (width / 2 + 0.2)
        scored = excerpt(scores, board.numbers, None, keys)
        needed = widest([*shown.texts[0], *scored.texts[0]], Size.SMALL) + _APART
        pitch = min(max(0.9, needed), (width - 0.2) / len(keys))
        foot = -1.25
        xs = [centre + (j - (len(keys) - 1) / 2) * pitch for j in range(len(keys))]
        self.bars, self.numbers = VGroup(), VGroup()
        for x, value, text in zip(xs, shown.matrix.values[0], shown.texts[0], strict=True):
            bar = Rectangle(
                width=pitch * 0.62,
                height=max(self._HIGH * float(value) / largest, 0.012),
                stroke_width=0,
            )
            bar.set_fill(style.colour(Role.WEIGHT), 0.85)
            self.bars.add(bar.move_to(np.array([x, foot, 0]), aligned_edge=DOWN))
            if _room_for(shown, pitch):
                number = label(text, style.theme.ink, self._number_size(shown, pitch))
                self.numbers.add(number.next_to(bar, UP, buff=0.1))
        title = label(weights.symbol, style.colour(Role.WEIGHT), Size.LARGE, Weight.BOLD)
        title.move_to(np.array([centre, 2.6, 0]))
        line = sum_line(pitch * len(keys), style).move_to(np.array([centre, foot - 0.02, 0]))
        names = self._names(scene, scored, xs, pitch, foot)
        self.ground = VGroup(title, line, names)
        self.chart = VGroup(self.ground, self.bars, self.numbers)

    @staticmethod
    def _number_size(shown: Excerpt, pitch: float) -> Size:
        return Size.BODY if widest(shown.texts[0], Size.BODY) < pitch * 0.9 else Size.SMALL

    @staticmethod
    def _names(scene: Stage, scores: Excerpt, xs: list[float], pitch: float, foot: float) -> VGroup:
        names = VGroup()
        for x, text, column in zip(xs, scores.texts[0], scores.matrix.columns, strict=True):
            key = label(column.symbol, scene.style.colour(Role.KEY), Size.BODY, Weight.BOLD)
            names.add(key.set_x(x).on_baseline(foot - 0.36))
            if _room_for(scores, pitch):
                score = label(text, scene.style.colour(Role.SCORE), Size.SMALL)
                names.add(score.set_x(x).on_baseline(foot - 0.72))
            if column.token:
                word = label(
                    cut_to_width(column.token, pitch - 0.06, Size.SMALL),
                    scene.style.theme.dim,
                    Size.SMALL,
                )
                names.add(word.set_x(x).on_baseline(foot - 1.02))
        return names


def _room_for(row: Excerpt, pitch: float) -> bool:
    """True if the numbers of a row fit side by side."""
    return widest(row.texts[0], Size.SMALL) + _APART <= pitch
