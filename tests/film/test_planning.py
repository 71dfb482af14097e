"""What a film will be is found out without drawing it: how long it is told, what is said, and what there is to draw."""

from dataclasses import replace
from itertools import pairwise

import pytest
import srt
from attnviz.scenes.self_attention import SelfAttention

from attnviz.errors import InputError
from attnviz.render.video.captions import subrip
from attnviz.views.film.production.planning import plan
from attnviz.views.film.scene import Beat
from tests.film.small import small_film


def test_a_film_lasts_as_long_whatever_its_frame_rate():
    slow, fast = (plan(small_film("queries", "softmax", fps=fps)).seconds for fps in (4, 60))
    assert slow == pytest.approx(fast, rel=0.1)


def test_a_slower_pace_takes_longer():
    lengths = [plan(small_film("scores", pace=pace)).seconds for pace in ("fast", "normal", "slow")]
    assert all(shorter < longer for shorter, longer in pairwise(lengths))


@pytest.mark.parametrize("step", ["scores", "softmax", "weighted-values", "output", "all-rows"])
def test_any_step_can_be_told_alone(step):
    told = plan(small_film(step))
    assert {beat.step for beat in told.beats} == {step}
    assert told.beats


def test_a_caption_ends_with_the_last_frame_of_its_beat():
    frames = []

    class Watched(SelfAttention):
        def beat_ended(self, beat):
            frames.append(self.renderer.frames)

    told = plan(replace(small_film("scores", fps=3), scene=Watched))

    assert [beat.end * 3 for beat in told.beats] == pytest.approx(frames)
    assert told.frames >= frames[-1]


def test_whoever_counts_frames_hears_of_each_before_one_is_drawn():
    counted = []

    told = plan(small_film("scores"), on_frames=counted.append)

    assert sum(counted) == told.frames
    assert len(counted) > len(told.segments)


def test_segments_hold_every_frame_once_and_end_when_something_has_stood_still_or_moved_for_long():
    told = plan(small_film("inputs", "scores"))
    two_seconds = 2 * small_film().quality.fps

    assert sum(each.frames for each in told.segments) == told.frames
    for one, other in pairwise(told.segments):
        assert one.end <= other.first
        assert one.plays[-1].still or one.frames >= two_seconds
        assert not any(play.still for play in one.plays[:-1])
    assert all(each.key is not None for each in told.segments)


def test_the_same_film_has_the_same_segments_when_it_is_told_again():
    one, other = plan(small_film("scores")), plan(small_film("scores"))

    assert one == other


def test_captions_keep_their_lines_and_letters():
    beats = (Beat("a", "b", "α ≈ 0.5\nnext", 0.0, 1.25), Beat("a", "c", "−∞", 1.25, 3.0))
    planned = plan(small_film("inputs"))

    one, other = srt.parse(subrip(replace(planned, beats=beats).said))

    assert (one.content, other.content) == ("α ≈ 0.5\nnext", "−∞")
    assert (one.start.total_seconds(), one.end.total_seconds()) == (0, 1.25)
    assert other.end.total_seconds() == 3


def test_a_character_that_the_typeface_lacks_is_told_before_anything_is_drawn():
    with pytest.raises(InputError) as caught:
        plan(small_film(text="the 😀"))

    assert str(caught.value) == (
        "no typeface here has the character '😀' (in '😀'): leave it out, or --font FILE with a font "
        "that has it; attnviz explain shows any character"
    )
