"""Reads a mask from a file of 0 and 1."""

from __future__ import annotations

import numpy as np

from attnviz.core.arrays import BoolArray, FloatArray
from attnviz.errors import InputError
from attnviz.inputs.files import as_text, read_file
from attnviz.inputs.grids import finite_matrix, grid, read_json, read_npy, read_npz, select_array
from attnviz.inputs.tables import read_table
from attnviz.inputs.vectors import SUFFIXES, table_delimiter

_WORDS = {"0": 0.0, "1": 1.0, "false": 0.0, "true": 1.0, "0.0": 0.0, "1.0": 1.0}


def read_mask(path: str, n: int) -> BoolArray:
    """The mask of a file: (n, n) booleans, a row a query, a column a key; True (1, true) = may attend.

    Raises InputError: not a mask, or not one for n tokens.
    """
    data, suffix = read_file(path, SUFFIXES, "--mask")
    return as_mask(_values(data, suffix, path), n, path)


def as_mask(values: FloatArray, n: int, where: str) -> BoolArray:
    """Numbers as a mask for n tokens. Raises InputError: another shape, or a number (with its place) but 0 and 1.

    >>> as_mask(np.array([[1.0, 0.0], [1.0, 1.0]]), 2, "mask.csv")
    array([[ True, False],
           [ True,  True]])
    """
    if values.shape != (n, n):
        raise InputError(
            f"{where} has shape {values.shape}, expected ({n}, {n}): a row for each query and a column for each key"
        )
    wrong = np.argwhere((values != 0) & (values != 1))
    if len(wrong):
        row, column = wrong[0]
        raise InputError(
            f"{where}, row {row + 1}, column {column + 1}: {values[row, column]:g} is neither 0 nor 1: "
            "write 1 where a query may attend, 0 where not"
        )
    mask: BoolArray = values == 1
    return mask


def _values(data: bytes, suffix: str, path: str) -> FloatArray:
    if suffix == ".json":
        value = read_json(data, path)
        return grid(value.get("mask") if isinstance(value, dict) else value, path, booleans=True)
    if suffix == ".npy":
        return finite_matrix(read_npy(data, path), path)
    if suffix == ".npz":
        return finite_matrix(select_array(read_npz(data, path), ("mask",), path), path)
    text = as_text(data, path)
    delimiter = table_delimiter(text, suffix, path)
    return read_table(text, path, delimiter=delimiter, parse=_cell).values


def _cell(text: str) -> float:
    try:
        return _WORDS[text.strip().lower()]
    except KeyError:
        raise ValueError(
            "is neither 0 nor 1: write 1 where a query may attend, 0 where not"
        ) from None
