"""Queries, keys and values of the user's own, without a model: --qkv."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.provenance import Reading, Source
from attnviz.errors import InputError
from attnviz.inputs.arrays.batches import without_batch
from attnviz.inputs.files.grids import (
    Array,
    check_axes,
    finite,
    listed,
    nested,
    read_json,
    read_npy,
    read_npz,
)
from attnviz.inputs.files.reading import read_file
from attnviz.inputs.files.safetensors_file import read_safetensors
from attnviz.inputs.tokens import tokens_in
from attnviz.records import record

SUFFIXES = (".npz", ".npy", ".json", ".safetensors")
_NAMES = {"q": ("q", "query", "queries"), "k": ("k", "key", "keys"), "v": ("v", "value", "values")}
_TOKENS = {
    "tokens": ("tokens", "q_tokens", "query_tokens"),
    "key_tokens": ("key_tokens", "k_tokens", "context_tokens"),
}
"""The names under which a file names queries and keys."""
_SHAPES = "(n, d), (heads, n, d), (n, heads, d), or one of these in a batch"
HND, NHD = "hnd", "nhd"


@record(eq=False)
class QKVFile:
    """The arrays of a file."""

    q: FloatArray
    """(h, n_q, d_k)."""
    k: FloatArray
    """(h_kv, n_k, d_k), where h is a multiple of h_kv."""
    v: FloatArray
    """(h_kv, n_k, d_v)."""
    source: Source
    readings: tuple[Reading, ...] = ()
    tokens: tuple[str, ...] | None = None
    """The names of the queries, where the file has them, and with `key_tokens` those of the keys."""
    key_tokens: tuple[str, ...] | None = None

    @property
    def n_q(self) -> int:
        return int(self.q.shape[1])

    @property
    def n_k(self) -> int:
        return int(self.k.shape[1])

    @property
    def heads(self) -> int:
        return len(self.q)


def read_qkv(
    path: str, layout: str | None = None, batch: int | None = None, n: int | None = None
) -> QKVFile:
    """The queries, keys and values of a file, as they are compared: after positions and norms, before the scale.

    .npz, .safetensors, .json: q, k and v by these names (or query, key, value), each (n, d), (heads, n, d) or
    (n, heads, d), with an axis of the batch before them or not; fewer key and value heads are shared by the queries' in
    order. .npy: one array of all three, (3, n, d) or (3, heads, n, d). `layout` is "hnd" or "nhd"; None takes what
    fits, and of two that fit the one with `n` queries, else (heads, n, d), and says so. `batch` chooses one of several.
    In .npz and .json, tokens (or q_tokens) and key_tokens (or k_tokens) may name queries and keys: lists of words.

    Raises InputError, naming the file, the array and the cure.
    """
    data, suffix = read_file(path, SUFFIXES, "--qkv")
    there: Mapping[str, Any] = {}
    if suffix == ".npy":
        array = read_npy(data, path, check_axes)
        if array.ndim not in (3, 4, 5) or len(array) != len(_NAMES):
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
        there = value
    elif suffix == ".safetensors":
        tensors = read_safetensors(data, path)
        found = {role: tensors[name].array(check_axes) for role, name in _named(tensors, path)}
    else:
        arrays = read_npz(data, path, check_axes)
        found = {role: arrays[name] for role, name in _named(arrays, path)}
        there = arrays
    ways: list[tuple[str, str]] = []
    single = {
        role: _of_batch(array, f"{path}, {role}", batch, ways) for role, array in found.items()
    }
    tokens, key_tokens = (_names_in(there, role, path) for role in _TOKENS)
    heads, way = _laid_out(single, layout, len(tokens) if n is None and tokens else n, path)
    _check(heads, path)
    if way is not None:
        shapes = dict.fromkeys(f"{name} {array.shape}" for name, array in single.items())
        ways.append((way, ", ".join(shapes)))
    name = Path(path).name
    readings = tuple(Reading(name, *each) for each in dict.fromkeys(ways))
    return QKVFile(
        **heads,
        source=Source("file", name),
        readings=readings,
        tokens=tokens,
        key_tokens=key_tokens,
    )


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


def _names_in(there: Mapping[str, Any], role: str, path: str) -> tuple[str, ...] | None:
    """The names of queries or keys, a list of words or an array of them; None where the file has none."""
    fitting = [name for name in there if name.lower() in _TOKENS[role]]
    if len(fitting) > 1:
        raise InputError(
            f"{path} holds both {fitting[0]} and {fitting[1]}: name the tokens once, as {role}"
        )
    for name in fitting:
        found = there[name]
        words = found.tolist() if isinstance(found, np.ndarray) else found
        return tokens_in({name: words}, path, name)
    return None


def _of_batch(
    array: Array, where: str, batch: int | None, ways: list[tuple[str, str]]
) -> FloatArray:
    """The array as (n, d), or of three axes; one of a batch is taken."""
    values = finite(array, where)
    if values.ndim == 4 and values.size:
        values = without_batch(values, where, batch, ways)
    if values.ndim not in (2, 3) or not values.size:
        raise InputError(f"{where} has shape {array.shape}, expected {_SHAPES}")
    return values


def _laid_out(
    given: Mapping[str, FloatArray], layout: str | None, n: int | None, path: str
) -> tuple[dict[str, FloatArray], str | None]:
    """All three as (heads, n, d), and the layout that was taken where it was not the only one: a view says it then."""
    if all(array.ndim == 2 for array in given.values()):
        if layout is not None:
            raise InputError(f"{path} has no axis of heads: leave --layout out")
        return {role: array[None] for role, array in given.items()}, None
    as_given = {role: array[None] if array.ndim == 2 else array for role, array in given.items()}
    turned = {
        role: array[None] if array.ndim == 2 else array.swapaxes(0, 1)
        for role, array in given.items()
    }
    layouts = {HND: as_given, NHD: turned}
    if layout is not None:
        return layouts[layout], None
    # Queries and keys of other positions are believed in the documented order only: a slip looks like them.
    fitting = [
        way for way in layouts if _fits(layouts[way]) and (way == HND or _is_self(layouts[way]))
    ]
    if n is not None:
        fitting = [way for way in fitting if layouts[way]["q"].shape[1] == n] or fitting
    # a layout in which each query has one key of its own, or keys are other positions, is the less likely one
    fitting.sort(key=lambda way: (not _is_self(layouts[way]), layouts[way]["k"].shape[1] == 1))
    if not fitting:
        return as_given, None
    chosen = fitting[0]
    is_plain = chosen == HND and (
        len(fitting) == 1 or len(as_given["q"]) == 1 or _is_self(as_given) > _is_self(turned)
    )
    return layouts[chosen], None if is_plain else chosen


def _fits(heads: Mapping[str, FloatArray]) -> bool:
    q, k, v = (heads[role].shape for role in _NAMES)
    return bool(k[:2] == v[:2] and q[2] == k[2] and q[0] % k[0] == 0)


def _is_self(heads: Mapping[str, FloatArray]) -> bool:
    return bool(heads["q"].shape[1] == heads["k"].shape[1])


def _check(heads: Mapping[str, FloatArray], path: str) -> None:
    q, k, v = heads["q"].shape, heads["k"].shape, heads["v"].shape
    if v[1] != k[1]:
        raise InputError(f"{path}: k has {k[1]} positions and v {v[1]}: each key has one value")
    if k[2] != q[2]:
        raise InputError(
            f"{path}: queries have {q[2]} entries and keys {k[2]}: they are compared, give equally many"
        )
    if k[0] != v[0] or q[0] % k[0]:
        raise InputError(
            f"{path}: {q[0]} heads of q, {k[0]} of k and {v[0]} of v: "
            "give k and v as many, by which the heads of q can be divided"
        )
