"""Reading projection weights."""

import json
import sys

import numpy as np
import pytest
from safetensors.numpy import save_file

from attnviz import trace_of
from attnviz.core.attention import attend
from attnviz.errors import EnvironmentFault, InputError, ShapeError
from attnviz.inputs import InputRequest, problem_from
from attnviz.inputs.arrays.weights import read_weights

GENERATOR = np.random.default_rng(5)
W = {
    "w_q": GENERATOR.normal(size=(4, 3)),
    "w_k": GENERATOR.normal(size=(4, 3)),
    "w_v": GENERATOR.normal(size=(4, 2)),
    "w_o": GENERATOR.normal(size=(2, 4)),
    "b_q": GENERATOR.normal(size=3),
    "b_o": GENERATOR.normal(size=4),
}
DOCUMENTED = {role: role for role in W}
NAMINGS = {
    "documented": DOCUMENTED,
    "article": {"w_q": "W_query", "w_k": "W_key", "w_v": "W_value", "w_o": "W_output"},
    "paper": {"w_q": "W_Q", "w_k": "W_K", "w_v": "W_V", "w_o": "W_O", "b_q": "b_Q"},
    "short": {"w_q": "wq", "w_k": "wk", "w_v": "wv", "w_o": "wo", "b_q": "bq", "b_o": "bo"},
}
LINEAR = {
    "llama": ("model.layers.0.self_attn.{}_proj.", "qkvo"),
    "bert": (
        "encoder.layer.3.attention.self.{}.",
        ("query", "key", "value", "encoder.layer.3.attention.output.dense."),
    ),
    "vit": (
        "encoder.layer.3.attention.attention.{}.",
        ("query", "key", "value", "encoder.layer.3.attention.output.dense."),
    ),
    "distilbert": ("attention.{}_lin.", ("q", "k", "v", "out")),
    "diffusers": ("to_{}.", ("q", "k", "v", "out.0")),
    "meta": ("attention.w{}.", "qkvo"),
}


def linear_name(naming, role):
    pattern, words = LINEAR[naming]
    word = words["qkvo".index(role[-1])]
    stem = word if word.endswith(".") else pattern.format(word)
    return stem + ("weight" if role[0] == "w" else "bias")


def same(weights, expected):
    read = weights.arrays
    return read.keys() == expected.keys() and all(
        read[role].dtype == np.float64 and np.array_equal(read[role], expected[role])
        for role in read
    )


@pytest.fixture
def saved(tmp_path):
    def save(arrays, suffix=".npz"):
        path = tmp_path / f"weights{suffix}"
        if suffix == ".npz":
            np.savez(path, **arrays)
        elif suffix == ".json":
            path.write_text(
                json.dumps({name: np.asarray(a).tolist() for name, a in arrays.items()})
            )
        else:
            save_file({name: np.ascontiguousarray(a) for name, a in arrays.items()}, path)
        return str(path)

    return save


@pytest.mark.parametrize("suffix", [".npz", ".json", ".safetensors"])
@pytest.mark.parametrize("naming", NAMINGS)
def test_matrices_are_found_by_name_in_every_format(saved, naming, suffix):
    names = NAMINGS[naming]
    path = saved({name: W[role] for role, name in names.items()} | {"step": np.ones(1)}, suffix)
    assert same(read_weights(path, d_model=4), {role: W[role] for role in names})


@pytest.mark.parametrize("naming", LINEAR)
def test_torch_matrices_are_turned_because_their_shape_says_so(saved, naming):
    path = saved({linear_name(naming, role): array.T for role, array in W.items()})
    assert same(read_weights(path, d_model=4), W)


def test_a_documented_name_with_a_turned_matrix_is_recognised_by_shape(saved):
    path = saved({role: array.T for role, array in W.items()})
    assert same(read_weights(path, d_model=4), W)


