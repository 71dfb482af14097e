"""Where only the rows that changed are drawn again, the picture is what it is when everything is."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from manim import BLUE, RED, RIGHT, UP, Camera, Dot, ImageMobject, Scene, Square, Text

from attnviz.render.drawing import plays, renderer
from attnviz.render.drawing.camera import FastCamera
from attnviz.render.drawing.canvas import Canvas, merged
from attnviz.render.drawing.renderer import DrawingRenderer
from tests.film.small import small_film
from tests.render.animated import EVERYTHING, PLAYED, Animated

rows = st.tuples(st.integers(0, 90), st.integers(0, 90))


@given(st.lists(rows), st.integers(0, 30))
def test_merged_rows_hold_all_rows_in_order_and_apart(some, gap):
    bands = merged(some, gap)

    inside = {row for first, last in bands for row in range(first, last)}
    assert {row for first, last in some for row in range(first, last)} <= inside
    assert all(first < last for first, last in bands)
    assert all(one[1] + gap < other[0] for one, other in pairwise(bands))
    edges = {edge for each in some for edge in each}
    assert {edge for each in bands for edge in each} <= edges


class Nothing:
    """An encoder that encodes nothing."""

    def paint(self, pixels, rows=None) -> None: ...

    def show(self, frames=1) -> None: ...


class Compared(Canvas):
    """A canvas whose frames are compared with those of a camera that draws everything."""

    frames: list[tuple[int, int]]
    """Of each frame, how many rows were drawn, and how many are another than before."""

    def __init__(self, camera, static, moving, *given, **named) -> None:
        super().__init__(camera, static, moving, *given, **named)
        self._all = (static, moving)

    def draw(self):
        before = self.pixels.copy()
        bands = super().draw()
        whole = type(self._camera)(background_color=self._camera.background_color)
        whole.use_z_index = self._camera.use_z_index
        whole.reset()
        for mobjects in self._all:
            if len(mobjects):
                whole.capture_mobjects(mobjects)
        np.testing.assert_array_equal(self.pixels, whole.pixel_array)
        drawn = np.ones(len(before), bool)
        if bands is not None:
            drawn[:] = False
            for first, last in bands:
                drawn[first:last] = True
        changed = (before != self.pixels).any(axis=(1, 2))
        assert not (changed & ~drawn).any()
        self.frames.append((int(drawn.sum()), int(changed.sum())))
        return bands


@pytest.fixture
def drawn(monkeypatch):
    """Draws a scene and compares every frame; gives how many rows were drawn, and how many changed, in each."""

    def draw(source) -> list[tuple[int, int]]:
        Compared.frames = []
        monkeypatch.setattr(renderer, "Canvas", Compared)
        with source.session():
            teller = DrawingRenderer(lambda number: Nothing(), lambda play: None)
            source.build_scene(teller).render()
        return Compared.frames

    return draw


@pytest.mark.parametrize("name", EVERYTHING)
def test_the_picture_is_the_same_as_if_everything_were_drawn(drawn, name):
    frames = drawn(Animated(EVERYTHING[name]))

    assert len(frames) >= 4
    assert any(changed for _, changed in frames)


def test_the_picture_of_our_films_is_the_same_as_if_everything_were_drawn(drawn):
    frames = drawn(small_film("scores", size=(320, 180), fps=15))

    rows, changed = (sum(each) for each in zip(*frames, strict=True))
    assert len(frames) > 100
    assert 0 < changed <= rows < 0.5 * 180 * len(frames)


def test_every_animation_that_is_called_plain_is_compared():
    assert {each.__name__ for each in plays._PLAIN} - set(PLAYED) == {
        *("_Fade", "_MethodAnimation", "TransformMatchingAbstractBase", "TransformMatchingTex")
    }


def test_of_a_small_change_few_rows_are_drawn(drawn):
    def construct(scene: Scene) -> None:
        dot = Dot(3 * UP)
        scene.add(Square(6), dot)
        scene.play(dot.animate.shift(RIGHT), run_time=1)

    _, *later = drawn(Animated(construct))

    assert later
    assert all(0 < rows < 20 for rows, _ in later)


def test_colours_that_run_over_a_part_follow_it(drawn):
    """manim's gradients reach from one end of a mobject with all its parts to the other."""

    def construct(scene: Scene) -> None:
        square, dot = Square(2, fill_opacity=1), Dot()
        square.set_fill([RED, BLUE]).set_sheen_direction(RIGHT).add(dot)
        scene.add(square)
        scene.play(dot.animate.shift(4 * RIGHT), run_time=1)

    _, *later = drawn(Animated(construct))

    assert any(changed > 20 for _, changed in later)


def test_what_does_not_change_is_not_drawn_again(drawn):
    def construct(scene: Scene) -> None:
        scene.add(Square())
        scene.wait(1, frozen_frame=False)

    (first, _), *later = drawn(Animated(construct))

    assert first == 90
    assert later == [(0, 0)] * 4


def test_what_is_no_vmobject_is_drawn_by_manim_and_its_rows_are_found():
    image = ImageMobject(np.full((4, 4, 3), 200, np.uint8)).scale(10)
    source = Animated(lambda scene: None)
    with source.session():
        camera, reference = FastCamera(), Camera()
        canvas = Canvas(camera, [Square()], [image, Text("a")])
        assert canvas.draw() is None
        assert canvas.draw() == []
        image.shift(0.5 * UP)
        bands = canvas.draw()
        reference.reset()
        reference.capture_mobjects([Square(), image, Text("a")])

    (band,) = bands
    assert 0 < band[0] < band[1] < 90
    assert np.abs(canvas.pixels.astype(int) - reference.pixel_array).max() <= 1


def test_only_what_may_change_is_looked_at():
    source = Animated(lambda scene: None)
    with source.session():
        still, moving = Square(), Dot(UP)
        canvas = Canvas(FastCamera(), [], [still, moving], {id(moving)}, fixed=True)
        canvas.draw()
        still.shift(RIGHT)
        assert canvas.draw() == []
        moving.shift(RIGHT)
        assert len(canvas.draw()) == 1
