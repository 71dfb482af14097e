"""Weights of attention that somebody else computed: .npy, .npz, .json or .safetensors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.provenance import Reading
from attnviz.errors import InputError
from attnviz.inputs.arrays.batches import without_batch
from attnviz.inputs.files.grids import (
    Array,
    check_scores,
    finite,
    first_place,
    nested,
    read_json,
    read_npy,
    read_npz,
    select_array,
)
from attnviz.inputs.files.reading import read_file
from attnviz.inputs.files.safetensors_file import read_safetensors
from attnviz.inputs.tokens import tokens_in
from attnviz.records import record

SUFFIXES = (".npy", ".npz", ".json", ".safetensors")
_NAMES = ("attention", "attentions", "weights")
_SHAPES = "(n, n), (heads, n, n), (layers, heads, n, n) or (layers, batch, heads, n, n)"
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

    .npy: one array. .npz, .safetensors: the array attention (or weights), or the only one. .json: lists, or an object
    with "attention" and optionally "tokens". Numbers become float64. Of (layers, batch, heads, n, n), as transformers
    have it, `batch` chooses one text, counted from 0; with it four axes are (batch, heads, n, n). An .npz of arr_0,
    arr_1, … holds a layer in each.

    Raises InputError, naming the file and the cure: not such an array, a weight below 0, a row that sums to more than
    1 (scores, say, that softmax was not applied to). EnvironmentFault for .safetensors without its package.
    """
    tokens = None
    data, suffix = read_file(path, SUFFIXES, "--attention")
    if suffix == ".npy":
        array = read_npy(data, path, check_scores)
    elif suffix == ".npz":
        arrays = read_npz(data, path, check_scores)
        layers = _stacked(arrays)
        array = select_array(arrays, _NAMES, path) if layers is None else layers
    elif suffix == ".safetensors":
        array = select_array(read_safetensors(data, path), _NAMES, path).array(check_scores)
    else:
        value = read_json(data, path)
        inner = value
        if isinstance(value, dict):
            name = next((each for each in _NAMES[:2] if each in value), _NAMES[0])
            inner, tokens = value.get(name), tokens_in(value, path)
        array = nested(inner, path, '{"attention": [[1, 0], [0.5, 0.5]]}')
    values = finite(array, path)
    ways: list[tuple[str, str]] = []
    if values.size and values.ndim == 5:
        layers = values.swapaxes(0, 1)
        values = without_batch(layers, path, batch, ways)
    elif values.size and values.ndim == 4 and batch is not None:
        values = without_batch(values, path, batch, ways)
    elif batch is not None:
        raise InputError(
            f"{path} has shape {values.shape}, and no axis of a batch: leave --batch out"
        )
    elif values.ndim == 4 and len(values) > 1:
        ways.append(("four_axes", str(values.shape)))
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


def _stacked(arrays: Mapping[str, Array]) -> Array | None:
    """The arrays one upon the other where each is a layer, as numpy.savez(file, *attentions) names them; else None."""
    names = [f"arr_{i}" for i in range(len(arrays))]
    if len(names) < 2 or not all(name in arrays for name in names):
        return None
    found = [arrays[name] for name in names]
    is_whole = len({each.shape for each in found}) == 1
    return np.stack(found) if is_whole and found[0].ndim > 2 else None


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
