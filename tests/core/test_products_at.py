"""The products behind one number of a convolution."""

from dataclasses import fields

import numpy as np
import pytest

from attnviz.core.convolution.convolution import convolve, products_at
from attnviz.errors import InputError, ShapeError


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape)


def test_the_products_at_one_position_equal_those_computed_by_hand():
    kernel = [[[1, 0, -1], [2, 1, 0]], [[1, 1, 1], [0, 0, 0]]]
    stages = convolve([[1, 2, 3], [4, 5, 6]], kernel, bias=[10, 10], stride=2, padding=1)

    at = products_at(stages, kernel, place=(1,))

    assert at.window.tolist() == [[2, 3, 0], [5, 6, 0]]
    assert at.kernel.tolist() == [[1, 0, -1], [2, 1, 0]]
    assert at.products.tolist() == [[2, 0, 0], [10, 6, 0]]
    assert at.channel_sums.tolist() == [2, 16]
    assert at.total.tolist() == 18
    assert products_at(stages, kernel, place=(1,), out_channel=1).products.tolist() == [
        [2, 3, 0],
        [0, 0, 0],
    ]


def test_at_every_position_the_products_add_up_to_the_channel_sums_and_these_to_the_total():
    x, kernel = random(3, 5, 6), random(2, 3, 3, 2)
    stages = convolve(x, kernel, stride=(1, 2), padding=1)

    for f, *place in np.ndindex(*stages.output.shape):
        at = products_at(stages, kernel, place, out_channel=f)

        np.testing.assert_allclose(at.products.sum(axis=(1, 2)), at.channel_sums, atol=1e-12)
        np.testing.assert_allclose(at.channel_sums.sum(), at.total, atol=1e-12)
        assert at.total == stages.output[(f, *place)]


def test_a_batch_has_the_products_of_each_of_its_inputs():
    batch, kernel = random(2, 3, 5), random(2, 3, 2)
    together = products_at(convolve(batch, kernel), kernel, place=(3,), out_channel=1)

    for i, x in enumerate(batch):
        alone = products_at(convolve(x, kernel), kernel, place=(3,), out_channel=1)
        assert together.products[i].tolist() == alone.products.tolist()
        np.testing.assert_allclose(together.total[i], alone.total)


def test_what_is_given_back_is_read_only_and_the_kernel_stays_as_it_was():
    kernel = random(1, 2, 3)

    at = products_at(convolve(random(2, 5), kernel), kernel, place=(0,))

    assert not any(getattr(at, each.name).flags.writeable for each in fields(at))
    assert kernel.flags.writeable
    assert not np.shares_memory(at.kernel, kernel)


@pytest.mark.parametrize("other", [(1, 2, 2), (2, 2, 3), (1, 1, 2, 3), (3,)])
def test_a_kernel_that_the_stages_were_not_computed_with_is_refused(other):
    stages = convolve(random(2, 5), random(1, 2, 3))

    with pytest.raises(ShapeError) as caught:
        products_at(stages, random(*other), place=(0,))

    assert str(caught.value) == (
        f"kernel has shape {other}, expected that of the convolution: "
        "pass the kernel that the stages were computed with"
    )


@pytest.mark.parametrize(
    ("place", "out_channel"), [((3, 0), 0), ((0, -1), 0), ((0,), 0), ((0, 0), 2), ((0, 0), -1)]
)
def test_a_position_or_a_channel_outside_of_the_output_is_refused(place, out_channel):
    kernel = random(2, 1, 3, 3)
    stages = convolve(random(1, 5, 4), kernel)

    with pytest.raises(InputError) as caught:
        products_at(stages, kernel, place, out_channel)

    assert str(caught.value) == (
        f"out_channel {out_channel} at place {place} is not in the output, expected "
        "indices from 0 and below (2, 3, 2)"
    )
