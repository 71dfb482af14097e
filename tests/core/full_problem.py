"""A problem that leaves no field empty, for what writes problems down."""

import numpy as np

from attnviz import Problem
from attnviz.core.options import AttentionOptions
from attnviz.core.problem import given_problem


def model_problem(dtype: type) -> Problem:
    """With all that trained models have and the article has not."""
    rng = np.random.default_rng(1)
    x, w_q = (rng.normal(size=shape).astype(dtype) for shape in ((3, 4), (4, 8)))
    return Problem(
        *(x, w_q, w_q[:, 2:6], w_q[:, 4:]),
        heads=4,
        kv_heads=2,
        q_norm=x[0, :2],
        k_norm=x[1, :2],
        norm_epsilon=1e-5,
        rotation=x[:, :1],
        options=AttentionOptions(softcap=2.5, window=(1, None), kv_length=2, sinks=x[1]),
    )


def projected_elsewhere(dtype: type) -> Problem:
    """With queries, keys and values from elsewhere, and a bias a head."""
    rng = np.random.default_rng(2)
    q = rng.normal(size=(3, 8)).astype(dtype)
    return given_problem(
        *(q, q[:, :4], q[:, 2:]),
        heads=4,
        kv_heads=2,
        options=AttentionOptions(bias=rng.normal(size=(4, 3, 3)).astype(dtype)),
    )


def full_problem(dtype: type) -> Problem:
    rng = np.random.default_rng(0)
    x, w, b = (rng.normal(size=shape).astype(dtype) for shape in ((3, 4), (4, 4), 4))
    return Problem(
        *(x, w, w, w),
        w_o=w[:, :2],
        b_q=b,
        b_k=b,
        b_v=b,
        b_o=b[:2],
        heads=2,
        tokens=("naïve", "注意力", '🙂\t\n"\\'),
        options=AttentionOptions(
            scale=0.1, mask=np.tri(3, dtype=bool), bias=x[:, :3], causal=True, offset=-1
        ),
        provenance={"x": "seed 0", "untrained": "所有"},
    )
