"""Where numbers left what float64 can hold."""

import numpy as np
import pytest

from attnviz import self_attention
from attnviz.core.overflow import overflowed

EYE = np.eye(2)
LARGE = np.array([[1.0, 0.0], [0.0, 1e200]])


def trace(x=EYE, w_q=EYE, w_k=EYE, w_v=EYE, **options):
    return self_attention(x, w_q, w_k, w_v, **options)


@pytest.mark.parametrize(
    ("given", "stage"),
    [
        ({}, None),
        ({"x": LARGE}, "scores"),
        ({"x": LARGE, "w_q": LARGE}, "queries"),
        ({"x": LARGE, "w_k": LARGE}, "keys"),
        ({"x": LARGE, "w_v": LARGE}, "values"),
        ({"x": LARGE, "heads": 2}, "scores of head 2"),
        ({"scale": 1e308, "w_q": 10 * EYE}, "scores"),
        ({"w_v": 1e200 * EYE, "w_o": 1e200 * EYE}, "outputs"),
        ({"bias": [0.0, np.inf]}, "scores"),
    ],
)
def test_the_first_stage_that_overflows_is_named(given, stage):
    assert overflowed(trace(**given)) == stage


@pytest.mark.parametrize(
    ("options", "stage"),
    [
        ({}, "scores"),
        ({"causal": True}, None),
        ({"mask": np.tri(2, dtype=bool)}, None),
        ({"causal": True, "bias": [-np.inf, 0.0]}, None),
        ({"window": (1, 0)}, None),
        ({"kv_length": 1}, None),
    ],
)
def test_a_hidden_score_is_not_checked_for_overflow(options, stage):
    # q₁·k₂ overflows, and no other
    first_large, second_large = [[1e200], [1.0]], [[1.0], [1e200]]

    assert overflowed(trace(w_q=first_large, w_k=second_large, **options)) == stage
