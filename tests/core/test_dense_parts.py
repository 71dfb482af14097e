"""Normalisation, activations and rotary positions against the cases of the ONNX standard, and what they mean."""

import numpy as np
import pytest
from onnx import TensorProto

from attnviz.core.convolution.activations import gelu, gelu_tanh, relu, silu
from attnviz.core.norms import layer_norm, rms_norm
from attnviz.core.positions import rotary_angles, rotated
from attnviz.errors import InputError, ShapeError

from .operator_cases import generated_cases


def of_last_axis(case):
    axis = case.attributes.get("axis", -1)
    return axis in (-1, case.inputs[0].ndim - 1)


def named(case):
    return case.name


NORMS = [
    each
    for each in generated_cases("LayerNormalization", "RMSNormalization")
    if of_last_axis(each) and "expanded" not in each.name
]
ACTIVATIONS = [
    each for each in generated_cases("Gelu", "Swish", "Relu") if "expanded" not in each.name
]
ROTARY = [each for each in generated_cases("RotaryEmbedding") if "expanded" not in each.name]


def test_there_are_cases_of_each():
    counted = {"norms": len(NORMS), "activations": len(ACTIVATIONS), "rotary": len(ROTARY)}

    assert counted == {"norms": 14, "activations": 6, "rotary": 8}


@pytest.mark.parametrize("case", NORMS, ids=named)
def test_a_norm_agrees_with_the_standard(case):
    x, weight, *bias = case.inputs
    epsilon = case.attributes.get("epsilon", 1e-5)
    assert case.attributes.get("stash_type", TensorProto.FLOAT) == TensorProto.FLOAT

    if case.name.startswith("rms"):
        normal = rms_norm(x, weight, epsilon)
    else:
        normal = layer_norm(x, weight, bias[0] if bias else None, epsilon)

    np.testing.assert_allclose(normal, case.output, rtol=case.rtol, atol=case.atol)
    assert normal.dtype == case.output.dtype


@pytest.mark.parametrize("case", ACTIVATIONS, ids=named)
def test_an_activation_agrees_with_the_standard(case):
    functions = {"gelu": gelu, "swish": silu, "relu": relu}
    function = functions[case.name.split("_")[0]]
    if case.attributes.get("approximate") == b"tanh":
        function = gelu_tanh
    alpha = case.attributes.get("alpha", 1.0)

    (x,) = case.inputs
    result = function(x * x.dtype.type(alpha)) / x.dtype.type(alpha)

    np.testing.assert_allclose(result, case.output, rtol=case.rtol, atol=case.atol)


@pytest.mark.parametrize("case", ROTARY, ids=named)
def test_rotation_agrees_with_the_standard(case):
    x, cos, sin, *positions = case.inputs
    if x.ndim == 3:
        batch, n, _ = x.shape
        x = x.reshape(batch, n, case.attributes["num_heads"], -1).swapaxes(1, 2)
    if positions:
        cos, sin = cos[positions[0]], sin[positions[0]]
    interleaved = bool(case.attributes.get("interleaved", 0))
    if np.allclose(cos**2 + sin**2, 1):
        turned = np.stack(
            [
                rotated(each, np.arctan2(sin[i], cos[i]), interleaved=interleaved)
                for i, each in enumerate(x)
            ]
        )
    else:  # the standard's own numbers are no angles: what is turned is linear in cos and in sin
        turned = np.stack([scaled(each, cos[i], sin[i], interleaved) for i, each in enumerate(x)])

    if case.output.ndim == 3:
        turned = turned.swapaxes(1, 2).reshape(case.output.shape)
    np.testing.assert_allclose(turned, case.output, rtol=case.rtol, atol=1e-6)


def scaled(x, cos, sin, interleaved):
    """By angles, and with the lengths that cos and sin have together."""
    r = cos.shape[1]
    turned = rotated(x, np.arctan2(sin, cos), interleaved=interleaved)
    lengths = np.hypot(sin, cos)
    both = np.repeat(lengths, 2, axis=1) if interleaved else np.tile(lengths, 2)
    turned[..., : 2 * r] *= both
    return turned


def test_after_rotation_only_the_distance_counts():
    rng = np.random.default_rng(0)
    q, k = rng.normal(size=(2, 8))
    angles = rotary_angles(12, 8)
    turned_q = rotated(np.tile(q, (12, 1)), angles)
    turned_k = rotated(np.tile(k, (12, 1)), angles)
    scores = turned_q @ turned_k.T

    for distance in range(-11, 12):
        diagonal = np.diagonal(scores, distance)
        np.testing.assert_allclose(diagonal, diagonal[0], rtol=1e-12)


def test_what_lies_past_the_angles_stays():
    x = np.ones((2, 6))

    turned = rotated(x, [[1.0], [2.0]])

    assert (turned[:, 2:] == 1).all()
    assert not np.allclose(turned[:, :2], 1)


def test_what_does_not_fit_is_reported():
    with pytest.raises(ShapeError, match=r"angles has shape \(3, 1\), expected \(2, r\)"):
        rotated(np.ones((2, 4)), np.ones((3, 1)))
    with pytest.raises(ShapeError, match="at most 2"):
        rotated(np.ones((2, 4)), np.ones((2, 3)))
    with pytest.raises(InputError, match="d is 3, expected an even number"):
        rotary_angles(2, 3)
    with pytest.raises(InputError, match="base is 0"):
        rotary_angles(2, 4, base=0)
    with pytest.raises(ShapeError, match=r"weight has shape \(3,\), expected \(2,\)"):
        rms_norm([1.0, 2.0], [1.0, 1.0, 1.0], 0.0)
    with pytest.raises(ShapeError, match=r"bias has shape \(1,\), expected \(2,\)"):
        layer_norm([1.0, 2.0], [1.0, 1.0], [1.0], 0.0)


@pytest.mark.parametrize("function", [gelu, gelu_tanh, silu, relu])
def test_far_out_an_activation_is_0_or_its_input(function):
    x = np.array([-1000.0, -50.0, 50.0, 1000.0])

    np.testing.assert_allclose(function(x), [0, 0, 50, 1000], atol=1e-12)
    assert function(x.astype(np.float32)).dtype == np.float32
    assert function(x.astype(np.float16)).dtype == np.float16