@pytest.mark.parametrize("d_model", [3, None])
def test_documented_names_need_no_question(saved, d_model):
    square = {role: GENERATOR.normal(size=(3, 3)) for role in ("w_q", "w_k", "w_v")}
    assert same(read_weights(saved(square), d_model), square)


def test_one_matrix_that_is_not_square_decides_for_all(saved):
    arrays = {"w_q": np.eye(3), "w_k": np.diag([1.0, 2, 3]), "w_v": GENERATOR.normal(size=(3, 2))}
    path = saved({linear_name("llama", role): array.T for role, array in arrays.items()})
    assert same(read_weights(path, d_model=3), arrays)


def test_square_torch_matrices_need_an_option_and_are_never_guessed(saved):
    square = {role: GENERATOR.normal(size=(3, 3)) for role in ("w_q", "w_k", "w_v")}
    path = saved({linear_name("llama", role): array for role, array in square.items()})
    with pytest.raises(InputError) as caught:
        read_weights(path, d_model=3)
    assert str(caught.value) == (
        f"{path}: the matrices are square (3, 3), so their shape does not tell whether they are (out, in): "
        "say --transpose-weights (as torch keeps them) or --no-transpose-weights"
    )
    assert same(read_weights(path, 3, transposed=False), square)
    assert same(read_weights(path, 3, transposed=True), {role: a.T for role, a in square.items()})


def test_torch_matrices_without_known_vectors_need_an_option(saved):
    path = saved({linear_name("llama", role): array.T for role, array in W.items()})
    with pytest.raises(InputError) as caught:
        read_weights(path)
    assert str(caught.value) == (
        f"{path}: model.layers.0.self_attn.q_proj.weight may be (out, in) or (in, out), and TEXT brings no "
        "vectors that tell: give --d-model, or say --transpose-weights or --no-transpose-weights"
    )


def test_matrices_that_disagree_are_reported_with_their_shapes(saved):
    path = saved(W | {"w_k": W["w_k"].T})
    with pytest.raises(ShapeError) as caught:
        read_weights(path, d_model=4)
    assert str(caught.value) == (
        f"{path}: w_q (4, 3), w_k (3, 4), w_v (4, 2) do not fit x, whose rows have 4 numbers: "
        "each needs 4 rows, or each 4 columns"
    )


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            {"w_q": [[1]], "w_v": [[1]]},
            "{}: w_k not found among w_q, w_v: name it w_k, W_key or key.weight",
        ),
        (
            {f"array{i}": [[1]] for i in range(8)},
            "{}: w_q, w_k, w_v not found among array0, array1, array2, array3, array4, array5 and 2 more: "
            "name it w_q, W_query or query.weight",
        ),
        (
            {"q": [[1]], "Key": [[1]], "value": [[1]]},
            "{} holds q, Key, value: queries, keys and values are given with --qkv, and matrices that make them of x "
            "are named w_q, w_k, w_v",
        ),
        (
            {"layer.w_qkv": [[1]]},
            "{}: layer.w_qkv, if it holds the matrices of queries, keys and values one after the other, is to have "
            "the name in_proj_weight",
        ),
        (
            {"w_q": [[1]], "W_query": [[1]], "w_k": [[1]], "w_v": [[1]]},
            "{}: w_q and W_query are both w_q: keep one of them",
        ),
        (
            {f"layer{i}.{w}": [[1]] for i in range(4) for w in ("w_q", "w_k", "w_v")},
            "{} holds 4 sets of weights (layer0, layer1, layer2, …): choose one with --prefix layer0",
        ),
        (
            {"w_q": [[1, 2], [3, np.nan]], "w_k": [[1]], "w_v": [[1]]},
            "{}, w_q, row 2, column 2: nan is not finite: attention needs finite numbers",
        ),
    ],
)
def test_a_file_without_usable_weights_is_reported(saved, arrays, message):
    path = saved(arrays)
    with pytest.raises(InputError) as caught:
        read_weights(path, d_model=1)
    assert str(caught.value) == message.format(path)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"w_q": [1.0, 2.0]}, "{}: w_q has shape (2,), expected two dimensions, not empty"),
        (
            {"b_q": [[1.0]]},
            "{}: b_q has shape (1, 1), expected one dimension, not empty; save array.ravel()",
        ),
    ],
)
def test_an_array_of_the_wrong_kind_is_reported(saved, changed, message):
    path = saved(W | changed)
    with pytest.raises(ShapeError) as caught:
        read_weights(path, d_model=4)
    assert str(caught.value) == message.format(path)


