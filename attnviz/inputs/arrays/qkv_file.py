"""Queries, keys and values of the user's own, without a model: --qkv."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attnviz.core.arrays import FloatArray
from attnviz.core.provenance import Reading, Source
from attnviz.errors import InputError
from attnviz.inputs.arrays.batches import without_batch
from attnviz.inputs.arrays.beside import left_out, names_in, other_names
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
from attnviz.records import record

SUFFIXES = (".npz", ".npy", ".json", ".safetensors")
_NAMES = {"q": ("q", "query", "queries"), "k": ("k", "key", "keys"), "v": ("v", "value", "values")}
_ENDINGS = ("", "_states", "_layer")
"""What programs write after these names."""
_IN_ORDER = ("arr_0", "arr_1", "arr_2")
"""The names that numpy.savez(file, q, k, v) gives."""
_SHOWN = 3
_TOKENS = {
    "tokens": ("tokens", "words", "labels", "q_tokens", "query_tokens"),
    "key_tokens": ("key_tokens", "k_tokens", "context_tokens"),
}
"""The names under which a file names queries and keys."""
_SHAPES = "(n, d), (heads, n, d), (n, heads, d), or one of these in a batch"
HND, NHD = "hnd", "nhd"
_AXES = {HND: "(heads, n, d)", NHD: "(n, heads, d)"}


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

    .npz, .safetensors, .json: q, k and v by these names (or query, key, value, query_states, …; arr_0, arr_1, arr_2 of
    numpy.savez(file, q, k, v)), each (n, d), (heads, n, d) or (n, heads, d), with an axis of the batch before them or
    not; fewer key and value heads are shared by the queries' in order. .npy: one array of all three, (3, n, d) or
    (3, heads, n, d). `layout` is "hnd" or "nhd"; None takes what fits, and of two that fit the one with `n` queries,
    else (heads, n, d), and says so. `batch` chooses one of several.
    In .npz and .json, tokens (or q_tokens) and key_tokens (or k_tokens) may name queries and keys: lists of words.

    Raises InputError, naming the file, the array and the cure.
    """
    data, suffix = read_file(path, SUFFIXES, "--qkv")
    there: Mapping[str, Any] = {}
    named: dict[str, str] = {}
    if suffix == ".npy":
        array = read_npy(data, path, check_axes)
        if array.ndim not in (3, 4, 5) or len(array) != len(_NAMES):
            raise _not_three(array, path)
        found: dict[str, Array] = dict(zip(_NAMES, array, strict=True))
    elif suffix == ".json":
        value = read_json(data, path)
        if not isinstance(value, dict):
            raise InputError(
                f'{path} is no object of arrays: write {{"q": [[1, 2]], "k": …, "v": …}}'
            )
        named = _named(value, path)
        found = {
            role: nested(value[name], f"{path}, {name}", "[[1, 2], [3, 4]]")
            for role, name in named.items()
        }
        there = value
    elif suffix == ".safetensors":
        tensors = read_safetensors(data, path)
        named = _named(tensors, path)
        found = {role: tensors[name].array(check_axes) for role, name in named.items()}
        there = tensors
    else:
        arrays = read_npz(data, path, check_axes)
        named = _named(arrays, path)
        found = {role: arrays[name] for role, name in named.items()}
        there = arrays
    ways: list[tuple[str, str]] = []
    single = {
        role: _of_batch(array, f"{path}, {role}", batch, ways) for role, array in found.items()
    }
    tokens, key_tokens = (names_in(there, path, names) for names in _TOKENS.values())
    heads, way = _laid_out(single, layout, len(tokens) if n is None and tokens else n, path)
    _check(heads, layout, path)
    if way is not None:
        shapes = dict.fromkeys(f"{name} {array.shape}" for name, array in single.items())
        ways.append((way, ", ".join(shapes)))
    if tuple(named.values()) == _IN_ORDER:
        ways.append(("in_order", ", ".join(_IN_ORDER)))
    of_tokens = [each for names in _TOKENS.values() for each in names]
    ways += left_out(other_names(there, of_tokens), named.values())
    name = Path(path).name
    readings = tuple(Reading(name, *each) for each in dict.fromkeys(ways))
    return QKVFile(
        **heads,
        source=Source("file", name),
        readings=readings,
        tokens=tokens,
        key_tokens=key_tokens,
    )


