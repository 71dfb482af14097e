"""What is drawn here is what manim draws: every play's first, middle and last frame, of every scene there is."""

from pathlib import Path

import numpy as np
import pytest
from attnviz.scenes import default_storyboard, scene_of
from attnviz.scenes.title_card import TitleCard
from manim import Scene

from attnviz.lessons.registry import LESSONS, lesson_named
from attnviz.render.drawing import canvas
from attnviz.render.quality import Quality
from attnviz.story.title_card import card_storyboard
from attnviz.views.film.film import Film
from attnviz.views.film.style import PACES, Style
from tests.render import odd_scenes
from tests.render.pictures import by_manim, by_us, own, ssim, worst_block

pytestmark = pytest.mark.films

ODD = Path(odd_scenes.__file__)
ANTIALIASING = 8
"""Levels of 255 by which a block of 4 × 4 pixels may differ where only the edges of a shape do."""
ODD_SCENES = [
    name
    for name, each in vars(odd_scenes).items()
    if isinstance(each, type) and issubclass(each, Scene) and each.__module__ == odd_scenes.__name__
]


def compared(source) -> list[tuple[float, float]]:
    """For the first, middle and last frame of each play, the similarity and the worst block."""
    theirs, ours = by_manim(source), by_us(source)
    assert {play: len(frames) for play, frames in ours.items()} == {
        play: len(frames) for play, frames in theirs.items()
    }
    return [
        (ssim(frames[i], ours[play][i]), worst_block(frames[i], ours[play][i]))
        for play, frames in theirs.items()
        for i in sorted({0, len(frames) // 2, len(frames) - 1})
    ]


def check(source) -> None:
    pairs = compared(source)
    assert pairs
    assert np.mean([similar for similar, _ in pairs]) >= 0.999
    assert max(worst for _, worst in pairs) <= ANTIALIASING


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_looks_as_manim_draws_it(name):
    board, small = default_storyboard(name), Quality(426, 240, 3)
    check(Film(scene_of(lesson_named(name)), board, Style(pace=PACES["fast"]), small))


def test_a_title_card_looks_as_manim_draws_it():
    board = card_storyboard("Attention", ("a line", "another"), "en")
    check(Film(TitleCard, board, Style(), Quality(426, 240, 5), card_seconds=1.0))


@pytest.mark.parametrize(
    "name", [each for each in ODD_SCENES if each not in ("Failing", "NoPlays")]
)
def test_what_our_scenes_do_not_use_looks_as_manim_draws_it(name):
    check(own(ODD, name, Quality(426, 240, 12)))


def test_a_row_that_is_forgotten_is_noticed(monkeypatch):
    """The comparison can fail."""
    monkeypatch.setattr(canvas, "merged", lambda rows: [])
    with pytest.raises(AssertionError):
        check(own(ODD, "Nested", Quality(426, 240, 12)))
