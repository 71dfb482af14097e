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

What is only there where it is not as usual: "kv_heads" and "norm_epsilon" beside "heads"; "softcap", "window",
"kv_length" and "sinks" among the options; "q_norm", "k_norm" and "rotation" in the problem, and "q", "k" and "v" where
these come from elsewhere; "capped_scores" of a head, where there is a softcap; "projected_q" and "projected_k", where
queries and keys are normalised or turned; of cross-attention "context" in the problem and "context_tokens" beside
"heads". A bias may be (h, n_q, n_k).

null in an array is −∞; the words "NaN" and "Infinity" stand for what JSON cannot say either.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from attnviz.core import problem_json
from attnviz.core.arrays import FloatArray, read_only
from attnviz.core.attention import STAGES, AttentionStages
from attnviz.core.head_trace import HeadTrace
from attnviz.core.problem import Problem
from attnviz.core.problem_json import Arrays
from attnviz.core.scores.sinks import sink_column
from attnviz.errors import InputError, OutputError, reason_of
from attnviz.safe_text import safe_json

SCHEMA = "attnviz.trace/1"
_PROJECTED = ("projected_q", "projected_k")
_OF_HEAD = ("q", "k", "v", *STAGES, *_PROJECTED)
_LATER = ("capped_scores", *_PROJECTED)
"""Arrays of a head that are written only where they are its own: schema 1 began without them."""

_OWN_FIELDS = ("schema", "rounded", "traces", "concat", "output")
"""Fields of a trace beside those of its problem."""
MOST_UNPACKED = 20
_LEAST_ALLOWED = 256 * 2**20


class TraceFields(NamedTuple):
    """The fields of a `Trace`, in its order: what is written down of it. This module does not know the class."""

    problem: Problem
    heads: tuple[HeadTrace, ...]
    concat: FloatArray
    output: FloatArray
    rounded: str | None


def to_json(trace: TraceFields) -> str:
    """JSON text of the trace, one line."""
    return "".join(json_pieces(trace))


def json_pieces(trace: TraceFields) -> Iterator[str]:
    """The JSON text of the trace, a row of an array at a time: whole, it takes twenty times the memory of the trace."""
    arrays = _arrays_of(trace)
    body = {"schema": SCHEMA} | problem_json.body_of(_facts_of(trace), arrays)
    body["traces"] = [
        {name: arrays[f"traces.{i}.{name}"] for name in _OF_HEAD if f"traces.{i}.{name}" in arrays}
        for i in range(len(trace.heads))
    ]
    body |= {name: arrays[name] for name in ("concat", "output")}
    return _pieces(body)


def _pieces(value: Any) -> Iterator[str]:
    """The pieces of what `json.dumps` would write of the value, whose arrays become lists."""
    import json  # here and below: explaining reads and writes no trace, and starts sooner without these

    if isinstance(value, np.ndarray):
        if value.ndim > 1:
            yield from _joined("[", map(_pieces, value), "]")
        else:
            yield json.dumps(problem_json.nested_lists(value), allow_nan=False)
    elif isinstance(value, dict):
        fields = (
            chain((f"{safe_json(json.dumps(name, ensure_ascii=False))}: ",), _pieces(each))
            for name, each in value.items()
        )
        yield from _joined("{", fields, "}")
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        yield from _joined("[", map(_pieces, value), "]")
    else:
        yield safe_json(json.dumps(value, ensure_ascii=False, allow_nan=False))


def _joined(begin: str, parts: Iterable[Iterator[str]], end: str) -> Iterator[str]:
    yield begin
    for i, part in enumerate(parts):
        if i:
            yield ", "
        yield from part
    yield end


