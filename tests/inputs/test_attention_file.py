"""Weights that somebody else computed, from a file."""

import json
import sys

import numpy as np
import pytest
from safetensors.numpy import save_file

from attnviz.errors import EnvironmentFault, InputError
from attnviz.inputs.arrays.attention_file import read_attention
from attnviz.story.i18n import words
from attnviz.story.reading_notes import reading_notes

WEIGHTS = np.random.default_rng(0).dirichlet(np.ones(4), (2, 3, 4))


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(
    ("part", "shape"), [((), (2, 3, 4, 4)), ((1,), (1, 3, 4, 4)), ((1, 2), (1, 1, 4, 4))]
)
def test_axes_that_are_missing_are_one_layer_and_one_head(tmp_path, part, shape, kind):
    given = WEIGHTS[part].astype(kind)
    np.save(tmp_path / "a.npy", given)
    np.savez(tmp_path / "a.npz", other=np.zeros(2), attention=given)
    (tmp_path / "a.json").write_text(json.dumps(given.tolist()))
    (tmp_path / "b.json").write_text(json.dumps({"attention": given.tolist()}))
    save_file({"anything": given}, tmp_path / "a.safetensors")
    save_file({"other": np.zeros(2), "attention": given}, tmp_path / "b.safetensors")

    for name in ("a.npy", "a.npz", "a.json", "b.json", "a.safetensors", "b.safetensors"):
        read = read_attention(str(tmp_path / name)).weights
        assert (read.shape, read.dtype) == (shape, np.float64)
        np.testing.assert_array_equal(read.reshape(given.shape), given)


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.ones(3), r"has shape (3,), expected (n, n), (heads, n, n), (layers, heads, n, n) or (layers, batch"),
        (np.ones((2, 3)), "has shape (2, 3)"),
        (np.ones((1, 1, 1, 1, 2, 2)), "has shape (1, 1, 1, 1, 2, 2)"),
        (np.ones((0, 2, 2)), "has shape (0, 2, 2)"),
        (np.array([[1.0, 0.0], [0.5, -0.1]]), "row 2, column 2: -0.1 is below 0: give weights, not scores"),
        (np.array([[3.0, 2.0], [0.0, 0.0]]), "row 1 sums to 5: give weights"),
        (np.array([[np.nan, 0.0], [0.0, 0.0]]), "nan"),
        (np.array([["a", "b"], ["c", "d"]]), "not real numbers"),
    ],
)  # fmt: skip
def test_a_file_without_weights_is_reported(tmp_path, array, said):
    np.save(tmp_path / "a.npy", array)

    with pytest.raises(InputError) as caught:
        read_attention(str(tmp_path / "a.npy"))

    assert said in str(caught.value)
    assert str(tmp_path / "a.npy") in str(caught.value)


@pytest.mark.parametrize("text", ["{}", '{"weights": [[1]]}', "[[1], [1, 0]]", '[["a"]]', "null"])
def test_json_that_holds_none_is_reported(tmp_path, text):
    (tmp_path / "a.json").write_text(text)

    with pytest.raises(InputError, match=r"a\.json"):
        read_attention(str(tmp_path / "a.json"))


def test_a_pickle_is_not_loaded(tmp_path):
    np.save(tmp_path / "a.npy", np.array([[object()]], dtype=object), allow_pickle=True)

    with pytest.raises(InputError, match=r"a\.npy"):
        read_attention(str(tmp_path / "a.npy"))


def test_bfloat16_of_a_model_on_a_graphics_card_is_read(tmp_path):
    # 0.75 and 0.25 are the same in all types; a bfloat16 is the upper half of a float32
    halves = (np.array([[0.75, 0.25], [0, 1]], "<f4").view("<u4") >> 16).astype("<u2").tobytes()
    head = json.dumps(
        {"attention": {"dtype": "BF16", "shape": [2, 2], "data_offsets": [0, 8]}}
    ).encode()
    path = tmp_path / "a.safetensors"
    path.write_bytes(len(head).to_bytes(8, "little") + head + halves)

    assert read_attention(str(path)).weights[0, 0].tolist() == [[0.75, 0.25], [0, 1]]


