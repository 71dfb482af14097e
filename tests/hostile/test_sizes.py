"""Reading takes memory in proportion to the file, and what is too large is refused before the work."""

import json

import numpy as np
import pytest

from tests.hostile.limits import MIB, run_limited

READ = """
import attnviz, json
from attnviz.inputs.arrays import vectors, masks, qkv_file, attention_file, weights
from attnviz.inputs.arrays.scores_shape import ScoresShape
import attnviz.inputs.example_files, attnviz.inputs.files.safetensors_file, csv
before = peak()
kind, path = sys.argv[1:]
try:
    if kind == "vectors":
        vectors.read_vectors(path)
    elif kind == "mask":
        masks.read_mask(path, ScoresShape(1000, 1000))
    elif kind == "qkv":
        qkv_file.read_qkv(path)
    elif kind == "attention":
        attention_file.read_attention(path)
    elif kind == "weights":
        weights.read_weights(path, 8)
except AttnvizError as error:
    print("refused", error, file=sys.stderr)
print(peak() - before)
"""
SIZES = (1, 4, 16)
"""MB of each file."""
ROWS = {
    "1": "1\n",
    "1,2": "1,2\n",
    "0.5,0.25": "0.5,0.25\n",
    "names": "cat,0.5,0.25\n",
    "eight columns": "0.12,1.5,-2.25,0.5,1,0,-1,0.75\n",
    "512 columns": ",".join(["0.1234"] * 512) + "\n",
    "one row of ones": "1,",
    "one row of two digits": "11,",
    "one row": "0.1234,",
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rows", ROWS)
def test_rows_of_a_table_take_less_than_twenty_times_the_file(rows, size, tmp_path):
    path = tmp_path / "x.csv"
    row = ROWS[rows]
    text = row * (size * MIB // len(row))
    path.write_text(text.rstrip(","))

    done = run_limited(READ, 2048 * MIB, "vectors", path)

    assert int(done.out) < 20 * size * MIB + 2 * MIB


JSON = {
    "[1]": ("[1],", "[{}[1]]"),
    "[1,2]": ("[1,2],", "[{}[1,2]]"),
    "[0.5,0.25]": ("[0.5,0.25],", "[{}[0.5,0.25]]"),
    "eight columns": ("[0.12,1.5,-2.25,0.5,1,0,-1,0.75],", "[{}[1,1,1,1,1,1,1,1]]"),
    "one row of ones": ("1,", "[[{}1]]"),
    "one row of two digits": ("11,", "[[{}1]]"),
    "one row": ("0.1234,", "[[{}1]]"),
    "tokens": ('"ab",', '{{"x": [[1]], "tokens": [{}"a"]}}'),
}


@pytest.mark.parametrize("size", [1, 16])
@pytest.mark.parametrize("rows", JSON)
def test_rows_of_json_take_less_than_twenty_times_the_file(rows, size, tmp_path):
    path = tmp_path / "x.json"
    row, around = JSON[rows]
    path.write_text(around.format(row * (size * MIB // len(row))))

    done = run_limited(READ, 2048 * MIB, "vectors", path)

    assert int(done.out) < 20 * size * MIB + 2 * MIB


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["vectors", "qkv", "attention"])
def test_arrays_take_less_than_twenty_times_the_file(kind, size, tmp_path):
    path = tmp_path / "x.npy"
    shape = {"vectors": (12, -1), "qkv": (3, 12, -1), "attention": (-1, 2, 2)}[kind]
    np.save(path, np.zeros(size * MIB // 8 // 36 * 36).reshape(shape))

    done = run_limited(READ, 2048 * MIB, kind, path)

    assert int(done.out) < 20 * size * MIB + 2 * MIB


ARRAYS = {
    "vectors, a row of halves": ("vectors", np.float16, (1, -1)),
    "vectors, bytes": ("vectors", np.int8, (6000, -1)),
    "vectors, booleans": ("vectors", bool, (20_000, -1)),
    "vectors, not finite": ("vectors", np.float16, (6000, -1)),
    "qkv, bytes": ("qkv", np.int8, (3, 5000, -1)),
    "attention, bytes": ("attention", np.int8, (-1, 2, 2)),
    "attention, below 0": ("attention", np.int8, (-1, 2, 2)),
    "attention, above 1": ("attention", np.int8, (-1, 1, 1)),
    "mask, bytes": ("mask", np.int8, (-1, 1000, 1000)),
    "mask, no mask": ("mask", np.int8, (-1, 1000, 1000)),
}
FILLED = {"not finite": np.nan, "below 0": -1, "above 1": 2, "no mask": 3}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_of_small_numbers_take_less_than_twenty_times_the_file(name, tmp_path):
    kind, dtype, shape = ARRAYS[name]
    size, path = 60_000_000, tmp_path / "x.npy"
    fill = FILLED.get(name.split(", ")[-1], 0)
    np.save(path, np.full(size // np.dtype(dtype).itemsize, fill, dtype).reshape(shape))

    done = run_limited(READ, 2048 * MIB, kind, path)

    assert int(done.out) < 20 * size


@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_a_table_of_more_rows_than_a_trace_can_have_is_refused_at_once(suffix, tmp_path):
    path = tmp_path / f"x{suffix}"
    rows = [[1]] * 100_000
    path.write_text(json.dumps(rows) if suffix == ".json" else "1\n" * len(rows))

    done = run_limited(READ, 1024 * MIB, "vectors", path)

    assert (
        "100,000 rows, and at most 20,000 are read: keep only the rows that are needed" in done.err
    )
    assert int(done.out) < 20 * MIB


WRITE = """
import attnviz, numpy
x = numpy.random.default_rng(0).normal(size=(700, 4))
trace = attnviz.self_attention(x, numpy.eye(4), numpy.eye(4), numpy.eye(4))
before = peak()
assert sum(map(len, trace.json_pieces())) > 50_000_000
print(peak() - before)
"""


def test_a_trace_is_written_as_json_without_being_a_text_in_memory():
    done = run_limited(WRITE, 1024 * MIB)

    assert int(done.out) < 10 * MIB
