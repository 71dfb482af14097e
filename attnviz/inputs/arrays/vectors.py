"""Input vectors from a file: .csv .tsv .xlsx .json .npy .npz, or stdin."""

from __future__ import annotations

from typing import Any

from attnviz.core.arrays import FloatArray
from attnviz.core.provenance import Reading
from attnviz.errors import InputError
from attnviz.inputs.arrays.beside import left_out, names_in, other_names
from attnviz.inputs.files.grids import (
    check_matrix,
    check_rows,
    finite_matrix,
    grid,
    listed,
    read_json,
    read_npy,
    read_npz,
    select_name,
)
from attnviz.inputs.files.reading import STDIN, read_file
from attnviz.inputs.files.table_files import SUFFIXES as TABLES
from attnviz.inputs.files.table_files import table_of
from attnviz.inputs.files.tables import readings_of
from attnviz.inputs.tokens import checked_tokens
from attnviz.records import record

SUFFIXES = (*TABLES, ".json", ".npy", ".npz")
_NAMES = ("x", "X", "vectors", "embeddings", "hidden_states", "last_hidden_state", "inputs_embeds")
_OF_PANDAS = {"columns", "index", "data"}
"""What DataFrame.to_json(orient="split") writes."""


@record(eq=False)
class Vectors:
    """The vectors of a file, (n, d_model), the tokens it names them by, if it does, and how it was read."""

    x: FloatArray
    tokens: tuple[str, ...] | None
    readings: tuple[Reading, ...] = ()


def read_vectors(path: str) -> Vectors:
    """The vectors of a file, or of stdin if path is "-".

    .csv, .tsv, .xlsx: a row a token, with or without a header and a column of labels. .json: a list of rows, or
    an object with "x" (or "vectors", "embeddings", "hidden_states", …) and optionally "tokens" (or "words", "labels"),
    or what pandas writes with orient="split". .npy: one array, (n, d_model) or a batch of one. .npz: the array x (or
    vectors, …), or the only one, and optionally tokens, an array of words. Numbers become float64.

    Raises InputError, naming the file, the line or row, the column and the cure.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "x.csv")
    ...     _ = file.write_text("cat,1,2\\nmat,3,4\\n")
    ...     read_vectors(str(file)).tokens
    ('cat', 'mat')
    """
    data, suffix = read_file(path, SUFFIXES, "--vectors")
    where = "stdin" if path == STDIN else path
    if suffix == ".json":
        return _from_json(read_json(data, where), where)
    if suffix == ".npy":
        return Vectors(finite_matrix(read_npy(data, where, check_matrix), where), None)
    if suffix == ".npz":
        arrays = read_npz(data, where, check_rows)
        tokens = names_in(arrays, where)
        others = other_names(arrays)
        name = select_name(others, _NAMES, where)
        unused = readings_of(where, left_out(others, [name]))
        return Vectors(finite_matrix(arrays[name], where), tokens, unused)
    table = table_of(data, suffix, where)
    tokens = table.labels and checked_tokens(table.labels, where)
    return Vectors(table.values, tokens, table.readings)


def _from_json(value: Any, where: str) -> Vectors:
    if not isinstance(value, dict):
        return Vectors(_rows(value, where), None)
    if set(value) == _OF_PANDAS:
        words = value["index"]
        is_named = isinstance(words, list) and all(isinstance(each, str) for each in words)
        value = {"x": value["data"]} | ({"tokens": words} if is_named and words else {})
    name = next((each for each in _NAMES if each in value), None)
    if name is None:
        raise InputError(
            f'{where} has no "x" among its keys ({listed(value) or "there are none"}): '
            'write {"x": [[1, 2], [3, 4]], "tokens": ["a", "b"]}'
        )
    unused = readings_of(where, left_out(other_names(value), [name]))
    return Vectors(_rows(value[name], f"{where}, {name}"), names_in(value, where), unused)


def _rows(value: Any, where: str) -> FloatArray:
    """The rows of lists of JSON, of which a batch of one is no axis; one row alone needs its brackets."""
    is_batch = isinstance(value, list) and len(value) == 1 and _begins_with_row(value[0])
    if not is_batch and isinstance(value, list) and value and _begins_with_row(value[0]):
        raise InputError(
            f"{where} holds a batch of {len(value)}: save one of them, [[1, 2], [3, 4]]"
        )
    return grid(value[0] if is_batch else value, where)


def _begins_with_row(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], list)
