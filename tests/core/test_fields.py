"""Which positions layers of convolution join and reach, judged by really convolving."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz.core.convolution.convolution import convolve
from attnviz.core.convolution.receptive_fields import (
    layers_to_join,
    layers_to_reach,
    receptive_positions,
)
from attnviz.errors import InputError


def fed_by(n: int, kernel: int, layers: int, position: int) -> list[bool]:
    """Which inputs change the output at the position: one input entry is 1, all kernels are positive."""
    response = np.eye(n)[:, None, :]  # a batch of n inputs with one channel
    for _ in range(layers):
        response = convolve(response, np.ones((1, 1, kernel)), padding=kernel // 2).output
    return (response[:, 0, position] != 0).tolist()


@given(st.integers(1, 12), st.sampled_from([1, 3, 5, 7]), st.integers(0, 5), st.data())
def test_the_positions_reached_are_those_whose_change_changes_the_output(n, kernel, layers, data):
    position = data.draw(st.integers(0, n - 1))

    fields = receptive_positions(n, kernel, layers, position)

    assert fields.shape == (layers + 1, n)
    assert not fields.flags.writeable
    for below in range(layers + 1):
        assert fields[below].tolist() == fed_by(n, kernel, layers - below, position)


@given(st.integers(1, 12), st.sampled_from([3, 5, 7]), st.data())
def test_a_position_is_reached_after_the_returned_number_of_layers_and_not_before(n, kernel, data):
    position, other = data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, n - 1))

    needed = layers_to_reach(abs(position - other), kernel)

    assert receptive_positions(n, kernel, needed, position)[0, other]
    if needed:
        assert not receptive_positions(n, kernel, needed - 1, position)[0, other]


@given(st.integers(1, 12), st.sampled_from([3, 5, 7]), st.data())
def test_two_positions_are_joined_once_some_unit_is_fed_by_both(n, kernel, data):
    a, b = data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, n - 1))

    def joined(layers: int) -> bool:
        fields = [receptive_positions(n, kernel, layers, position)[0] for position in range(n)]
        return any(field[a] and field[b] for field in fields)

    needed = layers_to_join(abs(a - b), kernel)

    assert joined(needed)
    assert not needed or not joined(needed - 1)


def fed_through_dilations(distance: int, kernel: int, growth: int, layers: int) -> bool:
    """Whether the last of the positions is fed by the first, where every kernel looks back only."""
    response = np.eye(distance + 1)[:1]
    for layer in range(layers):
        dilation = growth**layer
        before = np.pad(response, [(0, 0), (dilation * (kernel - 1), 0)])
        response = convolve(before, np.ones((1, 1, kernel)), dilation=dilation).output
    return bool(response[0, -1] != 0)


@given(st.integers(0, 40), st.integers(2, 4), st.data())
def test_dilated_layers_that_look_back_join_two_positions_after_the_returned_number(
    distance, kernel, data
):
    growth = data.draw(st.integers(1, kernel))

    needed = layers_to_join(distance, kernel, growth)

    assert fed_through_dilations(distance, kernel, growth, needed)
    assert not needed or not fed_through_dilations(distance, kernel, growth, needed - 1)


def test_a_growth_above_the_kernel_would_leave_gaps_and_is_refused():
    # Dilations 1 and 3 under a kernel of 2 look back 0, 1, 3 and 4: never 2.
    assert not any(fed_through_dilations(2, 2, 3, layers) for layers in range(5))

    with pytest.raises(InputError) as caught:
        layers_to_join(2, kernel=2, dilation_growth=3)

    assert str(caught.value) == (
        "dilation_growth is 3, expected at most 2: a kernel of 2 would leave gaps"
    )


@pytest.mark.parametrize(
    ("distance", "kernel", "growth", "layers"),
    [
        (0, 3, 1, 0),
        (1, 3, 1, 1),
        (2, 3, 1, 1),
        (3, 3, 1, 2),
        (1000, 3, 1, 500),
        (1023, 2, 2, 10),  # a block of WaveNet: dilations 1, 2, …, 512 span 1024
        (1024, 2, 2, 11),
        (80, 3, 3, 4),
        (81, 3, 3, 5),
    ],
)
def test_known_distances_take_the_known_number_of_layers(distance, kernel, growth, layers):
    assert layers_to_join(distance, kernel, growth) == layers


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: layers_to_join(-1, 3),
            "distance is -1, expected a whole number of at least 0",
        ),
        (lambda: layers_to_join(1, 1), "kernel is 1, expected a whole number of at least 2"),
        (
            lambda: layers_to_join(1, 3, 0),
            "dilation_growth is 0, expected a whole number of at least 1",
        ),
        (lambda: layers_to_reach(1, 1), "kernel is 1, expected a whole number of at least 3"),
        (
            lambda: layers_to_reach(1, 4),
            "kernel is 4, expected an odd number: only then it has a centre, "
            "and the same padding on either side",
        ),
        (lambda: receptive_positions(0, 3, 1, 0), "n is 0, expected a whole number of at least 1"),
        (
            lambda: receptive_positions(5, 3, -1, 0),
            "layers is -1, expected a whole number of at least 0",
        ),
        (
            lambda: receptive_positions(5, 3, 1, 5),
            "position is 5, expected at most 4: n is 5, counted from 0",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(InputError) as caught:
        call()

    assert str(caught.value) == message
