"""Attention of one sequence to another: as many keys as the context has rows."""

import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from attnviz import Trace, self_attention
from attnviz.core.overflow import overflowed
from attnviz.core.problem import Problem, given_problem
from attnviz.core.self_attention import trace_of
from attnviz.errors import ShapeError

NUMBERS = np.random.default_rng(3)
X, CONTEXT = NUMBERS.normal(size=(3, 4)), NUMBERS.normal(size=(5, 6))
W_Q, W_K, W_V = (NUMBERS.normal(size=shape) for shape in ((4, 8), (6, 4), (6, 6)))
B_K, W_O = NUMBERS.normal(size=4), NUMBERS.normal(size=(12, 4))
"""Four query heads of two entries; two key heads, whose values have three."""


def crossed(**options) -> Trace:
    options = {"heads": 4, "kv_heads": 2, "b_k": B_K, "w_o": W_O} | options
    return self_attention(X, W_Q, W_K, W_V, context=CONTEXT, **options)


def by_onnx(q, k, v, heads, kv_heads, **attributes):
    """The `Attention` operator of the standard on (n, width) arrays."""
    names = ("Q", "K", "V")
    graph = helper.make_graph(
        [helper.make_node("Attention", names, ["Y"], q_num_heads=heads, kv_num_heads=kv_heads)],
        "attention",
        [helper.make_tensor_value_info(name, TensorProto.DOUBLE, None) for name in names],
        [helper.make_tensor_value_info("Y", TensorProto.DOUBLE, None)],
    )
    for name, value in attributes.items():
        graph.node[0].attribute.append(helper.make_attribute(name, value))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)])
    (y,) = ReferenceEvaluator(model).run(None, {"Q": q[None], "K": k[None], "V": v[None]})
    return y[0]


@pytest.mark.parametrize("attributes", [{}, {"scale": 0.25, "softcap": 1.5}, {"is_causal": 1}])
def test_the_output_is_that_of_the_standard(attributes):
    options = {"causal" if name == "is_causal" else name: n for name, n in attributes.items()}

    trace = crossed(**options)

    expected = by_onnx(X @ W_Q, CONTEXT @ W_K + B_K, CONTEXT @ W_V, 4, 2, **attributes)
    np.testing.assert_allclose(trace.concat, expected, rtol=1e-12)
    np.testing.assert_allclose(trace.output, expected @ W_O, rtol=1e-12)


def test_one_head_is_what_the_formula_says():
    trace = self_attention(X, W_Q, W_K[:, [0] * 8], W_V, context=CONTEXT)

    scores = (X @ W_Q) @ (CONTEXT @ W_K[:, [0] * 8]).T / np.sqrt(8)
    weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(trace.heads[0].stages.weights, weights, rtol=1e-12)
    np.testing.assert_allclose(trace.output, weights @ CONTEXT @ W_V, rtol=1e-12)


def test_queries_and_keys_are_counted_apart():
    trace = crossed()

    problem, head = trace.problem, trace.heads[0]
    assert problem.is_cross_attention
    assert (problem.n_q, problem.n_k, problem.d_k, problem.d_v) == (3, 5, 2, 3)
    assert (head.q.shape, head.k.shape, head.v.shape) == ((3, 2), (5, 2), (5, 3))
    assert (head.stages.weights.shape, trace.output.shape) == ((3, 5), (3, 4))
    assert overflowed(trace) is None


def test_the_sequence_itself_as_context_is_self_attention():
    w = W_Q[:, :4]

    crossed = self_attention(X, w, w[::-1], w, context=X)

    np.testing.assert_array_equal(crossed.output, self_attention(X, w, w[::-1], w).output)
    assert crossed.problem.is_cross_attention
    assert not self_attention(X, w, w, w).problem.is_cross_attention


