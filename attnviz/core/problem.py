"""What is asked: a sequence, the projections and the options. What comes of it is a `Trace`.

Dimension key, used everywhere: `n_q, n_k` query and key positions (equal in self-attention, then `n`) · `d_model` ·
`d_k` · `d_v` per head · `h` heads. Rows are queries, columns are keys, softmax runs along the last axis.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType

import numpy as np

from attnviz.core.arrays import BoolArray, FloatArray, as_float, frozen_copy
from attnviz.errors import InputError, ShapeError

ARRAYS = ("x", "w_q", "w_k", "w_v", "w_o", "b_q", "b_k", "b_v", "b_o")
"""The fields of a `Problem` that are arrays; those from w_o on may be None."""


@dataclass(frozen=True, eq=False)
class AttentionOptions:
    """How the scores are treated between q kᵀ and softmax. The fields are those of `attend`.

    Raises InputError for a scale that is not finite: no score would be a number, nor the scale one that JSON holds.
    """

    scale: float | None = None
    """What the scores are multiplied with; None is 1/√d_k."""
    mask: BoolArray | None = None
    """(n, n), True = may attend."""
    bias: FloatArray | None = None
    """(n, n), added to the scaled scores."""
    causal: bool = False
    offset: int = 0

    def __post_init__(self) -> None:
        _freeze_arrays(self, ("bias",))
        if self.scale is not None:
            object.__setattr__(self, "scale", float(self.scale))
            if not math.isfinite(self.scale):
                raise InputError(f"scale is {self.scale}: give a finite number")
        if self.mask is not None:
            object.__setattr__(self, "mask", frozen_copy(np.asarray(self.mask)))


@dataclass(frozen=True, eq=False)
class Problem:
    """One self-attention to be computed. Arrays are copied and read-only; integers become float64.

    Raises ShapeError if the arrays do not fit each other; the message names both.
    """

    x: FloatArray
    """The inputs, one row a position: (n, d_model)."""
    w_q: FloatArray
    """(d_model, h·d_k); head i owns the columns i·d_k to (i+1)·d_k."""
    w_k: FloatArray
    """(d_model, h·d_k)."""
    w_v: FloatArray
    """(d_model, h·d_v)."""
    w_o: FloatArray | None = None
    """The projection of the concatenated heads: (h·d_v, d_out); None leaves them as they are."""
    b_q: FloatArray | None = None
    """(h·d_k,), added to x · w_q; likewise b_k, b_v (h·d_v,) and b_o (d_out,)."""
    b_k: FloatArray | None = None
    b_v: FloatArray | None = None
    b_o: FloatArray | None = None
    heads: int = 1
    tokens: tuple[str, ...] | None = None
    """What the positions are called, one name a row of x; None if they have no names."""
    options: AttentionOptions = field(default_factory=AttentionOptions)
    provenance: Mapping[str, str] = field(default_factory=dict)
    """Where each array came from, by name, in words: a file, a seed. `"untrained": …` marks weights that were
    not learned, and every view then says so."""

    def __post_init__(self) -> None:
        _freeze_arrays(self, ARRAYS)
        object.__setattr__(self, "provenance", MappingProxyType(dict(self.provenance)))
        if self.tokens is not None:
            object.__setattr__(self, "tokens", tuple(map(str, self.tokens)))
        _check(self)

    def __reduce__(self) -> tuple[type[Problem], tuple[object, ...]]:
        """For other processes of this program: a read-only mapping cannot be sent to them."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        values["provenance"] = dict(self.provenance)
        return Problem, tuple(values.values())

    @property
    def n(self) -> int:
        return int(self.x.shape[0])

    @property
    def d_model(self) -> int:
        return int(self.x.shape[1])

    @property
    def d_k(self) -> int:
        return int(self.w_q.shape[1]) // self.heads

    @property
    def d_v(self) -> int:
        return int(self.w_v.shape[1]) // self.heads

    @property
    def scale(self) -> float:
        """What the scores are multiplied with, as a number."""
        if self.options.scale is not None:
            return self.options.scale
        return 1 / math.sqrt(self.d_k) if self.d_k else 1.0


def _freeze_arrays(record: AttentionOptions | Problem, names: Sequence[str]) -> None:
    for name in names:
        value = getattr(record, name)
        if value is not None:
            object.__setattr__(record, name, frozen_copy(as_float(value, name)))


def _check(problem: Problem) -> None:
    x, heads = problem.x, problem.heads
    if x.ndim != 2:
        raise ShapeError(f"x has shape {x.shape}, expected (n, d_model): one row a position")
    if heads < 1:
        raise ShapeError(f"heads is {heads}, expected 1 or more")
    for name in ("w_q", "w_k", "w_v"):
        _check_projection(name, getattr(problem, name), x.shape[1], f"x has shape {x.shape}", heads)
    if problem.w_k.shape != problem.w_q.shape:
        raise ShapeError(
            f"w_k has shape {problem.w_k.shape}, expected {problem.w_q.shape}: "
            f"w_q has that shape, and queries are compared with keys"
        )
    last, out_width = "w_v", problem.w_v.shape[1]
    if problem.w_o is not None:
        _check_projection(
            "w_o",
            problem.w_o,
            out_width,
            f"w_v has shape {problem.w_v.shape}, the heads together",
            1,
        )
        last, out_width = "w_o", problem.w_o.shape[1]
    widths = {"b_q": ("w_q", problem.w_q.shape[1]), "b_k": ("w_k", problem.w_k.shape[1])}
    widths |= {"b_v": ("w_v", problem.w_v.shape[1]), "b_o": (last, out_width)}
    for name, (matrix, width) in widths.items():
        bias = getattr(problem, name)
        if bias is not None and bias.shape != (width,):
            raise ShapeError(
                f"{name} has shape {bias.shape}, expected ({width},): {matrix} has {width} columns"
            )
    if problem.tokens is not None and len(problem.tokens) != problem.n:
        raise ShapeError(
            f"{len(problem.tokens)} tokens for {problem.n} rows of x: give one token a row"
        )


def _check_projection(name: str, w: FloatArray, rows: int, says: str, heads: int) -> None:
    if w.ndim != 2 or w.shape[0] != rows:
        turned = w.ndim == 2 and w.shape[1] == rows
        hint = "; it would fit transposed" if turned else ""
        columns = w.shape[-1] if w.ndim == 2 and not turned else w.shape[0] if turned else "d"
        raise ShapeError(f"{name} has shape {w.shape}, expected ({rows}, {columns}): {says}{hint}")
    if w.shape[1] % heads:
        raise ShapeError(
            f"{name} has shape {w.shape}, expected a number of columns that {heads} heads share equally: "
            f"{w.shape[1]} is not a multiple of {heads}"
        )
