"""What attention has in trained models: shared keys and values, caps, windows, sinks, turned and normalised queries."""

import numpy as np
import pytest

from attnviz import Problem, attend, self_attention, trace_of
from attnviz.core.norms import rms_norm
from attnviz.core.options import AttentionOptions
from attnviz.core.positions import rotary_angles, rotated
from attnviz.core.scores.composition import combined_mask
from attnviz.core.scores.padding import length_mask
from attnviz.core.scores.window import window_mask
from attnviz.errors import InputError, ShapeError

rng = np.random.default_rng(0)
Q, K, V = rng.normal(size=(3, 4, 5, 6))
X, W = rng.normal(size=(5, 8)), rng.normal(size=(8, 12))


def close(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-12)


def test_heads_that_follow_each_other_share_a_key_and_value_head():
    shared = attend(Q, K[:2], V[:2])

    for head in range(4):
        alone = attend(Q[head], K[head // 2], V[head // 2])
        close(shared.weights[head], alone.weights)
        close(shared.output[head], alone.output)


def test_heads_that_cannot_be_shared_equally_are_refused():
    with pytest.raises(ShapeError, match=r"k has shape \(3, 5, 6\), expected \(4, n_k, 6\)"):
        attend(Q, K[:3], V[:3])
    with pytest.raises(ShapeError, match=r"v has shape \(4, 5, 6\), expected \(2, 5, d_v\)"):
        attend(Q, K[:2], V)


def test_a_softcap_bends_what_is_scaled_and_comes_before_the_bias():
    stages = attend(
        [[3.0]], [[1.0], [2.0]], [[1.0], [1.0]], scale=0.5, softcap=2.0, bias=[[0.0, 100.0]]
    )

    close(stages.capped_scores, 2 * np.tanh(np.array([[1.5, 3.0]]) / 2))
    close(stages.biased_scores, stages.capped_scores + np.array([[0, 100]]))
    assert attend(Q, K, V).capped_scores is not None
    assert np.abs(attend(100 * Q, K, V, softcap=5.0).capped_scores).max() <= 5
    with pytest.raises(InputError, match="softcap is 0, expected a number above 0"):
        attend(Q, K, V, softcap=0)


def test_a_window_lets_a_query_see_what_is_near():
    seen = attend(Q, K, V, window=(1, 0)).weights[0] > 0

    assert seen.astype(int).tolist() == [
        [1, 0, 0, 0, 0],
        [1, 1, 0, 0, 0],
        [0, 1, 1, 0, 0],
        [0, 0, 1, 1, 0],
        [0, 0, 0, 1, 1],
    ]
    assert combined_mask(5, 5, window=(None, None)) is None
    assert (window_mask(2, 4, None, 0, offset=2) == np.tri(2, 4, 2, dtype=bool)).all()


@pytest.mark.parametrize("window", [(-1, 0), (1.5, 0), (0,), (0, 1, 2)])
def test_a_window_that_is_none_is_refused(window):
    with pytest.raises(InputError, match="window"):
        attend(Q, K, V, window=window)
    with pytest.raises(InputError, match="window"):
        AttentionOptions(window=window)


def test_keys_past_the_length_are_hidden():
    batch = np.stack([Q, Q]), np.stack([K, K]), np.stack([V, V])

    stages = attend(*batch, kv_length=[2, 5])

    assert (stages.weights[0, ..., 2:] == 0).all()
    close(stages.output[1], attend(Q, K, V).output)
    close(attend(Q, K, V, kv_length=2).output, stages.output[0])
    for length in (-1, 1.5, "two"):
        with pytest.raises(ShapeError, match="kv_length is"):
            length_mask(3, length)
    with pytest.raises(ShapeError, match="kv_length has shape"):
        attend(*batch, kv_length=[2, 5, 5])


def test_a_sink_takes_weight_and_gives_no_value():
    sinks = np.array([0.0, 1.0, -np.inf, 50.0])

    stages = attend(Q, K, V, sinks=sinks)

    scores = np.exp(stages.masked_scores)
    close(stages.weights, scores / (scores.sum(-1, keepdims=True) + np.exp(sinks)[:, None, None]))
    close(stages.output, stages.weights @ V)
    close(stages.weights[2], attend(Q, K, V).weights[2])
    close(attend(Q[1], K[1], V[1], sinks=sinks[1:2]).weights, stages.weights[1])
    with pytest.raises(ShapeError, match=r"sinks has shape \(2,\), expected \(4,\)"):
        attend(Q, K, V, sinks=[1.0, 2.0])


def test_a_trace_shares_turns_and_normalises_as_the_formula_says():
    angles = rotary_angles(5, 2)
    trace = self_attention(
        *(X, W, W[:, :6], W[:, :4]),
        heads=4,
        kv_heads=2,
        q_norm=[1.0, 2.0, 3.0],
        norm_epsilon=0.1,
        rotation=angles,
        softcap=3.0,
        window=(2, 0),
        kv_length=4,
        sinks=[0.0, 1.0, 2.0, 3.0],
    )

    for i, head in enumerate(trace.heads):
        group = i // 2
        projected = X @ W[:, 3 * i : 3 * i + 3]
        close(head.projected_q, projected)
        close(head.q, rotated(rms_norm(projected, [1.0, 2.0, 3.0], 0.1), angles))
        close(head.k, rotated(X @ W[:, 3 * group : 3 * group + 3], angles))
        close(head.v, X @ W[:, 2 * group : 2 * group + 2])
        options = {"softcap": 3.0, "window": (2, 0), "kv_length": 4, "sinks": [float(i)]}
        expected = attend(head.q, head.k, head.v, **options)
        close(head.stages.output, expected.output)
    assert (trace.problem.n_kv_heads, trace.problem.d_k, trace.problem.d_v) == (2, 3, 2)
    assert trace.concat.shape == (5, 8)


def test_what_is_neither_turned_nor_normalised_is_not_kept_twice():
    head = self_attention(X, W, W, W).heads[0]

    assert head.projected_q is head.projected_k is None
    assert head.stages.capped_scores is head.stages.scaled_scores


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kv_heads": 3}, "kv_heads is 3, expected a number that divides the 4 heads"),
        ({"kv_heads": 0}, "kv_heads is 0"),
        ({"kv_heads": 2}, r"w_k has shape \(8, 12\), expected \(8, 6\)"),
        ({"q_norm": [1.0]}, r"q_norm has shape \(1,\), expected \(3,\)"),
        ({"rotation": [[1.0]]}, r"rotation has shape \(1, 1\), expected \(5, r\) with r at most 1"),
        ({"options": AttentionOptions(sinks=[1.0])}, r"sinks has shape \(1,\), expected \(4,\)"),
    ],
)
def test_what_does_not_fit_is_reported(changed, said):
    with pytest.raises(ShapeError, match=said):
        Problem(X, W, W, W, heads=4, **changed)


def test_a_softcap_that_is_none_is_refused():
    for softcap in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(InputError, match="give a finite number above 0"):
            AttentionOptions(softcap=softcap)


def test_grouped_heads_have_an_output_projection_over_all_of_them():
    w_o = rng.normal(size=(8, 3))
    trace = trace_of(Problem(X, W, W[:, :6], W[:, :4], w_o, heads=4, kv_heads=2))

    close(trace.output, trace.concat @ w_o)
