"""Entropy, gradient and the sweep over d_k, judged by closed forms, finite differences and sampling errors."""

import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from attnviz.core.measures.saturation import (
    ScoreMeasures,
    entropy,
    gradient_size,
    score_sweep,
    softmax_jacobian,
)
from attnviz.core.softmax import softmax
from attnviz.errors import InputError, ShapeError

SCORES = hnp.arrays(np.float64, st.integers(1, 8), elements=st.floats(-6, 6))


@pytest.mark.parametrize("n", [1, 2, 7, 100])
def test_equal_weights_have_the_logarithm_of_their_number_as_entropy(n):
    assert entropy(np.full(n, 1 / n)) == pytest.approx(math.log(n), abs=1e-12)


def test_one_weight_that_has_everything_has_entropy_zero():
    assert str(entropy([0, 1, 0])) == "0.0"  # no sign


def test_the_entropy_of_a_geometric_row_is_the_published_one():
    # H = (−q ln q − p ln p) / p for p q^i; what is cut off after 60 is below 1e-16.
    p, q = 0.5, 0.5
    weights = p * q ** np.arange(60)

    assert entropy(weights) == pytest.approx((-q * math.log(q) - p * math.log(p)) / p)


@given(SCORES)
def test_the_entropy_of_softmax_is_the_log_of_its_sum_less_the_mean_score(scores):
    weights = softmax(scores)
    log_of_sum = math.log(np.exp(scores).sum())

    assert entropy(weights) == pytest.approx(log_of_sum - weights @ scores, abs=1e-9)


@given(SCORES)
def test_the_jacobian_is_what_finite_differences_of_softmax_give(scores):
    step = 1e-5
    differences = [
        (softmax(scores + step * e) - softmax(scores - step * e)) / (2 * step)
        for e in np.eye(scores.size)
    ]

    jacobian = softmax_jacobian(softmax(scores))

    np.testing.assert_allclose(jacobian, np.array(differences).T, atol=1e-9)


@given(SCORES)
def test_the_gradient_size_is_the_trace_the_eigenvalues_and_half_of_all_absolute_entries(scores):
    weights = softmax(scores)
    jacobian = softmax_jacobian(weights)

    size = gradient_size(weights)

    assert size == pytest.approx(np.trace(jacobian), abs=1e-12)
    assert size == pytest.approx(np.abs(jacobian).sum() / 2, abs=1e-12)
    assert size == pytest.approx(np.linalg.svd(jacobian, compute_uv=False).sum(), abs=1e-9)


@given(SCORES, st.integers(0, 7), st.integers(0, 7), st.floats(0.01, 1))
def test_it_falls_whenever_weight_moves_from_a_smaller_to_a_larger(scores, i, j, share):
    weights = softmax(scores)
    i, j = i % weights.size, j % weights.size
    assume(i != j and weights[i] <= weights[j])
    moved = weights.copy()
    moved[i] -= share * weights[i]
    moved[j] += share * weights[i]

    assert gradient_size(moved) < gradient_size(weights)


def test_the_frobenius_norm_would_call_two_equal_weights_more_sensitive_than_ten():
    two, ten = [0.5, 0.5] + [0] * 8, [0.1] * 10

    assert np.linalg.norm(softmax_jacobian(two)) > np.linalg.norm(softmax_jacobian(ten))
    assert gradient_size(two) == pytest.approx(0.5)
    assert gradient_size(ten) == pytest.approx(0.9)


def test_a_row_with_nothing_to_see_has_no_entropy_and_no_gradient():
    nothing = softmax([-np.inf, -np.inf])

    assert entropy(nothing) == 0
    assert gradient_size(nothing) == 0
    assert softmax_jacobian(nothing).tolist() == [[0, 0], [0, 0]]


def test_leading_axes_stay():
    weights = softmax(np.random.default_rng(0).standard_normal((2, 3, 4)))

    assert softmax_jacobian(weights).shape == (2, 3, 4, 4)
    for measure in (entropy, gradient_size, softmax_jacobian):
        np.testing.assert_allclose(measure(weights)[1, 2], measure(weights[1, 2]))


