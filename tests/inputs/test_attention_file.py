"""Weights that somebody else computed, from a file."""

import json

import numpy as np
import pytest

from attnviz.errors import InputError
from attnviz.inputs.attention_file import read_attention

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

    for name in ("a.npy", "a.npz", "a.json", "b.json"):
        read = read_attention(str(tmp_path / name))
        assert (read.shape, read.dtype) == (shape, np.float64)
        np.testing.assert_array_equal(read.reshape(given.shape), given)


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.ones(3), r"has shape (3,), expected (n, n), (heads, n, n) or (layers, heads, n, n)"),
        (np.ones((2, 3)), "has shape (2, 3)"),
        (np.ones((1, 1, 1, 2, 2)), "has shape (1, 1, 1, 2, 2)"),
        (np.ones((0, 2, 2)), "has shape (0, 2, 2)"),
        (np.array([[1.0, 0.0], [0.5, -0.1]]), "row 2, column 2: -0.1 is below 0: give weights, not scores"),
        (np.array([[3.0, 2.0], [0.0, 0.0]]), "row 1 sums to 5: give weights"),
        (np.array([[np.nan, 0.0], [0.0, 0.0]]), "nan"),
        (np.array([["a", "b"], ["c", "d"]]), "not real numbers"),
    ],
)  # fmt: skip
def test_what_are_no_weights_is_told(tmp_path, array, said):
    np.save(tmp_path / "a.npy", array)

    with pytest.raises(InputError) as caught:
        read_attention(str(tmp_path / "a.npy"))

    assert said in str(caught.value)
    assert str(tmp_path / "a.npy") in str(caught.value)


@pytest.mark.parametrize("text", ["{}", '{"weights": [[1]]}', "[[1], [1, 0]]", '[["a"]]', "null"])
def test_json_that_holds_none_is_told(tmp_path, text):
    (tmp_path / "a.json").write_text(text)

    with pytest.raises(InputError, match=r"a\.json"):
        read_attention(str(tmp_path / "a.json"))


def test_a_pickle_is_not_loaded(tmp_path):
    np.save(tmp_path / "a.npy", np.array([[object()]], dtype=object), allow_pickle=True)

    with pytest.raises(InputError, match=r"a\.npy"):
        read_attention(str(tmp_path / "a.npy"))
