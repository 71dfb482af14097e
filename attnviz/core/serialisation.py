"""Traces as JSON and as .npz, and back. Nothing here unpickles.

JSON, schema `attnviz.trace/1`:

    {"schema": "attnviz.trace/1", "tokens": […] or null, "heads": h, "rounded": null or "article",
     "options": {"scale": s or null, "causal": false, "offset": 0,
                 "mask": null or [[true …] …], "bias": null or [[…] …]},
     "provenance": {"x": "…", …}, "dtypes": {"problem.x": "float32", … those that are not float64},
     "shapes": {"problem.x": [0, 4], … those with an empty axis, which lists cannot say},
     "problem": {"x": [[…] …], "w_q": …, "w_k": …, "w_v": …, and those of w_o b_q b_k b_v b_o that there are},
     "traces": [{"q" "k" "v" "scores" "scaled_scores" "biased_scores" "masked_scores" "weights" "output"} a head],
     "concat": …, "output": …}

null in an array is −∞; the words "NaN" and "Infinity" stand for what JSON cannot say either.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import sealed
from attnviz.core.attention import AttentionStages
from attnviz.core.problem import ARRAYS, AttentionOptions, Problem
from attnviz.core.trace import HeadTrace, Trace
from attnviz.errors import InputError, ShapeError

SCHEMA = "attnviz.trace/1"
_STAGES = tuple(each.name for each in fields(AttentionStages))
_OPTIONS = ("mask", "bias")
_WORDS = {"NaN": np.nan, "Infinity": np.inf}

Arrays = dict[str, npt.NDArray[Any]]


def to_json(trace: Trace) -> str:
    """JSON text of the trace, one line."""
    arrays = _arrays_of(trace)
    facts = _facts_of(trace)
    lists = {name: _listed(array) for name, array in arrays.items()}
    body = {
        "schema": SCHEMA,
        "tokens": facts["tokens"],
        "heads": facts["heads"],
        "rounded": facts["rounded"],
        "options": facts["options"] | {name: lists.get(f"options.{name}") for name in _OPTIONS},
        "provenance": facts["provenance"],
        "dtypes": {
            name: str(a.dtype)
            for name, a in arrays.items()
            if a.dtype not in (np.float64, np.bool_)
        },
        "shapes": {name: list(a.shape) for name, a in arrays.items() if not a.size},
        "problem": {
            name: lists[f"problem.{name}"] for name in ARRAYS if f"problem.{name}" in lists
        },
        "traces": [
            {name: lists[f"traces.{i}.{name}"] for name in ("q", "k", "v", *_STAGES)}
            for i in range(len(trace.heads))
        ],
        "concat": lists["concat"],
        "output": lists["output"],
    }
    return json.dumps(body, ensure_ascii=False, allow_nan=False)


def from_json(text: str) -> Trace:
    """The trace of a JSON text. Raises InputError, naming the field that is wrong."""
    try:
        body = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"not a trace: {error}") from error
    if not isinstance(body, dict) or body.get("schema") != SCHEMA:
        found = body.get("schema") if isinstance(body, dict) else type(body).__name__
        raise InputError(
            f"not a trace: schema is {found!r}, expected {SCHEMA!r}; write one with explain --format json"
        )
    try:
        lists = _lists_of(body)
        dtypes, shapes = dict(body["dtypes"]), dict(body["shapes"])
        options = {name: body["options"][name] for name in ("scale", "causal", "offset")}
        facts = {name: body[name] for name in ("tokens", "heads", "rounded", "provenance")}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _broken(error) from error
    arrays = {
        name: _array(name, value, dtypes.get(name, "float64"), shapes.get(name))
        for name, value in lists.items()
        if value is not None
    }
    return _assembled(facts | {"options": options}, arrays)


def _lists_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Every array of the body, still as lists, under the name that `_arrays_of` gives it."""
    lists = {f"problem.{name}": value for name, value in body["problem"].items()}
    lists |= {f"options.{name}": body["options"][name] for name in _OPTIONS}
    for i, head in enumerate(body["traces"]):
        lists |= {f"traces.{i}.{name}": head[name] for name in ("q", "k", "v", *_STAGES)}
    return lists | {name: body[name] for name in ("concat", "output")}


