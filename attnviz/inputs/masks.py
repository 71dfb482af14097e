"""Reads a mask from a file: 0 and 1, or what is added to scores, of pairs or of keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from attnviz.core.arrays import BoolArray, FloatArray
from attnviz.core.provenance import Reading
from attnviz.errors import InputError
from attnviz.inputs.batches import without_batch
from attnviz.inputs.files import read_file
from attnviz.inputs.grids import Array, grid, read_json, read_npy, read_npz, select_array
from attnviz.inputs.table_files import table_of
from attnviz.inputs.tables import number
from attnviz.inputs.vectors import SUFFIXES
from attnviz.records import record

SEEN, HIDDEN = "seen", "hidden"
_WORDS = {"0": 0.0, "1": 1.0, "false": 0.0, "true": 1.0, "0.0": 0.0, "1.0": 1.0}
_NEGLIGIBLE = -1e4
"""What is added to a score that counts for nothing is this or less: BERT's first masks held −10000."""
_NEITHER = "is neither 0 nor 1: write 1 where a query may attend, 0 where not"
_INFINITE = {"-inf": -np.inf, "-infinity": -np.inf, "-∞": -np.inf}
_LISTED = 4


@record(eq=False)
class Mask:
    """The mask of a file, and how it was read."""

    seen: BoolArray
    """(n_q, n_k), True where the query of the row may attend to the key of the column."""
    readings: tuple[Reading, ...] = ()


def read_mask(
    path: str,
    n_q: int,
    n_k: int | None = None,
    *,
    true: str | None = None,
    batch: int | None = None,
) -> Mask:
    """The mask of a file for n_q queries and n_k keys, as many where nothing is said.

    The file has a row a query and a column a key, (n_q, n_k), or one row for all queries, (n_k,), with axes of one
    before them as frameworks have: (1, 1, n_q, n_k). It holds 0 and 1, of which 1 (true) may attend, or is hidden where
    `true` is "hidden"; or what is added to scores: 0, and −10000 or less where a key is hidden. `batch` chooses one of
    several along the first of three or four axes, or of (batch, n_k).

    Raises InputError: not a mask, or not one for so many queries and keys.
    """
    data, suffix = read_file(path, SUFFIXES, "--mask")
    values, readings = _values(data, suffix, path)
    said: list[tuple[str, str]] = []
    keys = n_q if n_k is None else n_k
    fitted = _fitted(values, (n_q, keys), path, batch, said)
    is_additive = _is_additive(fitted, path)
    if is_additive and true is not None:
        raise InputError(
            f"{path} is added to scores, where 0 is seen and {fitted.min():g} hidden: leave --mask-true out"
        )
    seen: BoolArray = fitted == (0 if is_additive or true == HIDDEN else 1)
    if is_additive:
        said.append(("additive", _short(float(fitted[~seen].max()))))
    elif true == HIDDEN:
        said.append(("true_hidden", ""))
    if len(fitted) == 1 < n_q:
        said.append(("key_mask", ""))
    seen = np.ascontiguousarray(np.broadcast_to(seen, (n_q, keys)))
    said += _doubts(seen, true, is_finite=is_additive and bool(np.isfinite(fitted).all()))
    own = (Reading(Path(path).name, *each) for each in said)
    return Mask(seen, (*readings, *own))


def as_mask(values: FloatArray, n: int, where: str) -> BoolArray:
    """Numbers as a mask for n tokens. Raises InputError: another shape, or a number (with its place) but 0 and 1.

    >>> as_mask(np.array([[1.0, 0.0], [1.0, 1.0]]), 2, "mask.csv")
    array([[ True, False],
           [ True,  True]])
    """
    if values.shape != (n, n):
        raise InputError(_unfit(values, (n, n), where))
    wrong = np.argwhere((values != 0) & (values != 1))
    if len(wrong):
        raise _neither(values, wrong[0], where)
    mask: BoolArray = values == 1
    return mask


