"""The inputs of attention: vectors with the matrices that project them, or queries, keys and values made elsewhere."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import TypeAlias

from attnviz.core.argument_kinds import checked_kind
from attnviz.core.array_record import ArrayRecord
from attnviz.core.arrays import FloatArray
from attnviz.errors import InputError, ShapeError
from attnviz.records import record

NORM_EPSILON = 1e-6


@record(eq=False)
class Projections(ArrayRecord):
    """Vectors, and what makes queries, keys and values of them. Arrays are copied and read-only."""

    x: FloatArray
    """The vectors, one row a query: (n_q, d_model). They are the keys' too, unless there is a `context`."""
    w_q: FloatArray
    """(d_model, h·d_k); head i owns the columns i·d_k to (i+1)·d_k."""
    w_k: FloatArray
    """(d_model, h_kv·d_k); with a context it has as many rows as the context has columns."""
    w_v: FloatArray
    """(d_model, h_kv·d_v), likewise."""
    b_q: FloatArray | None = None
    """(h·d_k,), added to x · w_q; likewise b_k (h_kv·d_k,) and b_v (h_kv·d_v,)."""
    b_k: FloatArray | None = None
    b_v: FloatArray | None = None
    q_norm: FloatArray | None = None
    """(d_k,): each query is divided by its root mean square and multiplied with this; likewise k_norm for keys."""
    k_norm: FloatArray | None = None
    norm_epsilon: float = NORM_EPSILON
    """The number that is added to the mean square."""
    rotation: FloatArray | None = None
    """Rotary position embedding: entry i of each query and key is turned together with entry i + r by rotation[p, i],
    where p is its position: (n, r), in radians. Not with a context, whose positions are others."""
    context: FloatArray | None = None
    """Cross-attention: the vectors of which keys and values are made, one row a key: (n_k, d_context)."""

    def __post_init__(self) -> None:
        epsilon = checked_kind("norm_epsilon", self.norm_epsilon, "float")
        if not 0 <= epsilon < math.inf:
            raise InputError(f"norm_epsilon is {epsilon}: give a finite number from 0")
        object.__setattr__(self, "norm_epsilon", epsilon)
        self.freeze(*(each.name for each in fields(self) if each.name != "norm_epsilon"))

    @property
    def n_q(self) -> int:
        """The number of queries."""
        return len(self.x)

    @property
    def n_k(self) -> int:
        """The number of keys."""
        return len(self.key_vectors)

    @property
    def key_vectors(self) -> FloatArray:
        """The vectors of which keys and values are made: (n_k, d)."""
        return self.x if self.context is None else self.context

    def d_k(self, heads: int) -> int:
        """Entries of a query of one head."""
        return int(self.w_q.shape[1]) // heads

    def d_v(self, n_kv_heads: int) -> int:
        """Entries of a value of one head."""
        return int(self.w_v.shape[1]) // n_kv_heads

    @property
    def values(self) -> tuple[str, FloatArray]:
        """The array that decides how wide values are, with its name."""
        return "w_v", self.w_v

    def check(self, heads: int, n_kv_heads: int) -> None:
        """Raises ShapeError, naming the array, unless all of them fit the vectors and each other."""
        _check_rows(self.x)
        name, key_vectors = ("x", self.x) if self.context is None else ("context", self.context)
        if key_vectors.ndim != 2:
            raise ShapeError(
                f"{name} has shape {key_vectors.shape}, expected (n_k, d): one row a key"
            )
        said = f"{name} has shape {key_vectors.shape}"
        check_matrix("w_q", self.w_q, self.x.shape[1], f"x has shape {self.x.shape}", heads)
        check_matrix("w_k", self.w_k, key_vectors.shape[1], said, n_kv_heads)
        check_matrix("w_v", self.w_v, key_vectors.shape[1], said, n_kv_heads)
        keys = (key_vectors.shape[1], self.d_k(heads) * n_kv_heads)
        if self.w_k.shape != keys:
            fits = "that shape" if keys == self.w_q.shape else f"shape {self.w_q.shape}"
            raise ShapeError(
                f"w_k has shape {self.w_k.shape}, expected {keys}: "
                f"w_q has {fits}, and queries are compared with keys"
            )
        self._check_vectors(self.d_k(heads))

    def _check_vectors(self, d_k: int) -> None:
        """Biases, norms and rotation fit queries and keys."""
        for name, matrix, width in (
            ("b_q", "w_q", self.w_q.shape[1]),
            ("b_k", "w_k", self.w_k.shape[1]),
            ("b_v", "w_v", self.w_v.shape[1]),
            ("q_norm", "a query", d_k),
            ("k_norm", "a key", d_k),
        ):
            check_vector(name, getattr(self, name), matrix, width)
        turns, most = self.rotation, d_k // 2
        if turns is None:
            return
        if self.context is not None:
            raise ShapeError(
                f"rotation has shape {turns.shape}, but keys are made of a context, whose positions are others: "
                "leave it out"
            )
        if turns.ndim != 2 or len(turns) != self.n_q or turns.shape[1] > most:
            raise ShapeError(
                f"rotation has shape {turns.shape}, expected ({self.n_q}, r) with r at most {most}: "
                f"half of d_k, and x has shape {self.x.shape}"
            )


