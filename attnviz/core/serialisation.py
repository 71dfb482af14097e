"""Traces as JSON and as .npz, and back. Nothing here unpickles.

JSON, schema `attnviz.trace/1`:

    {"schema": "attnviz.trace/1", "tokens": […] or null, "heads": h, "rounded": null or "article",
     "options": {"scale": s or null, "causal": false, "offset": 0, "mask": null or [[true …] …], "bias": null or [[…] …]},
     "provenance": {"x": "…", …}, "dtypes": {"x": "float32", … those that are not float64},
     "problem": {"x": [[…] …], "w_q": …, "w_k": …, "w_v": …, and those of w_o b_q b_k b_v b_o that there are},
     "traces": [{"q" "k" "v" "scores" "scaled_scores" "biased_scores" "masked_scores" "weights" "output"}, one a head],
     "concat": …, "output": …}

null in an array is −∞; the words "NaN" and "Infinity" stand for what JSON cannot say either.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import sealed
from attnviz.core.attention import AttentionStages
from attnviz.core.problem import AttentionOptions, Problem
from attnviz.core.trace import HeadTrace, Trace
from attnviz.errors import InputError

SCHEMA = "attnviz.trace/1"
_STAGES = tuple(each.name for each in fields(AttentionStages))
_PROBLEM = ("x", "w_q", "w_k", "w_v", "w_o", "b_q", "b_k", "b_v", "b_o")
_NEEDED = ("x", "w_q", "w_k", "w_v")
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
        "problem": {
            name: lists[f"problem.{name}"] for name in _PROBLEM if f"problem.{name}" in lists
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
    if not isinstance(body, dict) or body.get("schema") != SCHEMA:
        found = body.get("schema") if isinstance(body, dict) else type(body).__name__
        raise InputError(
            f"not a trace: schema is {found!r}, expected {SCHEMA!r}; write one with explain --format json"
        )
    try:
        nested = {f"problem.{name}": value for name, value in body["problem"].items()}
        nested |= {f"options.{name}": body["options"][name] for name in _OPTIONS}
        for i, head in enumerate(body["traces"]):
            nested |= {f"traces.{i}.{name}": head[name] for name in ("q", "k", "v", *_STAGES)}
        nested |= {name: body[name] for name in ("concat", "output")}
        options = {name: body["options"][name] for name in ("scale", "causal", "offset")}
        facts = {name: body[name] for name in ("tokens", "heads", "rounded", "provenance")} | {
            "options": options
        }
        dtypes = body["dtypes"]
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"not a whole trace: {error} is missing or of the wrong kind") from error
    arrays = {
        name: _array(name, value, dtypes.get(name))
        for name, value in nested.items()
        if value is not None
    }
    return _assembled(facts, arrays)


def to_npz(trace: Trace, path: str | Path) -> None:
    """One array a field, and the rest as JSON in the array `facts`."""
    facts = json.dumps({"schema": SCHEMA} | _facts_of(trace), ensure_ascii=False)
    with Path(path).open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, facts=np.array(facts), **_arrays_of(trace))


def from_npz(path: str | Path) -> Trace:
    """The trace of a .npz file. Raises InputError if it is not one; never unpickles."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        facts = json.loads(str(arrays.pop("facts")))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: not a trace in .npz form ({error})") from error
    if facts.get("schema") != SCHEMA:
        raise InputError(f"{path}: schema is {facts.get('schema')!r}, expected {SCHEMA!r}")
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
    named = {f"problem.{name}": getattr(trace.problem, name) for name in _PROBLEM}
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


def _array(name: str, value: Any, dtype: str | None) -> npt.NDArray[Any]:
    def number(each: Any) -> Any:
        if isinstance(each, list):
            return [number(part) for part in each]
        return -np.inf if each is None else _WORDS[each] if isinstance(each, str) else each

    try:
        if name == "options.mask":
            return np.array(value, dtype=np.bool_)
        return np.array(number(value), dtype=np.dtype(dtype or "float64"))
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(f"trace field {name} is not an array of numbers: {error}") from error


def _assembled(facts: Mapping[str, Any], arrays: Arrays) -> Trace:
    try:
        options = AttentionOptions(
            **facts["options"], **{name: arrays.get(f"options.{name}") for name in _OPTIONS}
        )
        problem = Problem(
            **{name: arrays[f"problem.{name}"] for name in _NEEDED},
            **{name: arrays.get(f"problem.{name}") for name in _PROBLEM[len(_NEEDED) :]},
            heads=facts["heads"],
            tokens=None if facts["tokens"] is None else tuple(facts["tokens"]),
            options=options,
            provenance=facts["provenance"],
        )
        heads = tuple(_head(problem, arrays, i) for i in range(problem.heads))
        concat, output = arrays["concat"], arrays["output"]
    except (KeyError, TypeError) as error:
        raise InputError(f"not a whole trace: {error} is missing or of the wrong kind") from error
    if concat.shape != (problem.n, problem.heads * problem.d_v):
        raise InputError(
            f"trace field concat has shape {concat.shape}, which does not fit the problem"
        )
    return Trace(problem, heads, sealed(concat), sealed(output), facts["rounded"])


def _head(problem: Problem, arrays: Arrays, i: int) -> HeadTrace:
    n = problem.n
    expected = {
        "q": (n, problem.d_k),
        "k": (n, problem.d_k),
        "v": (n, problem.d_v),
        "output": (n, problem.d_v),
    }
    parts = {}
    for name in ("q", "k", "v", *_STAGES):
        array = arrays[f"traces.{i}.{name}"]
        shape = expected.get(name, (n, n))
        if array.shape != shape:
            raise InputError(
                f"trace field traces.{i}.{name} has shape {array.shape}, expected {shape}"
            )
        parts[name] = sealed(array)
    return HeadTrace(
        parts["q"],
        parts["k"],
        parts["v"],
        AttentionStages(**{name: parts[name] for name in _STAGES}),
    )
