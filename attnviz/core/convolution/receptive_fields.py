"""Receptive fields of convolutions: layers needed to join two positions, and the positions that feed a unit.

Two questions are easily taken for one. Some unit sees both of two positions after D/(k − 1) layers: it stands between
them (`layers_to_join`). The unit at one of them sees the other only after twice as many, because a centred kernel
looks half its size to either side (`layers_to_reach`).
"""

from __future__ import annotations

import numpy as np

from attnviz.core.arrays import BoolArray, as_count
from attnviz.core.convolution.convolution import ConvolutionLayer, receptive_field
from attnviz.errors import InputError


def layers_to_join(distance: int, kernel: int, dilation_growth: int = 1) -> int:
    """The fewest layers after which one unit has two positions `distance` apart in its receptive field.

    Layer l (from 0) has stride 1, the given kernel, and dilation dilation_growth^l. With growth 1 that is
    ⌈distance / (k − 1)⌉; with growth k, ⌈log_k(distance + 1)⌉. Two positions that are one: 0. It counts as if the
    sequence had no ends. They change nothing with growth 1, nor where units look back only (a causal convolution).

    Raises InputError for a kernel below 2, which joins nothing, and for a growth above the kernel: it would leave gaps
    in the field.
    Source: Vaswani et al., "Attention Is All You Need" (2017), section 4; van den Oord et al., "WaveNet" (2016).

    >>> layers_to_join(8, kernel=3), layers_to_join(8, kernel=3, dilation_growth=3)
    (4, 2)
    """
    distance, kernel = as_count(distance, "distance", 0), as_count(kernel, "kernel", 2)
    growth = as_count(dilation_growth, "dilation_growth", 1)
    if growth > kernel:
        raise InputError(
            f"dilation_growth is {growth}, expected at most {kernel}: a kernel of {kernel} would leave gaps"
        )
    if growth == 1:
        return -(-distance // (kernel - 1))
    layers: list[ConvolutionLayer] = []
    while receptive_field(layers) <= distance:
        layers.append(ConvolutionLayer(kernel, dilation=growth ** len(layers)))
    return len(layers)


def layers_to_reach(distance: int, kernel: int) -> int:
    """The fewest layers after which the unit at a position has the position `distance` away in its field.

    For same-padded layers with stride 1 and an odd kernel, which is centred: ⌈distance / ((k − 1) / 2)⌉. The ends of
    the sequence change nothing: the straight way lies between the two positions.
    Raises InputError for a kernel that is not odd or below 3.

    >>> layers_to_reach(8, kernel=3), layers_to_reach(8, kernel=5)
    (8, 4)
    """
    distance, kernel = as_count(distance, "distance", 0), _odd(kernel, least=3)
    return -(-distance // (kernel // 2))


def receptive_positions(n: int, kernel: int, layers: int, position: int) -> BoolArray:
    """The positions of each layer that feed one unit of the last: (layers + 1, n), row 0 is the input, read-only.

    The layers are same-padded with stride 1 and an odd kernel. The last row is the unit alone; each row above it adds
    (k − 1) / 2 positions to either side, until the sequence ends.
    Raises InputError for a kernel that is not odd, or a position that the sequence does not have.

    >>> receptive_positions(7, kernel=3, layers=2, position=1).astype(int)
    array([[1, 1, 1, 1, 0, 0, 0],
           [1, 1, 1, 0, 0, 0, 0],
           [0, 1, 0, 0, 0, 0, 0]])
    """
    n, layers = as_count(n, "n", 1), as_count(layers, "layers", 0)
    kernel, position = _odd(kernel, least=1), as_count(position, "position", 0)
    if position >= n:
        raise InputError(
            f"position is {position}, expected at most {n - 1}: n is {n}, counted from 0"
        )
    to_either_side = kernel // 2 * np.arange(layers, -1, -1)
    fed: BoolArray = np.abs(np.arange(n) - position) <= to_either_side[:, None]
    fed.flags.writeable = False
    return fed


def _odd(kernel: int, least: int) -> int:
    kernel = as_count(kernel, "kernel", least)
    if kernel % 2 == 0:
        raise InputError(
            f"kernel is {kernel}, expected an odd number: only then it has a centre, "
            "and the same padding on either side"
        )
    return kernel
