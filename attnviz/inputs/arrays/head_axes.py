"""Matrices that have an axis of heads, made plain: the heads one after the other.

TransformerLens keeps W_Q as (heads, in, out) and b_Q as (heads, out); Flax and Keras keep query.kernel as
(in, heads, out). Both keep the output matrix as (heads, in, out), where `in` are the values of a head.
"""

from __future__ import annotations

from collections.abc import Mapping

from attnviz.core.arrays import FloatArray
from attnviz.errors import InputError, ShapeError

NEEDED = ("w_q", "w_k", "w_v")
_AXES = 3
HEADS_FIRST, ROWS_FIRST = "heads_in_out", "in_heads_out"
"""The orders of the axes: (heads, in, out) and (in, heads, out)."""


def without_head_axes(
    found: Mapping[str, FloatArray],
    names: Mapping[str, str],
    path: str,
    *,
    d_model: int | None,
    heads: int | None,
    ways: list[tuple[str, str]],
) -> dict[str, FloatArray] | None:
    """The arrays by role, matrices as (in, heads · out) and biases as (heads · out,); None where there is no such axis.

    `names` are those of the file, by role. Of a name that leaves the order open, the axis that is `d_model` long is
    `in`, if it is known. Adds the order to `ways`.

    Raises InputError where `heads` are others than the file's, or matrices with the axis stand beside one without;
    ShapeError where no axis is `d_model` long.

    >>> import numpy as np
    >>> arrays = {role: np.ones((2, 8, 4)) for role in NEEDED}
    >>> plain = without_head_axes(arrays, {role: role for role in NEEDED}, "w.npz", d_model=8, heads=2, ways=[])
    >>> plain["w_q"].shape
    (8, 8)
    """
    deep = [role for role in NEEDED if role in found and found[role].ndim == _AXES]
    if not deep:
        return None
    first = f"{names[deep[0]]} has shape {found[deep[0]].shape}"
    if others := [role for role in NEEDED if role not in deep]:
        other = names.get(others[0], others[0])
        raise InputError(
            f"{path}: {first}, with an axis of heads, and {other} has none: save all three in one way"
        )
    order = _order(found, names, path, d_model)
    count = found["w_q"].shape[0 if order == HEADS_FIRST else 1]
    if heads != count and not (heads is None and count == 1):
        raise InputError(f"{path}: {first}, of {count} heads: say --heads {count}")
    ways.append((order, f"{names['w_q']} {found['w_q'].shape}"))
    return {role: _plain(array, role, order) for role, array in found.items()}


def _order(
    found: Mapping[str, FloatArray], names: Mapping[str, str], path: str, d_model: int | None
) -> str:
    orders = [HEADS_FIRST, ROWS_FIRST]
    if names["w_q"].lower().removesuffix(":0").endswith("kernel"):
        orders = [ROWS_FIRST]
    shapes = {names[role]: found[role].shape for role in NEEDED}
    for order in orders:
        rows = 1 if order == HEADS_FIRST else 0
        if d_model is None or all(shape[rows] == d_model for shape in shapes.values()):
            return order
    listing = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
    expected = " or ".join(
        f"(heads, {d_model}, d_k)" if order == HEADS_FIRST else f"({d_model}, heads, d_k)"
        for order in orders
    )
    raise ShapeError(
        f"{path}: {listing} do not fit x, whose rows have {d_model} numbers: expected {expected}"
    )


def _plain(array: FloatArray, role: str, order: str) -> FloatArray:
    if role == "w_o" and array.ndim == _AXES:
        return array.reshape(-1, array.shape[-1])
    if role in NEEDED:
        rows_first = array.swapaxes(0, 1) if order == HEADS_FIRST else array
        return rows_first.reshape(len(rows_first), -1)
    # (heads, out); the output has one bias, of all heads together
    return array.ravel() if role != "b_o" and array.ndim == 2 and role.startswith("b_") else array
