"""How long a film lasts, and re-timing it: holds first, then moves, never under what can be read."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz.errors import InputError
from attnviz.story.pace import PACES, Pace
from attnviz.views.film.production.planning import plan
from attnviz.views.film.style import Style
from attnviz.views.film.timing import FASTEST_READING, PacedPart, TimeSpan, duration, paces_for
from tests.film.films import case_named, film_of

NORMAL = PACES["normal"]
SPANS = [
    TimeSpan(moving=0.6),
    TimeSpan(moving=3.0, reading=4.0),
    TimeSpan(moving=1.0, still=0.6, reading=6.0),
    TimeSpan(moving=0.5),
]


def lasts(told: list[TimeSpan], pace: Pace) -> float:
    return duration([PacedPart(tuple(told), pace)])


def repaced(told: list[TimeSpan], target_seconds: float) -> Pace:
    (pace,) = paces_for([PacedPart(tuple(told), NORMAL)], target_seconds)
    return pace


durations = st.floats(0.1, 8.0)
time_spans = st.lists(
    st.builds(TimeSpan, moving=durations, still=durations, reading=st.floats(0.5, 8.0)), min_size=1
)


@pytest.mark.parametrize("pace", ["fast", "slow"])
def test_the_computed_duration_is_that_of_the_film_up_to_a_frame_a_move(pace):
    board, _ = case_named("one token")
    fps, plays = 240, []

    told = plan(film_of(board, Style(pace=PACES[pace]), fps=fps), on_frames=plays.append)

    assert sum(plays) == told.frames
    assert abs(lasts(told.time_spans, PACES[pace]) - told.frames / fps) <= len(plays) / fps
    assert len(plays) / fps < 0.01 * told.seconds


@given(time_spans, st.floats(1.0, 5.0))
def test_a_film_can_be_made_longer_and_its_moves_stay_as_they_are(told, factor):
    target_seconds = lasts(told, NORMAL) * factor
    pace = repaced(told, target_seconds)

    assert pace.moves == NORMAL.moves
    assert lasts(told, pace) == pytest.approx(target_seconds, rel=1e-6)


@given(time_spans)
def test_a_shorter_film_gives_up_holds_before_moves(told):
    target_seconds = lasts(told, NORMAL) * 0.98
    try:
        pace = repaced(told, target_seconds)
    except InputError:
        return
    if pace.moves < NORMAL.moves - 1e-6:  # the holds are at their least already
        longer = replace(pace, moves=NORMAL.moves)
        assert lasts(told, longer) > target_seconds
    assert lasts(told, pace) == pytest.approx(target_seconds, rel=1e-6)


@given(time_spans, st.floats(0.3, 1.0))
def test_every_caption_can_be_read_however_short_the_film(told, share):
    try:
        pace = repaced(told, lasts(told, NORMAL) * share)
    except InputError:
        return
    assert all(each.seconds(pace) >= each.reading / FASTEST_READING - 1e-6 for each in told)


def test_a_duration_that_is_too_short_is_refused_with_the_least_one():
    with pytest.raises(InputError) as refused:
        repaced(SPANS, 2.0)

    assert str(refused.value) == (
        "--duration 0:02 is too short for its captions to be read: this film takes at least 0:09"
    )
    assert lasts(SPANS, repaced(SPANS, 9.0)) == pytest.approx(9.0)


def test_a_card_has_its_given_duration_whatever_the_pace():
    card = TimeSpan(moving=0.8, reading=9.0, duration=4.0)
    told = [*SPANS, card]

    assert [card.seconds(pace) for pace in PACES.values()] == [4.0] * len(PACES)
    assert lasts(told, repaced(told, 20.0)) == pytest.approx(20.0)


def test_a_voice_is_never_cut_off():
    spoken = TimeSpan(moving=1.0, reading=2.0, speaking=9.0)
    assert spoken.seconds(NORMAL) == 9.0


def test_chapters_of_different_pace_keep_their_difference():
    slow, fast = (PacedPart(tuple(SPANS), PACES[name]) for name in ("slow", "fast"))
    paces = paces_for([slow, fast], 1.3 * duration([slow, fast]))

    assert paces[0].holds / paces[1].holds == pytest.approx(slow.pace.holds / fast.pace.holds)
    assert (paces[0].moves, paces[1].moves) == (slow.pace.moves, fast.pace.moves)
