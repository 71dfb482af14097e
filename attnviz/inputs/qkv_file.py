"""Queries, keys and values of the user's own, without a model: --qkv."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attnviz.core.arrays import FloatArray
from attnviz.core.provenance import Source
from attnviz.errors import InputError
from attnviz.inputs.files import read_file
from attnviz.inputs.grids import Array, finite, listed, nested, read_json, read_npy, read_npz
from attnviz.inputs.safetensors_file import read_safetensors
from attnviz.records import record

SUFFIXES = (".npz", ".npy", ".json", ".safetensors")
_NAMES = {"q": ("q", "query", "queries"), "k": ("k", "key", "keys"), "v": ("v", "value", "values")}
_SHAPES = "(n, d) or (heads, n, d)"


@record(eq=False)
class QKVFile:
    """The arrays of a file."""

    q: FloatArray
    """(h, n, d_k)."""
    k: FloatArray
    """(h_kv, n, d_k), where h is a multiple of h_kv."""
    v: FloatArray
    """(h_kv, n, d_v)."""
    source: Source

    @property
    def n(self) -> int:
        return int(self.q.shape[1])

    @property
    def heads(self) -> int:
        return len(self.q)


def read_qkv(path: str) -> QKVFile:
    """The queries, keys and values of a file, as they are compared: after positions and norms, before the scale.

    .npz, .safetensors, .json: q, k and v by these names (or query, key, value), each (n, d) or (heads, n, d); fewer
    key and value heads are shared by the queries' in order. .npy: one array (3, n, d) or (3, heads, n, d).

    Raises InputError, naming the file, the array and the cure.
    """
    data, suffix = read_file(path, SUFFIXES, "--qkv")
    if suffix == ".npy":
        array = read_npy(data, path)
        if array.ndim not in (3, 4) or len(array) != len(_NAMES):
            raise InputError(
                f"{path} has shape {array.shape}, expected (3, n, d) or (3, heads, n, d): queries, keys, values"
            )
        found: dict[str, Array] = dict(zip(_NAMES, array, strict=True))
    elif suffix == ".json":
        value = read_json(data, path)
        if not isinstance(value, dict):
            raise InputError(
                f'{path} is no object of arrays: write {{"q": [[1, 2]], "k": …, "v": …}}'
            )
        found = {
            role: nested(value[name], f"{path}, {name}", "[[1, 2], [3, 4]]")
            for role, name in _named(value, path)
        }
    elif suffix == ".safetensors":
        tensors = read_safetensors(data, path)
        found = {role: tensors[name].array() for role, name in _named(tensors, path)}
    else:
        arrays = read_npz(data, path)
        found = {role: arrays[name] for role, name in _named(arrays, path)}
    heads = {role: _heads(array, f"{path}, {role}") for role, array in found.items()}
    _check(heads, path)
    return QKVFile(**heads, source=Source("file", Path(path).name))


_NOT_READ = ("mask", "attention_mask", "attn_mask", "bias")
"""Names of arrays that a user may expect to be read, and that are refused."""


def _named(there: Mapping[str, Any], path: str) -> list[tuple[str, str]]:
    """Finds the names of q, k and v. Raises InputError for a mask, which would be passed over."""
    found = []
    if unread := next((name for name in there if name.lower() in _NOT_READ), None):
        raise InputError(
            f"{path} holds {unread} too, which is not read with q, k and v: take it out, and hide keys with --mask FILE"
        )
    for role, names in _NAMES.items():
        fitting = [name for name in there if name.lower() in names]
        if len(fitting) != 1:
            what = (
                f"both {fitting[0]} and {fitting[1]}"
                if fitting
                else f"no {role} among {listed(there)}"
            )
            raise InputError(f"{path} holds {what}: name the arrays q, k and v")
        found.append((role, fitting[0]))
    return found


def _heads(array: Array, where: str) -> FloatArray:
    """(heads, n, d); a batch of one is taken off."""
    values = finite(array, where)
    if values.ndim == 4 and len(values) == 1:
        values = values[0]
    if values.ndim == 2:
        values = values[None]
    if values.ndim != 3 or not values.size:
        raise InputError(f"{where} has shape {array.shape}, expected {_SHAPES}")
    return values


def _check(heads: Mapping[str, FloatArray], path: str) -> None:
    q, k, v = heads["q"].shape, heads["k"].shape, heads["v"].shape
    if k[1] != q[1] or v[1] != q[1]:
        raise InputError(
            f"{path}: q has {q[1]} positions, k {k[1]} and v {v[1]}: in self-attention they are the same"
        )
    if k[2] != q[2]:
        raise InputError(
            f"{path}: queries have {q[2]} entries and keys {k[2]}: they are compared, give equally many"
        )
    if k[0] != v[0] or q[0] % k[0]:
        raise InputError(
            f"{path}: {q[0]} heads of q, {k[0]} of k and {v[0]} of v: "
            "give k and v as many, by which the heads of q can be divided"
        )
