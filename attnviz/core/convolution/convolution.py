"""The convolution of a convolutional network, every stage kept, and what follows from its sizes.

As everywhere in that field it is a cross-correlation: the kernel is not flipped (Goodfellow et al., "Deep Learning",
section 9.1). Sizes and names follow Dumoulin & Visin, "A guide to convolution arithmetic for deep learning" (2016).
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

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
from attnviz.errors import InputError, ShapeError
from attnviz.records import record


@record(eq=False)
class ConvolutionStages:
    """Every stage of one convolution, in the order it was computed. Arrays are read-only.

    `*spatial` are the axes that the kernel slides along: one in a sequence, two in a picture. `*places` are the same
    axes of the output. Leading axes (batch) are those of the input.
    """

    padded: FloatArray
    """The input with zeros around it: (…, in_channels, *spatial + 2 · padding)."""
    windows: FloatArray
    """The input under the kernel at each output position: (…, in_channels, *places, *size). A view of `padded`."""
    channel_products: FloatArray
    """Window times kernel, added up within each channel: (…, out_channels, in_channels, *places)."""
    channel_sum: FloatArray
    """channel_products added up over the input channels: (…, out_channels, *places)."""
    output: FloatArray
    """channel_sum + bias: (…, out_channels, *places), in the type of the operands."""


@record(eq=False)
class PositionProducts:
    """The products that add up to one number of the output, before the bias. Arrays are read-only; `…` is the batch."""

    window: FloatArray
    """The input under the kernel: (…, in_channels, *size)."""
    kernel: FloatArray
    """The kernel's slice for each channel: (in_channels, *size)."""
    products: FloatArray
    """window · kernel, entry by entry: (…, in_channels, *size)."""
    channel_sums: FloatArray
    """products added up within each channel: (…, in_channels)."""
    total: FloatArray
    """channel_sums added up: (…)."""


@record
class ConvolutionLayer:
    """The sizes of one layer along one axis, as far as the receptive field depends on them.

    Raises InputError unless all are whole numbers of at least 1.
    """

    kernel: int
    stride: int = 1
    dilation: int = 1

    def __post_init__(self) -> None:
        for name in ("kernel", "stride", "dilation"):
            as_count(getattr(self, name), name, 1)