@pytest.mark.parametrize(
    ("tensors", "said"),
    [
        ({"a": np.eye(2), "b": np.eye(2)}, "holds 2 arrays (a, b): name the one that is meant 'attention'"),
        ({"a": np.array([[2.0, 3.0], [0.0, 1.0]])}, "row 1 sums to 5"),
        ({}, "is empty: it holds no array"),
    ],
)  # fmt: skip
def test_safetensors_that_hold_no_weights_are_reported(tmp_path, tensors, said):
    save_file(tensors, tmp_path / "a.safetensors")

    with pytest.raises(InputError) as caught:
        read_attention(str(tmp_path / "a.safetensors"))

    assert str(caught.value).startswith(str(tmp_path / "a.safetensors"))
    assert said in str(caught.value)


def test_a_file_that_is_no_safetensors_is_reported(tmp_path):
    (tmp_path / "a.safetensors").write_bytes(b"\x00" * 30)

    with pytest.raises(InputError, match=r"cannot be read as safetensors .*; save it anew"):
        read_attention(str(tmp_path / "a.safetensors"))


def test_without_the_package_safetensors_the_message_says_what_to_install(tmp_path, monkeypatch):
    save_file({"attention": np.eye(2)}, tmp_path / "a.safetensors")
    monkeypatch.setitem(sys.modules, "safetensors", None)

    with pytest.raises(EnvironmentFault, match=r"pip install 'attnviz\[models\]'"):
        read_attention(str(tmp_path / "a.safetensors"))


# ── as transformers hands them over ──

BATCH = np.random.default_rng(1).dirichlet(np.ones(4), (2, 3, 5, 4))
"""(layers, batch, heads, n, n)."""


def ways(read):
    return {each.way: each.detail for each in read.readings}


def saved_array(tmp_path, array):
    np.save(tmp_path / "a.npy", array)
    return str(tmp_path / "a.npy")


def test_a_batch_of_one_is_no_axis(tmp_path):
    read = read_attention(saved_array(tmp_path, BATCH[:, :1]))

    np.testing.assert_array_equal(read.weights, BATCH[:, 0])
    assert read.readings == ()


def test_one_text_of_a_batch_is_chosen(tmp_path):
    read = read_attention(saved_array(tmp_path, BATCH), batch=2)

    np.testing.assert_array_equal(read.weights, BATCH[:, 2])
    assert ways(read) == {"batch": "2"}


def test_four_axes_are_layers_unless_a_text_is_chosen(tmp_path):
    path = saved_array(tmp_path, BATCH[0])

    assert ways(read_attention(path)) == {"four_axes": "(3, 5, 4, 4)"}
    np.testing.assert_array_equal(read_attention(path).weights, BATCH[0])
    np.testing.assert_array_equal(read_attention(path, batch=1).weights, BATCH[:1, 1])


@pytest.mark.parametrize("batch", [1, 3])
def test_the_layers_of_transformers_may_be_saved_one_by_one(tmp_path, batch):
    np.savez(tmp_path / "a.npz", *BATCH[:, :batch])

    read = read_attention(str(tmp_path / "a.npz"), None if batch == 1 else 2)

    np.testing.assert_array_equal(read.weights, BATCH[:, batch - 1])


@pytest.mark.parametrize(
    ("array", "batch", "said"),
    [
        (BATCH, None, "holds a batch of 3: choose one with --batch 0 to --batch 2"),
        (BATCH, 3, "no 3 in the batch of "),
        (BATCH[0, 0, 0], 0, "has shape (4, 4), and no axis of a batch: leave --batch out"),
    ],
)
def test_a_batch_of_which_none_is_chosen_is_refused(tmp_path, array, batch, said):
    with pytest.raises(InputError) as caught:
        read_attention(saved_array(tmp_path, array), batch)

    assert said in str(caught.value)


