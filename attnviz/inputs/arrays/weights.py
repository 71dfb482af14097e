"""Projection weights from a file: .npz .json .safetensors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.provenance import Reading
from attnviz.errors import InputError, ShapeError
from attnviz.inputs.arrays.weight_names import (
    FUSED,
    FUSED_BIAS,
    NEEDED,
    WeightNames,
    find_weight_names,
)
from attnviz.inputs.files.grids import Array, finite, grid, read_json, read_npz, vector
from attnviz.inputs.files.reading import read_file
from attnviz.inputs.files.safetensors_file import read_safetensors
from attnviz.records import record

SUFFIXES = (".npz", ".json", ".safetensors")
Arrays = dict[str, FloatArray]
_PARTS = 3
_BIASES = ("b_q", "b_k", "b_v")


@record(eq=False)
class Weights:
    """The arrays of one attention layer, by role, and how they were read."""

    arrays: Arrays
    """w_q, w_k, w_v, and those of w_o, b_q, b_k, b_v, b_o that there are; matrices are (in, out)."""
    readings: tuple[Reading, ...] = ()


def read_weights(
    path: str,
    d_model: int | None = None,
    transposed: bool | None = None,
    prefix: str | None = None,
) -> Weights:
    """The arrays of one attention layer.

    Matrices come back as (in, out): w_q (d_model, h·d_k), w_v (d_model, h·d_v), w_o (h·d_v, d_out). `transposed`
    says whether the file has them as (out, in); None finds out from `d_model`, or where the shapes leave
    it open from the names, if these settle it. `prefix` names one of several layers. Numbers become float64.

    Raises InputError (the file, the names, or an orientation that must be asked for), ShapeError (matrices that do not
    fit d_model or each other), EnvironmentFault (.safetensors without its package).
    """
    arrays, named = _named_arrays(path, prefix)
    found = {role: finite(arrays[name], f"{path}, {name}") for role, name in named.names.items()}
    for role, array in found.items():
        axes = 2 if role.startswith("w_") else 1
        if array.ndim != axes or not array.size:
            expected = "two dimensions" if axes == 2 else "one dimension"
            raise ShapeError(
                f"{path}: {named.names[role]} has shape {array.shape}, expected {expected}, not empty"
            )
    ways: list[tuple[str, str]] = []
    if named.is_one_of > 1:
        ways.append(("layer", named.prefix or "(no prefix)"))
    if FUSED_BIAS in found:
        found = _with_parted_bias(found, named, path)
    if FUSED in found:
        name = named.names[FUSED]
        ways.append(("fused", f"{name} {found[FUSED].shape}"))
        transposed = _is_fused_transposed(found[FUSED], name, transposed, path)
        found = _parted(found, transposed)
    elif transposed is None:
        transposed = _is_transposed(found, named, d_model, path)
    if transposed:
        shown = FUSED if FUSED in named.names else NEEDED[0]
        shape = "" if shown == FUSED else f"{named.names[shown]} {found[shown].shape}"
        ways.append(("out_in", shape))
    if named.unused:
        ways.append(("unused", ", ".join(named.unused)))
    turned = {
        role: array.T if transposed and array.ndim == 2 else array for role, array in found.items()
    }
    return Weights(turned, tuple(Reading(Path(path).name, *each) for each in ways))


def _is_fused_transposed(array: FloatArray, name: str, transposed: bool | None, path: str) -> bool:
    """Tells whether an array of all three matrices is (3·d, d), as torch keeps it, or (d, 3·d), as GPT-2 does."""
    rows, columns = array.shape
    if rows != _PARTS * columns and columns != _PARTS * rows:
        raise ShapeError(
            f"{path}: {name} has shape {array.shape}, expected (3·d, d) or (d, 3·d): "
            "the matrices of queries, keys and values one after the other"
        )
    is_turned: bool = rows == _PARTS * columns
    if transposed is not None and transposed != is_turned:
        kept, flag = ("out, in", "--no-transpose") if is_turned else ("in, out", "--transpose")
        raise InputError(
            f"{path}: {name} has shape {array.shape}, which can only be ({kept}): leave {flag}-weights out"
        )
    return is_turned


def _parted(found: Arrays, transposed: bool) -> Arrays:
    """The arrays with the one that holds three matrices parted into them."""
    parts = np.split(found[FUSED], _PARTS, 0 if transposed else 1)
    rest = {role: array for role, array in found.items() if role != FUSED}
    return dict(zip(NEEDED, parts, strict=True)) | rest


def _with_parted_bias(found: Arrays, named: WeightNames, path: str) -> Arrays:
    """The arrays with the bias that is one for queries, keys and values parted into three.

    Raises InputError where there is a bias of its own beside it, ShapeError for one that is not as long as all three.
    """
    bias, name = found[FUSED_BIAS], named.names[FUSED_BIAS]
    both = next((role for role in _BIASES if role in found), None)
    if both is not None:
        raise InputError(
            f"{path}: {name} and {named.names[both]} are both {both}: keep one of them"
        )
    width = max(found[FUSED].shape) if FUSED in found else _PARTS * (len(bias) // _PARTS)
    if len(bias) != width:
        raise ShapeError(f"{path}: {name} has shape {bias.shape}, expected ({width},)")
    rest = {role: array for role, array in found.items() if role != FUSED_BIAS}
    return rest | dict(zip(_BIASES, np.split(bias, _PARTS), strict=True))


def _is_transposed(found: Arrays, named: WeightNames, d_model: int | None, path: str) -> bool:
    """Tells whether the matrices are (out, in), by their shapes; by the names only where these leave no doubt."""
    shapes = {named.names[role]: found[role].shape for role in NEEDED}
    if d_model is None:
        if not named.is_linear:
            return False
        raise InputError(
            f"{path}: {next(iter(shapes))} may be (out, in) or (in, out), and TEXT brings no vectors that tell: "
            "give --d-model, or say --transpose-weights or --no-transpose-weights"
        )
    as_documented = all(shape[0] == d_model for shape in shapes.values())
    turned = all(shape[1] == d_model for shape in shapes.values())
    if as_documented and turned:
        if not named.is_linear:
            return False
        raise InputError(
            f"{path}: the matrices are square {next(iter(shapes.values()))}, so their shape does not tell "
            "whether they are (out, in): say --transpose-weights (as torch keeps them) or --no-transpose-weights"
        )
    if not as_documented and not turned:
        listing = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ShapeError(
            f"{path}: {listing} do not fit x, whose rows have {d_model} numbers: "
            f"each needs {d_model} rows, or each {d_model} columns"
        )
    return turned


def _named_arrays(path: str, prefix: str | None) -> tuple[Mapping[str, Array], WeightNames]:
    data, suffix = read_file(path, SUFFIXES, "--weights")
    if suffix == ".npz":
        arrays = read_npz(data, path)
        return arrays, find_weight_names(arrays, path, prefix)
    if suffix == ".json":
        value = read_json(data, path)
        if not isinstance(value, dict):
            raise InputError(f'{path} is not an object of matrices: write {{"w_q": [[1, 2]], …}}')
        named = find_weight_names(value, path, prefix)
        return {
            name: _from_json(value[name], f"{path}, {name}", role)
            for role, name in named.names.items()
        }, named
    return _read_safetensors(data, path, prefix)


def _from_json(value: Any, where: str, role: str) -> FloatArray:
    return grid(value, where) if role.startswith("w_") else vector(value, where)


def _read_safetensors(
    data: bytes, path: str, prefix: str | None
) -> tuple[Mapping[str, Array], WeightNames]:
    tensors = read_safetensors(data, path)
    named = find_weight_names(tensors, path, prefix)
    return {name: tensors[name].array() for name in named.names.values()}, named
