"""The Attention cases of the ONNX standard as an outside judge of `attend`.

The onnx package makes its operator tests when the module below is imported, always the same ones. A case is out only
for a reason that its own inputs and attributes give, and the number of cases under each reason is fixed here: none
can disappear in silence.
"""

import collections
import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper
from onnx.backend.test.case import node as onnx_cases

from attnviz import AttentionStages, attend
from attnviz.core.attention import STAGES

INPUT_NAMES = ("Q", "K", "V", "attn_mask", "past_key", "past_value", "nonpad_kv_seqlen")
OUTPUT_NAMES = ("Y", "present_key", "present_value", "qk_matmul_output")
STAGE_OF_MODE = {0: "scaled_scores", 1: "capped_scores", 2: "masked_scores", 3: "weights"}
"""What the second output holds, by `qk_matmul_output_mode`."""


@dataclass(frozen=True)
class Case:
    name: str
    attributes: dict[str, Any]
    inputs: dict[str, np.ndarray]
    outputs: dict[str, np.ndarray]
    rtol: float
    atol: float

    def heads(self, name: str) -> int:
        if self.inputs[name].ndim == 4:
            return int(self.inputs[name].shape[1])
        return int(self.attributes["q_num_heads" if name == "Q" else "kv_num_heads"])


def attention_cases() -> list[Case]:
    importlib.import_module("onnx.backend.test.case.node.attention")
    found = [
        each
        for each in onnx_cases._NodeTestCases
        if each.model.graph.node[0].op_type == "Attention" and "expanded" not in each.name
    ]
    return [_case(each) for each in found]


def _case(found: Any) -> Case:
    node = found.model.graph.node[0]
    inputs, outputs = found.data_sets[0]
    given = [name for name, used in zip(INPUT_NAMES, node.input, strict=False) if used]
    made = [name for name, used in zip(OUTPUT_NAMES, node.output, strict=False) if used]
    return Case(
        name=found.name.removeprefix("test_"),
        attributes={each.name: helper.get_attribute_value(each) for each in node.attribute},
        inputs=dict(zip(given, inputs, strict=True)),
        outputs=dict(zip(made, outputs, strict=True)),
        rtol=found.rtol,
        atol=found.atol,
    )


def reason_to_leave_out(case: Case) -> str | None:
    """What the case asks for that attend does not offer."""
    if case.inputs["Q"].dtype.name == "bfloat16":
        return "bfloat16, which is not a NumPy type"
    return None


CASES = attention_cases()
COVERED = [case for case in CASES if reason_to_leave_out(case) is None]


def test_every_case_is_run_or_left_out_for_a_reason_that_is_counted():
    counted = collections.Counter(reason_to_leave_out(case) for case in CASES)

    assert counted == {None: 88, "bfloat16, which is not a NumPy type": 5}


def test_the_covered_cases_use_only_attributes_that_are_passed_on():
    known = {"scale", "is_causal", "q_num_heads", "kv_num_heads", "qk_matmul_output_mode"}
    known |= {"left_window_size", "right_window_size", "softcap"}
    asked = {name for case in COVERED for name in case.attributes} - known

    assert asked == {"softmax_precision"}
    precisions = [case.attributes.get("softmax_precision", 1) for case in COVERED]
    # what attend computes float16 in, and what makes no difference that the tolerance would show
    assert set(precisions) == {TensorProto.FLOAT, TensorProto.DOUBLE}


def with_heads(case: Case, name: str) -> np.ndarray:
    """(batch, heads, n, d): the three-dimensional form lays the heads side by side."""
    array = case.inputs[name]
    if array.ndim == 4:
        return array
    batch, n, width = array.shape
    heads = case.heads(name)
    return array.reshape(batch, n, heads, width // heads).swapaxes(1, 2)


def run(case: Case) -> AttentionStages:
    q, k, v = (with_heads(case, name) for name in ("Q", "K", "V"))
    past = case.inputs.get("past_key")
    if past is not None:
        k = np.concatenate([past, k], axis=2)
        v = np.concatenate([case.inputs["past_value"], v], axis=2)
    options: dict[str, Any] = {"scale": case.attributes.get("scale")}
    options["softcap"] = case.attributes.get("softcap") or None
    sides = [case.attributes.get(f"{side}_window_size", -1) for side in ("left", "right")]
    options["window"] = tuple(None if side < 0 else side for side in sides)
    options["causal"] = bool(case.attributes.get("is_causal"))
    options["offset"] = 0 if past is None else past.shape[2]
    mask = padded(case.inputs.get("attn_mask"), k.shape[2])
    if mask is not None:
        options["mask" if mask.dtype == np.bool_ else "bias"] = mask
    lengths = case.inputs.get("nonpad_kv_seqlen")
    if lengths is None:
        return attend(q, k, v, **options)
    return with_lengths(q, k, v, lengths, options)


def padded(mask: np.ndarray | None, n_k: int) -> np.ndarray | None:
    """A mask may say nothing of the last keys: they are hidden."""
    if mask is None:
        return None
    mask = np.atleast_2d(mask)
    missing = n_k - mask.shape[-1]
    hidden = False if mask.dtype == np.bool_ else -np.inf
    padding = [(0, 0)] * (mask.ndim - 1) + [(0, missing)]
    return np.pad(mask, padding, constant_values=hidden) if missing > 0 else mask


def with_lengths(q, k, v, lengths: np.ndarray, options: dict[str, Any]) -> AttentionStages:
    """Where keys have lengths the queries are the last of them: each batch has an offset of its own."""
    stages = []
    for i, length in enumerate(lengths.tolist()):
        own = {name: value for name, value in options.items() if name not in ("mask", "bias")}
        for name in {"mask", "bias"} & options.keys():
            array = options[name]
            own[name] = array[min(i, len(array) - 1)] if array.ndim == 4 else array
        own["offset"] = length - q.shape[2]
        stages.append(attend(q[i], k[i], v[i], kv_length=length, **own))
    return AttentionStages(*(np.stack([getattr(each, name) for each in stages]) for name in STAGES))


@pytest.mark.parametrize("case", COVERED, ids=lambda case: case.name)
def test_attend_agrees_with_the_standard(case):
    stages = run(case)

    expected = case.outputs["Y"]
    output = stages.output
    if expected.ndim == 3:
        output = output.swapaxes(1, 2).reshape(expected.shape)
    assert output.dtype == expected.dtype
    np.testing.assert_allclose(output, expected, rtol=case.rtol, atol=case.atol)
    if "qk_matmul_output" in case.outputs:
        stage = getattr(stages, STAGE_OF_MODE[case.attributes.get("qk_matmul_output_mode", 0)])
        np.testing.assert_allclose(
            stage, case.outputs["qk_matmul_output"], rtol=case.rtol, atol=case.atol
        )
