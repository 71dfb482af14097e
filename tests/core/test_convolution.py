"""The convolution, judged by the ONNX standard's own Conv cases, by hand, by a loop, and by what must always hold.

The onnx package makes some cases when it is imported and carries others, recorded from PyTorch, as files. A case is
out only for a reason that its own attributes give, and the number of cases under each reason is fixed here.
"""

import collections
import itertools
from dataclasses import dataclass, fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from attnviz.core.convolution.convolution import (
    ConvolutionStages,
    convolve,
    output_size,
)
from attnviz.errors import InputError, ShapeError

from .operator_cases import Case, generated_cases, recorded_cases


def reason_to_leave_out(case: Case) -> str | None:
    """The first thing the case asks for that convolve does not offer."""
    if case.attributes.get("group", 1) != 1:
        return "groups"
    if "auto_pad" in case.attributes:
        return "padding that is to be worked out"
    return None


CASES = generated_cases("Conv") + recorded_cases("Conv")
COVERED = [case for case in CASES if reason_to_leave_out(case) is None]


def test_every_case_is_run_or_left_out_for_a_reason_that_is_counted():
    counted = collections.Counter(reason_to_leave_out(case) for case in CASES)

    assert counted == {None: 24, "groups": 8, "padding that is to be worked out": 1}


def test_the_covered_cases_have_one_two_and_three_spatial_axes():
    assert collections.Counter(case.inputs[1].ndim - 2 for case in COVERED) == {1: 7, 2: 11, 3: 6}


def test_the_covered_cases_use_only_attributes_that_are_passed_on():
    asked = {name for case in COVERED for name in case.attributes}

    assert asked == {"kernel_shape", "group", "strides", "pads", "dilations"}
    for case in COVERED:
        assert tuple(case.attributes["kernel_shape"]) == case.inputs[1].shape[2:]
        before, after = np.split(np.array(case.attributes["pads"]), 2)
        assert before.tolist() == after.tolist()


@pytest.mark.parametrize("case", COVERED, ids=lambda case: case.name)
def test_convolve_agrees_with_the_standard(case):
    x, kernel, *bias = case.inputs
    axes = kernel.ndim - 2
    options = {
        name: case.attributes[theirs][:axes]
        for name, theirs in (("stride", "strides"), ("padding", "pads"), ("dilation", "dilations"))
        if theirs in case.attributes
    }

    stages = convolve(x, kernel, bias=bias[0] if bias else None, **options)

    assert stages.output.dtype == case.output.dtype
    np.testing.assert_allclose(stages.output, case.output, rtol=case.rtol, atol=case.atol)


def test_each_stage_of_a_small_convolution_is_what_a_hand_computes():
    stages = convolve(
        [[1, 2, 3], [4, 5, 6]], [[[1, 0, -1], [2, 1, 0]]], bias=[10], stride=2, padding=1
    )

    assert stages.padded.tolist() == [[0, 1, 2, 3, 0], [0, 4, 5, 6, 0]]
    assert stages.windows.tolist() == [[[0, 1, 2], [2, 3, 0]], [[0, 4, 5], [5, 6, 0]]]
    assert stages.channel_products.tolist() == [[[-2, 2], [4, 16]]]
    assert stages.channel_sum.tolist() == [[2, 18]]
    assert stages.output.tolist() == [[12, 28]]


