"""Reading projection weights."""

import json
import sys

import numpy as np
import pytest
from safetensors.numpy import save_file

from attnviz.errors import EnvironmentFault, InputError, ShapeError
from attnviz.inputs.weights import read_weights

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
        ({"b_q": [[1.0]]}, "{}: b_q has shape (1, 1), expected one dimension, not empty"),
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