@record(eq=False)
class GivenQKV(ArrayRecord):
    """Queries, keys and values made elsewhere, as they are compared. Arrays are copied and read-only."""

    q: FloatArray
    """(n_q, h·d_k); head i owns the columns i·d_k to (i+1)·d_k."""
    k: FloatArray
    """(n_k, h_kv·d_k)."""
    v: FloatArray
    """(n_k, h_kv·d_v)."""
    x: FloatArray | None = None
    """The vectors of which they were made, one row a query: (n_q, d_model); None where these are not known."""

    def __post_init__(self) -> None:
        self.freeze("q", "k", "v", "x")

    @property
    def n_q(self) -> int:
        """The number of queries."""
        return len(self.q) if self.q.ndim else 0

    @property
    def n_k(self) -> int:
        """The number of keys."""
        return len(self.k) if self.k.ndim else 0

    def d_k(self, heads: int) -> int:
        """Entries of a query of one head."""
        return int(self.q.shape[1]) // heads

    def d_v(self, n_kv_heads: int) -> int:
        """Entries of a value of one head."""
        return int(self.v.shape[1]) // n_kv_heads

    @property
    def values(self) -> tuple[str, FloatArray]:
        """The array that decides how wide values are, with its name."""
        return "v", self.v

    def check(self, heads: int, n_kv_heads: int) -> None:
        """Raises ShapeError, naming the array, unless queries, keys and values fit each other."""
        if self.x is not None:
            _check_rows(self.x)
        n_q = self.n_q if self.x is None else len(self.x)
        n_k = self.n_k
        for name, array, rows, what, count in (
            ("q", self.q, n_q, "position", heads),
            ("k", self.k, n_k, "key", n_kv_heads),
            ("v", self.v, n_k, "key", n_kv_heads),
        ):
            if array.ndim != 2 or len(array) != rows or array.shape[1] % count:
                raise ShapeError(
                    f"{name} has shape {array.shape}, expected ({rows}, d), one row a {what}, "
                    f"where {count} heads share d equally"
                )
        d_k = self.d_k(heads)
        if self.k.shape[1] != d_k * n_kv_heads:
            raise ShapeError(
                f"k has shape {self.k.shape}, expected {(n_k, d_k * n_kv_heads)}: "
                f"queries have {d_k} entries a head, and are compared with keys"
            )


AttentionInputs: TypeAlias = Projections | GivenQKV


def _check_rows(x: FloatArray) -> None:
    if x.ndim != 2:
        raise ShapeError(f"x has shape {x.shape}, expected (n, d_model): one row a position")


def check_matrix(name: str, w: FloatArray, rows: int, reason: str, heads: int) -> None:
    """Raises ShapeError unless the matrix has so many rows, for this reason, and columns that the heads share."""
    if w.ndim != 2 or w.shape[0] != rows:
        turned = w.ndim == 2 and w.shape[1] == rows
        hint = "; it would fit transposed" if turned else ""
        columns = w.shape[-1] if w.ndim == 2 and not turned else w.shape[0] if turned else "d"
        raise ShapeError(
            f"{name} has shape {w.shape}, expected ({rows}, {columns}): {reason}{hint}"
        )
    if w.shape[1] % heads:
        raise ShapeError(
            f"{name} has shape {w.shape}, expected a number of columns that {heads} heads share equally: "
            f"{w.shape[1]} is not a multiple of {heads}"
        )


def check_vector(name: str, vector: FloatArray | None, matrix: str, width: int) -> None:
    """Raises ShapeError unless the vector, if there is one, is as long as the matrix is wide."""
    if vector is not None and vector.shape != (width,):
        raise ShapeError(
            f"{name} has shape {vector.shape}, expected ({width},): {matrix} has {width} columns"
        )
