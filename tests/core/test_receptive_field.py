"""Sizes and receptive fields, judged by the guide to convolution arithmetic and by really convolving."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz.core.convolution.convolution import (
    ConvolutionLayer,
    convolve,
    output_size,
    receptive_field,
)
from attnviz.errors import InputError


@pytest.mark.parametrize(
    ("n", "options", "size"),
    [
        (5, {"kernel": 3, "padding": 1}, 5),  # half padding
        (5, {"kernel": 3, "padding": 2}, 7),  # full padding
        (5, {"kernel": 3, "stride": 2}, 2),
        (5, {"kernel": 3, "stride": 2, "padding": 1}, 3),
        (6, {"kernel": 3, "stride": 2, "padding": 1}, 3),
        (7, {"kernel": 3, "dilation": 2}, 3),
    ],
)
def test_the_output_size_is_that_of_the_guide_to_convolution_arithmetic(n, options, size):
    assert output_size(n, **options) == size


@given(st.integers(0, 20), *[st.integers(1, 6)] * 2, st.integers(0, 3), st.integers(1, 4))
def test_the_output_size_counts_the_positions_at_which_the_kernel_fits(
    n, kernel, stride, padding, dilation
):
    length = n + 2 * padding
    inside = [i for i in range(0, length, stride) if i + dilation * (kernel - 1) < length]

    assert output_size(n, kernel, stride, padding, dilation) == len(inside)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((-1, 1), "n is -1, expected a whole number of at least 0"),
        ((5, 0), "kernel is 0, expected a whole number of at least 1"),
        ((5, 3, 0), "stride is 0, expected a whole number of at least 1"),
        ((5, 3, 1, -1), "padding is -1, expected a whole number of at least 0"),
        ((5, 3, 1, 0, 0), "dilation is 0, expected a whole number of at least 1"),
    ],
)
def test_sizes_that_cannot_be_are_refused(sizes, message):
    with pytest.raises(InputError) as caught:
        output_size(*sizes)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((0,), "kernel is 0, expected a whole number of at least 1"),
        ((3, 0), "stride is 0, expected a whole number of at least 1"),
        ((3, 1, 0.5), "dilation is 0.5, expected a whole number of at least 1"),
    ],
)
def test_a_layer_that_cannot_be_is_refused(sizes, message):
    with pytest.raises(InputError) as caught:
        ConvolutionLayer(*sizes)

    assert str(caught.value) == message


layers = st.builds(ConvolutionLayer, st.integers(1, 4), st.integers(1, 3), st.integers(1, 3))
LONGEST = 1 + 9 * (1 + 3 + 9)
"""The receptive field of the largest stack that the test below makes up."""


@given(st.lists(layers, max_size=3))
def test_the_receptive_field_is_what_changes_an_output_when_it_is_changed(stack):
    impulses = np.eye(LONGEST)[:, None, :]  # one input a position, 1 there and 0 elsewhere
    response = impulses
    for layer in stack:
        kernel = np.ones((1, 1, layer.kernel))
        response = convolve(response, kernel, stride=layer.stride, dilation=layer.dilation).output

    for unit in (0, -1):
        seen = np.flatnonzero(response[:, 0, unit])
        assert seen[-1] - seen[0] + 1 == receptive_field(stack)


def published(*sizes: tuple[int, int]) -> list[ConvolutionLayer]:
    return [ConvolutionLayer(kernel, stride) for kernel, stride in sizes]


ALEXNET = published((11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1), (3, 2))
VGG_16 = [
    layer
    for convolutions in (2, 2, 3, 3, 3)
    for layer in published(*[(3, 1)] * convolutions, (2, 2))
]
WAVENET_BLOCK = [ConvolutionLayer(kernel=2, dilation=2**i) for i in range(10)]


@pytest.mark.parametrize(
    ("stack", "size"),
    [
        pytest.param([], 1, id="no layer"),
        pytest.param(published((3, 1), (3, 1)), 5, id="Simonyan & Zisserman 2015, two layers"),
        pytest.param(published(*[(3, 1)] * 3), 7, id="Simonyan & Zisserman 2015, three layers"),
        pytest.param(WAVENET_BLOCK, 1024, id="van den Oord et al. 2016"),
        pytest.param(ALEXNET, 195, id="Araujo et al. 2019, AlexNet"),
        pytest.param(VGG_16, 212, id="Araujo et al. 2019, VGG-16"),
    ],
)
def test_the_receptive_field_of_known_networks_is_the_published_one(stack, size):
    assert receptive_field(stack) == size


@given(st.integers(2, 9), st.integers(1, 200))
def test_joining_two_positions_takes_their_distance_over_k_minus_one_layers(kernel, distance):
    needed = math.ceil(distance / (kernel - 1))
    layer = ConvolutionLayer(kernel)

    assert receptive_field([layer] * needed) > distance
    assert receptive_field([layer] * (needed - 1)) <= distance
