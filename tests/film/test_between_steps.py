"""From one step to the next: words change when the picture does, and the stage is never left empty."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from attnviz.scenes.self_attention import SelfAttention
from manim import Animation, Mobject, Rectangle

from attnviz.story.storyboard import Step
from attnviz.views.film.choreography import fade_out_then_in
from attnviz.views.film.components.matrix import MatrixView
from attnviz.views.film.components.text import label
from attnviz.views.film.production.planning import plan
from attnviz.views.film.stage import Beat, Stage
from attnviz.views.film.style import ARITHMETIC, SIDEBAR, STAGE, Size
from tests.film.small import small_film

LONG = {"text": "one two three four five six seven eight", "d_model": 24, "d_k": 32, "d_v": 32}
pytestmark = [pytest.mark.xdist_group("between steps"), pytest.mark.films]

STEPS = ("inputs", "weights", "queries", "keys", "values", "scores", "pair", "scale", "softmax")


@dataclass
class Seen:
    """Observations of a film while it is planned."""

    empty: list[tuple[str, float]] = field(default_factory=list)
    """Seconds of each stretch with nothing beside the sidebar, and the step that ended before."""
    headings: list[tuple[str, str]] = field(default_factory=list)
    """The heading and the caption while each step began and nothing was said yet."""
    opened: dict[str, list[Mobject]] = field(default_factory=dict)
    """The mobjects on the stage when a step began."""


def on_stage(scene: Stage) -> list[Mobject]:
    """Mobjects with an outline beside the sidebar, between heading and caption."""
    return [
        part
        for each in scene.mobjects
        for part in each.family_members_with_points()
        if part.get_x() > SIDEBAR.right and STAGE.bottom <= part.get_y() <= STAGE.top
    ]


@pytest.fixture(scope="module")
def seen() -> Seen:
    made = Seen()

    class Watched(SelfAttention):
        empty = 0.0

        def open(self, step: Step) -> None:
            made.opened[step.id] = on_stage(self)
            super().open(step)
            if self._caption is not None:
                made.headings.append((self._header.step_title.text, self._caption.text))

        def move(self, *animations: Animation, seconds: float = 1.0) -> None:
            before = on_stage(self)
            super().move(*animations, seconds=seconds)
            self.look(seconds, bool(before or on_stage(self)))

        def _hold_still(self, seconds: float, *, whole: bool = False) -> None:
            super()._hold_still(seconds, whole=whole)
            self.look(seconds, bool(on_stage(self)))

        def look(self, seconds: float, filled: bool) -> None:
            if not filled:
                self.empty += seconds
            elif self.empty and self.beats:
                made.empty.append((self.beats[-1].step, self.empty))
            if filled:
                self.empty = 0.0

    plan(replace(small_film(*STEPS, pace="normal", **LONG), scene=Watched))
    return made


def test_between_two_steps_the_stage_is_empty_for_less_than_half_a_second(seen):
    assert seen.empty
    assert [each for each in seen.empty if each[1] > 0.5] == []


def test_a_heading_changes_with_the_words_under_it(seen):
    steps = {step.id: step for step in small_film(**LONG).storyboard.steps}
    named = {step.title: set(step.narration.values()) for step in steps.values()}

    assert len(seen.headings) == len(STEPS) - 1
    for heading, caption in seen.headings:
        assert caption in named[heading.split("  ", 1)[1]]


def test_no_letter_of_what_comes_is_seen_before_what_goes_is_gone():
    old, new = (label(text, "#FFFFFF", Size.LARGE) for text in ("Scores", "One product"))
    animation = fade_out_then_in([old], [new])
    animation.begin()
    for share in np.linspace(0, 1, 41):
        animation.interpolate(share)
        opacities = [each[0].get_fill_opacity() for each in (old, new)]
        assert min(opacities) < 0.01, share
    assert new[0].get_fill_opacity() == 1


def test_the_scores_stay_until_one_of_them_is_worked_out(seen):
    assert {"q₁", "k₁", "S"} <= {getattr(part, "text", "") for part in seen.opened["pair"]}


def watched(beat: str, *only: str, **input_options: Any) -> list[Mobject]:
    """Everything on the stage at the end of a beat, groups included."""
    found: list[Mobject] = []

    def look(scene: Stage, now: Beat) -> None:
        if now.name == beat:
            found.extend(part for each in scene.mobjects for part in each.get_family())

    plan(small_film(*only, **input_options), look)
    return found


@pytest.mark.parametrize(("step", "symbol"), [("queries", "Q"), ("keys", "K"), ("values", "V")])
def test_every_other_row_is_shown_with_the_words_about_it(step, symbol):
    views = [
        each
        for each in watched(f"{step}.rest", "inputs", step, **LONG)
        if isinstance(each, MatrixView) and each.sheet.matrix.symbol == symbol
    ]

    (whole,) = (view for view in views if len(view.entries) == 8)
    assert whole.sheet.whole == (8, 32)
    assert whole.get_left()[0] >= ARITHMETIC.left


@pytest.mark.parametrize(("part", "bars"), [("why", 3), ("contrast", 6)])
def test_the_words_on_the_largest_weight_come_with_bars(part, bars):
    drawn = watched(f"why-scale.{part}", "why-scale", text="one two three")
    seen = [each for each in drawn if isinstance(each, Rectangle) and each.get_fill_opacity() > 0.5]

    assert len({id(each) for each in seen}) == bars
