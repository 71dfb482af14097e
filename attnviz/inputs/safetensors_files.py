"""The tensors of a .safetensors file that is read whole, as a user's own arrays are."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from attnviz.errors import EnvironmentFault, InputError
from attnviz.inputs.grids import Array

SUFFIX = ".safetensors"

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


def read_safetensors(data: bytes, path: str) -> dict[str, Mapping[str, Any]]:
    """What the file holds, by name, in the order of the names; `tensor_array` makes an array of one.

    Raises InputError for what is no such file, EnvironmentFault where its package is missing.
    """
    try:
        # The package has no types that fit: a module of type Any.
        safetensors: Any = importlib.import_module("safetensors")
    except ImportError as error:
        raise EnvironmentFault(
            f"{path}: reading .safetensors needs the package safetensors: pip install 'attnviz[models]'"
        ) from error
    try:
        # The library gives them in no fixed order.
        return dict(sorted(safetensors.deserialize(data)))
    except safetensors.SafetensorError as error:
        raise InputError(
            f"{path} is not what its suffix says: it cannot be read as safetensors ({error}); save it anew"
        ) from error


def tensor_array(tensor: Mapping[str, Any], where: str) -> Array:
    """One of them as an array. Raises InputError for a type that is not read."""
    kind = str(tensor["dtype"])
    if kind == "BF16":
        # bfloat16 is the upper half of a float32.
        halves = np.frombuffer(tensor["data"], dtype="<u2").astype("<u4")
        return (halves << 16).view("<f4").reshape(tensor["shape"])
    if kind not in _TYPES:
        raise InputError(f"{where} holds {kind} numbers, which are not read: save it as F32")
    return np.frombuffer(tensor["data"], dtype=_TYPES[kind]).reshape(tensor["shape"])
