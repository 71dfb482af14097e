"""Upsampling brings back the size that strides took away: nearest-neighbour upsampling and the transposed convolution.

A network without fully connected layers takes any size (Long, Shelhamer & Darrell, "Fully Convolutional Networks for
Semantic Segmentation", 2015). Its output is smaller than its input by all its strides, and these undo that.
"""

from __future__ import annotations

import string
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from attnviz.core.argument_kinds import checked_arguments
from attnviz.core.arrays import FloatArray, as_count, as_float, read_only, to_compute_dtype
from attnviz.core.convolution.axes import (
    Index,
    check_channels,
    check_kernel,
    check_size,
    each_axis,
    product_text,
    shape_text,
    span,
)
from attnviz.errors import ShapeError
from attnviz.records import record


@record(eq=False)
class TransposedStages:
    """Every stage of one transposed convolution, in the order it was computed. Arrays are read-only.

    `*spatial` are the axes of the input that the kernel is laid along, `*size` is the size of the kernel.
    """

    stamps: FloatArray
    """The kernel times the value at each input position, channels added up: (…, out_channels, *spatial, *size)."""
    spread: FloatArray
    """The stamps laid down `stride` apart and added up where they overlap: (…, out_channels, *places + 2 · padding)."""
    output: FloatArray
    """spread without its padding, + bias: (…, out_channels, *places), in the type of the operands."""


def transposed_output_size(
    n: int,
    kernel: int,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    output_padding: int = 0,
) -> int:
    """The length that n positions become: (n − 1)s − 2p + d(k − 1) + 1 + output_padding. 0 if padding takes away all.

    A convolution with a stride above 1 gives the same size for several inputs; `output_padding`, positions added at the
    end, says which of them is meant. Raises InputError for a size that cannot be.
    Source: Dumoulin & Visin (2016), chapter 4.

    >>> transposed_output_size(3, kernel=2, stride=2), transposed_output_size(3, kernel=3, stride=2, padding=1)
    (6, 5)
    """
    n, padding = as_count(n, "n", 1), as_count(padding, "padding", 0)
    kernel, stride = as_count(kernel, "kernel", 1), as_count(stride, "stride", 1)
    dilation = as_count(dilation, "dilation", 1)
    more = as_count(output_padding, "output_padding", 0)
    return max(0, (n - 1) * stride - 2 * padding + span(kernel, dilation) + more)


def upsample(x: npt.ArrayLike, factor: int | Sequence[int]) -> FloatArray:
    """Every position repeated `factor` times: output[c, i] = x[c, ⌊i / factor⌋], the nearest neighbour.

    With one number, x is (channels, *spatial) and it holds for each spatial axis. With a sequence, it is one number
    for each of the last axes, and the axes before them (batch, channels) stay. Integers give float64.

    Raises ShapeError if x has too few axes, InputError unless factors are whole numbers of at least 1.
    Source: the ONNX operator `Upsample`, mode "nearest".

    >>> upsample([[1, 2, 3]], 2)
    array([[1., 1., 2., 2., 3., 3.]])
    >>> upsample([[[1, 2]]], (2, 1)).tolist()
    [[[1.0, 2.0], [1.0, 2.0]]]
    """
    x_ = as_float(x, "x")
    axes = len(factor) if isinstance(factor, Sequence) else max(1, x_.ndim - 1)
    if not 0 < axes < x_.ndim:
        raise ShapeError(
            f"x has shape {x_.shape}, expected {shape_text('…', 'channels', *['n'] * max(1, axes))}: "
            f"factor is {factor!r}, channels come before the spatial axes"
        )
    factors = tuple(factor) if isinstance(factor, Sequence) else (factor,) * axes
    for axis, times in enumerate(factors, start=x_.ndim - axes):
        x_ = np.repeat(x_, as_count(times, "factor", 1), axis=axis)
    return x_


