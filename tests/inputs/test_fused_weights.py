"""One array of queries, keys and values, parted as the models part what it makes. Their code is written anew here."""

import numpy as np
import pytest

from attnviz import trace_of
from attnviz.errors import InputError, ShapeError
from attnviz.inputs import InputRequest, problem_from
from attnviz.inputs.arrays.weights import read_weights

N, HEADS, D_K = 3, 4, 2
WIDTH = HEADS * D_K
GENERATOR = np.random.default_rng(3)
X = GENERATOR.normal(size=(N, WIDTH))


def stacked(mixed, kv_heads):
    """Phi-3, MPT, ModernBERT, ViT, Baichuan: all queries, all keys, all values."""
    q, k, v = np.split(mixed, [WIDTH, WIDTH + kv_heads * D_K], axis=-1)
    return tuple(each.reshape(N, -1, D_K).swapaxes(0, 1) for each in (q, k, v))


def neox(mixed, kv_heads):
    """GPT-NeoX: view(n, heads, 3 · head_size), of which a third each."""
    whole = mixed.reshape(N, HEADS, 3 * D_K)
    return tuple(whole[..., i * D_K : (i + 1) * D_K].swapaxes(0, 1) for i in range(3))


def bloom(mixed, kv_heads):
    """BLOOM, and Falcon without shared keys: view(n, heads, 3, head_dim)."""
    return tuple(mixed.reshape(N, HEADS, 3, D_K)[..., i, :].swapaxes(0, 1) for i in range(3))


def falcon_7b(mixed, kv_heads):
    """Falcon with one key head: view(n, heads + 2, head_dim), the last two are keys and values."""
    whole = mixed.reshape(N, HEADS + 2, D_K).swapaxes(0, 1)
    return whole[:-2], whole[-2:-1], whole[-1:]


