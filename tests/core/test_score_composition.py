"""The order of score modifications, and how a new one comes in: one file, one field, one entry."""

from dataclasses import dataclass, fields

import numpy as np

from attnviz import AttentionOptions, attend
from attnviz.core.attention import attend_with
from attnviz.core.scores import composition
from attnviz.core.scores.options import ScoreOptions

Q, K, V = np.random.default_rng(5).normal(size=(3, 2, 4, 3))


def test_the_order_is_scale_softcap_bias_mask():
    bias = np.arange(16.0).reshape(4, 4)

    stages = attend(Q, K, V, scale=0.5, softcap=1.5, bias=bias, causal=True)

    scores = Q @ K.swapaxes(-1, -2)
    by_hand = np.where(np.tri(4, dtype=bool), np.tanh(scores * 0.5 / 1.5) * 1.5 + bias, -np.inf)
    np.testing.assert_allclose(stages.masked_scores, by_hand, rtol=1e-12)


def test_every_option_of_a_problem_is_one_of_attend():
    assert [each.name for each in fields(AttentionOptions)] == [
        each.name for each in fields(ScoreOptions)
    ]


def test_a_head_has_its_own_bias_and_its_own_sink():
    bias, sinks = np.arange(32.0).reshape(2, 4, 4), np.array([0.5, 1.5])
    options = AttentionOptions(bias=bias, sinks=sinks, causal=True)

    together = attend(Q, K, V, bias=bias, sinks=sinks, causal=True)

    for head in range(2):
        alone = attend_with(Q[head], K[head], V[head], options.of_head(head))
        np.testing.assert_allclose(alone.weights, together.weights[head], rtol=1e-12)


@dataclass(frozen=True, eq=False)
class WithDistance(ScoreOptions):
    slope: float = 0.0


def by_distance(scores, options):
    """Linear biases: Press et al., "Train Short, Test Long" (2022)."""
    return scores - options.slope * np.abs(np.subtract.outer(np.arange(4), np.arange(4)))


def test_a_new_modification_is_a_function_a_field_and_an_entry(monkeypatch):
    far = -0.25 * np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    as_a_bias = attend(Q, K, V, scale=1, bias=far)
    old = composition.MODIFICATIONS
    monkeypatch.setattr(
        composition, "MODIFICATIONS", (*old[:2], ("biased_scores", (*old[2][1], by_distance)))
    )

    stages = attend_with(Q, K, V, WithDistance(scale=1.0, slope=0.25))

    np.testing.assert_allclose(stages.weights, as_a_bias.weights, rtol=1e-12)
