"""One layer of a model: the vectors that enter its attention, and the weights of all its heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.attention_inputs import NORM_EPSILON
from attnviz.core.options import AttentionOptions
from attnviz.core.problem import Problem
from attnviz.core.provenance import Provenance
from attnviz.core.self_attention import trace_of
from attnviz.errors import ShapeError
from attnviz.records import record


@record(eq=False)
class ModelLayer:
    """A layer's attention. Matrices are (in, out); head i owns the columns i·d_k to (i+1)·d_k."""

    x: FloatArray
    """The input of the attention, after any normalisation before it: (n, d_model)."""
    heads: int
    kv_heads: int
    w_q: FloatArray
    w_k: FloatArray
    w_v: FloatArray
    w_o: FloatArray
    b_q: FloatArray | None = None
    b_k: FloatArray | None = None
    b_v: FloatArray | None = None
    b_o: FloatArray | None = None
    q_norm: FloatArray | None = None
    k_norm: FloatArray | None = None
    norm_epsilon: float = NORM_EPSILON
    rotation: FloatArray | None = None
    options: AttentionOptions = field(default_factory=AttentionOptions)
    _head_outputs: dict[int, FloatArray] = field(default_factory=dict, init=False, repr=False)

    def check(self) -> None:
        """Raises ShapeError for vectors or matrices that do not fit each other, or the number of heads."""
        for name, columns, heads in (
            ("w_q", self.w_q.shape[-1], self.heads),
            ("w_k", self.w_k.shape[-1], self.kv_heads),
            ("w_v", self.w_v.shape[-1], self.kv_heads),
            ("the heads", self.heads, self.kv_heads),
        ):
            if columns % heads:
                raise ShapeError(
                    f"{name}: {columns} are not to be shared equally among {heads} heads: the settings and the "
                    "weights do not belong together"
                )

    def problem(
        self,
        heads: Sequence[int],
        tokens: Sequence[str] | None = None,
        provenance: Provenance | None = None,
    ) -> Problem:
        """The attention of these heads, counted from 0; with the output projection if they are all of them in order."""
        whole = list(heads) == list(range(self.heads))
        shared_by = self.heads // self.kv_heads
        own = range(self.kv_heads) if whole else [each // shared_by for each in heads]

        def keys(array: FloatArray) -> FloatArray:
            return _columns(array, self.kv_heads, own)

        return Problem(
            x=self.x,
            w_q=_columns(self.w_q, self.heads, heads),
            w_k=keys(self.w_k),
            w_v=keys(self.w_v),
            w_o=self.w_o if whole else None,
            b_q=None if self.b_q is None else _columns(self.b_q, self.heads, heads),
            b_k=None if self.b_k is None else keys(self.b_k),
            b_v=None if self.b_v is None else keys(self.b_v),
            b_o=self.b_o if whole else None,
            heads=len(heads),
            kv_heads=self.kv_heads if whole and self.kv_heads != self.heads else None,
            q_norm=self.q_norm,
            k_norm=self.k_norm,
            norm_epsilon=self.norm_epsilon,
            rotation=self.rotation,
            tokens=None if tokens is None else tuple(tokens),
            options=self.options,
            provenance=provenance or Provenance(),
        )

    def weights(self, head: int) -> FloatArray:
        """The weights (n, n) of a head. Its output is kept for `output`, which need not compute it again."""
        trace = trace_of(self.problem([head]))
        self._head_outputs[head] = trace.concat
        return trace.heads[0].stages.weights

    def output(self) -> FloatArray:
        """The output of all heads through w_o: (n, d_model). One head is computed at a time, to spare memory."""
        width = self.w_o.shape[0] // self.heads
        total = np.zeros((len(self.x), self.w_o.shape[1]), self.x.dtype)
        for head in range(self.heads):
            if head not in self._head_outputs:
                self.weights(head)
            total += self._head_outputs.pop(head) @ self.w_o[head * width : (head + 1) * width]
        return total if self.b_o is None else total + self.b_o


def _columns(array: FloatArray, parts: int, chosen: Sequence[int]) -> FloatArray:
    """The chosen parts of the last axis, which is divided into so many."""
    split = array.reshape(*array.shape[:-1], parts, -1)[..., list(chosen), :]
    return split.reshape(*array.shape[:-1], -1)
