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

from attnviz.core.arrays import BoolArray, FloatArray, as_count, as_float, frozen_copy
from attnviz.core.masks import Window, checked_window
from attnviz.errors import InputError, ShapeError

ARRAYS = (
    *("x", "w_q", "w_k", "w_v", "w_o", "b_q", "b_k", "b_v", "b_o"),
    *("q_norm", "k_norm", "rotation"),
)
"""The fields of a `Problem` that are arrays; those from w_o on may be None."""
NORM_EPSILON = 1e-6


@dataclass(frozen=True, eq=False)
class AttentionOptions:
    """How the scores are treated between q kᵀ and softmax. The fields are those of `attend`.

    Raises InputError for a scale that is not finite (no score would be a number, nor the scale one that JSON holds), a
    softcap that is not above 0, and a window or a length that is none.
    """

    scale: float | None = None
    """What the scores are multiplied with; None is 1/√d_k."""
    mask: BoolArray | None = None
    """(n, n), True = may attend."""
    bias: FloatArray | None = None
    """(n, n), added to the scaled scores."""
    causal: bool = False
    offset: int = 0
    softcap: float | None = None
    """Keeps the scaled scores within ±softcap."""
    window: Window | None = None
    """How many keys to the left and to the right of itself a query sees."""
    kv_length: int | None = None
    """Keys at or past it are hidden: they are padding."""
    sinks: FloatArray | None = None
    """(h,), one more logit a head, which takes weight and gives no value."""

    def __post_init__(self) -> None:
        _freeze_arrays(self, ("bias", "sinks"))
        if self.softcap is not None:
            object.__setattr__(self, "softcap", float(self.softcap))
            if not (math.isfinite(self.softcap) and self.softcap > 0):
                raise InputError(f"softcap is {self.softcap}: give a finite number above 0")
        if self.kv_length is not None:
            object.__setattr__(self, "kv_length", as_count(self.kv_length, "kv_length", 0))
        if self.window is not None:
            object.__setattr__(self, "window", checked_window(self.window))
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
    kv_heads: int | None = None
    """How many key and value heads there are: w_k is (d_model, kv_heads·d_k), w_v likewise. `heads` is a multiple, and
    heads that follow each other share one. None is one for each head."""
    q_norm: FloatArray | None = None
    """(d_k,): each query is divided by its root mean square and multiplied with this; likewise k_norm for keys."""
    k_norm: FloatArray | None = None
    norm_epsilon: float = NORM_EPSILON
    """What is added to the mean square."""
    rotation: FloatArray | None = None
    """Rotary position embedding: entry i of each query and key is turned together with entry i + r by rotation[p, i],
    where p is its position: (n, r), in radians."""
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
        return int(self.w_v.shape[1]) // self.groups

    @property
    def groups(self) -> int:
        """How many key and value heads there are."""
        return self.heads if self.kv_heads is None else self.kv_heads

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
    if problem.groups < 1 or heads % problem.groups:
        raise ShapeError(
            f"kv_heads is {problem.groups}, expected a number that divides the {heads} heads: each is shared by as many"
        )
    _check_projections(problem)
    _check_vectors(problem)
    _check_places(problem)
    if problem.tokens is not None and len(problem.tokens) != problem.n:
        raise ShapeError(
            f"{len(problem.tokens)} tokens for {problem.n} rows of x: give one token a row"
        )


def _check_projections(problem: Problem) -> None:
    """The matrices fit x and each other."""
    x, groups = problem.x, problem.groups
    for name, count in (("w_q", problem.heads), ("w_k", groups), ("w_v", groups)):
        _check_projection(name, getattr(problem, name), x.shape[1], f"x has shape {x.shape}", count)
    keys = (x.shape[1], problem.d_k * groups)
    if problem.w_k.shape != keys:
        asked = "that shape" if keys == problem.w_q.shape else f"shape {problem.w_q.shape}"
        raise ShapeError(
            f"w_k has shape {problem.w_k.shape}, expected {keys}: "
            f"w_q has {asked}, and queries are compared with keys"
        )
    if problem.w_o is not None:
        says = f"w_v has shape {problem.w_v.shape}, the heads together"
        _check_projection("w_o", problem.w_o, problem.heads * problem.d_v, says, 1)


def _check_vectors(problem: Problem) -> None:
    """What is added to a projection, or multiplied with a query or a key, is as long as these."""
    last = ("w_v", problem.heads * problem.d_v)
    if problem.w_o is not None:
        last = ("w_o", problem.w_o.shape[1])
    widths = {"b_q": ("w_q", problem.w_q.shape[1]), "b_k": ("w_k", problem.w_k.shape[1])}
    widths |= {"b_v": ("w_v", problem.w_v.shape[1]), "b_o": last}
    widths |= {"q_norm": ("a query", problem.d_k), "k_norm": ("a key", problem.d_k)}
    for name, (matrix, width) in widths.items():
        vector = getattr(problem, name)
        if vector is not None and vector.shape != (width,):
            raise ShapeError(
                f"{name} has shape {vector.shape}, expected ({width},): {matrix} has {width} columns"
            )


def _check_places(problem: Problem) -> None:
    """What is asked of each position or each head is there for all of them."""
    turns, most = problem.rotation, problem.d_k // 2
    if turns is not None and (turns.ndim != 2 or len(turns) != problem.n or turns.shape[1] > most):
        raise ShapeError(
            f"rotation has shape {turns.shape}, expected ({problem.n}, r) with r at most {most}: "
            f"half of d_k, and x has shape {problem.x.shape}"
        )
    sinks = problem.options.sinks
    if sinks is not None and sinks.shape != (problem.heads,):
        raise ShapeError(
            f"sinks has shape {sinks.shape}, expected ({problem.heads},): one logit a head"
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
