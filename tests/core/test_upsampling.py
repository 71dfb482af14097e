"""Upsampling and the transposed convolution, judged by the ONNX standard's cases, by hand, and as the transpose of
the convolution. A case is out only for a reason that it gives itself, and the number under each reason is fixed here.
"""

import collections
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from attnviz.core.convolution.convolution import convolve, output_size
from attnviz.core.convolution.upsampling import (
    transposed_convolve,
    transposed_output_size,
    upsample,
)
from attnviz.errors import InputError, ShapeError

from .operator_cases import Case, generated_cases, recorded_cases


def why_not_transposed(case: Case) -> str | None:
    """The first thing the case asks for that transposed_convolve does not offer."""
    if case.attributes.get("group", 1) != 1:
        return "groups"
    if {"auto_pad", "output_shape"} & case.attributes.keys():
        return "padding that is to be worked out"
    return None


def why_not_upsampled(case: Case) -> str | None:
    """The first thing the case asks for that upsample does not offer."""
    if case.attributes["mode"] != b"nearest":
        return "another mode"
    if {"nearest_mode", "coordinate_transformation_mode"} & case.attributes.keys():
        return "another neighbour than the nearest"
    ratios = np.array(case.output.shape) / case.inputs[0].shape
    if (ratios < 1).any():
        return "a smaller output"
    return "a factor that is no whole number" if (ratios % 1).any() else None


TRANSPOSED = generated_cases("ConvTranspose") + recorded_cases("ConvTranspose")
RESIZED = generated_cases("Resize", "Upsample")


def test_every_case_of_a_transposed_convolution_is_run_or_left_out_for_a_counted_reason():
    counted = collections.Counter(map(why_not_transposed, TRANSPOSED))

    assert counted == {None: 9, "groups": 2, "padding that is to be worked out": 3}


def test_every_case_of_upsampling_is_run_or_left_out_for_a_counted_reason():
    counted = collections.Counter(map(why_not_upsampled, RESIZED))

    assert counted == {
        None: 5,
        "another mode": 24,
        "another neighbour than the nearest": 3,
        "a smaller output": 4,
        "a factor that is no whole number": 4,
    }


OPTIONS = {
    "strides": "stride",
    "pads": "padding",
    "dilations": "dilation",
    "output_padding": "output_padding",
}


@pytest.mark.parametrize(
    "case", [each for each in TRANSPOSED if why_not_transposed(each) is None], ids=lambda c: c.name
)
def test_transposed_convolve_agrees_with_the_standard(case):
    x, kernel, *bias = case.inputs
    axes = kernel.ndim - 2
    assert case.attributes.keys() <= OPTIONS.keys() | {"kernel_shape", "group"}
    before, after = np.split(np.array(case.attributes.get("pads", [0, 0])), 2)
    assert before.tolist() == after.tolist()
    options = {
        ours: case.attributes[theirs][:axes]
        for theirs, ours in OPTIONS.items()
        if theirs in case.attributes
    }

    stages = transposed_convolve(x, kernel, bias=bias[0] if bias else None, **options)

    assert stages.output.dtype == case.output.dtype
    np.testing.assert_allclose(stages.output, case.output, rtol=case.rtol, atol=case.atol)


