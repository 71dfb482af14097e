"""The fully connected layer, and its refusal of any other size, which a lesson shows as it is."""

import numpy as np
import pytest

from attnviz.core.convolution.convolution import convolve
from attnviz.core.convolution.dense import fully_connected
from attnviz.errors import ShapeError


def test_every_number_of_the_input_has_its_own_weight_to_every_output():
    x = [[1, 2], [3, 4]]
    weights = [[1, 0], [10, 0], [100, 0], [1000, 1]]

    assert fully_connected(x, weights).tolist() == [4321, 4]
    assert fully_connected(x, weights, bias=[0.5, -4]).tolist() == [4321.5, 0]


def test_it_is_a_convolution_whose_kernel_is_as_large_as_the_input():
    # Long, Shelhamer & Darrell (2015), section 3.1.
    random = np.random.default_rng(0)
    x, weights = random.standard_normal((3, 5)), random.standard_normal((15, 4))

    output = fully_connected(x, weights)

    as_convolution = convolve(x, weights.T.reshape(4, 3, 5)).output
    np.testing.assert_allclose(output, as_convolution[:, 0], rtol=1e-12)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_the_output_has_the_type_of_the_operands_and_halves_are_added_up_in_single(kind):
    output = fully_connected(np.array([2048, 1, 1], kind), np.ones((3, 1), kind), np.zeros(1, kind))

    assert output.dtype == kind
    assert output.tolist() == [2050]
    assert not output.flags.writeable


@pytest.mark.parametrize("n", [3, 8])
def test_a_head_made_for_five_vectors_refuses_three_and_eight_behind_the_same_convolution(n):
    kernel, head = np.ones((2, 4, 3)), np.ones((2 * 5, 1))

    def network(vectors: np.ndarray) -> np.ndarray:
        return fully_connected(convolve(vectors.T, kernel, padding=1).output, head)

    assert network(np.ones((5, 4))).shape == (1,)
    with pytest.raises(ShapeError) as caught:
        network(np.ones((n, 4)))
    assert str(caught.value) == (
        f"x has shape (2, {n}), {2 * n} numbers when flattened, expected 10: weights has shape "
        "(10, 1), made for 10; feed an input of that size, or make new weights"
    )


@pytest.mark.parametrize(
    ("operands", "message"),
    [
        (
            (np.ones(3), np.ones(3)),
            "weights has shape (3,), expected (n_in, n_out): one row a number of the input",
        ),
        (
            (np.ones(3), np.ones((3, 2)), np.ones(3)),
            "bias has shape (3,), expected (2,): weights has shape (3, 2), so n_out is 2",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_reported_with_the_shape_that_would(operands, message):
    with pytest.raises(ShapeError) as caught:
        fully_connected(*operands)

    assert str(caught.value) == message
