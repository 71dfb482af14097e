"""The formula, every stage kept: Attention(Q, K, V) = softmax(Q Kᵀ / √d_k) V.

Vaswani et al., "Attention Is All You Need" (2017), section 3.2.1, equation 1. Rows are queries, columns are
keys, softmax runs along the last axis. The order of the stages and the rule that a query with nothing to see
gives 0 follow the ONNX `Attention` operator (opset 23).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import BoolArray, FloatArray, as_float, sealed, working
from attnviz.core.masks import combined_mask
from attnviz.errors import ShapeError


@dataclass(frozen=True, eq=False)
class AttentionStages:
    """Every stage of one attention, in the order it was computed. Arrays are read-only.

    Leading axes (batch, heads) are those of the queries. Stages that change nothing are the same array as the
    stage before, so that they cost no memory.
    """

    scores: FloatArray
    """q kᵀ: (…, n_q, n_k)."""
    scaled_scores: FloatArray
    """scores · scale: (…, n_q, n_k)."""
    biased_scores: FloatArray
    """scaled_scores + bias: (…, n_q, n_k)."""
    masked_scores: FloatArray
    """biased_scores, −inf where a key is hidden: (…, n_q, n_k)."""
    weights: FloatArray
    """softmax of masked_scores along the keys: (…, n_q, n_k). A row with nothing to see is 0."""
    output: FloatArray
    """weights · v: (…, n_q, d_v), in the type of the inputs."""


def softmax(scores: npt.ArrayLike) -> FloatArray:
    """exp(s − max) / Σ exp(s − max) along the last axis; shape unchanged.

    The row maximum is subtracted so that exp cannot overflow (Goodfellow et al., "Deep Learning", section 4.1).
    A row that is −inf everywhere, or empty, has nothing to choose from and gives 0, not NaN. float16 gives float32.
    Raises ShapeError if there is no axis to run along.

    >>> softmax([2.0, 4.0, 4.0]).round(4)
    array([0.0634, 0.4683, 0.4683])
    >>> softmax([-np.inf, -np.inf])
    array([0., 0.])
    """
    values = working(as_float(scores, "scores"))
    if values.ndim == 0:
        raise ShapeError("scores has shape (), expected (…, n_k): one score a key")
    # `initial` gives an empty key axis a maximum; 0 in its place keeps −inf − (−inf) from becoming NaN.
    maximum = values.max(axis=-1, keepdims=True, initial=-np.inf)
    # In place from here on: at 10,000 tokens each copy of the scores is 400 to 800 MB.
    weights = values - np.where(np.isneginf(maximum), values.dtype.type(0), maximum)
    np.exp(weights, out=weights)
    total = weights.sum(axis=-1, keepdims=True)
    weights /= np.where(total == 0, values.dtype.type(1), total)
    return weights


def attend(
    q: npt.ArrayLike,
    k: npt.ArrayLike,
    v: npt.ArrayLike,
    *,
    scale: float | None = None,
    mask: BoolArray | None = None,
    bias: npt.ArrayLike | None = None,
    causal: bool = False,
    offset: int = 0,
) -> AttentionStages:
    """Scaled dot-product attention with every stage kept.

    q (…, n_q, d_k), k (…, n_k, d_k), v (…, n_k, d_v); leading axes (batch, heads) must be equal. `scale` multiplies
    the scores, None is 1/√d_k. `bias` is added to the scaled scores and broadcasts to (…, n_q, n_k). `mask`
    (…, n_q, n_k), True = may attend, and `causal` (query i sees keys j ≤ i + offset) hide keys: a hidden key gets
    weight 0 whatever its score or value holds, NaN included (a bias of −inf hides too, but not a score that is
    NaN). A query with nothing to see has weights 0 and output 0. float16 is computed in float32; float64 stays
    float64.

    Raises ShapeError, naming the array, its shape and the shape that would fit.
    Source: Vaswani et al. (2017), section 3.2.1; masking and edge cases as in the ONNX `Attention` operator.

    >>> stages = attend(q=[[1, 0, 2]], k=[[0, 1, 1], [4, 4, 0]], v=[[1, 2, 3], [2, 8, 0]], scale=1)
    >>> stages.scores
    array([[2., 4.]])
    >>> stages.output.round(3)
    array([[1.881, 7.285, 0.358]])
    """
    given = (as_float(q, "q"), as_float(k, "k"), as_float(v, "v"))
    _check_shapes(*given)
    result_type = np.result_type(*given)
    q_, k_, v_ = (working(each) for each in given)
    n_q, n_k, d_k = q_.shape[-2], k_.shape[-2], q_.shape[-1]
    if scale is None:
        scale = 1 / math.sqrt(d_k) if d_k else 1.0
    visible = combined_mask(n_q, n_k, mask=mask, causal=causal, offset=offset)
    if mask is not None:
        _check_fits("mask", np.shape(mask), (*q_.shape[:-1], n_k))
    # NaN and infinity behind a mask are allowed: no warning about what is hidden further down.
    with np.errstate(invalid="ignore", over="ignore"):
        scores = q_ @ np.swapaxes(k_, -1, -2)
        scaled = scores if scale == 1 else scores * scores.dtype.type(scale)
        biased = scaled if bias is None else scaled + _fitting_bias(bias, scaled)
        masked = biased if visible is None else _hide(biased, visible)
        weights = softmax(masked)
        output = weighted_sum(weights, v_, None if np.isfinite(v_).all() else ~np.isneginf(masked))
    return AttentionStages(
        scores=sealed(scores),
        scaled_scores=sealed(scaled),
        biased_scores=sealed(biased),
        masked_scores=sealed(masked),
        weights=sealed(weights),
        output=sealed(output.astype(result_type, copy=False)),
    )


def _check_shapes(q: FloatArray, k: FloatArray, v: FloatArray) -> None:
    for name, array, axes in (("q", q, "n_q, d_k"), ("k", k, "n_k, d_k"), ("v", v, "n_k, d_v")):
        if array.ndim < 2:
            raise ShapeError(
                f"{name} has shape {array.shape}, expected (…, {axes}): one row a position"
            )
    lead, d_k, n_k = q.shape[:-2], q.shape[-1], k.shape[-2]
    if k.shape != (*lead, n_k, d_k):
        raise ShapeError(
            f"k has shape {k.shape}, expected {_shape(*lead, 'n_k', d_k)}: q has shape {q.shape}"
        )
    if v.shape[:-1] != (*lead, n_k):
        raise ShapeError(
            f"v has shape {v.shape}, expected {_shape(*lead, n_k, 'd_v')}: k has shape {k.shape}"
        )


def _shape(*sizes: int | str) -> str:
    return f"({', '.join(map(str, sizes))})"


def _fitting_bias(bias: npt.ArrayLike, scores: FloatArray) -> FloatArray:
    values = as_float(bias, "bias").astype(scores.dtype, copy=False)
    _check_fits("bias", values.shape, scores.shape)
    return values


def _check_fits(name: str, shape: tuple[int, ...], scores: tuple[int, ...]) -> None:
    try:
        fits = np.broadcast_shapes(shape, scores) == scores
    except ValueError:
        fits = False
    if not fits:
        raise ShapeError(
            f"{name} has shape {shape}, expected {scores} or one that broadcasts to it: "
            "the scores q kᵀ have that shape"
        )


def _hide(scores: FloatArray, visible: BoolArray) -> FloatArray:
    """−inf where not visible. By choosing, never by adding: adding −inf would let a NaN through."""
    return np.where(visible, scores, scores.dtype.type(-np.inf))


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