def falcon_40b(mixed, kv_heads):
    """Falcon with the new decoder: view(n, kv_heads, heads // kv_heads + 2, head_dim)."""
    whole = mixed.reshape(N, kv_heads, HEADS // kv_heads + 2, D_K)
    q = whole[:, :, :-2].reshape(N, HEADS, D_K)
    return tuple(each.swapaxes(0, 1) for each in (q, whole[:, :, -2], whole[:, :, -1]))


MODELS = {
    "Phi-3": ("model.layers.0.self_attn.qkv_proj", "o_proj", 2, stacked),
    "MPT": ("transformer.blocks.0.attn.Wqkv", "out_proj", HEADS, stacked),
    "MPT with shared keys": ("blocks.0.attn.Wqkv", "out_proj", 1, stacked),
    "ModernBERT": ("layers.0.attn.Wqkv", "Wo", HEADS, stacked),
    "ViT": ("blocks.0.attn.qkv", "proj", HEADS, stacked),
    "lucidrains": ("layers.0.to_qkv", "to_out.0", HEADS, stacked),
    "Baichuan": ("model.layers.0.self_attn.W_pack", "o_proj", HEADS, stacked),
    "GPT-NeoX": ("gpt_neox.layers.0.attention.query_key_value", "dense", HEADS, neox),
    "BLOOM": ("h.0.self_attention.query_key_value", "dense", HEADS, bloom),
    "Falcon 1B": ("transformer.h.0.self_attention.query_key_value", "dense", HEADS, bloom),
    "Falcon 7B": ("transformer.h.0.self_attention.query_key_value", "dense", 1, falcon_7b),
    "Falcon 40B": ("transformer.h.0.self_attention.query_key_value", "dense", 2, falcon_40b),
}


@pytest.fixture
def saved(tmp_path):
    def save(arrays):
        np.savez(tmp_path / "w.npz", **arrays)
        return str(tmp_path / "w.npz")

    return save


@pytest.fixture
def x_npy(tmp_path):
    np.save(tmp_path / "x.npy", X)
    return str(tmp_path / "x.npy")


def arrays_of(name, output="", kv_heads=HEADS, *, biased=False, width=WIDTH):
    """(out, in), as torch.nn.Linear keeps them."""
    random = np.random.default_rng(1)
    out = WIDTH + 2 * kv_heads * D_K
    arrays = {f"{name}.weight": random.normal(size=(out, width))}
    if output:
        beside = f"{name.rpartition('.')[0]}.{output}"
        arrays[f"{beside}.weight"] = random.normal(size=(width, WIDTH))
    if biased:
        arrays[f"{name}.bias"] = random.normal(size=out)
    return arrays


def ways(readings):
    return {each.way: each.detail for each in readings}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("projects", [False, True])
def test_an_array_of_all_three_is_parted_as_the_model_parts_it(
    saved, x_npy, model, biased, projects
):
    name, output, kv_heads, parted = MODELS[model]
    arrays = arrays_of(name, output if projects else "", kv_heads, biased=biased)

    trace = trace_of(problem_from(InputRequest(vectors=x_npy, weights=saved(arrays), heads=HEADS)))

    mixed = X @ arrays[f"{name}.weight"].T + arrays.get(f"{name}.bias", 0)
    q, k, v = parted(mixed, kv_heads)
    assert len(trace.heads) == HEADS
    for i, head in enumerate(trace.heads):
        shared = i // (HEADS // kv_heads)
        np.testing.assert_allclose(head.q, q[i], rtol=1e-12)
        np.testing.assert_allclose(head.k, k[shared], rtol=1e-12)
        np.testing.assert_allclose(head.v, v[shared], rtol=1e-12)
    if projects:
        w_o = arrays[f"{name.rpartition('.')[0]}.{output}.weight"]
        np.testing.assert_allclose(trace.output, trace.concat @ w_o.T, rtol=1e-12)
    way = "fused" if parted is stacked else "fused_by_head"
    said = ways(trace.problem.provenance.readings)
    assert said.keys() - {"shared_heads"} == {way, "out_in"}
    assert ("shared_heads" in said) is (kv_heads < HEADS)
    assert said[way].startswith(f"{name}.weight ({len(arrays[f'{name}.weight'])}, {WIDTH})")


def test_how_many_entries_are_queries_keys_and_values_is_said_where_they_differ(saved):
    read = read_weights(saved(arrays_of("qkv_proj", kv_heads=1)), WIDTH)

    assert ways(read.readings)["fused"] == "qkv_proj.weight (12, 8): 8 + 2 + 2"


@pytest.mark.parametrize(
    ("name", "fused", "parted"),
    [("query_key_value", "stacked", stacked), ("attention.wqkv", "by-head", falcon_40b)],
)
def test_the_other_layout_can_be_asked_for(saved, x_npy, name, fused, parted):
    # ChatGLM2 stacks query_key_value, InternLM2 keeps wqkv by head
    arrays = arrays_of(name, kv_heads=2)
    request = InputRequest(vectors=x_npy, weights=saved(arrays), heads=HEADS, fused=fused)

    trace = trace_of(problem_from(request))

    q, k, v = parted(X @ arrays[f"{name}.weight"].T, 2)
    for i, head in enumerate(trace.heads):
        np.testing.assert_allclose(head.q, q[i], rtol=1e-12)
        np.testing.assert_allclose(head.k, k[i // 2], rtol=1e-12)
        np.testing.assert_allclose(head.v, v[i // 2], rtol=1e-12)


def test_the_output_says_how_long_queries_are_where_they_are_not_as_long_as_vectors(saved):
    arrays = arrays_of("to_qkv", "to_out.0", kv_heads=2, width=5)
    arrays = {name.removeprefix("."): each for name, each in arrays.items()}

    read = read_weights(saved(arrays), 5, heads=HEADS).arrays

    assert {role: each.shape for role, each in read.items()} == {
        "w_q": (5, 8),
        "w_k": (5, 4),
        "w_v": (5, 4),
        "w_o": (8, 5),
    }


def test_the_orientation_is_found_without_vectors(saved):
    arrays = arrays_of("qkv_proj", kv_heads=2)
    turned = {name: each.T for name, each in arrays.items()}

    one, other = read_weights(saved(arrays)), read_weights(saved(turned), transposed=False)

    assert one.arrays["w_k"].tolist() == other.arrays["w_k"].tolist()
    assert "out_in" in ways(one.readings) and "out_in" not in ways(other.readings)


BY_HEAD = "holds queries, keys and values head by head: say how many heads with --heads"
UNEVEN = "for keys and values: expected twice a number that divides the queries"


@pytest.mark.parametrize(
    ("arrays", "asked", "said"),
    [
        (arrays_of("query_key_value"), {}, f"{{}}: query_key_value.weight {BY_HEAD}"),
        (arrays_of("qkv"), {"fused": "by-head"}, f"{{}}: qkv.weight {BY_HEAD}"),
        (
            arrays_of("query_key_value"),
            {"heads": 3},
            "{}: query_key_value.weight has shape (24, 8): 8 entries of queries and 8 of keys are not those of "
            "3 heads: say how many heads there are with --heads",
        ),
        (
            arrays_of("query_key_value", kv_heads=3),
            {"heads": 4},
            "{}: query_key_value.weight has shape (20, 8): of 20 entries 8 are queries, which leaves 12 "
            + UNEVEN,
        ),
        (
            {"qkv_proj.weight": np.ones((8, 8))},
            {},
            "{}: qkv_proj.weight has shape (8, 8): of 8 entries 8 are queries, which leaves 0 "
            + UNEVEN,
        ),
        (
            {"qkv_proj.weight": np.ones((12, 9))},
            {},
            "{}: qkv_proj.weight has shape (12, 9), which does not fit x, whose rows have 8 numbers: "
            "it needs 8 columns, or as many rows",
        ),
        (
            arrays_of("qkv_proj", kv_heads=2),
            {"transposed": False},
            "{}: qkv_proj.weight has shape (16, 8), which can only be (out, in): leave --no-transpose-weights out",
        ),
        (
            arrays_of("qkv") | {"qkv.bias": np.ones(8)},
            {},
            "{}: qkv.bias has shape (8,), expected (24,)",
        ),
        (
            {f"{name}_proj.weight": np.ones((4, 8)) for name in "qkv"},
            {"fused": "stacked", "transposed": True},
            "--fused: {} has queries, keys and values in arrays of their own: leave it out",
        ),
    ],
)
def test_what_cannot_be_parted_is_refused_in_one_line(saved, arrays, asked, said):
    path = saved(arrays)

    with pytest.raises((InputError, ShapeError)) as caught:
        read_weights(path, WIDTH, **asked)

    assert str(caught.value) == said.format(path)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"fused": "stacked"}, "--fused is about the file of --weights: give one, or leave it out"),
        ({"fused": "both", "weights": "w.npz"}, "--fused is 'both': say stacked or by-head"),
    ],
)
def test_a_layout_without_weights_or_of_another_name_is_refused(asked, said):
    with pytest.raises(InputError) as caught:
        problem_from(InputRequest(text="a b", **asked))

    assert str(caught.value) == said


def test_an_array_called_dense_or_proj_is_no_output_beside_three_matrices(saved):
    arrays = {f"{name}.weight": np.ones((8, 8)) for name in ("query", "key", "value", "dense")}

    read = read_weights(saved(arrays), 8, transposed=True)

    assert "w_o" not in read.arrays
