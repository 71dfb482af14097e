"""A film is drawn as it was planned."""

from dataclasses import replace
from itertools import pairwise

import av
import pytest
import srt
from attnviz.film.produce import produce
from attnviz.scenes.self_attention import SelfAttention

from attnviz import trace_of
from attnviz.errors import InputError
from attnviz.film.captions import subrip
from attnviz.film.film import Film
from attnviz.film.planning import plan
from attnviz.film.quality import QUALITIES
from attnviz.film.scene import Beat
from attnviz.film.style import PACES, Style
from attnviz.inputs import InputRequest, problem_from
from attnviz.lessons.self_attention import self_attention_storyboard


def film(*only, fps=5, pace="fast", language="en", **asked) -> Film:
    """A small film of some steps."""
    trace = trace_of(problem_from(InputRequest(**asked)))
    board = self_attention_storyboard(trace, language=language)
    quality = replace(QUALITIES["low"], width=160, height=90, fps=fps)
    return Film(SelfAttention, board, Style(pace=PACES[pace]), quality, only)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.mark.parametrize(
    ("steps", "fps", "pace"),
    [
        (("inputs", "weights"), 5, "fast"),
        (("softmax",), 7, "fast"),
        (("scores", "output"), 3, "fast"),
        (("why-scale",), 12, "fast"),
        # where 0.4 seconds are 6 frames and a little, to the last bit
        (("scores", "softmax"), 15, "normal"),
        (("output",), 30, "normal"),
        (("output",), 60, "slow"),
    ],
)
def test_as_many_frames_are_drawn_as_were_planned(tmp_path, cache, steps, fps, pace):
    asked = film(*steps, fps=fps, pace=pace)
    target = tmp_path / "film.mp4"
    counted = []

    planned = plan(asked)
    drawn = produce(asked, target, counted.append)

    with av.open(str(target)) as file:
        stream = file.streams.video[0]
        assert (stream.width, stream.height) == (160, 90)
        assert float(stream.average_rate) == pytest.approx(fps, rel=1e-3)
        frames = sum(1 for _ in file.decode(stream))
    assert planned.frames == drawn.frames == frames == sum(counted)
    assert [(beat.name, beat.start, beat.end) for beat in planned.beats] == [
        (beat.name, pytest.approx(beat.start), pytest.approx(beat.end)) for beat in drawn.beats
    ]
    assert list((cache / "attnviz").iterdir()) == []


def test_whoever_counts_frames_hears_of_them_every_second_however_long_it_stands(tmp_path):
    asked, counted = film("inputs", fps=4), []
    pace = replace(asked.style.pace, holds=8.0)

    drawn = produce(
        replace(asked, style=replace(asked.style, pace=pace)),
        tmp_path / "film.mp4",
        counted.append,
    )

    assert max(beat.end - beat.start for beat in drawn.beats) > 5
    assert max(counted) == 4
    assert sum(counted) == drawn.frames


def test_a_caption_ends_with_the_last_frame_of_its_beat(tmp_path):
    frames = []

    class Watched(SelfAttention):
        def beat_ended(self, beat):
            frames.append(self.renderer.frames)

    drawn = produce(replace(film("scores", fps=3), scene=Watched), tmp_path / "film.mp4")

    assert [beat.end * 3 for beat in drawn.beats] == pytest.approx(frames)


def test_a_film_lasts_as_long_whatever_its_frame_rate():
    slow, fast = (plan(film("queries", "softmax", fps=fps)).seconds for fps in (4, 60))
    assert slow == pytest.approx(fast, rel=0.1)


def test_a_slower_pace_takes_longer():
    lengths = [plan(film("scores", pace=pace)).seconds for pace in ("fast", "normal", "slow")]
    assert all(shorter < longer for shorter, longer in pairwise(lengths))


@pytest.mark.parametrize("step", ["scores", "softmax", "weighted-values", "output", "all-rows"])
def test_any_step_can_be_told_alone(step):
    told = plan(film(step))
    assert {beat.step for beat in told.beats} == {step}
    assert told.beats


def test_captions_keep_their_lines_and_letters():
    beats = (Beat("a", "b", "α ≈ 0.5\nnext", 0.0, 1.25), Beat("a", "c", "−∞", 1.25, 3.0))
    planned = plan(film("inputs"))

    one, other = srt.parse(subrip(replace(planned, beats=beats).said))

    assert (one.content, other.content) == ("α ≈ 0.5\nnext", "−∞")
    assert (one.start.total_seconds(), one.end.total_seconds()) == (0, 1.25)
    assert other.end.total_seconds() == 3


def test_a_character_that_the_typeface_lacks_is_told_before_anything_is_drawn(tmp_path):
    for attempt in (plan, lambda asked: produce(asked, tmp_path / "film.mp4")):
        with pytest.raises(InputError) as caught:
            attempt(film(text="the 😀"))
        assert str(caught.value) == (
            "no typeface here has the character '😀' (in '😀'): leave it out, or --font FILE with a font "
            "that has it; attnviz explain shows any character"
        )
    assert not (tmp_path / "film.mp4").exists()