def test_a_picture_gives_the_numbers_of_the_guide_to_convolution_arithmetic():
    # Dumoulin & Visin (2016), section 1.1, the first figure.
    picture = [[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]
    kernel = [[0, 1, 2], [2, 2, 0], [0, 1, 2]]

    stages = convolve([picture], [[kernel]])

    assert stages.output.tolist() == [[[12, 12, 17], [10, 17, 19], [9, 6, 14]]]


def test_dilation_leaves_gaps_between_the_positions_under_the_kernel():
    stages = convolve([[1, 2, 4, 8, 16, 32]], [[[1, 1, 1]]], dilation=2)

    assert stages.windows.tolist() == [[[1, 4, 16], [2, 8, 32]]]
    assert stages.output.tolist() == [[21, 42]]


def test_every_spatial_axis_can_have_its_own_options():
    stages = convolve(
        np.ones((1, 4, 5)), np.ones((1, 1, 2, 2)), stride=(1, 2), padding=[0, 1], dilation=(3, 1)
    )

    assert stages.padded.shape == (1, 4, 7)
    assert stages.output.tolist() == [[[2, 4, 4]]]


def test_stages_are_read_only_and_the_operands_stay_as_they_were():
    x, kernel, bias = np.ones((1, 3)), np.ones((1, 1, 2)), np.ones(1)

    stages = convolve(x, kernel, bias=bias)

    assert not any(getattr(stages, each.name).flags.writeable for each in fields(stages))
    assert x.flags.writeable
    assert kernel.flags.writeable
    assert bias.flags.writeable
    assert not np.shares_memory(stages.padded, x)
    assert np.shares_memory(stages.windows, stages.padded)


def test_without_a_bias_the_output_is_the_sum_itself():
    stages = convolve(np.ones((1, 3)), np.ones((1, 1, 2)))

    assert stages.output is stages.channel_sum


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_the_output_has_the_type_of_the_operands(kind):
    stages = convolve(np.ones((1, 3), kind), np.ones((1, 1, 2), kind), bias=np.ones(1, kind))

    assert stages.output.dtype == kind
    assert stages.channel_products.dtype == (np.float32 if kind == np.float16 else kind)


@pytest.mark.parametrize("wide", ["x", "kernel", "bias"])
def test_the_output_has_the_widest_type_of_the_operands(wide):
    shapes = {"x": (1, 3), "kernel": (1, 1, 2), "bias": (1,)}
    operands = {
        name: np.ones(shape, np.float64 if name == wide else np.float16)
        for name, shape in shapes.items()
    }

    assert convolve(**operands).output.dtype == np.float64


def test_half_precision_is_added_up_in_single_precision():
    # In float16, 2048 + 1 is 2048.
    stages = convolve(np.array([[2048, 1, 1]], np.float16), np.ones((1, 1, 3), np.float16))

    assert stages.output.tolist() == [[2050]]


PICTURE_KERNEL = np.ones((8, 3, 3, 3))


@pytest.mark.parametrize(
    ("operands", "options", "message"),
    [
        (
            (np.ones((1, 5, 5)), PICTURE_KERNEL),
            {},
            "x has shape (1, 5, 5), expected (3, 5, 5): "
            "kernel has shape (8, 3, 3, 3), so in_channels is 3, not 1",
        ),
        (
            (np.ones((2, 6, 5, 4)), PICTURE_KERNEL),
            {},
            "x has shape (2, 6, 5, 4), expected (2, 3, 5, 4): "
            "kernel has shape (8, 3, 3, 3), so in_channels is 3, not 6",
        ),
        (
            (np.ones((5, 5)), PICTURE_KERNEL),
            {},
            "x has shape (5, 5), expected (…, 3, n, n): "
            "kernel has shape (8, 3, 3, 3), channels come before the 2 spatial axes",
        ),
        (
            (np.ones((1, 5)), np.ones((3, 3))),
            {},
            "kernel has shape (3, 3), expected (out_channels, in_channels, *size), "
            "each at least 1: kernel[None, None] is one slice of one kernel",
        ),
        (
            (np.ones((1, 5)), np.ones((1, 1, 0))),
            {},
            "kernel has shape (1, 1, 0), expected (out_channels, in_channels, *size), "
            "each at least 1: kernel[None, None] is one slice of one kernel",
        ),
        (
            (np.ones((3, 5, 5)), PICTURE_KERNEL),
            {"bias": [1, 2]},
            "bias has shape (2,), expected (8,): "
            "kernel has shape (8, 3, 3, 3), so out_channels is 8",
        ),
        (
            (np.ones((3, 5, 2)), PICTURE_KERNEL),
            {},
            "x has shape (3, 5, 2), expected (3, 5, ≥ 3): kernel has shape (8, 3, 3, 3), "
            "with dilation 1 × 1 it spans 3 × 3, and padding is 0 × 0",
        ),
        (
            (np.ones((1, 4)), np.ones((1, 1, 4))),
            {"dilation": 3, "padding": 2},
            "x has shape (1, 4), expected (1, ≥ 6): kernel has shape (1, 1, 4), "
            "with dilation 3 it spans 10, and padding is 2",
        ),
        (
            (np.ones((3, 5, 5)), PICTURE_KERNEL),
            {"stride": (1, 2, 3)},
            "stride is (1, 2, 3), expected one number or a sequence of 2: "
            "kernel has shape (8, 3, 3, 3), of which 2 spatial",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_reported_with_the_shape_that_would(operands, options, message):
    with pytest.raises(ShapeError) as caught:
        convolve(*operands, **options)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stride": 0}, "stride is 0, expected a whole number of at least 1"),
        ({"padding": -1}, "padding is -1, expected a whole number of at least 0"),
        ({"dilation": (1, 1.5)}, "dilation is 1.5, expected a whole number of at least 1"),
        ({"padding": None}, "padding is None, expected a whole number of at least 0"),
    ],
)
def test_options_that_are_no_whole_numbers_are_refused(options, message):
    with pytest.raises(InputError) as caught:
        convolve(np.ones((3, 5, 5)), PICTURE_KERNEL, **options)

    assert str(caught.value) == message


NUMBERS = st.floats(-8, 8, width=32)


@dataclass(frozen=True)
class Operands:
    """The arrays of one convolution and its options, one number an axis."""

    x: np.ndarray
    kernel: np.ndarray
    bias: np.ndarray
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]

    def convolve(self, x: np.ndarray | None = None) -> ConvolutionStages:
        return convolve(
            self.x if x is None else x,
            self.kernel,
            bias=self.bias,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
        )


def arrays(*shape: int) -> st.SearchStrategy[np.ndarray]:
    return hnp.arrays(np.float64, shape, elements=NUMBERS)


@st.composite
def operands(draw: st.DrawFn) -> Operands:
    axes = draw(st.integers(1, 2))

    def each_axis(least: int, most: int) -> tuple[int, ...]:
        return draw(st.tuples(*[st.integers(least, most)] * axes))

    size, stride, padding, dilation = (
        each_axis(*span) for span in ((1, 3), (1, 3), (0, 2), (1, 3))
    )
    least = [
        max(0, d * (k - 1) + 1 - 2 * p) for k, p, d in zip(size, padding, dilation, strict=True)
    ]
    spatial = [n + more for n, more in zip(least, each_axis(0, 4), strict=True)]
    out_channels, in_channels = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    return Operands(
        x=draw(arrays(in_channels, *spatial)),
        kernel=draw(arrays(out_channels, in_channels, *size)),
        bias=draw(arrays(out_channels)),
        stride=stride,
        padding=padding,
        dilation=dilation,
    )


def close(actual: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(actual, expected, rtol=1e-9, atol=1e-9)


def products_by_loop(case: Operands) -> np.ndarray:
    """Every product on its own; a position outside the input is 0, so nothing is padded."""
    spatial, size = case.x.shape[1:], case.kernel.shape[2:]
    places = tuple(map(output_size, spatial, size, case.stride, case.padding, case.dilation))
    products = np.zeros((*case.kernel.shape[:2], *places))
    for f, c in np.ndindex(*case.kernel.shape[:2]):
        for place, offset in itertools.product(np.ndindex(*places), np.ndindex(*size)):
            at = tuple(
                i * s + j * d - p
                for i, j, s, p, d in zip(
                    place, offset, case.stride, case.padding, case.dilation, strict=True
                )
            )
            if all(0 <= i < n for i, n in zip(at, spatial, strict=True)):
                products[(f, c, *place)] += case.kernel[(f, c, *offset)] * case.x[(c, *at)]
    return products


@given(operands())
def test_a_convolution_is_what_a_loop_over_all_its_products_gives(case):
    products = products_by_loop(case)

    stages = case.convolve()

    assert stages.channel_products.shape == products.shape
    close(stages.channel_products, products)
    bias = case.bias.reshape(-1, *[1] * (case.x.ndim - 1))
    close(stages.output, products.sum(axis=1) + bias)


@given(operands())
def test_every_window_times_its_slice_of_the_kernel_adds_up_to_the_channel_product(case):
    stages = case.convolve()
    axes = tuple(range(-len(case.stride), 0))

    for f, c in np.ndindex(*case.kernel.shape[:2]):
        products = stages.windows[c] * case.kernel[f, c]
        close(products.sum(axis=axes), stages.channel_products[f, c])


@given(operands(), st.data())
def test_without_bias_a_convolution_is_linear(case, data):
    other = data.draw(arrays(*case.x.shape))
    a, b = data.draw(NUMBERS), data.draw(NUMBERS)

    def summed(x: np.ndarray) -> np.ndarray:
        return case.convolve(x).channel_sum

    close(summed(a * case.x + b * other), a * summed(case.x) + b * summed(other))


@given(operands(), st.integers(0, 2))
def test_shifting_the_input_by_strides_shifts_the_output_by_positions(case, moved):
    # Zeros come in from the front, as the padding has them: so the edges see the same.
    axes = len(case.stride)
    further = np.pad(case.x, [(0, 0)] + [(moved * s, 0) for s in case.stride])

    plain, shifted = case.convolve().output, case.convolve(further).output

    assert shifted.shape[1:] == tuple(places + moved for places in plain.shape[1:])
    close(shifted[(slice(None), *[slice(moved, None)] * axes)], plain)


@given(operands(), st.data())
def test_a_batch_is_as_many_convolutions(case, data):
    batch = data.draw(arrays(2, *case.x.shape))

    together = case.convolve(batch)

    for i, x in enumerate(batch):
        alone = case.convolve(x)
        for each in fields(ConvolutionStages):
            close(getattr(together, each.name)[i], getattr(alone, each.name))