def test_json_that_is_no_object_is_reported(tmp_path):
    path = tmp_path / "w.json"
    path.write_text("[[1, 2]]")
    with pytest.raises(InputError) as caught:
        read_weights(str(path))
    assert str(caught.value) == (
        f'{path} is not an object of matrices: write {{"w_q": [[1, 2]], …}}'
    )


def test_a_bad_number_in_json_is_reported_with_its_place(saved, tmp_path):
    path = tmp_path / "w.json"
    path.write_text('{"w_q": [[1, "a"]], "w_k": [[1]], "w_v": [[1]]}')
    with pytest.raises(InputError) as caught:
        read_weights(str(path))
    assert str(caught.value) == (
        f'{path}, w_q, row 1, column 2: "a" is not a number: put a number such as 0.5 there'
    )


def bfloat16_file(path, kind="BF16"):
    """A .safetensors file by hand: NumPy has no bfloat16 to save one with."""
    one_and_a_half = np.array([1.5, -2.0], dtype="<f4").view("<u4") >> 16
    data = one_and_a_half.astype("<u2").tobytes()
    header = json.dumps(
        {
            name: {"dtype": kind, "shape": [1, 2], "data_offsets": [4 * i, 4 * i + 4]}
            for i, name in enumerate(("w_q", "w_k", "w_v"))
        }
    ).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + 3 * data)


def test_bfloat16_is_read(tmp_path):
    path = tmp_path / "w.safetensors"
    bfloat16_file(path)
    assert read_weights(str(path), 1).arrays["w_v"].tolist() == [[1.5, -2.0]]


def test_float16_is_read(saved):
    halves = {role: W[role].astype(np.float16) for role in ("w_q", "w_k", "w_v")}
    expected = {role: array.astype(np.float64) for role, array in halves.items()}
    assert same(read_weights(saved(halves, ".safetensors"), 4), expected)


def test_a_kind_of_number_that_is_not_read_is_reported(tmp_path):
    path = tmp_path / "w.safetensors"
    bfloat16_file(path, "U16")
    with pytest.raises(InputError) as caught:
        read_weights(str(path), 1)
    assert str(caught.value) == f"{path}, w_q holds U16 numbers, which are not read: save it as F32"


def test_a_file_that_is_no_safetensors_is_reported(tmp_path):
    path = tmp_path / "w.safetensors"
    path.write_bytes(b"\x00\x01\x02 nothing of the kind")
    with pytest.raises(InputError, match="is not what its suffix says: it cannot be read as safet"):
        read_weights(str(path))


def test_without_the_package_safetensors_the_message_says_what_to_install(saved, monkeypatch):
    path = saved(W, ".safetensors")
    monkeypatch.setitem(sys.modules, "safetensors", None)
    with pytest.raises(EnvironmentFault) as caught:
        read_weights(path, 4)
    assert str(caught.value) == (
        f"{path}: reading .safetensors needs the package safetensors: pip install 'attnviz[models]'"
    )
    assert caught.value.exit_code == 1


# ── as they are saved ──

X = [[1.0, 1.0], [2.0, 0.0]]
IN_PROJ = np.array([[1, 2], [0, 1], [1, 0], [1, 1], [2, 1], [2, 0]], dtype=float)
FIGURES = [[0.1070, 0.8930], [0.1956, 0.8044]]
"""What torch.nn.MultiheadAttention gives for them, to four digits."""


@pytest.fixture
def x_npy(tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, X)
    return str(path)


