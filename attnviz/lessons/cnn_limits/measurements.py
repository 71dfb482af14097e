"""The measurements of the lesson cnn-limits: pictures, kernels, and the results.

The kernels that find something were chosen by hand, so that a reader can check every product: Sobel's for the edges of
a digit (Sobel & Feldman, 1968), and two that weigh colours. Layers whose numbers do not matter, only their shapes, are
drawn from the seed.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from attnviz.core.arrays import FloatArray, read_only
from attnviz.core.convolution.convolution import ConvolutionStages, convolve
from attnviz.core.seeded import standard_normal
from attnviz.lessons.cnn_limits.pictures import picture
from attnviz.records import record

SIDE = 3
"""The side of every kernel."""
LENGTHS = (3, 5, 8)
"""The numbers of vectors that the network is tried on."""
FIXED_LENGTH = 5
"""The number of vectors that the fully connected layer was made for."""
EDGE_POSITION = (4, 1)
"""The place of the digit that is worked out: rows and columns counted from 0."""
COLOUR_POSITION = (1, 1)
"""The place of the flower that is worked out."""

_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=np.float64)
_CENTRE = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], dtype=np.float64)
_ALL = np.ones((SIDE, SIDE))

EDGE = read_only(np.array([[[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]]], dtype=np.float64))
"""Right minus left: (1, 1, 3, 3)."""
COLOURS = read_only(np.stack([[_CROSS, -_CENTRE, -_CROSS], [-_CROSS, _ALL, _CENTRE]]))
"""Red against blue, and green against red: (2, 3, 3, 3)."""
SMOOTH = read_only(np.array([[[1, 2, 1]]], dtype=np.float64))
"""For a sequence of one channel: (1, 1, 3)."""

_CHANNELS_OUT, _CLASSES, _WIDTH = 2, 2, 4


@record
class CnnMeasurements:
    """Everything that the lesson shows, computed when it is asked for; untrained weights follow `seed`."""

    seed: int = 0

    @property
    def digit(self) -> FloatArray:
        """(1, 8, 8), whole numbers from 0 to 16."""
        return picture("digit").channels

    @property
    def flower(self) -> FloatArray:
        """Red, green and blue: (3, 6, 6), whole numbers from 0 to 15."""
        return picture("flower").channels[:, :, :-1]

    @cached_property
    def views(self) -> FloatArray:
        """The flower seen twice, the second time one step to the right: (6, 6, 6)."""
        channels = picture("flower").channels
        return np.concatenate([channels[:, :, :-1], channels[:, :, 1:]])

    @cached_property
    def grey(self) -> FloatArray:
        """The mean of the flower's channels: (1, 6, 6)."""
        mean: FloatArray = self.flower.mean(axis=0, keepdims=True)
        return mean

    @cached_property
    def edges(self) -> ConvolutionStages:
        """EDGE over the digit: output (1, 6, 6)."""
        return convolve(self.digit, EDGE)

    @cached_property
    def colours(self) -> ConvolutionStages:
        """COLOURS over the flower: output (2, 4, 4)."""
        return convolve(self.flower, COLOURS)

    @cached_property
    def repeated(self) -> FloatArray:
        """The first kernel over the grey picture given three times: (4, 4)."""
        return self._of_first_kernel(np.repeat(self.grey, 3, axis=0))

    @cached_property
    def dropped(self) -> FloatArray:
        """The first kernel over the first three of six channels: (4, 4)."""
        return self._of_first_kernel(self.views[:3])

    @cached_property
    def projected(self) -> FloatArray:
        """The first kernel over six channels made three by a 1×1 convolution, the mean of the two views: (4, 4)."""
        halves = np.hstack([np.eye(3), np.eye(3)]) / 2
        return self._of_first_kernel(convolve(self.views, halves[:, :, None, None]).output)

    def _of_first_kernel(self, x: FloatArray) -> FloatArray:
        output: FloatArray = convolve(x, COLOURS[:1]).output[0]
        return output

    def vectors(self, n: int) -> FloatArray:
        """The first n rows of the digit as vectors, 0 to 1: (n, 8)."""
        rows: FloatArray = self.digit[0, :n] / picture("digit").levels
        return rows

    @cached_property
    def first_layer(self) -> FloatArray:
        """The kernel before the fully connected layer: (2, 8, 3)."""
        return self._untrained((_CHANNELS_OUT, self.digit.shape[1], SIDE), 0)

    @cached_property
    def last_layer(self) -> FloatArray:
        """The fully connected layer, made for MADE_FOR vectors: (2 · (MADE_FOR − 2), 2)."""
        return self._untrained((_CHANNELS_OUT * (FIXED_LENGTH - SIDE + 1), _CLASSES), 1)

    def convolved(self, n: int) -> FloatArray:
        """The convolution of n vectors: (2, n − 2)."""
        return convolve(self.vectors(n).T, self.first_layer).output

    @cached_property
    def projections(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """W_Q, W_K and W_V: (8, 4) each."""
        width = self.digit.shape[1]
        w_q, w_k, w_v = (self._untrained((width, _WIDTH), 2 + i) for i in range(3))
        return w_q, w_k, w_v

    def _untrained(self, shape: tuple[int, ...], which: int) -> FloatArray:
        return read_only(standard_normal(shape, self.seed, which))

    def line(self, n: int) -> FloatArray:
        """The first n numbers of the digit, row after row, as a sequence of one channel: (1, n)."""
        return self.digit.reshape(1, -1)[:, :n]
