"""Seeded numbers: fixed for good, and normally distributed."""

import math

import numpy as np
import pytest

from attnviz.core.seeded import standard_normal
from attnviz.errors import InputError

FIXED = [0.2698662818981454, 1.1218750560688908, 0.6704741942574372]


def test_the_numbers_of_a_seed_are_fixed():
    assert standard_normal((3,), 7, 1).tolist() == pytest.approx(FIXED, rel=1e-13)


def test_they_follow_from_the_raw_bits_by_the_formula_of_box_and_muller():
    raw = np.random.PCG64(np.random.SeedSequence([3])).random_raw(4).tolist()
    u = [((bits >> 11) + 0.5) / 2**53 for bits in raw]

    def pair(u1: float, u2: float) -> tuple[float, float]:
        radius = math.sqrt(-2 * math.log(u1))
        return radius * math.cos(2 * math.pi * u2), radius * math.sin(2 * math.pi * u2)

    (first, third), (second, fourth) = pair(u[0], u[2]), pair(u[1], u[3])

    expected = [[first, second], [third, fourth]]
    np.testing.assert_allclose(standard_normal((2, 2), 3), expected, rtol=1e-13)


@pytest.mark.parametrize("bits", [0, 2**64 - 1])
def test_no_raw_bits_give_an_infinite_number(monkeypatch, bits):
    class Constant:
        def __init__(self, seed: object) -> None:
            pass

        def random_raw(self, count: int) -> np.ndarray:
            return np.full(count, bits, np.uint64)

    monkeypatch.setattr(np.random, "PCG64", Constant)

    assert np.isfinite(standard_normal((2,), 0)).all()


def test_their_moments_are_those_of_the_normal_distribution():
    drawn = standard_normal((100_000,), 0)

    # E[z^k] = 1 · 3 · … · (k − 1) for even k; the error of a mean of z^k is √(E[z^2k] / n), and five of it is plenty.
    moments = {1: (0, 1), 2: (1, 3), 3: (0, 15), 4: (3, 105)}
    for power, (expected, of_the_square) in moments.items():
        error = math.sqrt(of_the_square / drawn.size)
        assert (drawn**power).mean() == pytest.approx(expected, abs=5 * error)


def test_neighbours_and_seeds_are_uncorrelated():
    drawn, other = standard_normal((10_000,), 0), standard_normal((10_000,), 1)

    assert abs((drawn[1:] * drawn[:-1]).mean()) < 0.05
    assert abs((drawn[:5_000] * drawn[5_000:]).mean()) < 0.07
    assert abs((drawn * other).mean()) < 0.05


@pytest.mark.parametrize("shape", [(), (1,), (3,), (0, 2), (3, 5)])
def test_any_shape_can_be_drawn(shape):
    assert standard_normal(shape, 0).shape == shape


@pytest.mark.parametrize("seed", [-1, 0.5])
def test_a_seed_that_is_no_whole_number_is_refused(seed):
    with pytest.raises(InputError) as caught:
        standard_normal((1,), seed)

    assert str(caught.value) == f"seed is {seed}, expected a whole number of at least 0"