def test_given_keys_may_be_more_than_queries():
    q, k, v = NUMBERS.normal(size=(1, 4)), NUMBERS.normal(size=(5, 4)), NUMBERS.normal(size=(5, 2))

    trace = trace_of(given_problem(q, k, v, heads=2, tokens=["now"], context_tokens=list("abcde")))

    np.testing.assert_allclose(trace.output, by_onnx(q, k, v, 2, 2), rtol=1e-12)
    assert trace.problem.context_tokens == ("a", "b", "c", "d", "e")


TRACES = {
    "a context": crossed(),
    "names on both sides": crossed(tokens=list("abc"), context_tokens=list("vwxyz")),
    "a bias a head": crossed(bias=NUMBERS.normal(size=(4, 3, 5)), sinks=[0.0, 1.0, 2.0, 3.0]),
    "keys that are given": trace_of(given_problem(X, CONTEXT[:, :4], CONTEXT, heads=2)),
}


@pytest.mark.parametrize("trace", TRACES.values(), ids=TRACES.keys())
def test_a_trace_comes_back_equal(trace, tmp_path):
    trace.to_npz(tmp_path / "trace.npz")

    for back in (Trace.from_json(trace.to_json()), Trace.from_npz(tmp_path / "trace.npz")):
        assert back == trace
        assert trace_of(back.problem) == trace


def test_what_self_attention_has_not_is_not_written():
    w = W_Q[:, :4]

    body = json.loads(self_attention(X, w, w, w).to_json())

    assert "context_tokens" not in body
    assert "context" not in body["problem"]


def test_a_problem_reaches_another_process_with_its_arrays_read_only():
    again = pickle.loads(pickle.dumps(crossed().problem))

    np.testing.assert_array_equal(again.context, CONTEXT)
    assert not again.context.flags.writeable
    assert not again.w_o.flags.writeable


def test_a_field_of_the_inputs_can_be_replaced_by_name():
    problem = crossed().problem

    longer = replace(problem, context=np.ones((7, 6)))

    assert (longer.n_k, longer.heads, longer.w_q.tolist()) == (7, 4, W_Q.tolist())


MISFITS = {
    "keys of another width": (
        {"w_k": W_Q[:, :4]},
        "w_k has shape (4, 4), expected (6, 4): context has shape (5, 6)",
    ),
    "values of another width": (
        {"w_v": W_Q[:, :6]},
        "w_v has shape (4, 6), expected (6, 4): context has shape (5, 6); it would fit transposed",
    ),
    "a context of one axis": (
        {"context": CONTEXT[0]},
        "context has shape (6,), expected (n_k, d): one row a key",
    ),
    "names of other keys": (
        {"context_tokens": ["a"]},
        "1 context_tokens for 5 rows of context: give one token a row",
    ),
    "names of the keys for the queries": (
        {"tokens": list("vwxyz")},
        "5 tokens for 3 rows of x: give one token a row",
    ),
    "a rotation": (
        {"rotation": np.ones((3, 1))},
        "rotation has shape (3, 1), but keys are made of a context, whose positions are others: "
        "leave it out",
    ),
    "a square mask": (
        {"mask": np.ones((3, 3), dtype=bool)},
        "mask has shape (3, 3), expected (…, 3, 5): 3 queries in q and 5 keys in k",
    ),
    "a bias of square heads": (
        {"bias": np.ones((4, 3, 3))},
        "bias has shape (4, 3, 3), expected (3, 5) or (4, 3, 5): one a head",
    ),
}


@pytest.mark.parametrize(("changes", "text"), MISFITS.values(), ids=MISFITS.keys())
def test_a_misfit_names_the_array_and_the_shape_that_fits(changes, text):
    fitting = {"x": X, "w_q": W_Q, "w_k": W_K, "w_v": W_V, "context": CONTEXT}

    with pytest.raises(ShapeError) as caught:
        self_attention(**(fitting | {"heads": 4, "kv_heads": 2} | changes))

    assert str(caught.value) == text


def test_names_of_a_context_that_is_not_there_are_refused():
    with pytest.raises(ShapeError, match="3 context_tokens, but no context: in self-attention"):
        Problem(X, W_Q, W_Q, W_Q, context_tokens=list("abc"))
