"""How long a film lasts, and re-timing it: holds first, then moves, never under what can be read."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz.errors import InputError
from attnviz.film.produce import plan
from attnviz.film.style import PACES, Style
from attnviz.film.timing import FASTEST_READING, Spell, lasting, paced

from .conftest import case_named, film_of

NORMAL = PACES["normal"]
SPELLS = [
    Spell(moving=0.6),
    Spell(moving=3.0, reading=4.0),
    Spell(moving=1.0, still=0.6, reading=6.0),
    Spell(moving=0.5),
]

durations = st.floats(0.1, 8.0)
spells = st.lists(
    st.builds(Spell, moving=durations, still=durations, reading=st.floats(0.5, 8.0)), min_size=1
)


@pytest.mark.parametrize("pace", PACES)
def test_what_is_reckoned_is_what_the_film_takes(pace):
    board, _ = case_named("one token")
    told = plan(film_of(board, Style(pace=PACES[pace])))

    frame = 1 / 15
    assert told.seconds <= lasting(told.spells, PACES[pace]) + 1
    assert abs(lasting(told.spells, PACES[pace]) - told.seconds) < 0.02 * told.seconds + frame


@given(spells, st.floats(1.0, 5.0))
def test_a_film_can_be_made_longer_and_its_moves_stay_as_they_are(told, factor):
    wanted = lasting(told, NORMAL) * factor
    pace = paced(told, wanted, NORMAL)

    assert pace.moves == NORMAL.moves
    assert lasting(told, pace) == pytest.approx(wanted, rel=1e-6)


@given(spells)
def test_a_shorter_film_gives_up_holds_before_moves(told):
    wanted = lasting(told, NORMAL) * 0.98
    try:
        pace = paced(told, wanted, NORMAL)
    except InputError:
        return
    if pace.moves < NORMAL.moves - 1e-6:  # the holds are at their least already
        longer = replace(pace, moves=NORMAL.moves)
        assert lasting(told, longer) > wanted
    assert lasting(told, pace) == pytest.approx(wanted, rel=1e-6)


@given(spells, st.floats(0.3, 1.0))
def test_every_caption_can_be_read_however_short_the_film(told, share):
    try:
        pace = paced(told, lasting(told, NORMAL) * share, NORMAL)
    except InputError:
        return
    assert all(each.seconds(pace) >= each.reading / FASTEST_READING - 1e-6 for each in told)


def test_a_film_that_would_be_too_short_says_the_least_it_can_do():
    with pytest.raises(InputError) as refused:
        paced(SPELLS, 2.0, NORMAL)

    assert str(refused.value) == (
        "--duration 0:02 is too short for its captions to be read: this film takes at least 0:09"
    )
    assert lasting(SPELLS, paced(SPELLS, 9.0, NORMAL)) == pytest.approx(9.0)


def test_a_voice_is_never_cut_off():
    spoken = Spell(moving=1.0, reading=2.0, speaking=9.0)
    assert spoken.seconds(NORMAL) == 9.0