@pytest.mark.parametrize("measure", [entropy, gradient_size, softmax_jacobian])
def test_what_no_softmax_gives_is_refused(measure):
    with pytest.raises(InputError) as caught:
        measure([0.5, -2, 1])
    assert str(caught.value) == (
        "weights holds -2, expected none below 0: pass what softmax gives, not the scores"
    )

    with pytest.raises(ShapeError) as caught:
        measure(1)
    assert str(caught.value) == "weights has shape (), expected (…, n_k): one weight a key"


D_KS = (1, 4, 16, 64, 256)
SWEEP = score_sweep(D_KS)


def sampling_error(d_k: int, n_keys: int, samples: int) -> float:
    """The standard error of the measured variance of q · k, as a part of d_k.

    Given q, a score is normal with variance |q|²: so the mean of s² has the variance of |q|² over the samples, which is
    2 d_k, and that of s² given q over the scores, which is 2 E|q|⁴ = 2 (d_k² + 2 d_k).
    """
    return math.sqrt(2 / (d_k * samples) + 2 * (1 + 2 / d_k) / (samples * n_keys))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_variance_of_the_scores_is_d_k_and_scaled_it_is_one_up_to_the_sampling_error(seed):
    sweep = score_sweep(D_KS, n_keys=16, samples=256, seed=seed)

    for i, d_k in enumerate(D_KS):
        error = 4 * sampling_error(d_k, 16, 256)
        assert sweep.unscaled.variance[i] == pytest.approx(d_k, rel=error)
        assert sweep.scaled.variance[i] == pytest.approx(1, rel=error)


def test_without_scaling_softmax_saturates_as_d_k_grows():
    assert np.all(np.diff(SWEEP.unscaled.largest_weight) > 0)
    assert np.all(np.diff(SWEEP.unscaled.entropy) < 0)
    assert np.all(np.diff(SWEEP.unscaled.gradient) < 0)
    assert SWEEP.unscaled.largest_weight[-1] > 0.9
    assert SWEEP.unscaled.gradient[-1] < 0.15


def test_with_scaling_softmax_stays_as_it_is_with_scores_of_variance_one():
    # Another generator and as many normal scores as anyone could want.
    weights = softmax(np.random.default_rng(0).standard_normal((100_000, SWEEP.n_keys)))

    for i, d_k in enumerate(D_KS):
        if d_k < 16:  # so few products are not normal yet
            continue
        assert SWEEP.scaled.entropy[i] == pytest.approx(entropy(weights).mean(), abs=0.03)
        assert SWEEP.scaled.gradient[i] == pytest.approx(gradient_size(weights).mean(), abs=0.02)
        assert SWEEP.scaled.largest_weight[i] == pytest.approx(
            weights.max(axis=-1).mean(), abs=0.02
        )


def test_at_d_k_one_scaling_changes_nothing():
    for each in fields(ScoreMeasures):
        assert getattr(SWEEP.unscaled, each.name)[0] == getattr(SWEEP.scaled, each.name)[0]


def test_the_numbers_of_a_d_k_do_not_depend_on_the_others():
    alone = score_sweep([64])

    for each in fields(ScoreMeasures):
        assert getattr(alone.unscaled, each.name)[0] == getattr(SWEEP.unscaled, each.name)[3]


def test_another_seed_gives_other_numbers_and_the_same_seed_the_same():
    first, again, other = (score_sweep([8], seed=seed).unscaled.variance for seed in (5, 5, 6))

    assert first == again
    assert first != other


def test_a_sweep_keeps_its_settings_and_is_read_only():
    sweep = score_sweep([2, 3], n_keys=4, samples=5, seed=6)

    assert (sweep.d_ks, sweep.n_keys, sweep.samples, sweep.seed) == ((2, 3), 4, 5, 6)
    for measures in (sweep.unscaled, sweep.scaled):
        for each in fields(ScoreMeasures):
            assert getattr(measures, each.name).shape == (2,)
            assert not getattr(measures, each.name).flags.writeable


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"d_ks": [4, 0]}, "d_k is 0, expected a whole number of at least 1"),
        ({"n_keys": 0}, "n_keys is 0, expected a whole number of at least 1"),
        ({"samples": 0}, "samples is 0, expected a whole number of at least 1"),
        ({"seed": -1}, "seed is -1, expected a whole number of at least 0"),
    ],
)
def test_a_sweep_that_cannot_be_is_refused(options, message):
    with pytest.raises(InputError) as caught:
        score_sweep(**{"d_ks": [4], **options})

    assert str(caught.value) == message
