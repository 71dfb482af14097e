"""Projection weights from a file: .npz .json .safetensors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.provenance import Reading
from attnviz.errors import InputError, ShapeError
from attnviz.inputs.arrays.beside import left_out
from attnviz.inputs.arrays.fused_weights import (
    STACKED,
    FusedArray,
    is_out_in,
    rows_of_each,
)
from attnviz.inputs.arrays.head_axes import without_head_axes
from attnviz.inputs.arrays.weight_names import (
    FUSED,
    FUSED_BIAS,
    NEEDED,
    WeightNames,
    find_weight_names,
)
from attnviz.inputs.files.grids import (
    Array,
    check_axes,
    finite,
    grid,
    listed,
    nested,
    read_json,
    read_npz,
    vector,
)
from attnviz.inputs.files.reading import read_file
from attnviz.inputs.files.safetensors_file import read_safetensors
from attnviz.records import record

SUFFIXES = (".npz", ".json", ".safetensors")
Arrays = dict[str, FloatArray]
_PARTS = 3
_BIASES = ("b_q", "b_k", "b_v")


@record
class FusedRequest:
    """What is known from elsewhere of one array that holds queries, keys and values; None is not known."""

    d_model: int | None
    transposed: bool | None
    heads: int | None
    layout: str | None


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
    heads: int | None = None,
    fused: str | None = None,
) -> Weights:
    """The arrays of one attention layer.

    Matrices come back as (in, out): w_q (d_model, h·d_k), w_v (d_model, h·d_v), w_o (h·d_v, d_out). `transposed`
    says whether the file has them as (out, in); None finds out from `d_model`, or where the shapes leave
    it open from the names, if these settle it. Matrices with an axis of heads, as TransformerLens, Flax and Keras keep
    them, come back without it. `prefix` names one of several layers. Of one array that holds queries,
    keys and values `fused` is the layout, None the one that goes with its name, and `heads` the number of query heads,
    which the layout "by-head" needs. Numbers become float64.

    Raises InputError (the file, the names, or an orientation that must be asked for), ShapeError (matrices that do not
    fit d_model or each other), EnvironmentFault (.safetensors without its package).
    """
    arrays, named = _named_arrays(path, prefix)
    raw = {role: arrays[name] for role, name in named.names.items()}
    found = {role: finite(array, f"{path}, {named.names[role]}") for role, array in raw.items()}
    ways: list[tuple[str, str]] = []
    # torch.nn.Linear knows no such axis, and a file of its names may have it anywhere
    plain = None
    if not named.is_linear:
        plain = without_head_axes(found, named.names, path, d_model=d_model, heads=heads, ways=ways)
    if plain is not None:
        if transposed:
            raise InputError(
                f"{path}: {named.names[NEEDED[0]]} has an axis of heads and is not transposed: "
                "leave --transpose-weights out"
            )
        found, transposed = plain, False
    for role, array in found.items():
        axes = 2 if role.startswith("w_") else 1
        if array.ndim != axes or not array.size:
            expected = "two dimensions" if axes == 2 else "one dimension"
            of_heads = (
                "; save the heads one after the other" if axes == 2 else "; save array.ravel()"
            )
            cure = of_heads if array.ndim == axes + 1 else ""
            raise ShapeError(
                f"{path}: {named.names[role]} has shape {array.shape}, expected {expected}, not empty{cure}"
            )
    is_said = transposed is not None or FUSED in found
    if named.is_one_of > 1:
        ways.append(("layer", named.prefix or "(no prefix)"))
    if FUSED in found:
        how = FusedRequest(d_model, transposed, heads, fused)
        found, transposed = _without_fused(found, named, path, how, ways)
    elif fused is not None:
        raise InputError(
            f"--fused: {path} has queries, keys and values in arrays of their own: leave it out"
        )
    elif FUSED_BIAS in found:
        # torch.nn.MultiheadAttention with kdim or vdim has three matrices, and one bias
        bias = _whole_bias(found, named, _PARTS * (len(found[FUSED_BIAS]) // _PARTS), path)
        found = {role: array for role, array in found.items() if role != FUSED_BIAS}
        found |= dict(zip(_BIASES, np.split(bias, _PARTS), strict=True))
    if transposed is None:
        transposed = _is_transposed(found, named, d_model, path)
    if transposed:
        shown = FUSED if FUSED in named.names else NEEDED[0]
        shape = "" if shown == FUSED else f"{named.names[shown]} {found[shown].shape}"
        ways.append(("out_in", shape))
    if d_model is None and transposed is False and not is_said and _is_open(found):
        ways.append(("in_out", f"{named.names[NEEDED[0]]} {found[NEEDED[0]].shape}"))
    ways += left_out(named.left_out, ())
    small = [named.names[role] for role, array in raw.items() if _is_small(array, role)]
    if small:
        ways.append(("small_integers", ", ".join(small)))
    if named.unused:
        ways.append(("unused", ", ".join(named.unused)))
    turned = {
        role: array.T if transposed and array.ndim == 2 else array for role, array in found.items()
    }
    return Weights(turned, tuple(Reading(Path(path).name, *each) for each in ways))


def _is_open(found: Arrays) -> bool:
    """True where the matrices could be (out, in) too: all of the same width, and not square."""
    rows, columns = found[NEEDED[0]].shape
    return bool(rows != columns) and all(found[role].shape[1] == columns for role in NEEDED)


def _is_small(array: Array, role: str) -> bool:
    """True for a matrix of integers of 8 bits, as which weights are stored that a scale would make whole again."""
    return role.startswith("w_") and array.dtype.kind in "iu" and array.dtype.itemsize == 1


def _without_fused(
    found: Arrays,
    named: WeightNames,
    path: str,
    how: FusedRequest,
    ways: list[tuple[str, str]],
) -> tuple[Arrays, bool]:
    """The arrays with the one that holds three matrices parted, and whether matrices are (out, in)."""
    name = named.names[FUSED]
    fused = FusedArray(found[FUSED], name, path, named.same_heads)
    turned = is_out_in(fused, how.transposed, how.d_model)
    out, d_model = fused.values.shape if turned else fused.values.shape[::-1]
    layout = how.layout or named.layout
    width = out // _PARTS if named.same_heads else _queries_width(found, turned, out, d_model)
    rows = rows_of_each(fused, layout, out, width, how.heads)
    shape = f"{name} {fused.values.shape}"
    if len(rows[1]) != width:
        shape += f": {width} + {len(rows[1])} + {len(rows[2])}"
    ways.append(("fused" if layout == STACKED else "fused_by_head", shape))
    parts = {
        role: fused.values[each] if turned else fused.values[:, each]
        for role, each in zip(NEEDED, rows, strict=True)
    }
    if FUSED_BIAS in found:
        bias = _whole_bias(found, named, out, path)
        parts |= {role: bias[each] for role, each in zip(_BIASES, rows, strict=True)}
    rest = {role: array for role, array in found.items() if role not in (FUSED, FUSED_BIAS)}
    return parts | rest, turned


def _queries_width(found: Arrays, turned: bool, out: int, d_model: int) -> int:
    """The entries of all queries together: as many as the output takes, or where there is none as a vector has."""
    if "w_o" in found:
        return int(found["w_o"].shape[1 if turned else 0])
    # three equal parts, of whatever length, are the usual case
    return out // _PARTS if out == _PARTS * d_model else d_model


def _whole_bias(found: Arrays, named: WeightNames, width: int, path: str) -> FloatArray:
    """The bias that is one for queries, keys and values.

    Raises InputError where there is a bias of its own beside it, ShapeError for one that is not as long as all three.
    """
    bias, name = found[FUSED_BIAS], named.names[FUSED_BIAS]
    both = next((role for role in _BIASES if role in found), None)
    if both is not None:
        raise InputError(
            f"{path}: {name} and {named.names[both]} are both {both}: keep one of them"
        )
    if len(bias) != width:
        raise ShapeError(f"{path}: {name} has shape {bias.shape}, expected ({width},)")
    return bias


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
        arrays = read_npz(data, path, check_axes)
        return arrays, find_weight_names(arrays, path, prefix)
    if suffix == ".json":
        value = read_json(data, path)
        if not isinstance(value, dict):
            raise InputError(f'{path} is not an object of matrices: write {{"w_q": [[1, 2]], …}}')
        if isinstance(value.get("weight_map"), dict):
            raise _index_of_several(value["weight_map"], path, prefix)
        [*inner] = value.values()
        if len(inner) == 1 and isinstance(inner[0], dict):
            value = inner[0]  # {"weights": {"w_q": …}}
        named = find_weight_names(value, path, prefix)
        return {
            name: _from_json(value[name], f"{path}, {name}", role)
            for role, name in named.names.items()
        }, named
    return _read_safetensors(data, path, prefix)


def _index_of_several(files: dict[str, Any], path: str, prefix: str | None) -> InputError:
    """An error for the index of a checkpoint in several files, which names those with the layer of that prefix."""
    start = (prefix or "").strip().lower()
    of_layer = [file for name, file in files.items() if name.lower().startswith(start)]
    names = {str(file): None for file in of_layer or files.values()}
    return InputError(
        f"{path} is the index of a checkpoint in several files and holds no weights: give the one that holds the "
        f"layer ({listed(names, most=3)})"
    )


def _from_json(value: Any, where: str, role: str) -> FloatArray:
    axes = 2 if role.startswith("w_") else 1
    if _depth(value) == axes + 1:
        return nested(value, where, "[[1, 2], [3, 4]]" if axes > 1 else "[1, 2]")
    return grid(value, where) if axes > 1 else vector(value, where)


def _depth(value: Any) -> int:
    """How deep the first lists are in each other, at most 4."""
    depth = 0
    while isinstance(value, list) and value and depth < 4:
        value, depth = value[0], depth + 1
    return depth


def _read_safetensors(
    data: bytes, path: str, prefix: str | None
) -> tuple[Mapping[str, Array], WeightNames]:
    tensors = read_safetensors(data, path)
    named = find_weight_names(tensors, path, prefix)
    return {name: tensors[name].array(check_axes) for name in named.names.values()}, named
