"""Weights of attention that somebody else computed: .npy, .npz, .json or .safetensors."""

from __future__ import annotations

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.errors import InputError
from attnviz.inputs.files import read_file
from attnviz.inputs.grids import finite, nested, read_json, read_npy, read_npz, select_array
from attnviz.inputs.safetensors_file import read_safetensors
from attnviz.inputs.tokens import tokens_in
from attnviz.records import record

SUFFIXES = (".npy", ".npz", ".json", ".safetensors")
_NAMES = ("attention", "attentions", "weights")
_SHAPES = "(n, n), (heads, n, n) or (layers, heads, n, n)"
_TOLERANCE = 1e-2
"""The most by which a row may sum to more than 1: half precision has three digits."""


@record(eq=False)
class AttentionWeights:
    """The weights of a file, (layers, heads, n, n), and the tokens it names the positions by, if it does."""

    weights: FloatArray
    tokens: tuple[str, ...] | None = None


def read_attention(path: str) -> AttentionWeights:
    """The weights of a file: (layers, heads, n, n), of which the first axes may be missing there.

    .npy: one array. .npz, .safetensors: the array attention (or weights), or the only one. .json: lists, or an object
    with "attention" and optionally "tokens". Numbers become float64.

    Raises InputError, naming the file and the cure: not such an array, a weight below 0, a row that sums to more than
    1 (scores, say, that softmax was not applied to). EnvironmentFault for .safetensors without its package.
    """
    tokens = None
    data, suffix = read_file(path, SUFFIXES, "--attention")
    if suffix == ".npy":
        array = read_npy(data, path)
    elif suffix == ".npz":
        array = select_array(read_npz(data, path), _NAMES, path)
    elif suffix == ".safetensors":
        array = select_array(read_safetensors(data, path), _NAMES, path).array()
    else:
        value = read_json(data, path)
        inner = value
        if isinstance(value, dict):
            inner, tokens = value.get("attention"), tokens_in(value, path)
        array = nested(inner, path, '{"attention": [[1, 0], [0.5, 0.5]]}')
    values = finite(array, path)
    if not 2 <= values.ndim <= 4 or values.shape[-1] != values.shape[-2] or not values.size:
        raise InputError(f"{path} has shape {values.shape}, expected {_SHAPES}")
    weights = values.reshape((1,) * (4 - values.ndim) + values.shape)
    _check(weights, path)
    n = weights.shape[-1]
    if tokens is not None and len(tokens) != n:
        raise InputError(f"{path} has {len(tokens)} tokens and weights of {n} positions: name each")
    return AttentionWeights(weights, tokens)


def _check(weights: FloatArray, path: str) -> None:
    negative = np.argwhere(weights < 0)
    if len(negative):
        layer, head, row, column = negative[0].tolist()
        raise InputError(
            f"{path}, layer {layer}, head {head}, row {row + 1}, column {column + 1}: "
            f"{weights[layer, head, row, column]:g} is below 0: give weights, not scores"
        )
    sums = weights.sum(axis=-1)
    large = np.argwhere(sums > 1 + _TOLERANCE)
    if len(large):
        layer, head, row = large[0].tolist()
        raise InputError(
            f"{path}, layer {layer}, head {head}, row {row + 1} sums to {sums[layer, head, row]:g}: "
            "give weights, a row a query, each row at most 1 together"
        )