def weights_of(x, path, **asked):
    problem = problem_from(InputRequest(vectors=x, weights=path, **asked))
    return trace_of(problem).heads[0].stages.weights, problem


def ways(readings):
    return {each.way: each.detail for each in readings}


@pytest.mark.parametrize("suffix", [".npz", ".json", ".safetensors"])
@pytest.mark.parametrize("prefix", ["", "encoder.layers.0.self_attn."])
def test_one_array_of_torchs_attention_holds_all_three_matrices(saved, x_npy, prefix, suffix):
    path = saved({f"{prefix}in_proj_weight": IN_PROJ}, suffix)

    weights, problem = weights_of(x_npy, path)

    np.testing.assert_allclose(weights, FIGURES, atol=5e-5)
    assert ways(problem.provenance.readings) == {
        "fused": f"{prefix}in_proj_weight (6, 2)",
        "out_in": "",
    }


def test_the_bias_and_the_output_of_torchs_attention_are_applied(saved, x_npy):
    bias, out, last = np.arange(6.0), np.array([[1.0, 2], [0, 3]]), np.array([5.0, 6])
    path = saved({
        "in_proj_weight": IN_PROJ, "in_proj_bias": bias, "out_proj.weight": out, "out_proj.bias": last
    })  # fmt: skip

    trace = trace_of(problem_from(InputRequest(vectors=x_npy, weights=path)))

    parts = zip(np.split(IN_PROJ, 3), bias.reshape(3, 2), strict=True)
    q, k, v = (np.array(X) @ part.T + added for part, added in parts)
    powers = np.exp(q @ k.T / np.sqrt(2))
    expected = powers / powers.sum(axis=1, keepdims=True) @ v @ out.T + last
    np.testing.assert_allclose(trace.output, expected, rtol=1e-12)


def test_a_bias_of_keys_moves_the_weights_as_an_added_row_does(saved, x_npy, tmp_path):
    np.save(tmp_path / "b.npy", [1.0, 2.0])

    weights, problem = weights_of(x_npy, saved({"in_proj_weight": IN_PROJ}), bias=str(tmp_path / "b.npy"))  # fmt: skip

    np.testing.assert_allclose(weights, [[0.0422, 0.9578], [0.0821, 0.9179]], atol=5e-5)
    assert "key_bias" in ways(problem.provenance.readings)


@pytest.mark.parametrize("turned", [False, True])
def test_gpt2_and_nanogpt_keep_the_same_matrices_one_turned(saved, x_npy, turned):
    fused, out = IN_PROJ.T, np.array([[1.0, 2], [0, 3]])
    named = {"h.0.attn.c_attn.weight": fused, "h.0.attn.c_proj.weight": out}
    others = {"h.0.mlp.c_proj.weight": np.ones((8, 2)), "h.0.attn.c_attn.bias": np.arange(6.0)}
    path = saved({name: each.T if turned else each for name, each in named.items()} | others)

    read = read_weights(path, 2)

    assert read.arrays["w_k"].tolist() == fused[:, 2:4].tolist()
    assert read.arrays["w_o"].tolist() == out.tolist()
    assert read.arrays["b_v"].tolist() == [4, 5]
    assert ("out_in" in ways(read.readings)) is turned


def llama(heads=4, kv_heads=2, width=8, d_k=2):
    random = np.random.default_rng(1)
    shapes = {"q": heads * d_k, "k": kv_heads * d_k, "v": kv_heads * d_k}
    arrays = {
        f"{name}_proj.weight": random.normal(size=(rows, width)) for name, rows in shapes.items()
    }
    return arrays | {"o_proj.weight": random.normal(size=(width, heads * d_k))}


