"""Arrays as large as the scores, of masks and biases, from a file: .csv .tsv .xlsx .json .npy .npz."""

from __future__ import annotations

import math
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from attnviz.core.arrays import FloatArray
from attnviz.core.provenance import Reading
from attnviz.errors import InputError
from attnviz.inputs.arrays.batches import without_batch
from attnviz.inputs.arrays.scores_shape import ScoresShape
from attnviz.inputs.arrays.vectors import SUFFIXES
from attnviz.inputs.files.grids import (
    Array,
    check_scores,
    first_place,
    grid,
    read_json,
    read_npy,
    read_npz,
    select_array,
)
from attnviz.inputs.files.reading import read_file
from attnviz.inputs.files.table_files import table_of
from attnviz.inputs.files.tables import ParseCell, number

Scalar = TypeVar("Scalar", bound=np.generic)
_INFINITE = {"-inf": -np.inf, "-infinity": -np.inf, "-∞": -np.inf}


def read_scores(
    path: str, what: str, parse: ParseCell, shape: ScoresShape
) -> tuple[FloatArray, tuple[Reading, ...]]:
    """The numbers of a file for the option `what`, "mask" or "bias", as many axes as it has, and how it was read.

    −∞ may be among them. `parse` reads a cell of a table. A packed file may hold as many numbers as there are scores of
    that shape, however small it is. Raises InputError, naming the file and what is wrong.
    """
    data, suffix = read_file(path, SUFFIXES, f"--{what}")
    if suffix == ".json":
        value = read_json(data, path)
        return _of_json(value.get(what) if isinstance(value, dict) else value, path), ()
    if suffix == ".npy":
        return _numbers(read_npy(data, path, check_scores), path), ()
    if suffix == ".npz":
        names = (what, f"attn_{what}", f"attention_{what}")
        arrays = read_npz(data, path, check_scores, shape.of * math.prod(shape.pairs))
        return _numbers(select_array(arrays, names, path), path), ()
    table = table_of(data, suffix, path, parse=parse)
    return table.values, table.readings


def _numbers(array: Array, path: str) -> FloatArray:
    """The array as float64, in which −∞ may stand. Raises InputError for anything else."""
    if array.dtype.kind not in "fiub":
        raise InputError(f"{path} holds {array.dtype}, not real numbers: save an array of numbers")
    if not array.ndim or not array.size:
        raise InputError(f"{path} has shape {array.shape}: it needs at least one row and column")
    values = array.astype(np.float64)
    wrong = first_place(np.isnan(values) | np.isposinf(values))
    if wrong is not None:
        place = ", ".join(str(each + 1) for each in wrong)
        raise InputError(
            f"{path}, number {place}: {values[wrong]} is no score's: put a number there"
        )
    return values


def _of_json(value: Any, path: str) -> FloatArray:
    try:
        if _is_nested(value):
            return _numbers(np.array(value, dtype=np.float64), path)
    except (ValueError, TypeError, OverflowError, RecursionError):
        pass
    return grid(value, path, booleans=True)  # it says what is wrong, and where


def _is_nested(value: Any) -> bool:
    return isinstance(value, list) and all(
        _is_nested(each) or isinstance(each, bool | int | float) for each in value
    )


def score(text: str) -> float:
    """The number that a cell holds, which may be −∞. Raises ValueError as `number` does.

    >>> score("-inf"), score("0.5")
    (-inf, 0.5)
    """
    infinite = _INFINITE.get(text.strip().lower())
    return number(text) if infinite is None else infinite


def fitted(
    values: FloatArray, shape: ScoresShape, where: str, ways: list[tuple[str, str]]
) -> FloatArray:
    """The array as (n_q, n_k), or (1, n_k) where it is the same for each query; with an axis of all heads before these
    where heads differ. Adds to `ways` what was chosen.

    The file has (n_k,), (n_q, n_k), (batch, n_k), (heads, n_q, n_k), (batch, heads, n_q, n_k), or one of these with 1
    in place of heads or queries. Three axes are heads where there are as many, else a batch.

    Raises InputError for another shape, and where a batch has several and none is chosen.
    """
    of, batch = shape.of, shape.batch
    if values.ndim == 1:
        values = values[None]
    is_batch_of_rows = values.ndim == 2 and len(values) not in (1, shape.n_q)
    if is_batch_of_rows and values.shape[1] == shape.n_k and values.size:
        values = without_batch(values, where, batch, ways)[None]
    if values.ndim == 4:
        values = without_batch(values, where, batch, ways)
        if len(values) and (values == values[:1]).all():
            values = values[:1]  # programs repeat one for as many heads as there are
        if len(values) not in (1, of):
            raise _other_heads(values, shape, where)
    elif values.ndim == 3 and len(values) not in (1, of):
        if batch is None:
            last = len(values) - 1
            raise _other_heads(
                values, shape, where, f", or choose one of a batch with --batch 0 to --batch {last}"
            )
        values = without_batch(values, where, batch, ways)[None]
    if values.ndim not in (2, 3) or values.shape[-2:] not in (shape.pairs, (1, shape.n_k)):
        raise unfit(values, shape.pairs, where)
    if values.ndim == 3 and (values == values[:1]).all():
        values = values[0]
    if values.ndim == 3:
        ways.append(("of_each_head", str(values.shape)))
    return values


def chosen_heads(values: NDArray[Scalar], shape: ScoresShape) -> NDArray[Scalar]:
    """What `fitted` returned, for the chosen heads alone and with all queries: (n_q, n_k), or (heads, n_q, n_k) where
    the chosen heads differ.
    """
    if values.ndim == 3:
        values = values[list(shape.heads)]
        if (values == values[:1]).all():
            values = values[0]
    return np.ascontiguousarray(np.broadcast_to(values, (*values.shape[:-2], *shape.pairs)))


def _other_heads(
    values: FloatArray, shape: ScoresShape, where: str, other_cure: str = ""
) -> InputError:
    """An error for an array with one for each of more or fewer heads than there are."""
    count, of = len(values), shape.of
    there = "there is 1 head" if of == 1 else f"there are {of} heads"
    whole = shape.pairs if of == 1 else (of, *shape.pairs)
    return InputError(
        f"{where} has one for each of {count} heads, and {there}: give {whole}{other_cure}"
    )


def unfit(values: FloatArray, shape: tuple[int, ...], where: str) -> InputError:
    """An error for an array that has another shape than the scores."""
    return InputError(
        f"{where} has shape {values.shape}, expected {shape}: a row for each query and a column for each key"
    )
