"""One array of queries, keys and values, parted: which of its rows belong to which.

Two layouts are in use. STACKED: all queries, then all keys, then all values, as torch.nn.MultiheadAttention, GPT-2,
Phi-3, MPT, ModernBERT, ViT and Baichuan keep them. BY_HEAD: for each key head the queries that share it, its keys, its
values, as GPT-NeoX and BLOOM (one query head each) and Falcon keep them. Of a single head both are the same.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import FloatArray
from attnviz.errors import InputError, ShapeError
from attnviz.records import record

STACKED, BY_HEAD = "stacked", "by-head"
_PARTS = 3
Rows: TypeAlias = npt.NDArray[np.intp]


@record
class FusedArray:
    """The array of a file that holds three matrices."""

    values: FloatArray
    """(out, in) or (in, out); `out` are the entries of all queries, keys and values."""
    name: str
    path: str
    same_heads: bool
    """True where keys have as many heads as queries in every file with this name."""

    @property
    def where(self) -> str:
        return f"{self.path}: {self.name} has shape {self.values.shape}"


def is_out_in(fused: FusedArray, transposed: bool | None, d_model: int | None) -> bool:
    """Tells whether the array is (out, in), as torch keeps it, or (in, out), as GPT-2 does.

    `transposed` is what the user says, `d_model` the number of entries of a vector, if that is known. Raises ShapeError
    for an array that is neither, InputError where the user says what cannot be.
    """
    rows, columns = fused.values.shape
    if rows == _PARTS * columns or columns == _PARTS * rows:
        is_turned = bool(rows == _PARTS * columns)
    elif fused.same_heads:
        raise ShapeError(
            f"{fused.where}, expected (3·d, d) or (d, 3·d): "
            "the matrices of queries, keys and values one after the other"
        )
    elif d_model is None or rows == columns:
        return bool(rows >= columns) if transposed is None else transposed
    elif d_model not in (rows, columns):
        raise ShapeError(
            f"{fused.where}, which does not fit x, whose rows have {d_model} numbers: "
            f"it needs {d_model} columns, or as many rows"
        )
    else:
        is_turned = bool(columns == d_model)
    if transposed is not None and transposed != is_turned:
        kept, flag = ("out, in", "--no-transpose") if is_turned else ("in, out", "--transpose")
        raise InputError(f"{fused.where}, which can only be ({kept}): leave {flag}-weights out")
    return is_turned


def rows_of_each(
    fused: FusedArray, layout: str, out: int, width: int, heads: int | None
) -> tuple[Rows, Rows, Rows]:
    """The places of queries, keys and values among the `out` entries, in the order of their heads.

    `width` are the entries of all queries together; keys and values have half of the rest each. The layout BY_HEAD
    needs the number of `heads`. Raises InputError where it is not given, ShapeError where the array is not of such
    parts.
    """
    rest = out - width
    keys, odd = divmod(rest, 2)
    if keys < 1 or odd or width % keys:
        raise ShapeError(
            f"{fused.where}: of {out} entries {width} are queries, which leaves {rest} for keys and values: "
            "expected twice a number that divides the queries"
        )
    places = np.arange(out)
    if layout == STACKED:
        return places[:width], places[width : width + keys], places[width + keys :]
    if heads is None:
        raise InputError(
            f"{fused.path}: {fused.name} holds queries, keys and values head by head: say how many heads with --heads"
        )
    d_k, uneven = divmod(width, heads) if heads > 0 else (0, width)
    if uneven or keys % d_k or heads % (keys // d_k):
        raise ShapeError(
            f"{fused.where}: {width} entries of queries and {keys} of keys are not those of {heads} heads: "
            "say how many heads there are with --heads"
        )
    groups = places.reshape(keys // d_k, -1, d_k)
    return groups[:, :-2].ravel(), groups[:, -2].ravel(), groups[:, -1].ravel()