def test_fewer_key_heads_are_shared_as_their_widths_say(saved, tmp_path):
    arrays, x = llama(), np.random.default_rng(2).normal(size=(3, 8))
    np.save(tmp_path / "x.npy", x)

    problem = problem_from(InputRequest(vectors=str(tmp_path / "x.npy"), weights=saved(arrays), heads=4))  # fmt: skip

    assert (problem.heads, problem.n_kv_heads, problem.d_k) == (4, 2, 2)
    assert ways(problem.provenance.readings)["shared_heads"] == "4 / 2"
    for i, head in enumerate(trace_of(problem).heads):
        q, k, v = (
            (x @ arrays[f"{name}_proj.weight"].T)[:, at * 2 : at * 2 + 2]
            for name, at in (("q", i), ("k", i // 2), ("v", i // 2))
        )
        np.testing.assert_allclose(head.stages.output, attend(q, k, v).output, rtol=1e-12)


def test_shared_heads_of_which_nobody_says_how_many_are_asked_for(saved, tmp_path):
    np.save(tmp_path / "x.npy", np.ones((3, 8)))

    with pytest.raises(InputError, match=r"queries are 8 numbers long and keys 4.*with --heads"):
        problem_from(InputRequest(vectors=str(tmp_path / "x.npy"), weights=saved(llama())))


def state_dict():
    return {
        f"model.layers.{i}.self_attn.{name}": each + i
        for i in (0, 1, 10)
        for name, each in llama().items()
    } | {"model.embed_tokens.weight": np.ones((5, 8))}


@pytest.mark.parametrize(
    ("prefix", "layer"),
    [
        ("model.layers.1.self_attn", 1),
        ("model.layers.1.self_attn.", 1),
        ("model.layers.1", 1),
        ("MODEL.layers.10", 10),
        ("model.layers.0", 0),
    ],
)
def test_a_prefix_chooses_one_layer_of_a_state_dict(saved, prefix, layer):
    read = read_weights(saved(state_dict(), ".safetensors"), 8, prefix=prefix)

    assert read.arrays["w_k"].tolist() == (llama()["k_proj.weight"] + layer).T.tolist()
    assert ways(read.readings)["layer"] == f"model.layers.{layer}.self_attn"


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        (None, "holds 3 sets of weights (model.layers.0.self_attn, model.layers.1.self_attn, "
         "model.layers.10.self_attn): choose one with --prefix model.layers.0.self_attn"),
        ("model.layers.2", "has no weights under 'model.layers.2': "),
        ("model", "has 3 sets of weights under 'model' (model.layers.0.self_attn, "),
        ("layers.1", "has no weights under 'layers.1': did you mean 'model.layers.1.self_attn'? It has"),
        ("model.layers.99", "has no weights under 'model.layers.99': It has model.layers.0.self_attn, "),
    ],
)  # fmt: skip
def test_a_prefix_that_names_no_layer_or_several_is_refused(saved, prefix, said):
    path = saved(state_dict(), ".safetensors")

    with pytest.raises(InputError) as caught:
        read_weights(path, 8, prefix=prefix)

    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("arrays", "asked", "said"),
    [
        ({"in_proj_weight": np.ones((6, 3))}, {}, "in_proj_weight has shape (6, 3), expected (3·d, d) or (d, 3·d)"),
        ({"in_proj_weight": IN_PROJ}, {"transposed": False}, "can only be (out, in): leave --no-transpose-weights out"),
        ({"c_attn.weight": IN_PROJ.T}, {"transposed": True}, "can only be (in, out): leave --transpose-weights out"),
        ({"in_proj_weight": IN_PROJ, "in_proj_bias": np.ones(5)}, {}, "in_proj_bias has shape (5,), expected (6,)"),
        ({"in_proj_weight": IN_PROJ, "in_proj_bias": np.ones(6), "b_k": np.ones(2)}, {}, "are both b_k: keep one"),
        ({"in_proj_weight": IN_PROJ, "q_proj.weight": np.eye(2)}, {}, "are both w_q: keep one of them"),
    ],
)  # fmt: skip
def test_a_fused_array_that_cannot_be_is_refused(saved, arrays, asked, said):
    with pytest.raises((InputError, ShapeError)) as caught:
        read_weights(saved(arrays), 2, **asked)

    assert said in str(caught.value)


