"""Arrays as large as the scores, of masks and biases, from a file: .csv .tsv .xlsx .json .npy .npz."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from attnviz.core.arrays import FloatArray
from attnviz.core.provenance import Reading
from attnviz.errors import InputError
from attnviz.inputs.arrays.batches import without_batch
from attnviz.inputs.arrays.beside import left_out, other_names
from attnviz.inputs.arrays.scores_shape import ScoresShape
from attnviz.inputs.arrays.vectors import SUFFIXES
from attnviz.inputs.files.grids import (
    Array,
    check_real,
    check_scores,
    first_place,
    grid,
    read_json,
    read_npy,
    read_npz,
    select_name,
)
from attnviz.inputs.files.reading import read_file
from attnviz.inputs.files.table_files import table_of
from attnviz.inputs.files.tables import ParseCell, number, readings_of
from attnviz.records import record

Scalar = TypeVar("Scalar", bound=np.generic)
_INFINITE = {"-inf": -np.inf, "-infinity": -np.inf, "-∞": -np.inf, "−∞": -np.inf}
TRUTHS, WHOLE, REAL = "truths", "whole", "real"
_OF_KIND = {"b": TRUTHS, "i": WHOLE, "u": WHOLE, "f": REAL}


@record(eq=False)
class ScoreNumbers:
    """The numbers of a file, as many axes as it has, and how it was read."""

    values: FloatArray
    kind: str
    """TRUTHS where all are true or false, REAL where one is written as no whole number (0.0, −∞), else WHOLE."""
    readings: tuple[Reading, ...] = ()


def read_scores(path: str, what: str, parse: ParseCell, shape: ScoresShape) -> ScoreNumbers:
    """The numbers of a file for the option `what`, "mask" or "bias"; −∞ may be among them.

    `parse` reads a cell of a table. A packed file may hold as many numbers as there are scores of that shape, however
    small it is. Raises InputError, naming the file and what is wrong.
    """
    data, suffix = read_file(path, SUFFIXES, f"--{what}")
    unused: tuple[Reading, ...] = ()
    names: tuple[str, ...] = (what, f"attn_{what}", f"attention_{what}")
    if what == "mask":
        names += ("src_mask", "src_key_padding_mask", "key_padding_mask")
    if suffix == ".json":
        value = read_json(data, path)
        if isinstance(value, dict):
            name = select_name(value, names, path)
            unused = readings_of(path, left_out(other_names(value), [name]))
            value = value[name]
        values = _of_json(value, path)
        return ScoreNumbers(values, _kind_of_all(_leaves(value)), unused)
    if suffix in (".npy", ".npz"):
        if suffix == ".npy":
            array = read_npy(data, path, check_scores)
        else:
            arrays = read_npz(data, path, check_scores, shape.of * math.prod(shape.pairs))
            others = other_names(arrays)
            name = select_name(others, names, path)
            array, unused = arrays[name], readings_of(path, left_out(others, [name]))
        return ScoreNumbers(_numbers(array, path), _OF_KIND[array.dtype.kind], unused)
    kinds: set[str] = set()

    def noting(text: str) -> float:
        parsed = parse(text)
        kinds.add(_kind_of_text(text))
        return parsed

    table = table_of(data, suffix, path, parse=noting)
    return ScoreNumbers(table.values, _kind_of_all(kinds), table.readings)


def _kind_of_text(text: str) -> str:
    word = text.strip().lower()
    if word.isalpha() and word != "inf":
        return TRUTHS
    return WHOLE if word.isdecimal() else REAL


def _kind_of_all(kinds: Iterable[str]) -> str:
    found = set(kinds)
    return REAL if REAL in found else TRUTHS if found == {TRUTHS} else WHOLE


def _leaves(value: Any) -> Iterator[str]:
    """The kinds of the numbers in lists of JSON."""
    if isinstance(value, list):
        for each in value:
            yield from _leaves(each)
    else:
        yield TRUTHS if isinstance(value, bool) else WHOLE if isinstance(value, int) else REAL


def _numbers(array: Array, path: str) -> FloatArray:
    """The array as float64, in which −∞ may stand. Raises InputError for anything else."""
    check_real(array, path)
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
        if not _is_nested(value):
            value = _with_infinities(value)
        if _is_nested(value):
            return _numbers(np.array(value, dtype=np.float64), path)
    except (ValueError, TypeError, OverflowError, RecursionError):
        pass
    if isinstance(
        value, list
    ):  # 0 in place of −∞, which is right, so that grid names what is wrong
        value = [
            [0.0 if _is_infinite(each) else each for each in row] if isinstance(row, list) else row
            for row in value
        ]
    return grid(value, path, booleans=True)


def _with_infinities(value: Any) -> Any:
    """The lists with −∞ in place of "-inf", as programs write what JSON has no number for."""
    if isinstance(value, list):
        return [_with_infinities(each) for each in value]
    return -np.inf if _is_infinite(value) else value


def _is_infinite(value: Any) -> bool:
    """True for −∞, as a number or a word."""
    return value.strip().lower() in _INFINITE if isinstance(value, str) else bool(value == -np.inf)


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


def has_batch(values: FloatArray, shape: ScoresShape) -> bool:
    """True where an axis of the array can only be that of a batch: no other shape of `fitted` has as many entries."""
    if values.ndim == 2:
        return len(values) not in (1, shape.n_q) and values.shape[1] == shape.n_k
    return values.ndim == 4 or (values.ndim == 3 and len(values) not in (1, shape.of))


def fitted(
    values: FloatArray, shape: ScoresShape, where: str, ways: list[tuple[str, str]]
) -> FloatArray:
    """The array as (n_q, n_k), or (1, n_k) where it is the same for each query; with an axis of all heads before these
    where heads differ. Adds to `ways` what was chosen.

    The file has (n_k,), (n_q, n_k), (batch, n_k), (heads, n_q, n_k), (batch, heads, n_q, n_k), or one of these with 1
    in place of heads or queries. A first axis that may be queries or heads is a batch if one is asked for that no other
    file has.

    Raises InputError for another shape, and where a batch has several and none is chosen.
    """
    of, batch = shape.of, shape.batch
    is_asked_for = batch is not None and not shape.is_batch_chosen
    if values.ndim == 1:
        values = values[None]
    elif (has_batch(values, shape) or is_asked_for) and values.ndim in (2, 3, 4) and values.size:
        if values.ndim == 3 and batch is None:
            last = len(values) - 1
            raise _other_heads(
                values, shape, where, f", or choose one of a batch with --batch 0 to --batch {last}"
            )
        is_of_all = len(values) == 1 and shape.is_batch_chosen
        values = without_batch(values, where, None if is_of_all else batch, ways)
        if values.ndim < 3:
            values = values[None]
        elif len(values) and (values == values[:1]).all():
            values = values[:1]  # programs repeat one for as many heads as there are
        if values.ndim == 3 and len(values) not in (1, of):
            raise _other_heads(values, shape, where)
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
    if count % of == 0 and of > 1 and values.shape[-2:] == shape.pairs:
        other_cure += f"; (batch * heads, n, n) of torch is reshape({count // of}, {of}, {shape.n_q}, {shape.n_k})"
    there = "there is 1 head" if of == 1 else f"there are {of} heads"
    whole = shape.pairs if of == 1 else (of, *shape.pairs)
    return InputError(
        f"{where} has one for each of {count} heads, and {there}: give {whole}{other_cure}"
    )


def unfit(values: FloatArray, shape: tuple[int, ...], where: str) -> InputError:
    """An error for an array that has another shape than the scores."""
    cure = ""
    if values.ndim > 1 and values.shape[-1] == 1 < shape[-1] == values.shape[-2]:
        cure = f"; what is the same for each query is one row, ({shape[-1]},)"
    return InputError(
        f"{where} has shape {values.shape}, expected {shape}: a row for each query and a column for each key{cure}"
    )
