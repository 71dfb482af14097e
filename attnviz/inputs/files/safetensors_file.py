"""Tensors of a .safetensors file, by the library that is made for it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from attnviz.errors import EnvironmentFault, InputError, parsing
from attnviz.inputs.files.grids import Array, CheckShape
from attnviz.records import record

_TYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U8": "u1",
}


@record(eq=False)
class Tensor:
    """One of them, as it lies in the file; its numbers are read when they are asked for."""

    stored: Mapping[str, Any]
    where: str

    def array(self, check: CheckShape) -> Array:
        """The numbers, if their shape passes the check. Raises InputError for a type that NumPy does not have."""
        kind, shape = str(self.stored["dtype"]), tuple(self.stored["shape"])
        check(shape, self.where)
        if kind == "BF16":
            # bfloat16 is the upper half of a float32.
            halves = np.frombuffer(self.stored["data"], dtype="<u2").astype("<u4")
            return (halves << 16).view("<f4").reshape(shape)
        if kind not in _TYPES:
            raise InputError(
                f"{self.where} holds {kind} numbers, which are not read: save it as F32"
            )
        return np.frombuffer(self.stored["data"], dtype=_TYPES[kind]).reshape(shape)


def read_safetensors(data: bytes, path: str) -> dict[str, Tensor]:
    """The tensors of a file with that content, sorted by name.

    Raises InputError if it cannot be read, EnvironmentFault without the package safetensors.
    """
    try:
        # The package has no types that fit: a module of type Any.
        safetensors: Any = importlib.import_module("safetensors")
    except ImportError as error:
        raise EnvironmentFault(
            f"{path}: reading .safetensors needs the package safetensors: pip install 'attnviz[models]'"
        ) from error
    with parsing(
        f"{path} is not what its suffix says: it",
        "save it anew",
        "cannot be read as safetensors",
        ";",
    ):
        # The library gives them in no fixed order.
        tensors = dict(sorted(safetensors.deserialize(data)))
    return {name: Tensor(stored, f"{path}, {name}") for name, stored in tensors.items()}
