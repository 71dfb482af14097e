"""Weights with an axis of heads: TransformerLens, Flax, Keras."""

import json

import numpy as np
import pytest

from attnviz import trace_of
from attnviz.errors import InputError, ShapeError
from attnviz.inputs import InputRequest, problem_from
from attnviz.inputs.arrays.weights import read_weights

D, HEADS, D_K, N = 6, 2, 4, 3
RANDOM = np.random.default_rng(7)
X = RANDOM.normal(size=(N, D))
MATRICES = {role: RANDOM.normal(size=(HEADS, D, D_K)) for role in "QKV"}
"""(heads, in, out)."""
BIASES = {role: RANDOM.normal(size=(HEADS, D_K)) for role in "QKV"}
W_O, B_O = RANDOM.normal(size=(HEADS, D_K, D)), RANDOM.normal(size=D)
LENS = {f"blocks.0.attn.W_{role}": each for role, each in MATRICES.items()}
LENS_BIASES = {f"blocks.0.attn.b_{role}": each for role, each in BIASES.items()}
LENS_OUTPUT = {"blocks.0.attn.W_O": W_O, "blocks.0.attn.b_O": B_O}
WORDS = {"Q": "query", "K": "key", "V": "value"}


def flax(pattern="{}.{}", out="out"):
    """As flax.linen.MultiHeadDotProductAttention keeps them: (in, heads, out)."""
    kernels = {
        pattern.format(WORDS[role], "kernel"): each.swapaxes(0, 1)
        for role, each in MATRICES.items()
    }
    biases = {pattern.format(WORDS[role], "bias"): each for role, each in BIASES.items()}
    return kernels | biases | {pattern.format(out, "kernel"): W_O, pattern.format(out, "bias"): B_O}


def saved(tmp_path, arrays, name="w.npz"):
    np.save(tmp_path / "x.npy", X)
    if name.endswith(".json"):
        lists = {role: each.tolist() for role, each in arrays.items()}
        (tmp_path / name).write_text(json.dumps(lists))
    else:
        np.savez(tmp_path / name, **arrays)
    return str(tmp_path / name)


def traced(tmp_path, arrays, name="w.npz", **asked):
    path = saved(tmp_path, arrays, name)
    vectors = str(tmp_path / "x.npy")
    return trace_of(problem_from(InputRequest(vectors=vectors, weights=path, heads=HEADS, **asked)))


def ways(trace):
    return {each.way: each.detail for each in trace.problem.provenance.readings}


def attention_of_einsum():
    """The output as the papers' einsum has it, without a matrix that holds all heads."""
    q, k, v = (
        np.einsum("nd,hdk->hnk", X, MATRICES[role]) + BIASES[role][:, None] for role in "QKV"
    )
    powers = np.exp(np.einsum("hnk,hmk->hnm", q, k) / np.sqrt(D_K))
    weights = powers / powers.sum(axis=-1, keepdims=True)
    return weights, np.einsum("hnm,hmk,hkd->nd", weights, v, W_O) + B_O


@pytest.mark.parametrize("name", ["w.npz", "w.json"])
@pytest.mark.parametrize(
    ("arrays", "way"),
    [
        (LENS | LENS_BIASES | LENS_OUTPUT, {"heads_in_out": "blocks.0.attn.W_Q (2, 6, 4)"}),
        (flax(), {"in_heads_out": "query.kernel (6, 2, 4)"}),
        (flax("mha/{}/{}:0", "output"), {"in_heads_out": "mha/query/kernel:0 (6, 2, 4)"}),
    ],
    ids=["TransformerLens", "Flax", "Keras"],
)
def test_heads_with_an_axis_of_their_own_are_computed(tmp_path, arrays, way, name):
    trace = traced(tmp_path, arrays, name)

    weights, output = attention_of_einsum()
    np.testing.assert_allclose([head.stages.weights for head in trace.heads], weights, rtol=1e-10)
    np.testing.assert_allclose(trace.output, output, rtol=1e-10)
    assert ways(trace) == way


