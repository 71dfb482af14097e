"""Input vectors from a file: .csv .tsv .xlsx .json .npy .npz, or stdin."""

from __future__ import annotations

from typing import Any

from attnviz.core.arrays import FloatArray
from attnviz.core.provenance import Reading
from attnviz.errors import InputError
from attnviz.inputs.files.grids import (
    check_matrix,
    finite_matrix,
    grid,
    listed,
    read_json,
    read_npy,
    read_npz,
    select_array,
)
from attnviz.inputs.files.reading import STDIN, read_file
from attnviz.inputs.files.table_files import SUFFIXES as TABLES
from attnviz.inputs.files.table_files import table_of
from attnviz.inputs.tokens import checked_tokens, tokens_in
from attnviz.records import record

SUFFIXES = (*TABLES, ".json", ".npy", ".npz")
_NAMES = ("x", "vectors")


@record(eq=False)
class Vectors:
    """The vectors of a file, (n, d_model), the tokens it names them by, if it does, and how it was read."""

    x: FloatArray
    tokens: tuple[str, ...] | None
    readings: tuple[Reading, ...] = ()


def read_vectors(path: str) -> Vectors:
    """The vectors of a file, or of stdin if path is "-".

    .csv, .tsv, .xlsx: a row a token, with or without a header and a column of labels. .json: a list of rows, or
    an object with "x" (or "vectors") and optionally "tokens". .npy: one array. .npz: the array x (or
    vectors), or the only one. Numbers become float64.

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
        array = select_array(read_npz(data, where, check_matrix), _NAMES, where)
        return Vectors(finite_matrix(array, where), None)
    table = table_of(data, suffix, where)
    tokens = table.labels and checked_tokens(table.labels, where)
    return Vectors(table.values, tokens, table.readings)


def _from_json(value: Any, where: str) -> Vectors:
    if not isinstance(value, dict):
        return Vectors(grid(value, where), None)
    name = next((each for each in _NAMES if each in value), None)
    if name is None:
        raise InputError(
            f'{where} has no "x" among its keys ({listed(value) or "there are none"}): '
            'write {"x": [[1, 2], [3, 4]]}'
        )
    return Vectors(grid(value[name], f"{where}, {name}"), tokens_in(value, where))
