"""The formula, every stage kept: Attention(Q, K, V) = softmax(Q Kᵀ / √d_k) V.

Vaswani et al., "Attention Is All You Need" (2017), section 3.2.1, equation 1. Rows are queries, columns are
keys, softmax runs along the last axis. The order of the stages and the rule that a query with nothing to see
gives 0 follow the ONNX `Attention` operator (opset 23).
"""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from attnviz.core.argument_kinds import checked_arguments
from attnviz.core.arrays import (
    BoolArray,
    FloatArray,
    as_count,
    as_float,
    read_only,
    to_compute_dtype,
)
from attnviz.core.scores.composition import masked, modified
from attnviz.core.scores.options import ScoreOptions, Window
from attnviz.core.scores.scale import default_scale
from attnviz.core.scores.sinks import sink_column, softmax_with_sinks
from attnviz.core.softmax import exponentials, row_maximum, softmax
from attnviz.errors import InputError, ShapeError
from attnviz.records import record


@record(eq=False)
class AttentionStages:
    """Every stage of one attention, in the order it was computed. Arrays are read-only.

    Leading axes (batch, heads) are those of the queries. Stages that change nothing are the same array as the
    stage before, so that they cost no memory.
    """

    scores: FloatArray
    """q kᵀ: (…, n_q, n_k)."""
    scaled_scores: FloatArray
    """scores · scale: (…, n_q, n_k)."""
    capped_scores: FloatArray
    """softcap · tanh(scaled_scores / softcap): (…, n_q, n_k)."""
    biased_scores: FloatArray
    """capped_scores + bias: (…, n_q, n_k)."""
    masked_scores: FloatArray
    """biased_scores, −inf where a key is hidden: (…, n_q, n_k)."""
    weights: FloatArray
    """softmax of masked_scores along the keys: (…, n_q, n_k). A row with nothing to see is 0. Where there is a sink,
    what it takes is missing from the sum of 1."""
    output: FloatArray
    """weights · v: (…, n_q, d_v), in the type of the inputs."""
    sink: FloatArray | None = None
    """The logit of each head that takes weight and gives no value: (h, 1, 1), or (1, 1) of one head; None without."""

    # The parts of softmax are computed when they are first asked for: the exponentials need as much memory as the
    # weights, and only a lesson that works one query out needs them.

    @cached_property
    def maximum(self) -> FloatArray:
        """The largest of the masked scores and the sink: (…, n_q, 1); −inf where a query has nothing to see."""
        return read_only(row_maximum(self.masked_scores, self.sink))

    @cached_property
    def exponentials(self) -> FloatArray:
        """exp(masked_scores − maximum): (…, n_q, n_k)."""
        return read_only(exponentials(self.masked_scores, self.maximum))

    @cached_property
    def sink_exponential(self) -> FloatArray | None:
        """exp(sink − maximum): (…, n_q, 1); None without a sink."""
        return None if self.sink is None else read_only(np.exp(self.sink - self.maximum))

    @cached_property
    def total(self) -> FloatArray:
        """Σ exponentials, with that of the sink: (…, n_q, 1). weights are exponentials / total."""
        total: FloatArray = self.exponentials.sum(axis=-1, keepdims=True)
        return read_only(total if self.sink_exponential is None else total + self.sink_exponential)

    def of_query(self, i: int) -> AttentionStages:
        """The stages of query i alone, (…, 1, n_k), without a copy; its exponentials cost no more than one row.

        Raises InputError for a query that is not there.

        >>> attend(np.eye(3), np.eye(3), np.eye(3)).of_query(1).exponentials.round(2)
        array([[0.56, 1.  , 0.56]])
        """
        queries = self.scores.shape[-2]
        i = as_count(i, "query", 0)
        if i >= queries:
            raise InputError(f"query is {i}, expected 0 to {queries - 1}, counted from 0")
        rows = {name: getattr(self, name)[..., i : i + 1, :] for name in STAGES}
        return AttentionStages(**rows, sink=self.sink)


STAGES = tuple(each.name for each in fields(AttentionStages) if each.name != "sink")
"""The stages in their order: what a trace writes down of an attention."""


@checked_arguments
def attend(
    q: npt.ArrayLike,
    k: npt.ArrayLike,
    v: npt.ArrayLike,
    *,
    scale: float | None = None,
    softcap: float | None = None,
    mask: BoolArray | None = None,
    bias: npt.ArrayLike | None = None,
    causal: bool = False,
    offset: int = 0,
    window: Window | None = None,
    kv_length: int | npt.ArrayLike | None = None,
    sinks: npt.ArrayLike | None = None,
) -> AttentionStages:
    """Scaled dot-product attention with every stage kept.

    q (…, h, n_q, d_k), k (…, h_kv, n_k, d_k), v (…, h_kv, n_k, d_v); two-dimensional arrays are one head, and the axes
    before the heads must be equal. h is a multiple of h_kv: heads that follow each other share a key and value head
    (grouped-query attention). The order is scale, softcap, bias, mask, softmax.

    `scale` multiplies the scores, None is 1/√d_k. `softcap` keeps them within ±softcap. `bias` is added and broadcasts
    to (…, n_q, n_k). `mask` (…, n_q, n_k), True = may attend, `causal` (query i sees keys j ≤ i + offset), `window`
    (left, right) around i + offset, None = unbounded on that side, and `kv_length` (keys at or past it; one number, or
    one a batch) hide keys: a hidden key gets weight 0 whatever its score or value holds, NaN included (a bias of −inf
    hides too, but not a score that is NaN). `sinks` (h,) is one more logit a head, which takes weight and gives no
    value. A query with nothing to see has weights 0 and output 0. float16 is computed in float32.

    Raises ShapeError, naming the array, its shape and the shape that would fit; InputError for a softcap that is not
    above 0.
    Source: Vaswani et al. (2017), section 3.2.1; masking, groups and edge cases as in the ONNX `Attention` operator;
    softcap: Gemma 2 (2024), section 2; sinks: Xiao et al. (2023), as GPT-OSS (2025) learns them.

    >>> stages = attend(q=[[1, 0, 2]], k=[[0, 1, 1], [4, 4, 0]], v=[[1, 2, 3], [2, 8, 0]], scale=1)
    >>> stages.scores
    array([[2., 4.]])
    >>> stages.output.round(3)
    array([[1.881, 7.285, 0.358]])
    """
    options = ScoreOptions(
        scale=scale,
        mask=mask,
        bias=bias,
        causal=causal,
        offset=offset,
        softcap=softcap,
        window=window,
        kv_length=kv_length,
        sinks=sinks,
    )
    return attend_with(q, k, v, options)


