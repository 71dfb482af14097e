"""JSON and NumPy files → arrays of finite numbers, with the place of whatever is wrong."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import FloatArray
from attnviz.errors import InputError, parsing, reason_of
from attnviz.inputs.files.reading import (
    MAX_FILE_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    as_text,
    check_table_size,
)

if TYPE_CHECKING:
    from attnviz.core.npz import StoredArrays

Array = npt.NDArray[Any]
Shape: TypeAlias = tuple[int, ...]
CheckShape: TypeAlias = Callable[[Shape, str], None]
"""Raises InputError for a shape that is not read from the file, or the array of a file, that it is given as well."""
_AXES = ("layer", "head", "row", "column")
_AXES_OF_BATCH = ("layer", "batch", "head", "row", "column")
_LONGEST_NAME = 60
_FLOAT = 8
_FLOAT32_BYTES = 4
_MOST_GROWN, _LEAST_ALLOWED = 8, 256 * 2**20
"""As float64 the arrays of a .npz file take at most so many times the file, or so many bytes where that is more."""


def read_json(data: bytes, where: str) -> Any:
    """The value that a JSON text holds. Raises InputError with line and column where it is not JSON."""
    import json  # here and below: only files need these

    from attnviz.core.json_text import DuplicateKeyError, load_json

    text = as_text(data, where)
    try:
        return load_json(text, whole_characters=True)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{where}, line {error.lineno}, column {error.colno}: not JSON: {error.msg.lower()}"
        ) from error
    except DuplicateKeyError as error:
        raise InputError(
            f"{where}: not JSON that can be read ({reason_of(error)}): keep one of them"
        ) from error
    except RecursionError as error:
        raise InputError(f"{where} is nested too deeply: write a list of rows") from error
    except (ValueError, MemoryError) as error:
        raise InputError(
            f"{where}: not JSON that can be read ({reason_of(error)}): keep only the arrays that are "
            "needed, or save them as .npz"
        ) from error


def read_npy(data: bytes, where: str, check: CheckShape) -> Array:
    """The array of a .npy file, which may be read-only, and whose shape passes the check. Nothing is unpickled.

    Raises InputError if it cannot be read.
    """
    from attnviz.core.npz import npy_array

    with _numpy_file(f"{where} is a NumPy file that", where, "write it anew with numpy.save"):
        return npy_array(data, lambda shape: check(shape, where))


def read_npz(data: bytes, where: str, check: CheckShape, expected: int = 0) -> Mapping[str, Array]:
    """The arrays of a .npz file by name, each unpacked when it is read, if its shape passes the check.

    Nothing is unpickled, and nothing unpacked that is too large: many times the file, but for so many numbers as are
    expected. Raises InputError, as reading an array of it does.
    """
    from attnviz.core.npz import StoredArrays

    arrays = _NpzFile(where, max(_MOST_GROWN * len(data), _FLOAT * expected), check)
    with arrays.reading():
        arrays.stored = StoredArrays(io.BytesIO(data), MAX_FILE_BYTES, arrays.check)
    if not arrays:
        raise InputError(f"{where} is empty: it holds no array")
    return arrays


class _NpzFile(Mapping[str, Array]):
    """The arrays of a file, of which any failure is an InputError that names the file."""

    stored: StoredArrays

    def __init__(self, where: str, most: int, check: CheckShape) -> None:
        """The arrays that are read are to take at most `most` bytes as float64."""
        self._where, self._check = where, check
        self._left = max(most, _LEAST_ALLOWED)

    def reading(self) -> Any:
        where = self._where
        return _numpy_file(
            f"{where} is a zip archive that", where, "write it anew with numpy.savez"
        )

    def check(self, shape: Shape) -> None:
        self._check(shape, self._where)
        self._left -= math.prod(shape) * _FLOAT
        if self._left < 0:
            raise InputError(
                f"{self._where} holds {math.prod(shape):,} numbers in an array of shape {shape}, many times more than "
                "its size: keep only the rows and the arrays that are needed"
            )

    def __iter__(self) -> Iterator[str]:
        return iter(self.stored)

    def __len__(self) -> int:
        return len(self.stored)

    def __contains__(self, name: object) -> bool:
        return name in self.stored

    def __getitem__(self, name: str) -> Array:
        if name not in self.stored:
            raise KeyError(name)
        with self.reading():
            return self.stored[name]


def check_matrix(shape: Shape, where: str) -> None:
    """Raises InputError unless it is the shape of a table of a size that is read: (rows, columns), at least one each.

    A batch of one, (1, rows, columns), is one too.

    >>> check_matrix((2, 3), "x.npy")
    """
    sides = shape[1:] if len(shape) == 3 and shape[0] == 1 else shape
    if len(sides) != 2:
        of_one = {1: "; one row is array[None]", 3: "; of a batch save one, such as array[0]"}
        cure = of_one.get(len(shape), "")
        raise InputError(
            f"{where} has shape {shape}, expected two dimensions (rows, columns){cure}"
        )
    if not math.prod(shape):
        raise InputError(f"{where} has shape {shape}: it needs at least one row and column")
    check_table_size(*sides, where)


def check_rows(shape: Shape, where: str) -> None:
    """Raises InputError unless it is the shape of a table, or of a list: the names of rows may lie beside them.

    >>> check_rows((2,), "x.npz")
    """
    if len(shape) == 1:
        check_axes(shape, where)
    else:
        check_matrix(shape, where)


def check_scores(shape: Shape, where: str) -> None:
    """Raises InputError for more queries or keys, the last two axes, than are read.

    >>> check_scores((8, 2, 2), "mask.npy")
    """
    if max(shape[-2:], default=0) > MOST_ROWS:
        raise InputError(
            f"{where} has shape {shape}, and at most {MOST_ROWS:,} queries and keys are read: "
            "keep only those that are needed"
        )


def check_axes(shape: Shape, where: str) -> None:
    """Raises InputError for an axis that is longer than a row of a table may be.

    >>> check_axes((8, 2, 2), "q.npy")
    """
    if max(shape, default=0) > MOST_COLUMNS:
        raise InputError(
            f"{where} has an array of shape {shape}, and an axis of at most {MOST_COLUMNS:,} is read: "
            "keep only what is needed of it"
        )


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


def select_name(arrays: Collection[str], names: tuple[str, ...], where: str) -> str:
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
    check_matrix(array.shape, where)
    return finite(array[0] if array.ndim == 3 else array, where)


def finite(array: Array, where: str) -> FloatArray:
    """`array` as float64, all of it finite. Raises InputError if it holds anything else."""
    check_real(array, where)
    with np.errstate(over="ignore"):
        values = array.astype(np.float64)
    wrong = None if array.dtype.kind in "iub" else first_place(~np.isfinite(values))
    if wrong is not None:
        axes = (
            ("row", "column")
            if values.ndim < 3
            else _AXES_OF_BATCH
            if values.ndim == len(_AXES_OF_BATCH)
            else _AXES[-values.ndim :]
        )
        place = ", ".join(
            f"{axis} {index + (axis in ('row', 'column'))}"
            for axis, index in zip(axes, wrong, strict=False)
        )
        raise InputError(
            f"{where}, {place or 'a number'}: {values[wrong]} is not finite: "
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


def first_place(is_so: npt.NDArray[np.bool_]) -> tuple[int, ...] | None:
    """The indices of the first True, row by row; None where there is none.

    All places at once, as numpy.argwhere has them, would take up to forty times the memory of the numbers.

    >>> first_place(np.array([[False, False], [True, True]]))
    (1, 0)
    """
    if not is_so.any():
        return None
    return tuple(int(each) for each in np.unravel_index(is_so.argmax(), is_so.shape))


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


def listed(names: Collection[str], most: int = 6) -> str:
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
