"""Cases of the ONNX standard for operators of one output: those that the onnx package makes when it is imported, and
those that it carries as files, recorded from PyTorch.
"""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.backend.test.case import node as onnx_cases
from onnx.backend.test.loader import load_model_tests


@dataclass(frozen=True)
class Case:
    name: str
    attributes: dict[str, Any]
    inputs: list[np.ndarray]
    output: np.ndarray
    rtol: float
    atol: float


def generated_cases(*operators: str) -> list[Case]:
    for operator in operators:
        importlib.import_module(f"onnx.backend.test.case.node.{operator.lower()}")
    found = [each for each in onnx_cases._NodeTestCases if _operator_of(each.model) in operators]
    return [_case_of(each, each.model, *each.data_sets[0]) for each in found]


def recorded_cases(operator: str) -> list[Case]:
    found = [
        (each, Path(each.model_dir), onnx.load(Path(each.model_dir) / "model.onnx"))
        for kind in ("pytorch-converted", "pytorch-operator")
        for each in sorted(load_model_tests(kind=kind), key=lambda each: each.name)
    ]
    return [
        _case_of(each, model, _recorded_inputs(model, folder), [_tensor(folder, "output_0")])
        for each, folder, model in found
        if _operator_of(model) == operator
    ]


def _operator_of(model: onnx.ModelProto) -> str | None:
    """The one operator of a model that has one."""
    operators = [each.op_type for each in model.graph.node]
    return operators[0] if len(operators) == 1 else None


def _recorded_inputs(model: onnx.ModelProto, folder: Path) -> list[np.ndarray]:
    stored = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
    given_at = (name for name in model.graph.node[0].input if name not in stored)
    files = {name: f"input_{i}" for i, name in enumerate(given_at)}
    return [
        stored[name] if name in stored else _tensor(folder, files[name])
        for name in model.graph.node[0].input
    ]


def _tensor(folder: Path, name: str) -> np.ndarray:
    proto = onnx.TensorProto()
    proto.ParseFromString((folder / "test_data_set_0" / f"{name}.pb").read_bytes())
    return numpy_helper.to_array(proto)


def _case_of(
    found: Any, model: onnx.ModelProto, inputs: list[np.ndarray], outputs: list[np.ndarray]
) -> Case:
    return Case(
        name=found.name.removeprefix("test_"),
        attributes={
            each.name: helper.get_attribute_value(each) for each in model.graph.node[0].attribute
        },
        inputs=list(inputs),
        output=outputs[0],
        rtol=found.rtol,
        atol=found.atol,
    )