def attend_with(
    q: npt.ArrayLike, k: npt.ArrayLike, v: npt.ArrayLike, options: ScoreOptions
) -> AttentionStages:
    """`attend` with all options in one record."""
    given = (as_float(q, "q"), as_float(k, "k"), as_float(v, "v"))
    _check_shapes(*given)
    result_type = np.result_type(*given)
    q_ = to_compute_dtype(given[0])
    k_, v_ = (_repeat_kv(to_compute_dtype(each), q_) for each in given[1:])
    if options.scale is None:
        options = replace(options, scale=default_scale(q_.shape[-1]))
    # NaN and infinity behind a mask are allowed: no warning about what is hidden further down.
    with np.errstate(invalid="ignore", over="ignore"):
        scores = q_ @ np.swapaxes(k_, -1, -2)
        stages = modified(scores, options)
        masked_scores = masked(stages["biased_scores"], options)
        sink = None if options.sinks is None else sink_column(options.sinks, masked_scores)
        weights = (
            softmax(masked_scores) if sink is None else softmax_with_sinks(masked_scores, sink)
        )
        finite = np.isfinite(v_).all()
        output = weighted_sum(weights, v_, None if finite else ~np.isneginf(masked_scores))
    return AttentionStages(
        scores=read_only(scores),
        **{name: read_only(stage) for name, stage in stages.items()},
        masked_scores=read_only(masked_scores),
        weights=read_only(weights),
        output=read_only(output.astype(result_type, copy=False)),
        sink=sink,
    )


def _repeat_kv(array: FloatArray, q: FloatArray) -> FloatArray:
    """Key and value heads as often as they are used: (…, h, n_k, d)."""
    if q.ndim < 3 or array.shape[-3] == q.shape[-3]:
        return array
    return np.repeat(array, q.shape[-3] // array.shape[-3], axis=-3)


def _check_shapes(q: FloatArray, k: FloatArray, v: FloatArray) -> None:
    for name, array, axes in (("q", q, "n_q, d_k"), ("k", k, "n_k, d_k"), ("v", v, "n_k, d_v")):
        if array.ndim < 2:
            raise ShapeError(
                f"{name} has shape {array.shape}, expected (…, {axes}): one row a position"
            )
    lead, d_k, n_k = q.shape[:-2], q.shape[-1], k.shape[-2]
    shared = lead and k.ndim == q.ndim and k.shape[-3] > 0 and lead[-1] % k.shape[-3] == 0
    expected = (*lead[:-1], k.shape[-3]) if shared else lead
    if k.shape != (*expected, n_k, d_k):
        raise ShapeError(
            f"k has shape {k.shape}, expected {_shape(*lead, 'n_k', d_k)}: q has shape {q.shape}"
        )
    if v.shape[:-1] != (*expected, n_k):
        raise ShapeError(
            f"v has shape {v.shape}, expected {_shape(*expected, n_k, 'd_v')}: k has shape {k.shape}"
        )


def _shape(*sizes: int | str) -> str:
    return f"({', '.join(map(str, sizes))})"


def weighted_sum(weights: FloatArray, v: FloatArray, visible: BoolArray | None) -> FloatArray:
    """weights · v, where a hidden value takes no part: 0 · NaN would be NaN.

    weights, visible (…, n_q, n_k), v (…, n_k, d_v); returns (…, n_q, d_v). `visible=None` is for values that are all
    finite, or all seen.
    """
    if visible is None:
        return weights @ v
    # Only the positions whose value is not finite need the long way, one key at a time.
    unsafe: BoolArray = np.any(~np.isfinite(v), axis=-1, keepdims=True)
    output = weights @ np.where(unsafe, v.dtype.type(0), v)
    for key in np.flatnonzero(unsafe.any(axis=tuple(range(v.ndim - 2)))):
        with np.errstate(invalid="ignore"):
            product = weights[..., :, key, None] * v[..., None, key, :]
        takes_part = visible[..., :, key, None] & unsafe[..., None, key, :]
        output = output + np.where(takes_part, product, v.dtype.type(0))
    return output


def weighted_rows(weights: FloatArray, v: FloatArray) -> FloatArray:
    """Each value times its weight: weights (n_k,), v (n_k, d_v); returns (n_k, d_v), whose sum is a query's output.

    A weight of 0 gives 0, whatever the value holds.

    >>> weighted_rows(np.array([0.5, 0.0]), np.array([[2.0, 4.0], [np.nan, 1.0]]))
    array([[1., 2.],
           [0., 0.]])
    """
    column = weights[:, None]
    with np.errstate(invalid="ignore"):
        return np.where(column == 0, v.dtype.type(0), column * v)
