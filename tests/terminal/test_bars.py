import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz.views.terminal.bars import Scale

finite = st.floats(-1e9, 1e9, allow_nan=False)


@given(values=st.lists(finite, min_size=1, max_size=20), width=st.integers(2, 40))
def test_no_bar_is_longer_than_its_room(values, width):
    scale = Scale.over(values)

    assert all(len(scale.bar(value, width)) <= width for value in values)
    assert all(len(scale.bar(value, width, dashed=True)) <= width for value in values)


@given(
    values=st.lists(st.floats(1e-9, 1e9), min_size=2, max_size=20),
    width=st.integers(1, 40),
    logarithmic=st.booleans(),
)
def test_a_larger_number_never_has_a_shorter_bar(values, width, logarithmic):
    scale = Scale.over(values, logarithmic=logarithmic)

    lengths = [eighths(scale.bar(value, width)) for value in sorted(values)]

    assert lengths == sorted(lengths)
    assert lengths[0] > 0
    assert lengths[-1] == 8 * width


def eighths(bar: str) -> int:
    return sum(8 if part == "█" else " ▏▎▍▌▋▊▉".index(part) for part in bar)


def test_a_bar_is_as_long_as_its_share():
    scale = Scale.over([0.0, 8.0])

    assert [eighths(scale.bar(float(value), 4)) for value in (1, 2, 6, 8)] == [4, 8, 24, 32]


def test_on_a_logarithmic_scale_each_factor_of_ten_adds_the_same():
    scale = Scale.over([1, 1000], logarithmic=True)

    assert [eighths(scale.bar(value, 9)) for value in (10, 100, 1000)] == [24, 48, 72]


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 0.0])
def test_what_has_no_length_has_no_bar(value):
    assert Scale.over([value, 1.0]).bar(value, 10) == ""
    assert Scale.over([value, 1.0], logarithmic=True).bar(value, 10) == ""


def test_a_logarithmic_scale_has_no_bar_below_0():
    assert Scale.over([-1.0, 10.0], logarithmic=True).bar(-1.0, 10) == ""


def test_negative_numbers_have_bars_on_the_other_side_of_0():
    scale = Scale.over([-1.0, 1.0])

    assert [scale.bar(value, 8) for value in (-1.0, -0.5, 0.01, 1.0)] == [
        "████",
        "  ██",
        "    █",
        "    ████",
    ]


@pytest.mark.parametrize("values", [[], [0.0], [math.nan], [5.0]])
def test_a_scale_can_be_made_of_anything(values):
    for logarithmic in (False, True):
        scale = Scale.over(values, logarithmic=logarithmic)
        assert scale.bar(5.0, 10) != ""
