"""Projection weights from a file: .npz .json .safetensors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attnviz.core.arrays import FloatArray
from attnviz.errors import InputError, ShapeError
from attnviz.inputs.files import read_file
from attnviz.inputs.grids import Array, finite, grid, read_json, read_npz, vector
from attnviz.inputs.safetensors_file import read_safetensors
from attnviz.inputs.weight_names import NEEDED, WeightNames, find_weight_names

SUFFIXES = (".npz", ".json", ".safetensors")
Weights = dict[str, FloatArray]


def read_weights(path: str, d_model: int | None = None, transposed: bool | None = None) -> Weights:
    """The arrays of one attention layer, by role: w_q, w_k, w_v, and those of w_o, b_q, b_k, b_v, b_o that there are.

    Matrices come back as (in, out): w_q (d_model, h·d_k), w_v (d_model, h·d_v), w_o (h·d_v, d_out). `transposed`
    says whether the file has them as (out, in); None finds out from `d_model`, or where the shapes leave
    it open from the names, if these settle it. Numbers become float64.

    Raises InputError (the file, the names, or an orientation that must be asked for), ShapeError (matrices that do not
    fit d_model or each other), EnvironmentFault (.safetensors without its package).
    """
    arrays, named = _named_arrays(path)
    found = {role: finite(arrays[name], f"{path}, {name}") for role, name in named.names.items()}
    for role, array in found.items():
        axes = 2 if role.startswith("w_") else 1
        if array.ndim != axes or not array.size:
            expected = "two dimensions" if axes == 2 else "one dimension"
            raise ShapeError(
                f"{path}: {named.names[role]} has shape {array.shape}, expected {expected}, not empty"
            )
    if transposed is None:
        transposed = _is_transposed(found, named, d_model, path)
    return {
        role: array.T if transposed and array.ndim == 2 else array for role, array in found.items()
    }


def _is_transposed(found: Weights, named: WeightNames, d_model: int | None, path: str) -> bool:
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


def _named_arrays(path: str) -> tuple[Mapping[str, Array], WeightNames]:
    data, suffix = read_file(path, SUFFIXES, "--weights")
    if suffix == ".npz":
        arrays = read_npz(data, path)
        return arrays, find_weight_names(arrays, path)
    if suffix == ".json":
        value = read_json(data, path)
        if not isinstance(value, dict):
            raise InputError(f'{path} is not an object of matrices: write {{"w_q": [[1, 2]], …}}')
        named = find_weight_names(value, path)
        return {
            name: _from_json(value[name], f"{path}, {name}", role)
            for role, name in named.names.items()
        }, named
    return _read_safetensors(data, path)


def _from_json(value: Any, where: str, role: str) -> FloatArray:
    return grid(value, where) if role.startswith("w_") else vector(value, where)


def _read_safetensors(data: bytes, path: str) -> tuple[Mapping[str, Array], WeightNames]:
    tensors = read_safetensors(data, path)
    named = find_weight_names(tensors, path)
    return {name: tensors[name].array() for name in named.names.values()}, named