def test_torch_keeps_one_bias_also_beside_three_matrices(saved):
    arrays = {f"{name}_proj_weight": np.ones((2, 3)) for name in "qkv"}  # kdim and vdim are given
    path = saved(arrays | {"in_proj_bias": np.arange(6.0)})

    read = read_weights(path, 3).arrays

    assert [read[role].tolist() for role in ("b_q", "b_k", "b_v")] == [[0, 1], [2, 3], [4, 5]]
    assert read.keys() == {"w_q", "w_k", "w_v", "b_q", "b_k", "b_v"}


@pytest.mark.parametrize("block", ["self", "attention"])
def test_a_layer_of_bert_or_vit_has_the_prefix_of_its_queries(saved, block):
    names = {
        "w_q": f"{block}.query",
        "w_k": f"{block}.key",
        "w_v": f"{block}.value",
        "w_o": "output.dense",
    }
    path = saved(
        {
            f"layer.{i}.attention.{name}.weight": W[role].T * (i + 1)
            for i in range(2)
            for role, name in sorted(names.items(), reverse=True)
        }
    )

    for prefix in ("layer.1", "layer.1.attention", f"layer.1.attention.{block}"):
        read = read_weights(path, 4, prefix=prefix)
        assert read.arrays["w_o"].tolist() == (W["w_o"] * 2).tolist()
        assert ways(read.readings)["layer"] == f"layer.1.attention.{block}"


def test_what_would_change_attention_and_is_not_applied_is_a_warning(saved):
    path = saved({"in_proj_weight": IN_PROJ, "bias_k": np.ones((1, 1, 2))})

    [warning] = [each for each in read_weights(path, 2).readings if each.is_warning]

    assert (warning.way, warning.detail) == ("unused", "bias_k")


def test_matrices_that_were_turned_are_said_and_others_not(saved):
    turned = read_weights(saved({role: each.T for role, each in W.items()}), 4)
    plain = read_weights(saved(W), 4)

    assert ways(turned.readings) == {"out_in": "w_q (3, 4)"}
    assert plain.readings == ()


# ── what goes with the matrices, and is not applied ──

TORCH = {f"layers.0.attn.{name}_proj.weight": W[f"w_{name}"].T for name in "qkv"}


@pytest.mark.parametrize(
    "beside",
    [
        "q_proj.SCB",
        "q_proj.weight_format",
        "k_proj.weight_scale",
        "k_proj.weight_scale_inv",
        "v_proj.input_scale",
        "v_proj.scales",
        "q_proj.qweight",
        "q_proj.weight.absmax",
        "q_proj.weight.quant_state.bitsandbytes__nf4",
    ],
)
@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_quantised_weights_are_refused_by_name(saved, beside, suffix):
    path = saved(TORCH | {f"layers.0.attn.{beside}": np.ones(3)}, suffix)

    with pytest.raises(InputError) as caught:
        read_weights(path, 4)

    assert str(caught.value) == (
        f"{path} holds quantised weights: layers.0.attn.{beside} belongs to them and is not applied: "
        "save them as plain numbers, as model.dequantize() of transformers makes them"
    )


def test_packed_weights_without_plain_ones_are_refused_by_name(saved):
    path = saved({f"{name}_proj.qweight": np.ones((2, 2), dtype=np.int32) for name in "qkv"})

    with pytest.raises(InputError, match=r"holds quantised weights: q_proj\.qweight belongs to them"):  # fmt: skip
        read_weights(path, 4)


@pytest.mark.parametrize("kind", [np.int8, np.uint8])
def test_matrices_of_8_bits_are_a_warning(saved, kind):
    path = saved({name: np.round(array).astype(kind) for name, array in TORCH.items()})

    readings = read_weights(path, 4).readings

    [warning] = [each for each in readings if each.is_warning]
    assert warning.way == "small_integers"
    assert warning.detail == ", ".join(TORCH)