def output_size(n: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """The number of places of a kernel along an axis of n positions: ⌊(n + 2p − d(k − 1) − 1) / s⌋ + 1.

    `padding` zeros stand on either side. 0 if the kernel does not fit. Raises InputError for a size that cannot be.
    Source: Dumoulin & Visin (2016), chapter 5, "Dilated convolutions".

    >>> output_size(5, kernel=3), output_size(5, kernel=3, padding=1), output_size(5, kernel=3, stride=2)
    (3, 5, 2)
    """
    n, padding = as_count(n, "n", 0), as_count(padding, "padding", 0)
    kernel, stride = as_count(kernel, "kernel", 1), as_count(stride, "stride", 1)
    free = n + 2 * padding - span(kernel, as_count(dilation, "dilation", 1))
    return max(0, free // stride + 1)


def receptive_field(layers: Iterable[ConvolutionLayer]) -> int:
    """The number of input positions that one unit behind these layers spans: 1 + Σ d(k − 1) Π s.

    The layers stand in the order the input passes them; the product runs over the strides of the layers before.
    It counts from the first position to the last: with a dilation or a stride above the size of the kernel, some
    between them may have no influence. No layers: 1. For n layers with stride 1 and one size k it is 1 + n(k − 1).
    Source: Araujo, Norris & Sim, "Computing Receptive Fields of Convolutional Neural Networks" (Distill, 2019).

    >>> receptive_field([ConvolutionLayer(kernel=3)] * 4)
    9
    >>> receptive_field(ConvolutionLayer(kernel=2, dilation=d) for d in (1, 2, 4, 8))
    16
    """
    field, step = 1, 1
    for layer in layers:
        field += (span(layer.kernel, layer.dilation) - 1) * step
        step *= layer.stride
    return field


@checked_arguments
def convolve(
    x: npt.ArrayLike,
    kernel: npt.ArrayLike,
    *,
    bias: npt.ArrayLike | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
) -> ConvolutionStages:
    """A convolution with every stage kept: output[f, i] = bias[f] + Σ_c Σ_j kernel[f, c, j] · padded[c, i·s + j·d].

    x (…, in_channels, *spatial), kernel (out_channels, in_channels, *size), bias (out_channels,). The kernel has as
    many spatial axes as the input: one for a sequence, two for a picture. `stride` s, `padding` (zeros on either
    side) and `dilation` d are one number, or one for each spatial axis. float16 is computed in float32.

    Raises ShapeError, naming the array, its shape and the shape that would fit: for an input with other channels than
    the kernel has slices, or shorter than the kernel. Raises InputError for an option that is no whole number.
    Source: Dumoulin & Visin (2016); semantics as the ONNX `Conv` operator with group 1.

    >>> stages = convolve([[1, 2, 3, 4], [0, 1, 0, 1]], [[[1, -1], [10, 0]]])
    >>> stages.channel_products
    array([[[-1., -1., -1.],
            [ 0., 10.,  0.]]])
    >>> stages.output
    array([[-1.,  9., -1.]])
    """
    x_, kernel_ = as_float(x, "x"), as_float(kernel, "kernel")
    bias_ = None if bias is None else as_float(bias, "bias")
    _check_shapes(x_, kernel_, bias_)
    strides = each_axis(stride, "stride", kernel_, least=1)
    paddings = each_axis(padding, "padding", kernel_, least=0)
    dilations = each_axis(dilation, "dilation", kernel_, least=1)
    _check_fits(x_, kernel_, paddings, dilations)
    result_type = np.result_type(x_, kernel_, *(() if bias_ is None else (bias_,)))

    axes = kernel_.ndim - 2
    around = [(0, 0)] * (x_.ndim - axes) + [(each, each) for each in paddings]
    check_size(
        [n + before + after for n, (before, after) in zip(x_.shape, around, strict=True)],
        f"padding {product_text(paddings)}",
    )
    padded = read_only(np.pad(to_compute_dtype(x_), around))
    windows = _windows(padded, kernel_.shape[2:], strides, dilations)
    products = _channel_products(windows, kernel_)
    total = products.sum(axis=-axes - 1)
    output = total if bias_ is None else total + bias_.reshape(-1, *[1] * axes)
    return ConvolutionStages(
        padded=padded,
        windows=windows,
        channel_products=read_only(products),
        channel_sum=read_only(total),
        output=read_only(output.astype(result_type, copy=False)),
    )


def products_at(
    stages: ConvolutionStages, kernel: npt.ArrayLike, place: Sequence[int], out_channel: int = 0
) -> PositionProducts:
    """Every product behind stages.channel_sum[…, out_channel, *place].

    `kernel` is the one that `stages` was computed with, (out_channels, in_channels, *size); `place` is one index for
    each spatial axis of the output. The sums are those of `stages`, so that all views show the same digits.

    Raises ShapeError for a kernel that is not of the stages' sizes, InputError for a place or a channel that the
    output does not have.

    >>> kernel = [[[1, -1], [10, 0]]]
    >>> at = products_at(convolve([[1, 2, 3, 4], [0, 1, 0, 1]], kernel), kernel, place=(1,))
    >>> at.products
    array([[ 2., -3.],
           [10.,  0.]])
    >>> at.channel_sums, at.total
    (array([-1., 10.]), array(9.))
    """
    kernel_ = to_compute_dtype(as_float(kernel, "kernel"))
    axes = kernel_.ndim - 2
    expected = (
        *stages.channel_products.shape[-axes - 2 : -axes],
        *stages.windows.shape[-axes:],
    )
    if axes < 1 or kernel_.shape != expected:
        raise ShapeError(
            f"kernel has shape {kernel_.shape}, expected that of the convolution: "
            "pass the kernel that the stages were computed with"
        )
    shape = stages.channel_sum.shape[-axes - 1 :]
    index = (out_channel, *place)
    if len(index) != len(shape) or not all(0 <= at < n for at, n in zip(index, shape, strict=True)):
        raise InputError(
            f"out_channel {out_channel} at place {tuple(place)} is not in the output, expected "
            f"indices from 0 and below {shape}"
        )
    under: Index = (..., *place, *[slice(None)] * axes)
    every_channel: Index = (..., out_channel, slice(None), *place)
    one_number: Index = (..., out_channel, *place)
    window = stages.windows[under]
    return PositionProducts(
        window=window,
        kernel=read_only(kernel_[out_channel].copy()),
        products=read_only(window * kernel_[out_channel]),
        channel_sums=stages.channel_products[every_channel],
        total=stages.channel_sum[one_number],
    )


def _windows(
    padded: FloatArray, size: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> FloatArray:
    """(…, in_channels, *places, *size): the positions under the kernel at each place, without a copy."""
    spans = tuple(map(span, size, dilations))
    everywhere = sliding_window_view(padded, spans, axis=tuple(range(-len(size), 0)))
    steps = tuple(slice(None, None, step) for step in (*strides, *dilations))
    index: Index = (..., *steps)
    return everywhere[index]


def _channel_products(windows: FloatArray, kernel: FloatArray) -> FloatArray:
    """(…, out_channels, in_channels, *places): each channel's window times its slice of each kernel."""
    axes = kernel.ndim - 2
    places, offsets = string.ascii_lowercase[-axes:], string.ascii_uppercase[:axes]
    products: FloatArray = np.einsum(
        f"...c{places}{offsets},fc{offsets}->...fc{places}", windows, kernel
    )
    return products


def _check_shapes(x: FloatArray, kernel: FloatArray, bias: FloatArray | None) -> None:
    check_kernel(kernel, "out_channels", "in_channels")
    axes = kernel.ndim - 2
    out_channels, in_channels = kernel.shape[:2]
    if x.ndim <= axes:
        raise ShapeError(
            f"x has shape {x.shape}, expected {shape_text('…', in_channels, *['n'] * axes)}: "
            f"kernel has shape {kernel.shape}, channels come before the {axes} spatial axes"
        )
    check_channels(x, kernel, bias, in_channels, out_channels)


def _check_fits(
    x: FloatArray, kernel: FloatArray, paddings: Sequence[int], dilations: Sequence[int]
) -> None:
    axes = len(paddings)
    lead, spatial = x.shape[:-axes], x.shape[-axes:]
    spans = tuple(map(span, kernel.shape[2:], dilations))
    needed = [across - 2 * each for across, each in zip(spans, paddings, strict=True)]
    if any(n < least for n, least in zip(spatial, needed, strict=True)):
        wanted = [
            n if n >= least else f"≥ {least}" for n, least in zip(spatial, needed, strict=True)
        ]
        raise ShapeError(
            f"x has shape {x.shape}, expected {shape_text(*lead, *wanted)}: kernel has shape {kernel.shape}, "
            f"with dilation {product_text(dilations)} it spans {product_text(spans)}, "
            f"and padding is {product_text(paddings)}"
        )
