"""A scene is told segment by segment, and rests in between; whoever draws wants no more of it at any moment."""

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from manim import RIGHT, UP, Circle, Create, FadeIn, FadeOut, Scene, Square, config, tempconfig
from manim import logger as manim_logger

from attnviz.render.drawing.renderer import PlanningRenderer
from attnviz.render.drawing.scene_replay import NonDeterministicSceneError, SceneReplay
from attnviz.render.drawing.timeline import Range, Segment, segmented
from attnviz.render.workers import worker
from attnviz.render.workers.worker import DrawRequest, dismiss, draw
from tests.render.animated import Animated


class Noted(Animated):
    """A scene that counts how often it is begun."""

    begun = 0

    def build_scene(self, renderer) -> Scene:
        self.begun += 1
        return super().build_scene(renderer)


def four_segments(scene: Scene) -> None:
    square = Square()
    scene.play(Create(square), run_time=0.6)
    scene.wait(0.6)
    scene.play(square.animate.shift(UP), run_time=0.4)
    scene.play(FadeIn(Circle()), run_time=0.4)
    scene.wait(0.4)
    scene.play(square.animate.shift(RIGHT), run_time=0.4)
    scene.wait(0.8)
    scene.play(FadeOut(square), run_time=0.4)


def segments_of(source: Animated) -> tuple[Segment, ...]:
    with source.session():
        renderer = PlanningRenderer()
        Animated.build_scene(source, renderer).render()
    return segmented(renderer.plays, source.quality.fps)


@pytest.fixture(autouse=True)
def as_it_was(tmp_path, monkeypatch) -> Iterator[None]:
    """Checks that nothing is left behind: no thread, no folder, and manim set up as before."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    before = dict(config), manim_logger.level, threading.enumerate()
    yield
    dismiss()
    assert (dict(config), manim_logger.level, threading.enumerate()) == before
    assert not list(tmp_path.glob("cache/attnviz/*"))


@contextmanager
def replay(*given) -> Iterator[SceneReplay]:
    """One at a time: manim's set-up is global to the process."""
    told = SceneReplay(*given)
    try:
        yield told
    finally:
        told.dismiss()


def alone(source: Animated, segment: Segment) -> bytes:
    """The segment, drawn by a replay that draws nothing else."""
    with replay(source) as told:
        return told.draw(segment)


def test_segments_are_drawn_in_order_without_beginning_anew():
    source = Noted(four_segments)
    segments = segments_of(source)
    expected = [alone(Noted(four_segments), each) for each in segments]

    with replay(source) as told:
        files = [told.draw(each) for each in segments]

    assert len(segments) == len(set(files)) == 4
    assert files == expected
    assert source.begun == 1


def test_segments_may_be_left_out_and_gone_beyond():
    source = Noted(four_segments)
    _, second, third, last = segments_of(source)
    expected = [alone(source, each) for each in (second, last)]

    with replay(source) as told:
        assert told.draw(second) == expected[0]
        assert told.position == second.end
        told.skip_to(third.first)
        told.skip_to(third.end)
        assert told.position == last.first
        assert told.draw(last) == expected[1]

    with replay(source) as other:
        other.skip_to(last.first)
        assert other.draw(last) == expected[1]


def test_it_rests_until_the_next_request():
    reached = []

    def construct(scene: Scene) -> None:
        four_segments(scene)
        reached.append("the end")

    source = Noted(construct)
    segments = segments_of(source)
    reached.clear()
    told = SceneReplay(source)
    told.draw(segments[0])
    told.dismiss()

    assert reached == []


@pytest.mark.parametrize("drawn", [0, 1, 3, 4])
def test_it_can_be_dismissed_wherever_it_is(drawn):
    source = Noted(four_segments)
    segments = segments_of(source)
    told = SceneReplay(source)
    for each in segments[:drawn]:
        told.draw(each)

    told.dismiss()
    told.dismiss()

    assert source.begun == 1


def test_manim_is_set_up_for_the_scene_only_during_the_replay():
    seen = []

    def construct(scene: Scene) -> None:
        seen.append((config.pixel_width, config.frame_rate, manim_logger.level))
        four_segments(scene)

    source = Noted(construct)
    segments = segments_of(source)
    with tempconfig({"pixel_width": 1000}):
        replay = SceneReplay(source)
        replay.draw(segments[0])
        assert config.pixel_width == source.quality.width
        replay.dismiss()

        assert config.pixel_width == 1000
    assert seen == [(160, 5, logging.ERROR)] * 2


