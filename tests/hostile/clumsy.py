"""Values that people and programs hand over by mistake, each made anew for each call."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np


class LikeTorch:
    """Has `__array__`, as tensors of other libraries have, and nothing else."""

    def __init__(self, values: Any) -> None:
        self.values = values

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.values, dtype=dtype)


class Refusing:
    """As a tensor that needs its gradient, or lies on another device: what it is asked, it refuses."""

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")

    def __len__(self) -> int:
        raise RuntimeError("no length")

    def __bool__(self) -> bool:
        raise RuntimeError("no truth value")


class Unprintable:
    """Has no text."""

    def __repr__(self) -> str:
        raise RuntimeError("no text")

    __str__ = __repr__


class LikeIndex:
    """A whole number of another library."""

    def __index__(self) -> int:
        return 1


def read_only(values: Any) -> np.ndarray:
    array = np.array(values, dtype=float)
    array.flags.writeable = False
    return array


def nested(depth: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(depth):
        found = [found]
    return found


def itself() -> list[Any]:
    found: list[Any] = [1]
    found.append(found)
    return found


def masked() -> np.ndarray:
    return np.ma.array([[1.0, 2.0], [3.0, 4.0]], mask=[[False, True], [False, False]])


def matrix() -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.asmatrix(np.array([[1.0, 2.0], [3.0, 4.0]]))


SQUARE = [[1.0, 2.0], [3.0, 4.0]]

VALUES: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "True": lambda: True,
    "numpy False": lambda: np.bool_(False),
    "0": lambda: 0,
    "-1": lambda: -1,
    "2": lambda: 2,
    "1.5": lambda: 1.5,
    "NaN": lambda: float("nan"),
    "inf": lambda: float("inf"),
    "10**30": lambda: 10**30,
    "10**5000": lambda: 10**5000,
    "2**63 - 1": lambda: 2**63 - 1,
    "numpy int64": lambda: np.int64(2),
    "numpy float32": lambda: np.float32(0.5),
    "like an index": LikeIndex,
    "complex": lambda: complex(1, 2),
    "Decimal": lambda: Decimal("1.5"),
    "Decimal NaN": lambda: Decimal("sNaN"),
    "Fraction": lambda: Fraction(1, 3),
    "date": lambda: date(2024, 1, 1),
    "empty text": lambda: "",
    "text": lambda: "x",
    "text of a number": lambda: "2",
    "NUL": lambda: "a\0b",
    "surrogate": lambda: "a\udcff",
    "ESC": lambda: "\x1b[31mred\x1b[0m\n",
    "long text": lambda: "n" * 5000,
    "bytes": lambda: b"x",
    "path": lambda: Path("there-is-no-such-file"),
    "path of bytes": lambda: SimpleNamespace(__fspath__=lambda: b"x"),
    "empty list": list,
    "list of texts": lambda: ["a", "b"],
    "list of texts and a number": lambda: ["a", 1],
    "list of numbers": lambda: [1, 2],
    "ragged": lambda: [[1.0, 2.0], [3.0]],
    "dictionary": lambda: {"a": 1},
    "set": lambda: {1, 2},
    "generator": lambda: (each for each in [1, 2]),
    "range": lambda: range(2),
    "function": lambda: len,
    "class": lambda: int,
    "object": object,
    "unprintable": Unprintable,
    "refusing": Refusing,
    "contains itself": itself,
    "nested deeply": lambda: nested(2000),
    "0-d": lambda: np.array(1.0),
    "empty array": lambda: np.zeros((0, 2)),
    "without columns": lambda: np.zeros((2, 0)),
    "square": lambda: np.array(SQUARE),
    "whole numbers": lambda: np.array([[1, 2], [3, 4]]),
    "unsigned": lambda: np.array([[1, 2], [3, 4]], dtype=np.uint64),
    "half": lambda: np.array(SQUARE, dtype=np.float16),
    "long double": lambda: np.array(SQUARE, dtype=np.longdouble),
    "bools": lambda: np.array([[True, False], [True, True]]),
    "objects": lambda: np.array([[1.0, None], ["a", 2]], dtype=object),
    "objects that are numbers": lambda: np.array(SQUARE, dtype=object),
    "complex array": lambda: np.array(SQUARE, dtype=complex),
    "texts": lambda: np.array([["1", "2"], ["3", "4"]]),
    "dates": lambda: np.array(["2024-01-01", "NaT"], dtype="datetime64[D]"),
    "structured": lambda: np.zeros(2, dtype=[("a", float), ("b", int)]),
    "other byte order": lambda: np.array(SQUARE, dtype=">f8"),
    "with NaN": lambda: np.array([[1.0, np.nan], [np.inf, -np.inf]]),
    "huge": lambda: np.full((2, 2), 1e308),
    "three-dimensional": lambda: np.ones((2, 2, 2)),
    "64 axes": lambda: np.ones((1,) * 64),
    "wrong shape": lambda: np.ones((3, 5)),
    "read-only": lambda: read_only(SQUARE),
    "transposed": lambda: np.array(SQUARE).T,
    "every second": lambda: np.arange(16.0).reshape(4, 4)[::2, ::-2],
    "broadcast": lambda: np.broadcast_to(1.0, (2, 2)),
    "huge broadcast": lambda: np.broadcast_to(1.0, (10**9, 10**9)),
    "masked": masked,
    "matrix": matrix,
    "like torch": lambda: LikeTorch(SQUARE),
    "like torch, of objects": lambda: LikeTorch([["a", None]]),
}
