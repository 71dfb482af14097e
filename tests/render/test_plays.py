"""A play that is jumped over leaves the scene as if it had been gone through."""

from dataclasses import replace

import numpy as np
import pytest
from manim import Create, FadeIn, Scene, Square

from attnviz.render.drawing.plays import PlayKind
from attnviz.render.drawing.renderer import DrawingRenderer, PlanningRenderer
from attnviz.render.drawing.timeline import Play
from tests.render.animated import COMBINED, EVERYTHING, FOLLOWED, PLAYED, Animated
from tests.render.pictures import by_manim


class Kept:
    """An encoder that keeps the pictures."""

    def __init__(self) -> None:
        self.pictures: list[np.ndarray] = []

    def paint(self, pixels: np.ndarray, rows=None) -> None:
        self._painted = pixels.copy()

    def show(self, frames: int = 1) -> None:
        self.pictures += [self._painted] * frames


def drawn(source: Animated, wanted: set[int] | None = None) -> tuple[dict[int, Kept], list[Play]]:
    """The pictures of the plays with these numbers, or of all, and the plays."""
    kept: dict[int, Kept] = {}
    plays: list[Play] = []

    def encoder_for(number: int) -> Kept | None:
        return kept.setdefault(number, Kept()) if wanted is None or number in wanted else None

    with source.session():
        renderer = DrawingRenderer(encoder_for, plays.append)
        source.build_scene(renderer).render()
    return kept, plays


def planned(source: Animated) -> list[Play]:
    with source.session():
        renderer = PlanningRenderer()
        source.build_scene(renderer).render()
    return renderer.plays


@pytest.mark.parametrize("name", EVERYTHING)
def test_what_is_drawn_is_what_was_planned(name):
    source = Animated(EVERYTHING[name])

    kept, plays = drawn(source)

    told = planned(source)
    assert [(each.key, each.frames) for each in plays] == [(e.key, e.frames) for e in told]
    assert None not in {each.key for each in plays}
    assert [len(kept[i].pictures) for i in kept] == [each.frames for each in told]


@pytest.mark.parametrize("name", EVERYTHING)
def test_after_a_play_that_is_passed_by_the_next_is_the_same_picture(name):
    source = Animated(EVERYTHING[name])
    everything, plays = drawn(source)
    for last in range(1, len(plays)):
        kept, (play,) = drawn(source, {last})

        assert (play.key, play.frames) == (plays[last].key, plays[last].frames)
        for one, other in zip(kept[last].pictures, everything[last].pictures, strict=True):
            np.testing.assert_array_equal(one, other)


def kinds(construct) -> list[PlayKind]:
    found = []

    class Noted(PlanningRenderer):
        def perform(self, scene: Scene, kind: PlayKind) -> int:
            found.append(kind)
            return super().perform(scene, kind)

    source = Animated(construct)
    with source.session():
        source.build_scene(Noted()).render()
    return found


@pytest.mark.parametrize("name", PLAYED | COMBINED)
def test_what_can_be_jumped_over_is(name):
    assert set(kinds(EVERYTHING[name])) <= {PlayKind.PLAIN, PlayKind.STILL}


@pytest.mark.parametrize("name", FOLLOWED)
def test_what_moves_by_itself_is_gone_through(name):
    assert PlayKind.STEPPED in kinds(FOLLOWED[name])


class Counted(Create):
    """An animation of a user's, which may remember the frame before."""


@pytest.mark.parametrize(
    "change",
    [
        lambda scene: scene.play(Counted(Square())),
        lambda scene: scene.play(FadeIn(Square()), FadeIn(Square().add_updater(lambda m: m))),
        lambda scene: (scene.add(Square().add_updater(lambda m: m)), scene.play(FadeIn(Square()))),
        lambda scene: (scene.add_updater(lambda dt: None), scene.play(FadeIn(Square()))),
        lambda scene: scene.wait_until(lambda: False, max_time=0.4),
        lambda scene: scene.wait(0.4, frozen_frame=False),
        lambda scene: (
            scene.add(Square().add(Square().add_updater(lambda m, dt: m))),
            scene.wait(0.4),
        ),
        lambda scene: (
            scene.add_foreground_mobject(Square().add_updater(lambda m: m)),
            scene.play(FadeIn(Square())),
        ),
    ],
)
def test_whatever_may_depend_on_the_frame_before_is_gone_through(change):
    assert kinds(change) == [PlayKind.STEPPED]


@pytest.mark.parametrize("fps", [1, 3, 7, 12, 15, 24, 30])
def test_plays_have_as_many_frames_as_manim_gives_them(fps):
    def construct(scene: Scene) -> None:
        for seconds in (0.01, 0.1, 0.2, 0.4, 0.7, 1.0, 1.4, 2.3):
            scene.play(FadeIn(Square()), run_time=seconds)
            scene.wait(seconds)

    source = Animated(construct)
    source.quality = replace(source.quality, fps=fps)
    stock = by_manim(source)

    assert [each.frames for each in planned(source)] == [len(stock[i]) for i in range(16)]