def from_json(text: str) -> TraceFields:
    """The trace of a JSON text. Raises InputError, naming the field that is wrong."""
    import json

    from attnviz.core.json_text import load_json

    try:
        body = load_json(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise InputError(f"not a trace: {reason_of(error)}") from error
    if not isinstance(body, dict) or body.get("schema") != SCHEMA:
        found = body.get("schema") if isinstance(body, dict) else type(body).__name__
        raise InputError(
            f"not a trace: schema is {_brief(found)}, expected {SCHEMA!r}; write one with explain --format json"
        )
    problem_json.check_names("the trace", body, (*problem_json.FIELDS, *_OWN_FIELDS))
    facts, arrays = problem_json.read("trace", body, _lists_of)
    facts |= {name: body[name] for name in ("rounded",) if name in body}
    return _assembled(facts, arrays)


def _brief(found: object) -> str:
    import reprlib

    return reprlib.repr(found)


def _lists_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Every array of the body, still as lists, under the name that `_arrays_of` gives it."""
    lists = problem_json.lists_of(body)
    for i, head in enumerate(body["traces"]):
        problem_json.check_names(f"trace field traces.{i}", head, _OF_HEAD)
        lists |= {
            f"traces.{i}.{name}": head[name]
            for name in _OF_HEAD
            if name not in _LATER or name in head
        }
    return lists | {name: body[name] for name in ("concat", "output")}


def to_npz(trace: TraceFields, path: str | Path) -> None:
    """One array a field, and the rest as JSON in the array `facts`."""
    import json

    facts = json.dumps({"schema": SCHEMA} | _facts_of(trace), ensure_ascii=False)
    arrays: dict[str, Any] = _arrays_of(trace) | {"facts": np.array(facts)}
    try:
        with Path(path).open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
    except (OSError, ValueError) as error:
        raise OutputError(
            f"{path} cannot be written: {reason_of(error).lower()}; choose another place"
        ) from error


def from_npz(path: str | Path) -> TraceFields:
    """The trace of a .npz file. Raises InputError if it is not one; never unpickles.

    No more is unpacked than `MOST_UNPACKED` times the size of the file, or a quarter of a GiB where that is more.
    """
    from attnviz.core.json_text import load_json
    from attnviz.core.npz import npz_arrays

    try:
        with Path(path).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            arrays = npz_arrays(file, max(_LEAST_ALLOWED, MOST_UNPACKED * size))
        facts = load_json(str(arrays.pop("facts")))
        schema = facts.get("schema")
    except Exception as error:  # zipfile, its four ways to pack and NumPy have each their own
        raise InputError(f"{path}: not a trace in .npz form ({reason_of(error)})") from error
    if schema != SCHEMA:
        raise InputError(f"{path}: schema is {_brief(schema)}, expected {SCHEMA!r}")
    problem_json.check_names(f"{path}: the trace", facts, (*problem_json.FIELDS, *_OWN_FIELDS))
    return _assembled(facts, arrays)


def traces_equal(one: TraceFields, other: TraceFields) -> bool:
    """Compares two traces: True for the same facts and the same arrays, where NaN equals NaN."""
    if _facts_of(one) != _facts_of(other):
        return False
    mine, theirs = _arrays_of(one), _arrays_of(other)
    return mine.keys() == theirs.keys() and all(
        mine[name].dtype == theirs[name].dtype
        and np.array_equal(mine[name], theirs[name], equal_nan=mine[name].dtype.kind == "f")
        for name in mine
    )


def _facts_of(trace: TraceFields) -> dict[str, Any]:
    facts = problem_json.facts_of(trace.problem)
    return {
        "tokens": facts.pop("tokens"),
        "heads": facts.pop("heads"),
        "rounded": trace.rounded,
    } | facts


def _arrays_of(trace: TraceFields) -> Arrays:
    named = problem_json.arrays_of(trace.problem)
    for i, head in enumerate(trace.heads):
        named |= {f"traces.{i}.{name}": getattr(head, name) for name in ("q", "k", "v")}
        named |= {f"traces.{i}.{name}": getattr(head.stages, name) for name in STAGES}
        if head.stages.capped_scores is head.stages.scaled_scores:
            del named[f"traces.{i}.capped_scores"]
        own = {"projected_q": head.projected_q, "projected_k": head.projected_k}
        named |= {f"traces.{i}.{name}": each for name, each in own.items() if each is not None}
    return named | {"concat": trace.concat, "output": trace.output}


def _assembled(facts: Mapping[str, Any], arrays: Arrays) -> TraceFields:
    if not any(facts.get("rounded") == each for each in (None, "article")):
        raise problem_json.field_error("rounded")
    problem = problem_json.problem_from_facts(facts, arrays)
    problem_json.check_names("the trace", arrays, _names(problem.heads))
    try:
        heads = tuple(_head(problem, arrays, i) for i in range(problem.heads))
        concat, output, rounded = arrays["concat"], arrays["output"], facts["rounded"]
    except (KeyError, TypeError) as error:
        raise problem_json.missing_part_error("trace", error) from error
    width = problem.heads * problem.d_v
    _check_shape("concat", concat, (problem.n_q, width))
    _check_shape("output", output, (problem.n_q, _width_out(problem, width)))
    return TraceFields(problem, heads, read_only(concat), read_only(output), rounded)


def _names(heads: int) -> set[str]:
    """The arrays that a trace of so many heads may have."""
    of_heads = {f"traces.{i}.{name}" for i in range(heads) for name in _OF_HEAD}
    return {*problem_json.ARRAY_NAMES, *of_heads, "concat", "output"}


def _width_out(problem: Problem, width: int) -> int:
    return width if problem.w_o is None else int(problem.w_o.shape[1])


def _head(problem: Problem, arrays: Arrays, i: int) -> HeadTrace:
    n_q, n_k, d_k, d_v = problem.n_q, problem.n_k, problem.d_k, problem.d_v
    shapes = dict.fromkeys(STAGES, (n_q, n_k))
    shapes |= {"q": (n_q, d_k), "k": (n_k, d_k), "v": (n_k, d_v), "output": (n_q, d_v)}
    shapes |= {"projected_q": (n_q, d_k), "projected_k": (n_k, d_k)}
    parts = {
        name: arrays[f"traces.{i}.{name}"]
        for name in shapes
        if name not in _LATER or f"traces.{i}.{name}" in arrays
    }
    for name, array in parts.items():
        _check_shape(f"traces.{i}.{name}", array, shapes[name])
        read_only(array)
    parts.setdefault("capped_scores", parts["scaled_scores"])
    sinks, masked = problem.options.sinks, parts["masked_scores"]
    sink = None if sinks is None else sink_column(sinks[i : i + 1], masked)
    stages = AttentionStages(**{name: parts.pop(name) for name in STAGES}, sink=sink)
    return HeadTrace(stages=stages, **parts)


def _check_shape(name: str, array: npt.NDArray[Any], shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise InputError(f"trace field {name} has shape {array.shape}, expected {shape}")
