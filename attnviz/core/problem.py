"""What is asked: a sequence, the projections and the options. What comes of it is a `Trace`.

Dimension key, used everywhere: `n_q, n_k` query and key positions (equal in self-attention, then `n`) · `d_model` ·
`d_k` · `d_v` per head · `h` heads. Rows are queries, columns are keys, softmax runs along the last axis.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

import numpy as np

from attnviz.core.arrays import BoolArray, FloatArray, as_count, as_float, frozen_copy
from attnviz.core.fitting import check_fits
from attnviz.core.masks import Window, checked_window
from attnviz.errors import InputError

ARRAYS = (
    *("x", "w_q", "w_k", "w_v", "w_o", "b_q", "b_k", "b_v", "b_o"),
    *("q_norm", "k_norm", "rotation", "q", "k", "v"),
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
    """(n, n), or (h, n, n) with one a head, added to the scaled (and capped) scores."""
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

    Either x is projected by w_q, w_k and w_v, or the queries, keys and values come from elsewhere: then the three
    matrices have no columns, and nothing that would be done to a projection is there. See `given_problem`.

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
    q: FloatArray | None = None
    """Queries from elsewhere, as they are compared with the keys: (n, h·d_k); likewise k (n, kv_heads·d_k) and v
    (n, kv_heads·d_v). All three or none."""
    k: FloatArray | None = None
    v: FloatArray | None = None
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
        check_fits(self)

    def __reduce__(self) -> tuple[type[Problem], tuple[object, ...]]:
        """For other processes of this program: a read-only mapping cannot be sent to them."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        values["provenance"] = dict(self.provenance)
        return Problem, tuple(values.values())

    def __repr__(self) -> str:
        counts = f"{counted(self.n, 'token')}, {counted(self.heads, 'head')}"
        return f"Problem({counts}, d_model {self.d_model}, d_k {self.d_k})"

    @property
    def n(self) -> int:
        return int(self.x.shape[0])

    @property
    def d_model(self) -> int:
        return int(self.x.shape[1])

    @property
    def d_k(self) -> int:
        return int((self.w_q if self.q is None else self.q).shape[1]) // self.heads

    @property
    def d_v(self) -> int:
        return int((self.w_v if self.v is None else self.v).shape[1]) // self.groups

    @property
    def projects(self) -> bool:
        """Whether queries, keys and values are made of x here, and do not come from elsewhere."""
        return self.q is None

    @property
    def groups(self) -> int:
        """How many key and value heads there are."""
        return self.heads if self.kv_heads is None else self.kv_heads

    def bias_of(self, head: int) -> FloatArray | None:
        """What is added to the scaled (and capped) scores of that head: (n, n), or what broadcasts to it, or None."""
        bias = self.options.bias
        return bias[head] if bias is not None and bias.ndim > 2 else bias

    @property
    def scale(self) -> float:
        """What the scores are multiplied with, as a number."""
        if self.options.scale is not None:
            return self.options.scale
        return 1 / math.sqrt(self.d_k) if self.d_k else 1.0


def counted(number: int, thing: str) -> str:
    """A number of things, in English.

    >>> counted(1, "token"), counted(1234, "token")
    ('1 token', '1,234 tokens')
    """
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def given_problem(
    q: FloatArray,
    k: FloatArray,
    v: FloatArray,
    *,
    x: FloatArray | None = None,
    heads: int = 1,
    kv_heads: int | None = None,
    tokens: Sequence[str] | None = None,
    options: AttentionOptions | None = None,
    provenance: Mapping[str, str] | None = None,
) -> Problem:
    """The attention of queries (n, h·d_k), keys (n, kv_heads·d_k) and values (n, kv_heads·d_v) made elsewhere.

    `x` is what they were made of, (n, d_model), if it is known. Raises ShapeError as `Problem` does.

    >>> import numpy as np
    >>> given_problem(np.eye(2), np.eye(2), np.ones((2, 3))).d_v
    3
    """
    rows = np.shape(q)[:1] or (0,)
    made_of = np.zeros((*rows, 0), as_float(q, "q").dtype) if x is None else as_float(x, "x")
    nothing = np.zeros((*np.shape(made_of)[1:2], 0), made_of.dtype)
    return Problem(
        made_of,
        *(nothing,) * 3,
        q=q,
        k=k,
        v=v,
        heads=heads,
        kv_heads=kv_heads,
        tokens=None if tokens is None else tuple(tokens),
        options=options or AttentionOptions(),
        provenance=provenance or {},
    )


def given_heads(
    q: FloatArray, k: FloatArray, v: FloatArray, chosen: Sequence[int], **facts: Any
) -> Problem:
    """The attention of these heads, counted from 0, of queries (h, n, d_k), keys (h_kv, n, d_k), values (h_kv, n, d_v).

    Heads that follow each other share keys and values, which is kept where all heads are chosen in order. `facts` are
    those of `given_problem`. Raises ShapeError as `Problem` does.

    >>> import numpy as np
    >>> shared = given_heads(np.ones((4, 2, 3)), np.ones((2, 2, 3)), np.ones((2, 2, 1)), range(4))
    >>> shared.heads, shared.groups
    (4, 2)
    """
    whole = list(chosen) == list(range(len(q)))
    shared_by = len(q) // len(k)
    keys = list(range(len(k))) if whole else [each // shared_by for each in chosen]
    beside = (
        np.concatenate(array[own], axis=-1)
        for array, own in ((q, list(chosen)), (k, keys), (v, keys))
    )
    kv_heads = len(k) if whole and len(k) != len(q) else None
    return given_problem(*beside, heads=len(chosen), kv_heads=kv_heads, **facts)


def _freeze_arrays(record: AttentionOptions | Problem, names: Sequence[str]) -> None:
    for name in names:
        value = getattr(record, name)
        if value is not None:
            object.__setattr__(record, name, frozen_copy(as_float(value, name)))