def to_npz(trace: Trace, path: str | Path) -> None:
    """One array a field, and the rest as JSON in the array `facts`."""
    facts = json.dumps({"schema": SCHEMA} | _facts_of(trace), ensure_ascii=False)
    arrays: dict[str, Any] = _arrays_of(trace) | {"facts": np.array(facts)}
    with Path(path).open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def from_npz(path: str | Path) -> Trace:
    """The trace of a .npz file. Raises InputError if it is not one; never unpickles."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        facts = json.loads(str(arrays.pop("facts")))
        schema = facts.get("schema")
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,  # np.load gives an array, not an archive, where the file is a renamed .npy
        AttributeError,
        EOFError,
        RecursionError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise InputError(f"{path}: not a trace in .npz form ({error})") from error
    if schema != SCHEMA:
        raise InputError(f"{path}: schema is {schema!r}, expected {SCHEMA!r}")
    return _assembled(facts, arrays)


def same(one: Trace, other: Trace) -> bool:
    """Whether two traces hold the same facts and the same arrays, NaN equal to NaN."""
    if _facts_of(one) != _facts_of(other):
        return False
    mine, theirs = _arrays_of(one), _arrays_of(other)
    return mine.keys() == theirs.keys() and all(
        mine[name].dtype == theirs[name].dtype
        and np.array_equal(mine[name], theirs[name], equal_nan=mine[name].dtype.kind == "f")
        for name in mine
    )


def _facts_of(trace: Trace) -> dict[str, Any]:
    problem, options = trace.problem, trace.problem.options
    return {
        "tokens": None if problem.tokens is None else list(problem.tokens),
        "heads": problem.heads,
        "rounded": trace.rounded,
        "provenance": dict(problem.provenance),
        "options": {"scale": options.scale, "causal": options.causal, "offset": options.offset},
    }


def _arrays_of(trace: Trace) -> Arrays:
    options = trace.problem.options
    named = {f"problem.{name}": getattr(trace.problem, name) for name in ARRAYS}
    named |= {"options.mask": options.mask, "options.bias": options.bias}
    for i, head in enumerate(trace.heads):
        named |= {f"traces.{i}.{name}": getattr(head, name) for name in ("q", "k", "v")}
        named |= {f"traces.{i}.{name}": getattr(head.stages, name) for name in _STAGES}
    named |= {"concat": trace.concat, "output": trace.output}
    return {name: array for name, array in named.items() if array is not None}


def _listed(array: npt.NDArray[Any]) -> Any:
    if array.dtype == np.bool_ or np.isfinite(array).all():
        return array.tolist()

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [plain(each) for each in value]
        if value != value:
            return "NaN"
        return {np.inf: "Infinity", -np.inf: None}.get(value, value)

    return plain(array.tolist())


def _array(name: str, value: Any, dtype: str, shape: Any) -> npt.NDArray[Any]:
    def number(each: Any) -> Any:
        if isinstance(each, list):
            return [number(part) for part in each]
        return -np.inf if each is None else _WORDS[each] if isinstance(each, str) else each

    try:
        kind = np.dtype(np.bool_ if name == "options.mask" else dtype)
        array = np.array(number(value), dtype=kind)
        return array if shape is None else array.reshape(shape)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise InputError(f"trace field {name} is not an array of numbers: {error}") from error


def _assembled(facts: Mapping[str, Any], arrays: Arrays) -> Trace:
    _check_kinds(facts, arrays)
    try:
        asked: dict[str, Any] = {name: arrays.get(f"problem.{name}") for name in ARRAYS}
        options: dict[str, Any] = {name: arrays.get(f"options.{name}") for name in _OPTIONS}
        problem = Problem(
            **asked,
            heads=facts["heads"],
            tokens=facts["tokens"],
            options=AttentionOptions(**facts["options"], **options),
            provenance=facts["provenance"],
        )
        heads = tuple(_head(problem, arrays, i) for i in range(problem.heads))
        concat, output, rounded = arrays["concat"], arrays["output"], facts["rounded"]
    except ShapeError as error:
        raise InputError(f"a trace whose parts do not fit: {error}") from error
    except (KeyError, TypeError) as error:
        raise _broken(error) from error
    width = problem.heads * problem.d_v
    _check_shape("concat", concat, (problem.n, width))
    _check_shape("output", output, (problem.n, _width_out(problem, width)))
    return Trace(problem, heads, sealed(concat), sealed(output), rounded)


def _width_out(problem: Problem, width: int) -> int:
    return width if problem.w_o is None else int(problem.w_o.shape[1])


def _check_kinds(facts: Mapping[str, Any], arrays: Arrays) -> None:
    """Raises InputError, naming the field, for a fact or an array that is missing or of the wrong kind."""
    options = facts.get("options")
    options = options if isinstance(options, dict) else {}
    tokens = facts.get("tokens")
    good = {
        "heads": type(facts.get("heads")) is int,
        "tokens": tokens is None
        or (isinstance(tokens, list) and all(isinstance(each, str) for each in tokens)),
        "rounded": facts.get("rounded") in (None, "article"),
        "provenance": isinstance(facts.get("provenance"), dict),
        "options.scale": type(options.get("scale")) in (int, float, type(None)),
        "options.causal": type(options.get("causal")) is bool,
        "options.offset": type(options.get("offset")) is int,
    }
    good |= {f"problem.{name}": f"problem.{name}" in arrays for name in ("x", "w_q", "w_k", "w_v")}
    kinds = {"options.mask": "b"}
    good |= {name: array.dtype.kind == kinds.get(name, "f") for name, array in arrays.items()}
    for name, is_good in good.items():
        if not is_good:
            raise InputError(f"trace field {name} is missing or of the wrong kind")


def _head(problem: Problem, arrays: Arrays, i: int) -> HeadTrace:
    n, d_k, d_v = problem.n, problem.d_k, problem.d_v
    shapes = dict.fromkeys(_STAGES, (n, n))
    shapes |= {"q": (n, d_k), "k": (n, d_k), "v": (n, d_v), "output": (n, d_v)}
    parts = {name: arrays[f"traces.{i}.{name}"] for name in shapes}
    for name, array in parts.items():
        _check_shape(f"traces.{i}.{name}", array, shapes[name])
        sealed(array)
    q, k, v = (parts.pop(name) for name in ("q", "k", "v"))
    return HeadTrace(q, k, v, AttentionStages(**parts))


def _check_shape(name: str, array: npt.NDArray[Any], shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise InputError(f"trace field {name} has shape {array.shape}, expected {shape}")


def _broken(error: Exception) -> InputError:
    return InputError(f"not a whole trace: {error} is missing or of the wrong kind")