def _fitted(
    values: FloatArray,
    shape: tuple[int, int],
    where: str,
    batch: int | None,
    said: list[tuple[str, str]],
) -> FloatArray:
    """The mask as (n_q, n_k), or (1, n_k) where it is the same for each query; adds to `said` what was chosen."""
    if values.ndim == 1:
        values = values[None]
    is_batch_of_rows = values.ndim == 2 and len(values) not in (1, shape[0])
    if is_batch_of_rows and values.shape[1] == shape[1] and values.size:
        values = without_batch(values, where, batch, said)[None]
    if values.ndim == 4:
        values = without_batch(values, where, batch, said)
        if len(values) and (values == values[:1]).all():
            values = values[0]
        elif values.size:
            raise InputError(
                f"{where} has a mask for each of {len(values)} heads, and they differ: give one for all"
            )
    if values.ndim == 3:
        values = without_batch(values, where, batch, said)
    if values.ndim != 2 or values.shape not in (shape, (1, shape[1])):
        raise InputError(_unfit(values, shape, where))
    return values


def _unfit(values: FloatArray, shape: tuple[int, int], where: str) -> str:
    return f"{where} has shape {values.shape}, expected {shape}: a row for each query and a column for each key"


def _is_additive(values: FloatArray, where: str) -> bool:
    """Tells whether the numbers are added to scores. Raises InputError, with its place, for one that is no mask's."""
    if ((values == 0) | (values == 1)).all():
        return False
    if ((values == 0) | (values <= _NEGLIGIBLE)).all():
        return True
    # a mask of 0 and 1 is wrong in what is neither; one that is added, in what is between
    allowed = (values == 0) | ((values == 1) if (values == 1).any() else (values <= _NEGLIGIBLE))
    raise _neither(values, np.argwhere(~allowed)[0], where)


def _neither(values: FloatArray, place: Any, where: str) -> InputError:
    row, column = place
    return InputError(
        f"{where}, row {row + 1}, column {column + 1}: {values[row, column]:g} {_NEITHER}"
    )


def _doubts(seen: BoolArray, true: str | None, *, is_finite: bool) -> list[tuple[str, str]]:
    """The warnings about a mask: `is_finite` says that large numbers are added, and not −∞."""
    n_q, n_k = seen.shape
    if true is None and n_q == n_k > 1 and not seen.diagonal().any():
        return [("hides_itself", "")]
    blind = (np.flatnonzero(~seen.any(axis=1)) + 1).tolist()
    if not (is_finite and blind):
        return []
    shown = ", ".join(f"q{each}" for each in blind[:_LISTED])
    return [("unseeing_rows", shown + (", …" if len(blind) > _LISTED else ""))]


def _short(value: float) -> str:
    return "−∞" if value == -np.inf else f"{value:.3g}".replace("-", "−", 1)


def _values(data: bytes, suffix: str, path: str) -> tuple[FloatArray, tuple[Reading, ...]]:
    if suffix == ".json":
        value = read_json(data, path)
        return _of_json(value.get("mask") if isinstance(value, dict) else value, path), ()
    if suffix == ".npy":
        return _numbers(read_npy(data, path), path), ()
    if suffix == ".npz":
        names = ("mask", "attn_mask", "attention_mask")
        return _numbers(select_array(read_npz(data, path), names, path), path), ()
    table = table_of(data, suffix, path, parse=_cell)
    return table.values, table.readings


def _numbers(array: Array, path: str) -> FloatArray:
    """The array as float64, in which −∞ may stand. Raises InputError for what a mask cannot hold."""
    if array.dtype.kind not in "fiub":
        raise InputError(f"{path} holds {array.dtype}, not real numbers: save an array of 0 and 1")
    if not array.ndim or not array.size:
        raise InputError(f"{path} has shape {array.shape}: it needs at least one row and column")
    return array.astype(np.float64)


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


def _cell(text: str) -> float:
    known = _WORDS.get(text.lower())
    if known is None:
        known = _INFINITE.get(text.lower())
    if known is None:
        try:
            known = number(text)
        except ValueError:
            known = np.nan
        if not (known in (0, 1) or known <= _NEGLIGIBLE):
            raise ValueError(_NEITHER)
    return known
