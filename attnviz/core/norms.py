"""Normalisation of vectors, one by one: what stands between the layers of a transformer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import FloatArray, as_float, cast_like, to_compute_dtype
from attnviz.errors import ShapeError


def layer_norm(
    x: npt.ArrayLike, weight: npt.ArrayLike, bias: npt.ArrayLike | None, epsilon: float
) -> FloatArray:
    """(x − mean) / √(variance + epsilon) · weight + bias, along the last axis.

    x (…, d), weight (d,), bias (d,) or None; shape unchanged. The variance is that of all d entries. float16 is
    computed in float32.

    Raises ShapeError if they do not fit.
    Source: Ba et al., "Layer Normalization" (2016); the ONNX `LayerNormalization` operator.

    >>> layer_norm([1.0, 3.0], [1.0, 2.0], [0.0, 5.0], 0.0)
    array([-1.,  7.])
    """
    values = as_float(x, "x")
    given = to_compute_dtype(values)
    centred = given - given.mean(axis=-1, keepdims=True)
    variance = np.mean(centred * centred, axis=-1, keepdims=True)
    normal = centred / np.sqrt(variance + given.dtype.type(epsilon))
    scaled = normal * _fitting("weight", weight, given)
    shifted = scaled if bias is None else scaled + _fitting("bias", bias, given)
    return cast_like(shifted, values)


def rms_norm(x: npt.ArrayLike, weight: npt.ArrayLike, epsilon: float) -> FloatArray:
    """x / √(mean of x² + epsilon) · weight, along the last axis.

    x (…, d), weight (d,); shape unchanged. float16 is computed in float32.

    Raises ShapeError if they do not fit.
    Source: Zhang and Sennrich, "Root Mean Square Layer Normalization" (2019); the ONNX `RMSNormalization` operator.

    >>> rms_norm([3.0, 4.0], [1.0, 10.0], 0.0).round(4)
    array([ 0.8485, 11.3137])
    """
    values = as_float(x, "x")
    given = to_compute_dtype(values)
    squares = np.mean(given * given, axis=-1, keepdims=True)
    normal = given / np.sqrt(squares + given.dtype.type(epsilon))
    return cast_like(normal * _fitting("weight", weight, given), values)


def _fitting(name: str, array: npt.ArrayLike, x: FloatArray) -> FloatArray:
    values = as_float(array, name)
    if x.ndim == 0 or values.shape != x.shape[-1:]:
        raise ShapeError(
            f"{name} has shape {values.shape}, expected {x.shape[-1:]}: x has shape {x.shape}"
        )
    return values.astype(x.dtype, copy=False)
