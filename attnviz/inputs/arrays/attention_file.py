"""Weights of attention that somebody else computed: .npy, .npz, .json or .safetensors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.provenance import Reading
from attnviz.errors import InputError
from attnviz.inputs.arrays.batches import without_batch
from attnviz.inputs.arrays.beside import left_out, names_in, other_names
from attnviz.inputs.files.grids import (
    Array,
    check_scores,
    finite,
    first_place,
    nested,
    read_json,
    read_npy,
    read_npz,
    select_name,
)
from attnviz.inputs.files.reading import read_file
from attnviz.inputs.files.safetensors_file import read_safetensors
from attnviz.records import record

SUFFIXES = (".npy", ".npz", ".json", ".safetensors")
_OF_JSON = (
    "attention",
    "attentions",
    "attn_weights",
    "attention_weights",
    "attention_probs",
    "attn",
)
_NAMES = (*_OF_JSON, "weights")
_SHAPES = "(n, n), (heads, n, n), (layers, heads, n, n) or (layers, batch, heads, n, n)"
_NUMBERED = re.compile(r"(.*?)(\d{1,9})(\D*)", re.S)
"""The name of a layer's array, with the number of the layer."""
_TOLERANCE = 1e-2
"""The most by which a row may sum to more than 1: half precision has three digits."""


@record(eq=False)
class AttentionWeights:
    """The weights of a file, (layers, heads, n, n), the tokens it names the positions by, if it does, and how it was
    read.
    """

    weights: FloatArray
    tokens: tuple[str, ...] | None = None
    readings: tuple[Reading, ...] = ()


def read_attention(path: str, batch: int | None = None) -> AttentionWeights:
    """The weights of a file: (layers, heads, n, n), of which the first axes may be missing there.

    .npy: one array. .npz, .safetensors: the array attention (or attentions, attn_weights, …), or the only one, or an
    array a layer, whose names differ in a number alone (arr_0, layer.0). .json: lists, or an object with "attention".
    .json and .npz may have "tokens" beside it. Numbers become float64. Of (layers, batch, heads, n, n), as transformers
    have it, `batch` chooses one text, counted from 0; with it four axes are (batch, heads, n, n), and three
    (batch, n, n).

    Raises InputError, naming the file and the cure: not such an array, a weight below 0, a row that sums to more than
    1 (scores, say, that softmax was not applied to). EnvironmentFault for .safetensors without its package.
    """
    tokens = None
    ways: list[tuple[str, str]] = []
    data, suffix = read_file(path, SUFFIXES, "--attention")
    if suffix == ".npy":
        array = read_npy(data, path, check_scores)
    elif suffix == ".npz":
        arrays = read_npz(data, path, check_scores)
        tokens = names_in(arrays, path)
        names = _chosen(arrays, other_names(arrays), path, ways)
        array = _stacked({name: arrays[name] for name in names}, path)
    elif suffix == ".safetensors":
        tensors = read_safetensors(data, path)
        names = _chosen(tensors, other_names(tensors), path, ways)
        array = _stacked({name: tensors[name].array(check_scores) for name in names}, path)
    else:
        value = read_json(data, path)
        tokens = names_in(value, path) if isinstance(value, dict) else None
        array = _of_json(value, path, ways)
    values = finite(array, path)
    if values.size and values.ndim == 5:
        layers = values.swapaxes(0, 1)
        values = without_batch(layers, path, batch, ways)
    elif values.size and values.ndim in (3, 4) and batch is not None:
        values = without_batch(values, path, batch, ways)
    elif batch is not None:
        raise InputError(
            f"{path} has shape {values.shape}, and no axis of a batch: leave --batch out"
        )
    elif values.ndim == 4 and len(values) > 1:
        ways.append(("four_axes", str(values.shape)))
    elif values.ndim == 3 and len(values) > 1:
        ways.append(("three_axes", str(values.shape)))
    if not 2 <= values.ndim <= 4 or values.shape[-1] != values.shape[-2] or not values.size:
        raise InputError(f"{path} has shape {values.shape}, expected {_SHAPES}")
    weights = values.reshape((1,) * (4 - values.ndim) + values.shape)
    _check(weights, path)
    n = weights.shape[-1]
    if tokens is not None and len(tokens) != n:
        raise InputError(f"{path} has {len(tokens)} tokens and weights of {n} positions: name each")
    ways += _doubts(weights)
    return AttentionWeights(
        weights, tokens, tuple(Reading(Path(path).name, *each) for each in ways)
    )