def another_time(change: Callable[[Scene], None]) -> tuple[Noted, tuple[Segment, ...]]:
    """A scene that does something else at its third play when it is told for the second time."""
    turns = iter(range(9))

    def construct(scene: Scene) -> None:
        turn = next(turns)
        scene.play(Create(Square()), run_time=0.6)
        scene.wait(0.6)
        if turn:
            change(scene)
        else:
            scene.play(FadeIn(Circle()), run_time=0.4)
            scene.wait(0.4)

    source = Noted(construct)
    return source, segments_of(source)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda scene: scene.play(FadeIn(Square()), run_time=0.4), "play 2 is another one"),
        (lambda scene: scene.play(FadeIn(Circle()), run_time=0.6), "play 2 is another one"),
        (
            lambda scene: (scene.play(FadeIn(Circle()), run_time=0.4), scene.wait(0.8)),
            "play 3 is another one",
        ),
        (lambda scene: None, "the scene ended before what was planned"),
        (
            lambda scene: scene.play(FadeIn(Circle()), run_time=0.4),
            "the scene ended before what was planned",
        ),
    ],
)
def test_a_scene_that_is_not_the_same_again_is_not_drawn(change, said):
    source, (first, second) = another_time(change)

    with replay(source) as told:
        told.draw(first)
        with pytest.raises(NonDeterministicSceneError) as caught:
            told.draw(second)

    assert str(caught.value) == said


class OwnError(Exception):
    """A user's."""


@pytest.mark.parametrize(
    "error", [OwnError("no such token"), SystemExit(3), KeyboardInterrupt(), AssertionError()]
)
def test_what_the_scene_raises_comes_out_as_it_is(error):
    turns = iter(range(9))

    def construct(scene: Scene) -> None:
        scene.play(Create(Square()), run_time=0.6)
        scene.wait(0.4)
        if next(turns):
            raise error
        scene.play(FadeIn(Circle()), run_time=0.4)

    source = Noted(construct)
    first, second = segments_of(source)

    with replay(source) as told:
        told.draw(first)
        with pytest.raises(type(error)) as caught:
            told.draw(second)

    assert caught.value is error
    assert caught.traceback[-1].path.name == "test_scene_replay.py"


def test_who_hears_of_frames_may_end_it_in_the_middle_of_a_segment():
    counted = []

    def enough(frames: int) -> None:
        counted.append(frames)
        if len(counted) == 2:
            raise KeyboardInterrupt

    source = Noted(four_segments)
    first, *_ = segments_of(source)

    with replay(source, enough) as told, pytest.raises(KeyboardInterrupt):
        told.draw(first)

    assert counted == [1, 1]


def requests(source: Animated, name: str = "scene") -> list[DrawRequest]:
    return [DrawRequest(name, source, Range((each,)), each.first) for each in segments_of(source)]


def test_a_worker_goes_on_with_a_scene_as_long_as_it_can():
    source = Noted(four_segments)
    first, second, third, last = requests(source)

    for each in (first, third, last):
        draw(each)
    assert source.begun == 1
    earlier = draw(second)
    assert source.begun == 2
    draw(third)
    assert source.begun == 2
    dismiss()

    assert draw(second).files == earlier.files
    assert source.begun == 3


def test_a_worker_draws_a_range_in_one_go_and_goes_where_there_is_nothing_to_draw():
    source = Noted(four_segments)
    segments = segments_of(source)
    one_by_one = [draw(each).files for each in requests(source)]
    dismiss()

    nothing = draw(DrawRequest("scene", source, Range(()), segments[1].first))
    whole = draw(DrawRequest("scene", source, Range(segments[1:]), segments[1].first))

    assert nothing.files == ()
    assert [(each,) for each in whole.files] == one_by_one[1:]
    assert source.begun == 2


def test_a_worker_has_one_scene_at_a_time():
    one, other = Noted(four_segments), Noted(four_segments)
    _, *later = requests(one)
    draw(requests(other, "other")[0])
    draw(later[0])

    assert len(worker._replays) == 1
    draw(requests(other, "other")[1])
    assert (one.begun, other.begun) == (1, 2)


def test_a_worker_begins_anew_after_an_error():
    source, segments = another_time(lambda scene: None)
    first, second = (DrawRequest("scene", source, Range((each,)), each.first) for each in segments)
    draw(first)

    with pytest.raises(NonDeterministicSceneError):
        draw(second)

    assert not worker._replays
    assert draw(first).files
    assert source.begun == 2


def test_what_a_scene_prints_while_it_is_drawn_is_not_printed_twice(capsys):
    def construct(scene: Scene) -> None:
        sys.stdout.write("hello")
        four_segments(scene)

    first, *_ = requests(Noted(construct))
    assert capsys.readouterr().out == "hello"
    draw(first)

    assert capsys.readouterr().out == ""
