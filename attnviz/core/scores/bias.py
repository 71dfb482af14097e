"""Bias: numbers that are added to the scores, such as relative positions."""

from __future__ import annotations

from attnviz.core.arrays import FloatArray, as_float
from attnviz.core.scores.fitting import check_broadcasts
from attnviz.core.scores.options import ScoreOptions


def apply(scores: FloatArray, options: ScoreOptions) -> FloatArray:
    """scores + bias: (…, n_q, n_k). Raises ShapeError for a bias that does not broadcast to the scores."""
    if options.bias is None:
        return scores
    bias = as_float(options.bias, "bias").astype(scores.dtype, copy=False)
    check_broadcasts("bias", bias.shape, scores.shape)
    return scores + bias