def _not_three(array: Array, path: str) -> InputError:
    """An error for one array whose first axis is not that of queries, keys and values; with the cure where another is.

    Programs keep the three together as (batch, n, 3, heads, d), too.
    """
    axes = [axis for axis, length in enumerate(array.shape[:-1]) if length == len(_NAMES)]
    is_another = array.ndim in (3, 4, 5) and len(axes) == 1
    cure = f": save numpy.moveaxis(array, {axes[0]}, 0)" if is_another else ""
    return InputError(
        f"{path} has shape {array.shape}, expected (3, n, d) or (3, heads, n, d): queries, keys, values{cure}"
    )


_NOT_READ = ("mask", "attention_mask", "attn_mask", "bias")
"""Names of arrays that a user may expect to be read, and that are refused."""


def _named(there: Mapping[str, Any], path: str) -> dict[str, str]:
    """Finds the names of q, k and v, which may begin with the same words and a point, as "layer.0.q" does.

    Raises InputError where one is missing, or there twice, and for a mask, which would be passed over.
    """
    if unread := next((name for name in there if _last(name) in _NOT_READ), None):
        raise InputError(
            f"{path} holds {unread} too, which is not read with q, k and v: take it out, and hide keys with --mask FILE"
        )
    if all(name in there for name in _IN_ORDER) and not any(map(_role, there)):
        return dict(zip(_NAMES, _IN_ORDER, strict=True))
    sets: dict[str, dict[str, list[str]]] = {}
    for name in there:
        if role := _role(name):
            start = name[: len(name) - len(_last(name))]
            sets.setdefault(start, {each: [] for each in _NAMES})[role].append(name)
    whole = [start for start, found in sets.items() if all(found.values())]
    if len(whole) > 1:
        known = ", ".join(start.rstrip(".") or "(no prefix)" for start in whole[:_SHOWN])
        raise InputError(
            f"{path} holds {len(whole)} sets of q, k and v ({known}{', …' * (len(whole) > _SHOWN)}): "
            "save one of them in a file of its own"
        )
    found = sets[whole[0]] if whole else max(sets.values(), key=_count, default={})
    for role in _NAMES:
        fitting = found.get(role, [])
        if len(fitting) != 1:
            what = (
                f"both {fitting[0]} and {fitting[1]}"
                if fitting
                else f"no {role} among {listed(there)}"
            )
            raise InputError(f"{path} holds {what}: name the arrays q, k and v")
    return {role: found[role][0] for role in _NAMES}


def _last(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _role(name: str) -> str | None:
    """ "q", "k" or "v", if the name is one of theirs."""
    for role, names in _NAMES.items():
        if any(_last(name) == each + ending for each in names for ending in _ENDINGS):
            return role
    return None


def _count(found: Mapping[str, list[str]]) -> int:
    return sum(map(bool, found.values()))


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


def _check(heads: Mapping[str, FloatArray], layout: str | None, path: str) -> None:
    """Raises InputError for heads that do not fit each other, with the other order of the axes where that one fits."""
    q, k, v = heads["q"].shape, heads["k"].shape, heads["v"].shape
    if v[1] != k[1]:
        raise InputError(f"{path}: k has {k[1]} positions and v {v[1]}: each key has one value")
    if k[2] != q[2]:
        raise InputError(
            f"{path}: queries have {q[2]} entries and keys {k[2]}: they are compared, give equally many"
        )
    if k[0] != v[0] or q[0] % k[0]:
        other = HND if layout == NHD else NHD
        is_turned = _fits({role: each.swapaxes(0, 1) for role, each in heads.items()})
        cure = f", or say --layout {other} if the arrays are {_AXES[other]}" if is_turned else ""
        raise InputError(
            f"{path}: {q[0]} heads of q, {k[0]} of k and {v[0]} of v: "
            f"give k and v as many, by which the heads of q can be divided{cure}"
        )