def test_key_heads_may_be_fewer(tmp_path):
    fewer = {
        "blocks.0.attn.W_Q": MATRICES["Q"],
        "blocks.0.attn._W_K": MATRICES["K"][:1],
        "blocks.0.attn._W_V": MATRICES["V"][:1],
    }
    trace = traced(tmp_path, fewer)

    for head in trace.heads:
        np.testing.assert_allclose(head.k, X @ MATRICES["K"][0], rtol=1e-12)
    assert ways(trace)["shared_heads"] == "2 / 1"


def test_plain_names_with_rows_first_are_known_by_the_vectors(tmp_path):
    turned = {f"w_{role.lower()}": each.swapaxes(0, 1) for role, each in MATRICES.items()}
    trace = traced(tmp_path, turned)

    np.testing.assert_allclose(trace.heads[1].q, X @ MATRICES["Q"][1], rtol=1e-12)
    assert ways(trace) == {"in_heads_out": "w_q (6, 2, 4)"}


def test_kernels_without_an_axis_of_heads_are_in_out_and_nothing_is_said(tmp_path):
    layer = "bert/encoder/layer_0/attention/"
    kernels = {f"{layer}self/{word}/kernel": RANDOM.normal(size=(D, D)) for word in WORDS.values()}
    biases = {f"{layer}self/{word}/bias": RANDOM.normal(size=D) for word in WORDS.values()}
    output = {f"{layer}output/dense/kernel": RANDOM.normal(size=(D, D))}
    path = saved(tmp_path, kernels | biases | output)

    read = read_weights(path, D, prefix="bert.encoder.layer_0")

    assert read.arrays["w_q"].tolist() == kernels[f"{layer}self/query/kernel"].tolist()
    assert read.arrays["b_v"].tolist() == biases[f"{layer}self/value/bias"].tolist()
    assert read.arrays["w_o"].tolist() == output[f"{layer}output/dense/kernel"].tolist()
    assert read.readings == ()


@pytest.mark.parametrize(
    ("arrays", "asked", "said"),
    [
        (LENS, {}, "w.npz: blocks.0.attn.W_Q has shape (2, 6, 4), of 2 heads: say --heads 2"),
        (LENS, {"heads": 3}, "has shape (2, 6, 4), of 2 heads: say --heads 2"),
        (
            LENS,
            {"heads": 2, "transposed": True},
            "w.npz: blocks.0.attn.W_Q has an axis of heads and is not transposed: leave --transpose-weights out",
        ),
        (
            {"w_q": MATRICES["Q"], "w_k": np.ones((6, 8)), "w_v": MATRICES["V"]},
            {"heads": 2},
            "w.npz: w_q has shape (2, 6, 4), with an axis of heads, and w_k has none: save all three in one way",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_axis_of_heads_is_refused_with_the_cure(
    tmp_path, arrays, asked, said
):
    with pytest.raises(InputError) as caught:
        read_weights(saved(tmp_path, arrays), D, **asked)

    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        (
            {f"w_{role.lower()}": np.ones((2, 7, 4)) for role in "QKV"},
            "w_q (2, 7, 4), w_k (2, 7, 4), w_v (2, 7, 4) do not fit x, whose rows have 6 numbers: "
            "expected (heads, 6, d_k) or (6, heads, d_k)",
        ),
        (
            {f"{word}.kernel": np.ones((2, 6, 4)) for word in WORDS.values()},
            "do not fit x, whose rows have 6 numbers: expected (6, heads, d_k)",
        ),
        (
            {f"{word}.weight": np.ones((2, 6, 6)) for word in WORDS.values()},
            "query.weight has shape (2, 6, 6), expected two dimensions, not empty; save the heads one after the other",
        ),
    ],
)
def test_axes_of_another_length_are_refused_with_the_expected_ones(tmp_path, arrays, said):
    with pytest.raises(ShapeError) as caught:
        read_weights(saved(tmp_path, arrays), D, heads=2)

    assert said in str(caught.value)
