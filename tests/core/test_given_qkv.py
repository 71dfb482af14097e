"""Attention of queries, keys and values that come from elsewhere."""

import numpy as np
import pytest

from attnviz.core.attention import attend
from attnviz.core.options import AttentionOptions
from attnviz.core.overflow import overflowed
from attnviz.core.problem import Problem, given_problem
from attnviz.core.self_attention import trace_of
from attnviz.errors import ShapeError

from .full_problem import projected_elsewhere


def shaped(*shape):
    return np.arange(np.prod(shape), dtype=float).reshape(shape) / 10


def test_they_are_attended_over_as_they_are():
    q, k, v = shaped(3, 4), shaped(3, 4)[::-1], shaped(3, 5)

    head = trace_of(given_problem(q, k, v)).heads[0]

    assert (head.q.tolist(), head.k.tolist(), head.v.tolist()) == (
        q.tolist(),
        k.tolist(),
        v.tolist(),
    )
    np.testing.assert_array_equal(head.stages.output, attend(q, k, v).output)


def test_the_same_as_projected_gives_the_same():
    x, w = shaped(3, 4), shaped(4, 8)
    projected = trace_of(Problem(x, w, w[::-1], w, heads=2))

    again = trace_of(given_problem(x @ w, x @ w[::-1], x @ w, x=x, heads=2))

    np.testing.assert_allclose(again.output, projected.output, rtol=1e-12)
    assert not again.problem.projects
    assert projected.problem.projects


def test_heads_share_keys_and_have_a_bias_each():
    problem = projected_elsewhere(np.float64)
    q, k, v = (np.split(each, parts, -1) for each, parts in zip(
        (problem.q, problem.k, problem.v), (4, 2, 2), strict=True
    ))  # fmt: skip

    for i, head in enumerate(trace_of(problem).heads):
        alone = attend(q[i], k[i // 2], v[i // 2], bias=problem.options.bias[i])
        np.testing.assert_array_equal(head.stages.weights, alone.weights)


def test_without_what_they_were_made_of_there_are_no_inputs():
    problem = given_problem(shaped(2, 3), shaped(2, 3), shaped(2, 1))

    assert (problem.x.shape, problem.d_k, problem.d_v) == ((2, 0), 3, 1)


def test_what_a_head_s_bias_hides_is_no_overflow():
    bias = np.zeros((2, 2, 2))
    bias[1, 0, 1] = -np.inf

    trace = trace_of(
        given_problem(
            shaped(2, 2),
            shaped(2, 2),
            shaped(2, 2),
            heads=2,
            options=AttentionOptions(bias=bias),
        )
    )

    assert trace.heads[1].stages.weights[0].tolist() == [1, 0]
    assert overflowed(trace) is None


MISFITS = {
    "no values": (
        {"v": None},
        "v not given: give q, k and v together, or none",
    ),
    "a projection beside them": (
        {"w_q": shaped(4, 3)},
        "w_q has shape (4, 3), but q, k and v are given: there is nothing to be projected",
    ),
    "a rotation beside them": (
        {"rotation": shaped(2, 1)},
        "rotation has shape (2, 1), but q, k and v are given: there is nothing to be projected",
    ),
    "another length": (
        {"k": shaped(3, 3)},
        "v has shape (2, 3), expected (3, d), one row a key, where 1 heads share d equally",
    ),
    "another width": (
        {"k": shaped(2, 2)},
        "k has shape (2, 2), expected (2, 3): queries have 3 entries a head, and are compared with keys",
    ),
    "an output projection that does not fit": (
        {"w_o": shaped(2, 2)},
        "w_o has shape (2, 2), expected (3, 2): v has shape (2, 3), the heads together",
    ),
    "a bias of another length": (
        {"b_o": shaped(2)},
        "b_o has shape (2,), expected (3,): v has 3 columns",
    ),
    "a bias for a head that is not there": (
        {"options": AttentionOptions(bias=shaped(2, 2, 2))},
        "bias has shape (2, 2, 2), expected (2, 2) or (1, 2, 2): one a head",
    ),
}


@pytest.mark.parametrize(("changes", "text"), MISFITS.values(), ids=MISFITS.keys())
def test_a_misfit_names_the_array_and_the_shape_that_fits(changes, text):
    fitting = {name: shaped(2, 3) for name in ("q", "k", "v")}

    with pytest.raises(ShapeError) as caught:
        Problem(shaped(2, 4), **(fitting | changes))

    assert str(caught.value) == text
