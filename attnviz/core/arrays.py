"""Array types and the small conversions that every part of the core shares."""

from __future__ import annotations

from typing import Any, SupportsIndex, TypeAlias

import numpy as np
import numpy.typing as npt

from attnviz.core.argument_kinds import checked_kind, shown
from attnviz.errors import InputError, ShapeError, reason_of

FloatArray: TypeAlias = npt.NDArray[np.floating[Any]]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

MOST_BYTES = 4 * 2**30
"""A problem whose trace would take more memory than this is refused, and so is an array that would."""


def as_array(array: npt.ArrayLike, name: str) -> npt.NDArray[Any]:
    """`array` as NumPy has it, of whatever type.

    Raises ShapeError for rows of different lengths, a masked array, whose mask would be lost, and for what a tensor of
    another library refuses to hand over.
    """
    try:
        values = np.asarray(array)
    except ValueError as error:
        raise ShapeError(f"{name} has rows of different lengths: make them equal") from error
    except Exception as error:  # a tensor that needs its gradient, or lies on another device
        raise ShapeError(
            f"{name} cannot be made an array ({reason_of(error)}): give it as a NumPy array"
        ) from error
    # by its name: numpy.ma takes a while to import, and is imported where there is such an array
    if type(array).__name__ == "MaskedArray" and np.any(getattr(array, "mask", False)):
        raise ShapeError(
            f"{name} is a masked array, and what its mask hides would count: fill it, as with .filled(0)"
        )
    return values


def as_float(array: npt.ArrayLike, name: str) -> FloatArray:
    """`array` as floating point: floats keep their type, integers and booleans become float64.

    Raises ShapeError if it holds anything but real numbers, or rows of different lengths.
    """
    values = as_array(array, name)
    if values.dtype.kind == "f":
        if 0 in values.strides:  # broadcast: its numbers are more than the memory that holds them
            _check_size(values, name)
        return values
    if values.dtype.kind in "biu":
        _check_size(values, name)
        return values.astype(np.float64)
    raise ShapeError(f"{name} holds {values.dtype}, not real numbers: pass an array of numbers")


def _check_size(values: npt.NDArray[Any], name: str) -> None:
    """Raises ShapeError for an array whose copy would take more memory than any problem may."""
    if values.size * 8 > MOST_BYTES:
        raise ShapeError(
            f"{name} has shape {values.shape}, more than {MOST_BYTES // 2**30} GiB: give a smaller array"
        )


def as_count(number: SupportsIndex, name: str, least: int) -> int:
    """`number` as an int. Raises InputError unless it is a whole number of at least `least`."""
    try:
        value = checked_kind(name, number, "int")
    except InputError:
        value = least - 1
    if value < least:
        raise InputError(f"{name} is {shown(number)}, expected a whole number of at least {least}")
    return int(value)


def to_compute_dtype(array: FloatArray) -> FloatArray:
    """float16 as float32 (NumPy multiplies float16 about 200 times slower), all else as it is."""
    return array.astype(np.float32) if array.dtype == np.float16 else array


def cast_like(result: FloatArray, given: FloatArray) -> FloatArray:
    """Returns a result in the type of the array that was given."""
    return result.astype(given.dtype, copy=False)


def read_only(array: FloatArray) -> FloatArray:
    """The same array, made read-only in place: for an array that this package has just made."""
    array.flags.writeable = False
    return array


def frozen_copy(array: npt.NDArray[Any], name: str = "the array") -> npt.NDArray[Any]:
    """A read-only copy: for an array that somebody else may go on writing to. Raises ShapeError if it is too large."""
    _check_size(array, name)
    copy = np.array(array, copy=True)
    copy.flags.writeable = False
    return copy