@checked_arguments
def transposed_convolve(
    x: npt.ArrayLike,
    kernel: npt.ArrayLike,
    *,
    bias: npt.ArrayLike | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    output_padding: int | Sequence[int] = 0,
) -> TransposedStages:
    """Each position of x writes the kernel times its value, `stride` apart; what overlaps is added up.

    x (…, in_channels, *spatial), kernel (in_channels, out_channels, *size), bias (out_channels,). The kernel stands as
    in the convolution it is the transpose of: one that makes in_channels out of out_channels. `padding` is cut off at
    either side, as many as that convolution added; `output_padding` positions are added at the end. Options are one
    number, or one for each spatial axis. float16 is computed in float32.

    Raises ShapeError, naming the array, its shape and the shape that would fit, InputError for an option that is no
    whole number. Source: Dumoulin & Visin (2016), chapter 4; semantics as the ONNX operator `ConvTranspose` with
    group 1.

    >>> stages = transposed_convolve([[1, 2]], [[[1, 10, 100]]], stride=2)
    >>> stages.stamps
    array([[[  1.,  10., 100.],
            [  2.,  20., 200.]]])
    >>> stages.output
    array([[  1.,  10., 102.,  20., 200.]])
    """
    x_, kernel_ = as_float(x, "x"), as_float(kernel, "kernel")
    bias_ = None if bias is None else as_float(bias, "bias")
    _check_shapes(x_, kernel_, bias_)
    strides = each_axis(stride, "stride", kernel_, least=1)
    paddings = each_axis(padding, "padding", kernel_, least=0)
    dilations = each_axis(dilation, "dilation", kernel_, least=1)
    added = each_axis(output_padding, "output_padding", kernel_, least=0)
    result_type = np.result_type(x_, kernel_, *(() if bias_ is None else (bias_,)))

    axes = kernel_.ndim - 2
    stamps = _stamps(to_compute_dtype(x_), to_compute_dtype(kernel_))
    spread = _spread(stamps, axes, strides, dilations, added)
    _check_something_is_left(x_, kernel_, spread.shape[-axes:], paddings)
    cut = (slice(p, n - p) for p, n in zip(paddings, spread.shape[-axes:], strict=True))
    inside: Index = (..., *cut)
    total = spread[inside]
    output = total if bias_ is None else total + bias_.reshape(-1, *[1] * axes)
    return TransposedStages(
        stamps=read_only(stamps),
        spread=read_only(spread),
        output=read_only(output.astype(result_type, copy=False)),
    )


def _stamps(x: FloatArray, kernel: FloatArray) -> FloatArray:
    """(…, out_channels, *spatial, *size): each position's value times the kernel, its channels added up."""
    axes = kernel.ndim - 2
    places, offsets = string.ascii_lowercase[-axes:], string.ascii_uppercase[:axes]
    stamps: FloatArray = np.einsum(f"...c{places},cf{offsets}->...f{places}{offsets}", x, kernel)
    return stamps


def _spread(
    stamps: FloatArray,
    axes: int,
    strides: Sequence[int],
    dilations: Sequence[int],
    added: Sequence[int],
) -> FloatArray:
    """The stamps laid down `strides` apart: one slice of all of them for each offset in the kernel."""
    spatial, size = stamps.shape[-2 * axes : -axes], stamps.shape[-axes:]
    places = [
        transposed_output_size(n, k, s, 0, d, more)
        for n, k, s, d, more in zip(spatial, size, strides, dilations, added, strict=True)
    ]
    sizes = f"stride {product_text(strides)}, dilation {product_text(dilations)}"
    check_size(
        (*stamps.shape[: -2 * axes], *places), f"{sizes}, output_padding {product_text(added)}"
    )
    spread = np.zeros((*stamps.shape[: -2 * axes], *places), stamps.dtype)
    for offset in np.ndindex(*size):
        apart = (
            slice(at * d, at * d + (n - 1) * s + 1, s)
            for at, d, n, s in zip(offset, dilations, spatial, strides, strict=True)
        )
        under: Index = (..., *apart)
        entry: Index = (..., *offset)
        spread[under] += stamps[entry]
    return spread


def _check_shapes(x: FloatArray, kernel: FloatArray, bias: FloatArray | None) -> None:
    check_kernel(kernel, "in_channels", "out_channels")
    axes = kernel.ndim - 2
    in_channels, out_channels = kernel.shape[:2]
    if x.ndim <= axes or 0 in x.shape[-axes:]:
        raise ShapeError(
            f"x has shape {x.shape}, expected {shape_text('…', in_channels, *['n'] * axes)}, n ≥ 1: "
            f"kernel has shape {kernel.shape}, channels come before the {axes} spatial axes"
        )
    check_channels(x, kernel, bias, in_channels, out_channels)


def _check_something_is_left(
    x: FloatArray, kernel: FloatArray, spread: Sequence[int], paddings: Sequence[int]
) -> None:
    if any(n <= 2 * p for n, p in zip(spread, paddings, strict=True)):
        most = [(n - 1) // 2 for n in spread]
        raise ShapeError(
            f"padding is {product_text(paddings)}, expected at most {product_text(most)}: x has shape {x.shape} and "
            f"kernel {kernel.shape}, which spread over {product_text(spread)}, and padding is cut off both sides"
        )
