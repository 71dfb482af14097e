"""The fully connected layer: the part of a convolutional network that fixes the size of its input."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import FloatArray, as_float, read_only, to_compute_dtype
from attnviz.errors import ShapeError


def fully_connected(
    x: npt.ArrayLike, weights: npt.ArrayLike, bias: npt.ArrayLike | None = None
) -> FloatArray:
    """flatten(x) · weights + bias: every number of the input has a weight of its own to every output.

    x of any shape, flattened row by row to n_in numbers; weights (n_in, n_out), bias (n_out,). Returns (n_out,),
    read-only. There is no batch axis. float16 is computed in float32 and given back as float16.

    Raises ShapeError: for an input of another length than the weights were made for it says both lengths.
    Source: LeCun et al., "Gradient-Based Learning Applied to Document Recognition" (1998), section II-B.

    >>> fully_connected([[1, 2], [3, 4]], [[1, 0], [1, 0], [1, 0], [1, 1]], bias=[0, 0.5])
    array([10. ,  4.5])
    """
    x_, weights_ = as_float(x, "x"), as_float(weights, "weights")
    bias_ = None if bias is None else as_float(bias, "bias")
    _check_shapes(x_, weights_, bias_)
    result_type = np.result_type(x_, weights_, *(() if bias_ is None else (bias_,)))
    output = to_compute_dtype(x_).reshape(-1) @ to_compute_dtype(weights_)
    if bias_ is not None:
        output = output + bias_
    return read_only(output.astype(result_type, copy=False))


def _check_shapes(x: FloatArray, weights: FloatArray, bias: FloatArray | None) -> None:
    if weights.ndim != 2:
        raise ShapeError(
            f"weights has shape {weights.shape}, expected (n_in, n_out): one row a number of the input"
        )
    n_in, n_out = weights.shape
    if x.size != n_in:
        raise ShapeError(
            f"x has shape {x.shape}, {x.size} numbers when flattened, expected {n_in}: weights has shape "
            f"{weights.shape}, made for {n_in}; feed an input of that size, or make new weights"
        )
    if bias is not None and bias.shape != (n_out,):
        raise ShapeError(
            f"bias has shape {bias.shape}, expected {(n_out,)}: "
            f"weights has shape {weights.shape}, so n_out is {n_out}"
        )