@pytest.mark.parametrize(
    "case", [each for each in RESIZED if why_not_upsampled(each) is None], ids=lambda c: c.name
)
def test_upsample_agrees_with_the_standard(case):
    x = case.inputs[0]
    factors = [out // n for out, n in zip(case.output.shape, x.shape, strict=True)]
    assert factors[:2] == [1, 1]

    output = upsample(x, factors[2:])

    assert output.dtype == case.output.dtype
    assert output.tolist() == case.output.tolist()


def test_one_factor_holds_for_every_axis_but_the_channels():
    assert upsample([[1, 2], [3, 4]], 2).tolist() == [[1, 1, 2, 2], [3, 3, 4, 4]]
    assert upsample([[[1, 2]]], 2).tolist() == [[[1, 1, 2, 2], [1, 1, 2, 2]]]


def test_upsampling_is_the_transposed_convolution_with_a_kernel_of_ones():
    x = np.arange(12.0).reshape(1, 3, 4)

    stages = transposed_convolve(x, np.ones((1, 1, 2, 2)), stride=2)

    assert stages.output.tolist() == upsample(x, 2).tolist()


def test_each_stage_of_a_small_transposed_convolution_is_what_a_hand_computes():
    kernel = [[[1, 2, 1]], [[0, 10, 0]]]  # two channels in, one out

    stages = transposed_convolve([[1, 2], [3, 4]], kernel, bias=[100], stride=2, padding=1)

    assert stages.stamps.tolist() == [[[1, 32, 1], [2, 44, 2]]]
    assert stages.spread.tolist() == [[1, 32, 3, 44, 2]]
    assert stages.output.tolist() == [[132, 103, 144]]


def test_stages_are_read_only_and_the_operands_stay_as_they_were():
    x, kernel = np.ones((1, 3)), np.ones((1, 1, 2))

    stages = transposed_convolve(x, kernel)

    assert not any(getattr(stages, each.name).flags.writeable for each in fields(stages))
    assert x.flags.writeable
    assert kernel.flags.writeable


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_the_output_has_the_type_of_the_operands_and_halves_are_added_up_in_single(kind):
    x = np.array([[2048, 1]], kind)

    stages = transposed_convolve(x, np.ones((1, 1, 2), kind), bias=np.ones(1, kind))

    assert stages.output.dtype == kind
    assert stages.spread.tolist() == [[2048, 2049, 1]]
    assert upsample(x, 2).dtype == kind


@st.composite
def sizes(draw: st.DrawFn) -> dict[str, int]:
    return {
        "kernel": draw(st.integers(1, 4)),
        "stride": draw(st.integers(1, 3)),
        "padding": draw(st.integers(0, 2)),
        "dilation": draw(st.integers(1, 3)),
    }


@given(sizes(), st.integers(1, 12), st.integers(1, 3), st.integers(1, 3))
def test_it_is_the_transpose_of_the_convolution_and_brings_its_size_back(
    options, n, channels, places_channels
):
    places = output_size(n, **options)
    assume(places)
    # The positions at the end that the strides left over: only output_padding can tell how many.
    across = options["dilation"] * (options["kernel"] - 1) + 1
    left_over = (n + 2 * options["padding"] - across) % options["stride"]
    assert transposed_output_size(places, **options, output_padding=left_over) == n
    random = np.random.default_rng(0)
    x = random.standard_normal((channels, n))
    y = random.standard_normal((places_channels, places))
    size = options.pop("kernel")
    kernel = random.standard_normal((places_channels, channels, size))

    forth = convolve(x, kernel, **options).output
    back = transposed_convolve(y, kernel, **options, output_padding=left_over).output

    assert back.shape == x.shape
    assert np.vdot(forth, y) == pytest.approx(np.vdot(x, back), rel=1e-9, abs=1e-9)


@given(sizes(), st.integers(1, 8))
def test_the_size_is_that_of_what_is_computed(options, n):
    size = transposed_output_size(n, **options)
    kernel = np.ones((1, 1, options.pop("kernel")))

    if size:
        assert transposed_convolve(np.ones((1, n)), kernel, **options).output.shape == (1, size)
    else:
        with pytest.raises(ShapeError, match="padding is"):
            transposed_convolve(np.ones((1, n)), kernel, **options)


def test_a_batch_is_as_many_transposed_convolutions():
    batch = np.random.default_rng(0).standard_normal((3, 2, 4, 5))
    kernel = np.random.default_rng(1).standard_normal((2, 3, 2, 3))

    together = transposed_convolve(batch, kernel, stride=2, padding=(0, 1))

    for i, x in enumerate(batch):
        alone = transposed_convolve(x, kernel, stride=2, padding=(0, 1))
        for each in fields(alone):
            np.testing.assert_allclose(getattr(together, each.name)[i], getattr(alone, each.name))


KERNEL = np.ones((2, 3, 4))


@pytest.mark.parametrize(
    ("operands", "options", "message"),
    [
        (
            (np.ones((1, 5)), KERNEL),
            {},
            "x has shape (1, 5), expected (2, 5): "
            "kernel has shape (2, 3, 4), so in_channels is 2, not 1",
        ),
        (
            (np.ones(5), KERNEL),
            {},
            "x has shape (5,), expected (…, 2, n), n ≥ 1: "
            "kernel has shape (2, 3, 4), channels come before the 1 spatial axes",
        ),
        (
            (np.ones((2, 0)), KERNEL),
            {},
            "x has shape (2, 0), expected (…, 2, n), n ≥ 1: "
            "kernel has shape (2, 3, 4), channels come before the 1 spatial axes",
        ),
        (
            (np.ones((2, 5)), np.ones((2, 3))),
            {},
            "kernel has shape (2, 3), expected (in_channels, out_channels, *size), "
            "each at least 1: kernel[None, None] is one slice of one kernel",
        ),
        (
            (np.ones((2, 5)), KERNEL),
            {"bias": [1, 2]},
            "bias has shape (2,), expected (3,): kernel has shape (2, 3, 4), so out_channels is 3",
        ),
        (
            (np.ones((2, 1)), KERNEL),
            {"padding": 2},
            "padding is 2, expected at most 1: x has shape (2, 1) and kernel (2, 3, 4), "
            "which spread over 4, and padding is cut off both sides",
        ),
        (
            (np.ones((2, 5)), KERNEL),
            {"output_padding": (1, 1)},
            "output_padding is (1, 1), expected one number or a sequence of 1: "
            "kernel has shape (2, 3, 4), of which 1 spatial",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_reported_with_the_shape_that_would(operands, options, message):
    with pytest.raises(ShapeError) as caught:
        transposed_convolve(*operands, **options)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("x", "factor", "message"),
    [
        (
            np.ones(3),
            2,
            "x has shape (3,), expected (…, channels, n): "
            "factor is 2, channels come before the spatial axes",
        ),
        (
            np.ones((3, 4)),
            (2, 2),
            "x has shape (3, 4), expected (…, channels, n, n): "
            "factor is (2, 2), channels come before the spatial axes",
        ),
        (np.ones((3, 4)), 0, "factor is 0, expected a whole number of at least 1"),
        (np.ones((3, 4)), (1.5,), "factor is 1.5, expected a whole number of at least 1"),
    ],
)
def test_a_factor_that_cannot_be_is_refused(x, factor, message):
    with pytest.raises((ShapeError, InputError)) as caught:
        upsample(x, factor)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("given_sizes", "message"),
    [
        ((0, 1), "n is 0, expected a whole number of at least 1"),
        ((5, 0), "kernel is 0, expected a whole number of at least 1"),
        ((5, 3, 0), "stride is 0, expected a whole number of at least 1"),
        ((5, 3, 1, -1), "padding is -1, expected a whole number of at least 0"),
        ((5, 3, 1, 0, 0), "dilation is 0, expected a whole number of at least 1"),
        ((5, 3, 1, 0, 1, -1), "output_padding is -1, expected a whole number of at least 0"),
    ],
)
def test_sizes_that_cannot_be_are_refused(given_sizes, message):
    with pytest.raises(InputError) as caught:
        transposed_output_size(*given_sizes)

    assert str(caught.value) == message
