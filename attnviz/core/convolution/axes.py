"""The common parts of a convolution and its transpose: options for each axis, spans, shapes that must fit, and
sizes in words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import EllipsisType
from typing import TypeAlias

from attnviz.core.argument_kinds import shown
from attnviz.core.arrays import MOST_BYTES, FloatArray, as_count
from attnviz.errors import InputError, ShapeError

Index: TypeAlias = tuple[EllipsisType | slice | int, ...]
"""An index into an array; `…` stands for the axes that a function does not use."""


_MOST_AXES = 32
"""Axes of an array, with those of the kernel, that NumPy multiplies."""


def span(kernel: int, dilation: int) -> int:
    """The number of positions across which a dilated kernel lies.

    >>> span(3, dilation=1), span(3, dilation=2)
    (3, 5)
    """
    return dilation * (kernel - 1) + 1


def each_axis(
    value: int | Sequence[int], name: str, kernel: FloatArray, least: int
) -> tuple[int, ...]:
    """An option as one number for each spatial axis of the kernel, whose first two axes are its channels.

    Raises ShapeError for a sequence of another length, InputError unless all are whole numbers of at least `least`.
    """
    axes = kernel.ndim - 2
    given = tuple(value) if isinstance(value, Sequence) else (value,) * axes
    if len(given) != axes:
        raise ShapeError(
            f"{name} is {shown(value)}, expected one number or a sequence of {axes}: "
            f"kernel has shape {kernel.shape}, of which {axes} spatial"
        )
    return tuple(as_count(each, name, least) for each in given)


def check_kernel(kernel: FloatArray, *channels: str) -> None:
    """Raises ShapeError unless the kernel has two axes of channels, called so in that order, and a size."""
    if kernel.ndim < 3 or 0 in kernel.shape:
        raise ShapeError(
            f"kernel has shape {kernel.shape}, expected {shape_text(*channels, '*size')}, "
            "each at least 1: kernel[None, None] is one slice of one kernel"
        )


def check_channels(
    x: FloatArray, kernel: FloatArray, bias: FloatArray | None, taken: int, made: int
) -> None:
    """Raises ShapeError unless x has as many channels as the kernel takes, and the bias as many as it makes."""
    axes = kernel.ndim - 2
    if x.ndim + axes > _MOST_AXES:
        raise ShapeError(
            f"x has {x.ndim} axes and kernel {kernel.ndim}, expected at most {_MOST_AXES - axes} of x: "
            "take batches apart"
        )
    batch, channels, spatial = x.shape[: -axes - 1], x.shape[-axes - 1], x.shape[-axes:]
    if channels != taken:
        raise ShapeError(
            f"x has shape {x.shape}, expected {shape_text(*batch, taken, *spatial)}: "
            f"kernel has shape {kernel.shape}, so in_channels is {taken}, not {channels}"
        )
    if bias is not None and bias.shape != (made,):
        raise ShapeError(
            f"bias has shape {bias.shape}, expected {(made,)}: "
            f"kernel has shape {kernel.shape}, so out_channels is {made}"
        )


def check_size(shape: Sequence[int], options: str) -> None:
    """Raises InputError for an array of this shape that would take more memory than any may, which `options` make."""
    needed = math.prod(shape) * 8
    if needed > MOST_BYTES:
        raise InputError(
            f"{options} would make {shape_text(*shape)} numbers, more than the {MOST_BYTES // 2**30} GiB allowed: "
            "give smaller ones"
        )


def shape_text(*sizes: int | str) -> str:
    """A shape as a message writes it, with words where a size is free.

    >>> shape_text(3, "n")
    '(3, n)'
    """
    return f"({', '.join(map(str, sizes))})"


def product_text(numbers: Sequence[int]) -> str:
    """One number an axis, as a message writes it.

    >>> product_text((3, 5))
    '3 × 5'
    """
    return " × ".join(map(str, numbers))
