import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz.core.positions import sinusoidal
from attnviz.errors import InputError

POSITIONS = st.integers(0, 60)
PAIRS = st.integers(1, 16)
BASES = st.floats(1.5, 1e6)


def close(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-12)


def frequencies(pairs: int, base: float) -> list[float]:
    """1 / base^(2i/d_model), written with roots instead: base^(1/pairs) is the step from pair to pair."""
    return [math.pow(base, 1 / pairs) ** -i for i in range(pairs)]


def test_the_numbers_are_those_a_hand_computes():
    # 10000^(2/4) = 100
    close(
        sinusoidal(3, 4),
        [
            [0, 1, 0, 1],
            [math.sin(1), math.cos(1), math.sin(0.01), math.cos(0.01)],
            [math.sin(2), math.cos(2), math.sin(0.02), math.cos(0.02)],
        ],
    )


def test_another_base_gives_other_wavelengths():
    # 64^(2/6) = 4, 64^(4/6) = 16
    angles = [1, 1 / 4, 1 / 16]

    close(sinusoidal(2, 6, base=64)[1, ::2], np.sin(angles))
    close(sinusoidal(2, 6, base=64)[1, 1::2], np.cos(angles))


def test_an_odd_width_ends_with_a_sine_without_its_cosine():
    # 8^(2/3) = 4
    close(sinusoidal(2, 3, base=8), [[0, 1, 0], [math.sin(1), math.cos(1), math.sin(1 / 4)]])


@pytest.mark.parametrize("shape", [(0, 4), (1, 1), (5, 2)])
def test_there_is_one_row_a_position(shape):
    assert sinusoidal(*shape).shape == shape


@given(POSITIONS, POSITIONS, PAIRS, BASES)
def test_the_dot_product_of_two_positions_depends_on_their_distance_only(p, q, pairs, base):
    encoding = sinusoidal(max(p, q) + 1, 2 * pairs, base)

    product = encoding[p] @ encoding[q]

    expected = sum(math.cos(abs(p - q) * each) for each in frequencies(pairs, base))
    assert product == pytest.approx(expected, abs=1e-9)


@given(POSITIONS, POSITIONS, PAIRS, BASES)
def test_a_position_further_on_is_the_same_rotation_from_wherever_it_starts(
    start, distance, pairs, base
):
    encoding = sinusoidal(start + distance + 1, 2 * pairs, base)

    for i, frequency in enumerate(frequencies(pairs, base)):
        sine, cosine = math.sin(distance * frequency), math.cos(distance * frequency)
        rotation = np.array([[cosine, sine], [-sine, cosine]])
        pair = slice(2 * i, 2 * i + 2)
        np.testing.assert_allclose(
            encoding[start + distance, pair], rotation @ encoding[start, pair], atol=1e-9
        )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((-1, 4), "n is -1, expected a whole number of at least 0"),
        ((3, 0), "d_model is 0, expected a whole number of at least 1"),
        ((3, 2.0), "d_model is 2.0, expected a whole number of at least 1"),
        ((3, 4, 0), "base is 0, expected a positive number: 10000 is the usual one"),
        ((3, 4, math.inf), "base is inf, expected a positive number: 10000 is the usual one"),
        ((3, 4, math.nan), "base is nan, expected a positive number: 10000 is the usual one"),
    ],
)
def test_what_gives_no_encoding_is_refused(options, message):
    with pytest.raises(InputError) as caught:
        sinusoidal(*options)

    assert str(caught.value) == message
