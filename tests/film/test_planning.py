"""What a film will be is found out without drawing it: how long it is told, what is said, and what there is to draw."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import pytest
import srt
from attnviz.scenes.self_attention import SelfAttention

from attnviz import LESSONS
from attnviz.errors import InputError
from attnviz.render.video.captions import subrip
from attnviz.story.storyboard import Step
from attnviz.typeset.typefaces import latin
from attnviz.views.film.production.planning import plan
from attnviz.views.film.stage import Beat
from attnviz.views.film.style import MOST_WORKED
from tests.cases import CASES
from tests.film.films import IN_FULL, IN_LIGHT, ONLY, OTHER_LESSONS, SLOW, film_of
from tests.film.small import small_film


def test_a_film_lasts_as_long_whatever_its_frame_rate():
    slow, fast = (plan(small_film("queries", "softmax", fps=fps)).seconds for fps in (4, 60))
    assert slow == pytest.approx(fast, rel=0.1)


def test_a_slower_pace_takes_longer():
    lengths = [plan(small_film("scores", pace=pace)).seconds for pace in ("fast", "normal", "slow")]
    assert all(shorter < longer for shorter, longer in pairwise(lengths))


RELATED_CASES = (
    "d_k 1, not scaled",
    "one of one number, not scaled",
    "two heads, d_k 1, not scaled",
    "given, d_k 1, not scaled",
    "empty tokens",
)
"""Cases whose steps lack parts that others have; films that are looked at are in `test_captions_and_headers`."""


def parts_of(steps: Iterable[Step]) -> list[tuple[str, str]]:
    return [(step.id, part) for step in steps for part in step.narration]


@pytest.mark.parametrize("name", RELATED_CASES)
def test_a_film_has_a_beat_for_every_part_of_every_step_in_order(name):
    board = CASES[name].storyboard(most=MOST_WORKED)

    planned = plan(film_of(board, fps=2))

    assert [(beat.step, beat.part) for beat in planned.beats] == parts_of(board.steps)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.no_film])
def test_a_case_that_no_typeface_can_show_is_refused_in_one_line(name):
    film = film_of(CASES[name].storyboard(most=MOST_WORKED))

    with pytest.raises(InputError) as refused:
        plan(replace(film, font=latin()))

    assert str(refused.value).startswith(CASES[name].no_film)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["Arabic", "Hebrew", "Hindi", "Thai", "Chinese"])
def test_a_film_is_planned_in_any_script_that_a_typeface_has(name):
    board = CASES[name].storyboard(most=MOST_WORKED)

    planned = plan(film_of(board, only=("inputs", "softmax"), fps=2))

    assert {beat.step for beat in planned.beats} == {"inputs", "softmax"}


@pytest.mark.films
@pytest.mark.parametrize("lesson", LESSONS)
def test_every_step_can_be_planned_alone_whatever_its_parts(lesson):
    planned: set[tuple[str, ...]] = set()
    for case in CASES.values():
        if case.lesson != lesson or case.no_film:
            continue
        board = case.storyboard(most=MOST_WORKED)
        for step in board.steps:
            if (step.id, *step.narration) not in planned:
                planned.add((step.id, *step.narration))
                beats = plan(film_of(board, only=(step.id,), fps=2)).beats
                assert [(b.step, b.part) for b in beats] == parts_of([step]), case.name
    assert {step for step, *_ in planned} == set(LESSONS[lesson].steps)


def test_a_caption_ends_with_the_last_frame_of_its_beat():
    frames = []

    class Watched(SelfAttention):
        def beat_ended(self, beat):
            frames.append(self.renderer.frames)

    told = plan(replace(small_film("scores", fps=3), scene=Watched))

    assert [beat.end * 3 for beat in told.beats] == pytest.approx(frames)
    assert told.frames >= frames[-1]


def test_every_frame_is_counted_before_one_is_drawn():
    counted = []

    told = plan(small_film("scores"), on_frames=counted.append)

    assert sum(counted) == told.frames
    assert len(counted) > len(told.segments)


def test_segments_hold_every_frame_once_and_end_after_a_still_or_a_long_move():
    told = plan(small_film("inputs", "scores"))
    two_seconds = 2 * small_film().quality.fps

    assert sum(each.frames for each in told.segments) == told.frames
    for one, other in pairwise(told.segments):
        assert one.end <= other.first
        assert one.plays[-1].still or one.frames >= two_seconds
        assert not any(play.still for play in one.plays[:-1])
    assert all(each.key is not None for each in told.segments)


def test_the_same_film_has_the_same_segments_when_it_is_planned_again():
    one, other = plan(small_film("scores")), plan(small_film("scores"))

    assert one == other


def test_captions_keep_their_lines_and_letters():
    beats = (Beat("a", "b", "α ≈ 0.5\nnext", 0.0, 1.25), Beat("a", "c", "−∞", 1.25, 3.0))
    planned = plan(small_film("inputs"))

    one, other = srt.parse(subrip(replace(planned, beats=beats).captions))

    assert (one.content, other.content) == ("α ≈ 0.5\nnext", "−∞")
    assert (one.start.total_seconds(), one.end.total_seconds()) == (0, 1.25)
    assert other.end.total_seconds() == 3


def test_a_missing_character_is_refused_before_anything_is_drawn():
    with pytest.raises(InputError) as caught:
        plan(replace(small_film(text="the 🫀"), font=latin()))

    said = str(caught.value)  # the cure between depends on the fonts of the machine: test_typefaces
    assert said.startswith("no typeface here has the character '🫀' (in '🫀'): ")
    assert said.endswith("; attnviz explain shows any character")


def test_a_slow_case_is_one_of_those_that_are_looked_at():
    assert {*IN_FULL, *IN_LIGHT, *ONLY, *OTHER_LESSONS} > SLOW
