"""Array types and the small conversions that every part of the core shares."""

from __future__ import annotations

import operator
from typing import Any, SupportsIndex, TypeAlias

import numpy as np
import numpy.typing as npt

from attnviz.errors import InputError, ShapeError

FloatArray: TypeAlias = npt.NDArray[np.floating[Any]]
BoolArray: TypeAlias = npt.NDArray[np.bool_]


def as_float(array: npt.ArrayLike, name: str) -> FloatArray:
    """`array` as floating point: floats keep their type, integers and booleans become float64.

    Raises ShapeError if it holds anything but real numbers, or rows of different lengths.
    """
    try:
        values = np.asarray(array)
    except ValueError as error:
        raise ShapeError(f"{name} has rows of different lengths: make them equal") from error
    if values.dtype.kind == "f":
        return values
    if values.dtype.kind in "biu":
        return values.astype(np.float64)
    raise ShapeError(f"{name} holds {values.dtype}, not real numbers: pass an array of numbers")


def as_count(number: SupportsIndex, name: str, least: int) -> int:
    """`number` as an int. Raises InputError unless it is a whole number of at least `least`."""
    try:
        value = operator.index(number)
    except TypeError:
        value = least - 1
    if value < least:
        raise InputError(f"{name} is {number!r}, expected a whole number of at least {least}")
    return value


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


def frozen_copy(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A read-only copy: for an array that somebody else may go on writing to."""
    copy = np.array(array, copy=True)
    copy.flags.writeable = False
    return copy
