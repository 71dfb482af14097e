"""Softmax along the last axis, whole and in its parts: maximum, exponentials, their sum."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from attnviz.core.argument_kinds import checked_arguments
from attnviz.core.arrays import FloatArray, as_float, to_compute_dtype
from attnviz.errors import ShapeError


@checked_arguments
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
    values = to_compute_dtype(as_float(scores, "scores"))
    if values.ndim == 0:
        raise ShapeError("scores has shape (), expected (…, n_k): one score a key")
    # In place from here on: at 10,000 tokens each copy of the scores is 400 to 800 MB.
    # A score of NaN or infinity gives NaN, and no warning on the way.
    with np.errstate(invalid="ignore", over="ignore"):
        weights = exponentials(values, row_maximum(values))
        total = weights.sum(axis=-1, keepdims=True)
        weights /= np.where(total == 0, values.dtype.type(1), total)
    return weights


def row_maximum(scores: FloatArray, sink: FloatArray | None = None) -> FloatArray:
    """The largest score of each row, or the sink where that is larger: (…, n_q, 1). An empty row has −inf.

    `sink` broadcasts to (…, n_q, 1).
    """
    # `initial` gives an empty key axis a maximum
    maximum: FloatArray = scores.max(axis=-1, keepdims=True, initial=-np.inf)
    return maximum if sink is None else np.maximum(maximum, sink)


def exponentials(scores: FloatArray, maximum: FloatArray) -> FloatArray:
    """exp(s − max): (…, n_q, n_k), 0 where a score is −inf. `maximum` (…, n_q, 1) is that of `row_maximum`."""
    # 0 in the place of a maximum of −inf keeps −inf − (−inf) from becoming NaN
    shifted: FloatArray = scores - np.where(np.isneginf(maximum), scores.dtype.type(0), maximum)
    return np.exp(shifted, out=shifted)
