"""Reading masks."""

import io

import numpy as np
import pytest

from attnviz.errors import InputError
from attnviz.inputs.masks import read_mask

MASK = [[True, False], [True, True]]


def npy(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("m.csv", "1,0\n1,1\n"),
        ("m.csv", "true,False\nTRUE,true\n"),
        ("m.csv", ",a,b\na,1,0\nb,1,1\n"),
        ("m.tsv", "a\tb\n1\t0\n1\t1\n"),
        ("m.json", "[[1, 0], [true, true]]"),
        ("m.json", '{"mask": [[true, false], [true, true]]}'),
        ("m.npy", npy(np.array(MASK))),
        ("m.npy", npy(np.array(MASK, dtype=np.float32))),
    ],
)
def test_every_form_gives_the_same_mask(write, name, content):
    mask = read_mask(write(name, content), 2).seen
    assert mask.dtype == np.bool_
    assert mask.tolist() == MASK


def test_an_npz_mask_is_found_by_name(tmp_path):
    np.savez(tmp_path / "m.npz", mask=MASK, other=[1])
    assert read_mask(str(tmp_path / "m.npz"), 2).seen.tolist() == MASK


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "m.csv",
            "1,0\n1,2\n",
            "{}, line 2, column 2: '2' is neither 0 nor 1: write 1 where a query may attend, 0 where not; "
            "what is added to scores is for --bias",
        ),
        (
            "m.npy",
            npy(np.array([[0.0, 1.0], [0.5, 0.0]])),
            "{}, row 2, column 1: 0.5 is neither 0 nor 1: write 1 where a query may attend, 0 where not; "
            "what is added to scores is for --bias",
        ),
        (
            "m.csv",
            "1,0,1\n1,1,1\n",
            "{} has shape (2, 3), expected (2, 2): a row for each query and a column for each key",
        ),
        ("m.json", "{}", "{} is not a list of rows: write [[1, 2], [3, 4]]"),
    ],
)
def test_an_invalid_mask_is_reported(write, name, content, message):
    path = write(name, content)
    with pytest.raises(InputError) as caught:
        read_mask(path, 2)
    assert str(caught.value) == message.format(path)
