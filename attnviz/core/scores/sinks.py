"""Sinks: one more logit a head, which takes weight and gives no value."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import FloatArray, as_float
from attnviz.core.softmax import softmax
from attnviz.errors import ShapeError


def sink_column(sinks: npt.ArrayLike, scores: FloatArray) -> FloatArray:
    """One more logit a head, `sinks` (h,), in the type and with the axes of the scores: (h, 1, 1) or (1, 1).

    Raises ShapeError unless there is one logit a head.
    Source: Xiao et al. (2023), as GPT-OSS (2025) learns them.
    """
    logits = as_float(sinks, "sinks").astype(scores.dtype, copy=False)
    heads = scores.shape[-3:-2] or (1,)
    if logits.shape != heads:
        raise ShapeError(f"sinks has shape {logits.shape}, expected {heads}: one logit a head")
    return logits[:, None, None] if scores.ndim > 2 else logits[:, None]


def softmax_with_sinks(scores: FloatArray, sink: FloatArray) -> FloatArray:
    """The weights of the keys where each head has one more logit, which takes weight: (…, n_q, n_k).

    `sink` is that of `sink_column`. What it takes is missing from the sum of 1.
    """
    beside = np.broadcast_to(sink, (*scores.shape[:-1], 1))
    return softmax(np.concatenate([scores, beside], axis=-1))[..., :-1].copy()
