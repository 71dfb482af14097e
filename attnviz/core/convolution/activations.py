"""Activations: functions of each number by itself, between two linear layers."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import FloatArray, as_float, cast_like, to_compute_dtype

_erf = np.frompyfunc(math.erf, 1, 1)


def gelu(x: npt.ArrayLike) -> FloatArray:
    """x · Φ(x), with Φ the distribution function of the normal distribution; shape unchanged.

    Source: Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016); the ONNX `Gelu` operator, approximate="none".

    >>> gelu([-1.0, 0.0, 1.0]).round(4)
    array([-0.1587,  0.    ,  0.8413])
    """
    values = as_float(x, "x")
    given = to_compute_dtype(values)
    half = given.dtype.type(0.5)
    distribution = half * (1 + np.asarray(_erf(given * half**half), dtype=given.dtype))
    return cast_like(given * distribution, values)


def gelu_tanh(x: npt.ArrayLike) -> FloatArray:
    """An approximation of `gelu` with tanh, which GPT-2 was trained with; shape unchanged.

    Source: Hendrycks and Gimpel (2016), section 2; the ONNX `Gelu` operator, approximate="tanh".

    >>> gelu_tanh([-1.0, 0.0, 1.0]).round(4)
    array([-0.1588,  0.    ,  0.8412])
    """
    values = as_float(x, "x")
    given = to_compute_dtype(values)
    inner = given.dtype.type(math.sqrt(2 / math.pi)) * (
        given + given.dtype.type(0.044715) * given**3
    )
    return cast_like(given.dtype.type(0.5) * given * (1 + np.tanh(inner)), values)


def silu(x: npt.ArrayLike) -> FloatArray:
    """x / (1 + exp(−x)); shape unchanged.

    Source: Hendrycks and Gimpel (2016); as "swish", Ramachandran et al. (2017); the ONNX `Swish` operator.

    >>> silu([-1.0, 0.0, 1.0]).round(4)
    array([-0.2689,  0.    ,  0.7311])
    """
    values = as_float(x, "x")
    given = to_compute_dtype(values)
    with np.errstate(over="ignore"):  # exp(−x) is infinite where the result is 0
        return cast_like(given / (1 + np.exp(-given)), values)


def relu(x: npt.ArrayLike) -> FloatArray:
    """The larger of x and 0; shape unchanged.

    >>> relu([-1.0, 2.0])
    array([0., 2.])
    """
    values = as_float(x, "x")
    return np.maximum(values, values.dtype.type(0))