def _chosen(
    arrays: Mapping[str, object], others: Sequence[str], path: str, ways: list[tuple[str, str]]
) -> list[str]:
    """The name of the array of attention among the `others`, or those of all layers; says what is left out."""
    of_layers = None if any(name in arrays for name in _NAMES) else _layers(others)
    if of_layers is not None:
        return of_layers
    name = select_name(others, _NAMES, path)
    ways += left_out(others, [name])
    return [name]


def _stacked(arrays: Mapping[str, Array], path: str) -> Array:
    """The only array, or one upon the other those of which each is a layer.

    Raises InputError where there are several that are no layers.
    """
    (name, first), *rest = arrays.items()
    if not rest:
        return first
    other = next((each for each, array in rest if array.shape != first.shape), None)
    if other is not None:
        raise InputError(
            f"{path}: {name} has shape {first.shape} and {other} {arrays[other].shape}: "
            "layers are stacked where their shapes are the same; save those of one shape alone"
        )
    if first.ndim == 2:
        layers = f"(layers, 1, {len(first)}, {len(first)})"
        raise InputError(
            f"{path}: {name}, … are {len(arrays)} arrays {first.shape}, which may be layers or heads: save "
            f"numpy.stack([…]) of heads, or numpy.stack([…])[:, None] of layers {layers}, as one array"
        )
    return np.stack(list(arrays.values()))


def _of_json(value: Any, path: str, ways: list[tuple[str, str]]) -> Array:
    """The array of JSON: lists, or those of an object. Raises InputError for what holds none."""
    example = '{"attention": [[1, 0], [0.5, 0.5]]}'
    if not isinstance(value, dict):
        return nested(value, path, example)
    others = other_names(value)
    name = next((each for each in _OF_JSON if each in others), None)
    if name is None and (of_layers := _layers(others)):
        layers = {each: nested(value[each], f"{path}, {each}", example) for each in of_layers}
        return _stacked(layers, path)
    ways += left_out(others, [name or _OF_JSON[0]])
    return nested(value.get(name or _OF_JSON[0]), path, example)


def _layers(arrays: Iterable[str]) -> list[str] | None:
    """The names in order where they are those of layers, which differ in a number alone; else None.

    >>> _layers(["layer.10", "layer.9"]), _layers(["a", "b"])
    (['layer.9', 'layer.10'], None)
    """
    names = list(arrays)
    matches = [(_NUMBERED.fullmatch(name), name) for name in names]
    parts = [(match.group(1, 3), int(match[2]), name) for match, name in matches if match]
    is_counted = len({number for _, number, _ in parts}) == len(names)
    if len(parts) < 2 or not is_counted or len({around for around, _, _ in parts}) > 1:
        return None
    return [name for _, _, name in sorted(parts, key=lambda part: part[1])]


def _doubts(weights: FloatArray) -> list[tuple[str, str]]:
    """The warning about rows that sum to less than 1, but for those that see nothing."""
    sums = weights.sum(axis=-1)
    low = (sums > 0) & (sums < 1 - _TOLERANCE)
    if not low.any():
        return []
    return [("not_one", f"{int(low.sum())} / {low.size}, {sums[low].min():.2f} …")]


def _check(weights: FloatArray, path: str) -> None:
    negative = first_place(weights < 0)
    if negative is not None:
        layer, head, row, column = negative
        raise InputError(
            f"{path}, layer {layer}, head {head}, row {row + 1}, column {column + 1}: "
            f"{weights[layer, head, row, column]:g} is below 0: give weights, not scores"
        )
    sums = weights.sum(axis=-1)
    large = first_place(sums > 1 + _TOLERANCE)
    if large is not None:
        layer, head, row = large
        raise InputError(
            f"{path}, layer {layer}, head {head}, row {row + 1} sums to {sums[layer, head, row]:g}: "
            "give weights, each row 1 together: apply softmax to scores, and call model.eval() if dropout is on"
        )
