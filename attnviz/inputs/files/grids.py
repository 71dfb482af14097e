"""JSON and NumPy files → arrays of finite numbers, with the place of whatever is wrong."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import FloatArray
from attnviz.errors import InputError, parsing, reason_of
from attnviz.inputs.files.reading import MAX_FILE_BYTES, as_text, check_table_size

Array = npt.NDArray[Any]
_Found = TypeVar("_Found")
_AXES = ("layer", "head", "row", "column")
_AXES_OF_BATCH = ("layer", "batch", "head", "row", "column")
_LONGEST_NAME = 60
_FLOAT32_BYTES = 4


def read_json(data: bytes, where: str) -> Any:
    """The value that a JSON text holds. Raises InputError with line and column where it is not JSON."""
    import json  # here and below: only files need these

    from attnviz.core.json_text import load_json

    text = as_text(data, where)
    try:
        return load_json(text, whole_characters=True)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{where}, line {error.lineno}, column {error.colno}: not JSON: {error.msg.lower()}"
        ) from error
    except RecursionError as error:
        raise InputError(f"{where} is nested too deeply: write a list of rows") from error
    except (ValueError, MemoryError) as error:
        raise InputError(
            f"{where}: not JSON that can be read ({reason_of(error)}): keep only the arrays that are "
            "needed, or save them as .npz"
        ) from error


def read_npy(data: bytes, where: str) -> Array:
    """The array of a .npy file. Nothing is unpickled. Raises InputError if it cannot be read."""
    from attnviz.core.npz import npy_array

    with _numpy_file(f"{where} is a NumPy file that", where, "write it anew with numpy.save"):
        return npy_array(data)


def read_npz(data: bytes, where: str) -> dict[str, Array]:
    """The arrays of a .npz file, by name. Nothing is unpickled, and nothing unpacked that is too large."""
    from attnviz.core.npz import npz_arrays

    with _numpy_file(f"{where} is a zip archive that", where, "write it anew with numpy.savez"):
        arrays = npz_arrays(io.BytesIO(data), MAX_FILE_BYTES)
    if not arrays:
        raise InputError(f"{where} is empty: it holds no array")
    return arrays


@contextmanager
def _numpy_file(what: str, where: str, cure: str) -> Iterator[None]:
    from attnviz.core.npz import PickledError, TooLargeError

    with parsing(what, cure):
        try:
            yield
        except TooLargeError as error:
            raise InputError(
                f"{where} unpacks to more than {MAX_FILE_BYTES // 2**20} MiB, the most that is read: "
                "keep only the arrays that are needed"
            ) from error
        except PickledError as error:
            raise InputError(
                f"{where} holds pickled Python objects, which are never loaded: save an array of numbers"
            ) from error


def select_array(arrays: Mapping[str, _Found], names: tuple[str, ...], where: str) -> _Found:
    """The array of one of `names`, or the only one there is. Raises InputError if there is none, or a choice."""
    return arrays[select_name(arrays, names, where)]


def select_name(arrays: Mapping[str, object], names: tuple[str, ...], where: str) -> str:
    """The one of `names` that is there, or the only name. Raises InputError if there is none, or a choice."""
    for name in names:
        if name in arrays:
            return name
    if len(arrays) == 1:
        return next(iter(arrays))
    if not arrays:
        raise InputError(f"{where} is empty: it holds no array")
    raise InputError(
        f"{where} holds {len(arrays)} arrays ({listed(arrays)}): name the one that is meant {names[0]!r}"
    )


def finite_matrix(array: Array, where: str) -> FloatArray:
    """`array` as float64, two-dimensional and finite: (rows, columns), both at least 1. A batch of one is no axis.

    Raises InputError, naming the row and column (from 1) of a number that is not finite.
    """
    shape = array.shape
    values = finite(array[0] if array.ndim == 3 and len(array) == 1 else array, where)
    if values.ndim != 2:
        of_one = {1: "; one row is array[None]", 3: "; of a batch save one, such as array[0]"}
        cure = of_one.get(values.ndim, "")
        raise InputError(
            f"{where} has shape {shape}, expected two dimensions (rows, columns){cure}"
        )
    if not values.size:
        raise InputError(f"{where} has shape {values.shape}: it needs at least one row and column")
    return values


def finite(array: Array, where: str) -> FloatArray:
    """`array` as float64, all of it finite. Raises InputError if it holds anything else."""
    check_real(array, where)
    with np.errstate(over="ignore"):
        values = array.astype(np.float64)
    wrong = np.argwhere(~np.isfinite(values))
    if len(wrong):
        axes = (
            ("row", "column")
            if values.ndim < 3
            else _AXES_OF_BATCH
            if values.ndim == len(_AXES_OF_BATCH)
            else _AXES[-values.ndim :]
        )
        place = ", ".join(
            f"{axis} {index + (axis in ('row', 'column'))}"
            for axis, index in zip(axes, wrong[0].tolist(), strict=False)
        )
        raise InputError(
            f"{where}, {place or 'a number'}: {values[tuple(wrong[0])]} is not finite: "
            "attention needs finite numbers"
        )
    return values


def check_real(array: Array, where: str) -> None:
    """Raises InputError for an array of anything but real numbers.

    >>> check_real(np.ones(2), "x.npy")
    """
    kind = array.dtype
    if kind.kind == "V" and not kind.names and kind.itemsize <= _FLOAT32_BYTES:
        raise InputError(
            f"{where} holds numbers of a type that NumPy does not know ({kind.str}), as bfloat16 is saved: "
            "save array.astype('float32')"
        )
    if kind.kind == "c":
        raise InputError(
            f"{where} holds complex numbers ({kind}): save array.real, or the magnitudes numpy.abs(array)"
        )
    if kind.kind not in "fiub":
        raise InputError(f"{where} holds {kind}, not real numbers: save an array of numbers")


def nested(value: Any, where: str, example: str) -> Array:
    """JSON lists of numbers, nested as deep as they are, as one array. Raises InputError with `example` for others."""
    try:
        if _only_numbers(value):
            return np.array(value, dtype=float)
    except (ValueError, TypeError, OverflowError, RecursionError):
        pass
    raise InputError(f"{where} is no list of equally long rows of numbers: write {example}")


def _only_numbers(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_only_numbers, value))
    return isinstance(value, int | float) and not isinstance(value, bool)


def grid(value: Any, where: str, *, booleans: bool = False) -> FloatArray:
    """A JSON list of equally long lists of numbers as (rows, columns) float64.

    Raises InputError, naming row and column (from 1). With `booleans`, true and false are 1 and 0.
    """
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise InputError(f"{where} is not a list of rows: write [[1, 2], [3, 4]]")
    if not value or not value[0]:
        raise InputError(f"{where} is empty: it needs at least one row and column")
    check_table_size(len(value), len(value[0]), where)
    for i, row in enumerate(value, start=1):
        if len(row) != len(value[0]):
            raise InputError(
                f"{where}, row {i}: {len(row)} numbers where row 1 has {len(value[0])}; make them equal"
            )
    return np.array([vector(row, f"{where}, row {i}", booleans) for i, row in enumerate(value, 1)])


def vector(value: Any, where: str, booleans: bool = False) -> FloatArray:
    """A JSON list of numbers as float64. Raises InputError, naming the column (from 1)."""
    if not isinstance(value, list):
        raise InputError(f"{where} is not a list of numbers: write [1, 2]")
    # Without a list of Python's numbers between, which would take four times the memory.
    numbers = (_number(each, where, column, booleans) for column, each in enumerate(value, start=1))
    return np.fromiter(numbers, np.float64, len(value))


def listed(names: Mapping[str, object], most: int = 6) -> str:
    """The first few names, and how many more there are."""
    shown = ", ".join(shortened(name) for name in list(names)[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def shortened(name: str) -> str:
    """The name, of at most 60 characters.

    >>> shortened("w_q")
    'w_q'
    """
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


def _number(value: Any, where: str, column: int, booleans: bool) -> float:
    if not isinstance(value, int | float) or (isinstance(value, bool) and not booleans):
        import json

        place = f"{where}, column {column}"
        raise InputError(
            f"{place}: {json.dumps(value, ensure_ascii=False, default=str)[:40]} is not a number: "
            "put a number such as 0.5 there"
        )
    try:
        finite_value = float(value)
    except OverflowError:
        finite_value = math.inf
    if not math.isfinite(finite_value):
        place = f"{where}, column {column}"
        raise InputError(f"{place}: {finite_value} is not finite: attention needs finite numbers")
    return finite_value