@pytest.mark.parametrize("name", ["arr_{}", "layer_{}", "layer.{}", "{}", "layers2.{}.attn"])
def test_arrays_whose_names_differ_in_a_number_are_layers_in_its_order(tmp_path, name):
    weights = np.random.default_rng(3).dirichlet(np.ones(4), (11, 2, 4))
    layers = {name.format(i): weights[i] for i in (10, *range(10))}
    np.savez(tmp_path / "a.npz", **layers)
    save_file(layers, tmp_path / "a.safetensors")
    lists = {each: array.tolist() for each, array in layers.items()}
    (tmp_path / "a.json").write_text(json.dumps(lists | {"tokens": list("abcd")}))

    for path in ("a.npz", "a.safetensors", "a.json"):
        np.testing.assert_array_equal(read_attention(str(tmp_path / path)).weights, weights)


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        (
            {"l.0": BATCH[0, 0], "l.1": BATCH[0, 0, :2]},
            "a.npz: l.0 has shape (5, 4, 4) and l.1 (2, 4, 4): layers are stacked where their shapes",
        ),
        (
            {"l0": np.eye(2), "l1": np.eye(2)},
            "a.npz: l0, … are 2 arrays (2, 2), which may be layers or heads: save numpy.stack([…]) of heads, "
            "or numpy.stack([…])[:, None] of layers (layers, 1, 2, 2), as one array",
        ),
        (
            {"encoder": BATCH[0, 0], "decoder": BATCH[0, 0]},
            "holds 2 arrays (encoder, decoder): name the one that is meant 'attention'",
        ),
        (
            {"9" * 5000: BATCH[0, 0], "8" * 5000: BATCH[0, 0]},
            "holds 2 arrays (",
        ),
        (
            {"a.0": BATCH[0, 0], "b.1": BATCH[0, 0]},
            "holds 2 arrays (a.0, b.1): name the one that is meant 'attention'",
        ),
    ],
)
def test_arrays_that_are_no_layers_of_one_model_are_refused_with_the_cure(tmp_path, arrays, said):
    np.savez(tmp_path / "a.npz", **arrays)

    with pytest.raises(InputError) as caught:
        read_attention(str(tmp_path / "a.npz"))

    assert said in str(caught.value)


def test_means_of_heads_are_said_to_be_heads_unless_a_text_is_chosen(tmp_path):
    means = BATCH[0].mean(axis=1)
    path = saved_array(tmp_path, means)

    assert ways(read_attention(path)) == {"three_axes": "(3, 4, 4)"}
    np.testing.assert_array_equal(read_attention(path).weights, means[None])
    np.testing.assert_array_equal(read_attention(path, batch=1).weights, means[None, None, 1])
    assert ways(read_attention(path, batch=1)) == {"batch": "1"}


@pytest.mark.parametrize("name", ["attn", "attn_weights", "attention_probs"])
def test_the_weights_may_have_the_name_that_programs_give_them(tmp_path, name):
    np.savez(tmp_path / "a.npz", input_ids=[1, 2], **{name: np.eye(2)})
    (tmp_path / "a.json").write_text(json.dumps({name: [[1, 0], [0, 1]], "input_ids": [1, 2]}))

    for path in ("a.npz", "a.json"):
        read = read_attention(str(tmp_path / path))
        assert read.weights.tolist() == [[[[1, 0], [0, 1]]]]
        assert ways(read) == {"left_out": "input_ids"}


@pytest.mark.parametrize("name", ["a.npz", "a.json"])
def test_words_beside_the_weights_name_the_positions_and_what_is_not_used_is_named(tmp_path, name):
    if name == "a.npz":
        np.savez(tmp_path / name, attention=np.eye(2), words=["we", "tea"], logits=np.ones(3))
    else:
        beside = {"attention": [[1, 0], [0, 1]], "words": ["we", "tea"], "logits": [1]}
        (tmp_path / name).write_text(json.dumps(beside))

    read = read_attention(str(tmp_path / name))

    assert read.tokens == ("we", "tea")
    assert ways(read) == {"left_out": "logits"}


def dropped_out(rate):
    kept = np.random.default_rng(2).random(BATCH[0].shape) >= rate
    return BATCH[0] * kept / (1 - rate)


def test_dropout_that_was_left_on_names_model_eval(tmp_path):
    with pytest.raises(InputError, match=r"sums to 1\.[0-9]+: .*call model\.eval\(\) if dropout is on"):  # fmt: skip
        read_attention(saved_array(tmp_path, dropped_out(0.1)))

    low = read_attention(saved_array(tmp_path, np.minimum(dropped_out(0.5), BATCH[0])))

    [warning] = [each for each in low.readings if each.is_warning]
    assert warning.way == "not_one"
    [note] = reading_notes([warning], words("en"))
    assert "model.eval()" in note
    assert "or where tokens were cut out, such as [CLS]" in note


def test_rows_that_see_nothing_are_no_sign_of_dropout(tmp_path):
    weights = np.tril(BATCH[0, 0, 0])
    weights[0] = 0
    weights[1:] /= weights[1:].sum(axis=1, keepdims=True)

    assert read_attention(saved_array(tmp_path, weights)).readings == ()
