"""The parts of softmax that a trace can be asked for: maximum, exponentials, total."""

import json
import math
import tracemalloc

import numpy as np
import pytest

from attnviz import Trace, attend, self_attention
from attnviz.core.attention import weighted_rows
from attnviz.core.positions import rotated, rotated_back

Q = np.random.default_rng(0).normal(size=(2, 3, 4))
V = np.arange(24.0).reshape(2, 3, 4)


def test_maximum_exponentials_and_total_are_what_a_hand_computes():
    stages = attend([[1.0]], [[0.0], [1.0], [9.0]], [[1.0]] * 3, scale=1, kv_length=2)

    assert stages.maximum.tolist() == [[1]]
    assert stages.exponentials.tolist() == [[pytest.approx(math.exp(-1)), 1, 0]]
    assert stages.total.tolist() == [[pytest.approx(1 + math.exp(-1))]]
    assert stages.sink_exponential is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("options", [{}, {"causal": True}, {"softcap": 1.5, "scale": 3.0}])
def test_the_weights_are_the_exponentials_over_their_total_to_the_last_bit(dtype, options):
    stages = attend(*(each.astype(dtype) for each in (Q, Q[::-1], V)), **options)

    np.testing.assert_array_equal(stages.exponentials / stages.total, stages.weights)


def test_a_sink_is_in_the_maximum_and_in_the_total_and_has_an_exponential():
    stages = attend(Q, Q, V, sinks=[5.0, -1.0])

    scores = np.concatenate(
        [stages.masked_scores, np.broadcast_to([[[5.0]], [[-1.0]]], (2, 3, 1))], axis=-1
    )
    np.testing.assert_array_equal(stages.maximum, scores.max(axis=-1, keepdims=True))
    np.testing.assert_allclose(
        stages.sink_exponential, np.exp(scores[..., -1:] - stages.maximum), rtol=1e-15
    )
    np.testing.assert_allclose(stages.exponentials / stages.total, stages.weights, rtol=1e-14)
    kept = stages.weights.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(kept + stages.sink_exponential / stages.total, 1, rtol=1e-14)


def test_a_query_that_sees_nothing_has_exponentials_and_total_zero():
    stages = attend(Q[0], Q[0], V[0], mask=np.zeros((3, 3), dtype=bool))

    assert np.isneginf(stages.maximum).all()
    assert not stages.exponentials.any()
    assert not stages.total.any()


@pytest.mark.parametrize("sinks", [None, [0.5, 2.0]])
def test_one_query_has_the_rows_of_all(sinks):
    stages = attend(Q, Q[::-1], V, causal=True, sinks=sinks)

    one = stages.of_query(1)

    for name in ("scores", "masked_scores", "weights", "output", "maximum", "exponentials"):
        np.testing.assert_array_equal(getattr(one, name), getattr(stages, name)[:, 1:2])
    np.testing.assert_allclose(one.total, stages.total[:, 1:2], rtol=1e-15)


def test_the_exponentials_of_one_query_cost_one_row():
    n = 1500
    stages = attend(np.ones((n, 2)), np.ones((n, 2)), np.ones((n, 2)))
    tracemalloc.start()
    try:
        stages.of_query(3).total  # noqa: B018
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 20 * n * 8


def test_the_parts_cannot_be_written_to():
    stages = attend(Q, Q, V, sinks=[0.5, 2.0])

    for name in ("maximum", "exponentials", "sink_exponential", "total"):
        assert not getattr(stages, name).flags.writeable


def test_the_parts_are_not_written_down_and_come_back_with_the_trace():
    w = np.eye(4)
    trace = self_attention(Q[0], w, w, w, heads=2, sinks=[0.5, 2.0])

    text = trace.to_json()

    assert not {"maximum", "exponentials", "total", "sink"} & json.loads(text)["traces"][0].keys()
    for mine, back in zip(trace.heads, Trace.from_json(text).heads, strict=True):
        np.testing.assert_array_equal(back.stages.total, mine.stages.total)
        np.testing.assert_array_equal(back.stages.sink_exponential, mine.stages.sink_exponential)


def test_the_weighted_rows_add_up_to_the_output():
    stages = attend(Q[0], Q[1], V[0])

    rows = weighted_rows(stages.weights[2], V[0])

    np.testing.assert_allclose(rows.sum(axis=0), stages.output[2], rtol=1e-14)


def test_a_pair_that_is_turned_and_turned_back_is_what_it_was():
    turned = rotated([[3.0, -4.0]], [[0.7]])[0]

    assert rotated_back(tuple(turned.tolist()), 0.7) == pytest.approx((3, -4), rel=1e-14)