@pytest.mark.parametrize(
    "adapter",
    [
        "q_proj.lora_A.weight",
        "q_proj.lora_B.default.weight",
        "q_proj.lora_A",
        "q_proj.lora_down.weight",
        "q_proj_lora.up.weight",
        "q_proj.lora_magnitude_vector",
    ],
)
@pytest.mark.parametrize("whole", [TORCH, {}])
def test_an_adapter_is_refused_with_the_cure(saved, adapter, whole):
    path = saved(whole | {f"layers.0.attn.{adapter}": np.ones((2, 2))})

    with pytest.raises(InputError) as caught:
        read_weights(path, 4)

    assert str(caught.value) == (
        f"{path} holds an adapter (LoRA), layers.0.attn.{adapter}, which is not applied: "
        "merge it into the weights first, as model.merge_and_unload() of PEFT does, and save them again"
    )


def test_what_goes_with_another_layer_is_no_reason_to_refuse(saved):
    others = {"layers.1.attn.q_proj.SCB": np.ones(3), "layers.10.attn.q_proj.lora_A": np.ones(3)}

    assert same(
        read_weights(saved(TORCH | others), 4), {role: W[role] for role in ("w_q", "w_k", "w_v")}
    )


def test_a_scale_of_the_whole_attention_is_no_sign_of_quantisation(saved):
    readings = read_weights(saved(TORCH | {"layers.0.attn.scale": np.ones(1)}), 4).readings

    assert ways(readings)["left_out"] == "layers.0.attn.scale"


@pytest.mark.parametrize("suffix", [".npz", ".json", ".safetensors"])
def test_arrays_of_the_layer_that_are_not_used_are_named(saved, suffix):
    given = {role: W[role] for role in ("w_q", "w_k", "w_v")}
    path = saved(given | {"wo_": W["w_o"], "b_quer": W["b_q"]}, suffix)

    [reading] = read_weights(path, 4).readings

    assert (reading.way, set(reading.detail.split(", "))) == ("left_out", {"wo_", "b_quer"})
    assert not reading.is_warning


def test_arrays_of_other_parts_of_a_model_are_not_listed(saved):
    others = {"embed.weight": np.ones((9, 4)), "layers.0.mlp.up.weight": np.ones((9, 4))}

    assert "left_out" not in ways(read_weights(saved(TORCH | others), 4).readings)


def test_of_matrices_beside_layers_with_a_prefix_nothing_of_these_is_named(saved):
    bare = {role: W[role] for role in ("w_q", "w_k", "w_v")}
    path = saved(bare | TORCH | {"wo_": W["w_o"]})

    readings = read_weights(path, 4, prefix="").readings

    assert ways(readings) == {"layer": "(no prefix)", "left_out": "wo_"}


# ── without vectors that tell ──


def test_a_text_alone_says_that_matrices_were_read_as_documented(saved):
    path = saved({role: np.ones((5, 2)) for role in ("w_q", "w_k", "w_v")})

    asked = {"text": "the cat sat", "weights": path}
    assert ways(problem_from(InputRequest(**asked)).provenance.readings) == {"in_out": "w_q (5, 2)"}
    for settled in ({"d_model": 5}, {"transpose_weights": False}):
        assert problem_from(InputRequest(**asked, **settled)).provenance.readings == ()


def test_matrices_that_can_only_be_as_documented_need_no_word(saved):
    assert read_weights(saved({role: W[role] for role in ("w_q", "w_k", "w_v")})).readings == ()


def test_a_larger_array_beside_the_weights_is_not_read(tmp_path):
    path = tmp_path / "w.npz"
    eye = np.eye(2)
    np.savez_compressed(path, w_q=eye, w_k=eye, w_v=eye, embedding=np.zeros((2, 200_000, 25)))

    assert read_weights(str(path), 2).arrays["w_q"].tolist() == [[1, 0], [0, 1]]
