"""A problem as lists, numbers and texts, and back: what JSON holds of it, alone or within a trace.

null in an array is −∞; the words "NaN" and "Infinity" stand for what JSON cannot say either.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from attnviz.core.attention_inputs import NORM_EPSILON, Projections
from attnviz.core.options import AttentionOptions
from attnviz.core.problem import Problem
from attnviz.core.provenance import Provenance
from attnviz.errors import AttnvizError, InputError, ShapeError, reason_of

ARRAYS = (
    *("x", "w_q", "w_k", "w_v", "w_o", "b_q", "b_k", "b_v", "b_o"),
    *("q_norm", "k_norm", "rotation", "q", "k", "v", "context"),
)
"""The arrays of a problem in the order in which they are written. Those from w_o on may be missing."""
_MATRICES = ("w_q", "w_k", "w_v")
"""Written without a column where queries, keys and values were given: schema 1 has no other sign of that."""
OPTIONS = ("mask", "bias", "sinks")
"""Those of the options that are arrays."""
ARRAY_NAMES = frozenset(
    (*(f"problem.{name}" for name in ARRAYS), *(f"options.{name}" for name in OPTIONS))
)
"""The arrays of a problem, as files name them."""
_OPTIONS = ("scale", "causal", "offset")
"""Those that are not."""
_FACTS = ("tokens", "heads", "options", "provenance", "dtypes", "shapes", "problem")
"""Parts of a problem that are always written."""
_LATER: dict[str, Any] = {
    "kv_heads": None,
    "norm_epsilon": NORM_EPSILON,
    "context_tokens": None,
}
FIELDS = (*_FACTS, *_LATER)
"""The fields of a problem, in a trace or alone."""
_LATER_OPTIONS: dict[str, Any] = {"softcap": None, "window": None, "kv_length": None}
"""Facts that are written only where they are not as usual, as are the sinks: schema 1 began without them."""
_WORDS = {"NaN": np.nan, "Infinity": np.inf}
_LONGEST_TYPE, _LONGEST_NAME = 16, 60
_MOST_EMPTY = 1024
"""Rows, columns and heads that are believed of an array with an empty axis, which has no numbers to show them."""
_MOST_COUNT = 2**31
"""Offsets, windows and lengths are below this."""
_MOST_NUMBER = 1e300

Arrays = dict[str, npt.NDArray[Any]]


def problem_to_plain(problem: Problem) -> dict[str, Any]:
    """The problem as lists, numbers and texts that JSON holds: the fields that it has in a trace.

    >>> from attnviz import self_attention
    >>> problem = self_attention([[1.0]], [[2.0]], [[3.0]], [[4.0]]).problem
    >>> problem_to_plain(problem)["problem"]["w_q"]
    [[2.0]]
    """
    return body_of(facts_of(problem), arrays_of(problem))


def problem_from_plain(body: Mapping[str, Any]) -> Problem:
    """The problem of which `problem_to_plain` made this. Raises InputError, naming the field that is wrong.

    >>> from attnviz import self_attention
    >>> problem = self_attention([[1.0]], [[2.0]], [[3.0]], [[4.0]], tokens=["a"]).problem
    >>> problem_from_plain(problem_to_plain(problem)).tokens
    ('a',)
    """
    check_names("what is kept of its input", body, FIELDS)
    return problem_from_facts(*read("problem", body, lists_of))


def body_of(facts: Mapping[str, Any], arrays: Arrays) -> dict[str, Any]:
    """The facts, the problem's arrays as lists, and the types and shapes that lists cannot express."""
    options = {
        name: nested_lists(arrays[f"options.{name}"]) if f"options.{name}" in arrays else None
        for name in OPTIONS
        if name != "sinks" or f"options.{name}" in arrays
    }
    return {
        **facts,
        "options": facts["options"] | options,
        "dtypes": {
            name: str(a.dtype)
            for name, a in arrays.items()
            if a.dtype not in (np.float64, np.bool_)
        },
        "shapes": {name: list(a.shape) for name, a in arrays.items() if not a.size},
        "problem": {
            name: nested_lists(arrays[f"problem.{name}"])
            for name in ARRAYS
            if f"problem.{name}" in arrays
        },
    }


def read(
    what: str, body: Mapping[str, Any], lists_of: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> tuple[dict[str, Any], Arrays]:
    """The facts of a body, and those lists of it as arrays. Raises InputError if it is not the whole of `what`."""
    try:
        lists = lists_of(body)
        dtypes, shapes = dict(body["dtypes"]), dict(body["shapes"])
        _check_known(body, lists)
        facts = {name: body[name] for name in ("tokens", "heads", "provenance")}
        facts |= {name: body[name] for name in _LATER if name in body}
        facts["options"] = {name: body["options"][name] for name in _OPTIONS}
        facts["options"] |= {
            name: body["options"][name] for name in _LATER_OPTIONS if name in body["options"]
        }
    except InputError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise missing_part_error(what, error) from error
    arrays = {
        str(name): _array(str(name), value, dtypes.get(name, "float64"), shapes.get(name))
        for name, value in lists.items()
        if value is not None
    }
    return facts, arrays


def _check_known(body: Mapping[str, Any], lists: Mapping[str, Any]) -> None:
    """Raises InputError for an array, an option, a type or a shape that none has: it would be passed over."""
    check_names("trace field problem", body["problem"], ARRAYS)
    check_names("trace field options", body["options"], (*_OPTIONS, *_LATER_OPTIONS, *OPTIONS))
    for name in ("dtypes", "shapes"):
        check_names(f"trace field {name}", body[name], ARRAY_NAMES | set(lists))


def check_names(what: str, given: Iterable[str], known: Collection[str]) -> None:
    """Raises InputError for a name that is not known in a part of a body.

    >>> check_names("trace field options", {"scale": 1.0}, ("scale", "causal"))
    """
    for name in given:
        if name not in known:
            raise InputError(
                f"{what} has {str(name)[:_LONGEST_NAME]!r}, which this attnviz does not know"
            )


def lists_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Every array of the problem, still as lists, under the name that `arrays_of` gives it."""
    lists = {f"problem.{name}": value for name, value in body["problem"].items()}
    given = body["options"]
    return lists | {
        f"options.{name}": given.get(name) if name == "sinks" else given[name] for name in OPTIONS
    }


def facts_of(problem: Problem) -> dict[str, Any]:
    """All of the problem that is no array."""
    options = problem.options
    window = None if options.window is None else list(options.window)
    later = {"softcap": options.softcap, "window": window, "kv_length": options.kv_length}
    return {
        "tokens": None if problem.tokens is None else list(problem.tokens),
        "heads": problem.heads,
        **_unusual(_later_facts(problem), _LATER),
        "options": {"scale": options.scale, "causal": options.causal, "offset": options.offset}
        | _unusual(later, _LATER_OPTIONS),
        "provenance": problem.provenance.to_plain(),
    }


def _later_facts(problem: Problem) -> dict[str, Any]:
    made, names = problem.inputs, problem.context_tokens
    return {
        "kv_heads": problem.kv_heads,
        "norm_epsilon": made.norm_epsilon if isinstance(made, Projections) else NORM_EPSILON,
        "context_tokens": None if names is None else list(names),
    }


def _unusual(facts: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value != usual[name]}


def arrays_of(problem: Problem) -> Arrays:
    """The arrays that the problem has, by the names `problem.x`, … and `options.mask`, …"""
    if problem.given is None:
        named = {f"problem.{name}": getattr(problem, name) for name in ARRAYS}
    else:
        empty = np.zeros((problem.d_model, 0), problem.x.dtype)
        own = [name for name in ARRAYS if name not in _MATRICES]
        named = {f"problem.{name}": empty for name in _MATRICES}
        named |= {f"problem.{name}": getattr(problem, name) for name in own}
        named = {f"problem.{name}": named[f"problem.{name}"] for name in ARRAYS}
    named |= {f"options.{name}": getattr(problem.options, name) for name in OPTIONS}
    return {name: array for name, array in named.items() if array is not None}


def nested_lists(array: npt.NDArray[Any]) -> Any:
    """The array as lists; what JSON cannot say is null or a word."""
    if array.dtype == np.bool_ or np.isfinite(array).all():
        return array.tolist()

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [plain(each) for each in value]
        if value != value:
            return "NaN"
        return {np.inf: "Infinity", -np.inf: None}.get(value, value)

    return plain(array.tolist())


def _array(name: str, value: Any, dtype: Any, shape: Any) -> npt.NDArray[Any]:
    is_mask = name == "options.mask"

    def number(each: Any) -> Any:
        if isinstance(each, list):
            return [number(part) for part in each]
        if is_mask or isinstance(each, bool):
            if is_mask and isinstance(each, bool):
                return each
            raise TypeError(f"{str(each)[:_LONGEST_TYPE]!r}")
        if isinstance(each, str) and each not in _WORDS:
            raise ValueError(repr(each[:_LONGEST_NAME]))
        return -np.inf if each is None else _WORDS[each] if isinstance(each, str) else each

    try:
        kind = np.dtype(np.bool_ if is_mask else _type_name(dtype))
        if kind.kind not in "fb":
            raise field_error(name)
        with np.errstate(over="ignore"):
            array = np.array(number(value), dtype=kind)
        return array if shape is None else _with_shape(name, array, shape)
    except InputError:
        raise
    except Exception as error:  # whatever NumPy has against lists that somebody else wrote
        raise InputError(
            f"trace field {name} is not an array of numbers: {reason_of(error)}"
        ) from error


def _type_name(dtype: Any) -> str:
    """Raises TypeError for what is no name of a type: NumPy understands much more, such as records."""
    if not isinstance(dtype, str) or len(dtype) > _LONGEST_TYPE:
        raise TypeError("its type is none")
    return dtype


def _with_shape(name: str, array: npt.NDArray[Any], shape: Any) -> npt.NDArray[Any]:
    """The array in a shape that lists cannot express, which has an empty axis."""
    if not isinstance(shape, list) or not all(type(each) is int and each >= 0 for each in shape):
        raise field_error(f"shapes.{name}")
    return array.reshape(shape)


def problem_from_facts(facts: Mapping[str, Any], arrays: Arrays) -> Problem:
    """The problem of these. Raises InputError, naming what is missing, of the wrong kind or does not fit."""
    _check_kinds(facts, arrays)
    _check_empty(facts, arrays)
    found: dict[str, Any] = {name: arrays.get(f"problem.{name}") for name in ARRAYS}
    if any(found[name] is not None for name in ("q", "k", "v")):
        found |= {name: None for name in _MATRICES if not found[name].size}
    options: dict[str, Any] = {name: arrays.get(f"options.{name}") for name in OPTIONS}
    try:
        problem = Problem(
            **found,
            heads=facts["heads"],
            **{name: facts[name] for name in _LATER if name in facts},
            tokens=facts["tokens"],
            options=AttentionOptions(**facts["options"], **options),
            provenance=Provenance.from_plain(facts["provenance"]),
        )
        _check_spread(problem)
        return problem
    except ShapeError as error:
        raise InputError(f"a trace whose parts do not fit: {error}") from error
    except AttnvizError:
        raise
    except (
        Exception
    ) as error:  # all that is wrong in what somebody else wrote, and was not thought of
        raise missing_part_error("problem", error) from error


def _check_spread(problem: Problem) -> None:
    """Raises ShapeError for a mask or a bias that would make more scores than queries times keys."""
    scores = (problem.n_q, problem.n_k)
    for name in ("mask", "bias"):
        array = getattr(problem.options, name)
        # What has an axis of heads was checked with the problem.
        if array is None or array.ndim == 3:
            continue
        fits = all(
            each in (1, size) for each, size in zip(array.shape[::-1], scores[::-1], strict=False)
        )
        if not fits or any(each != 1 for each in array.shape[:-2]):
            raise ShapeError(f"{name} has shape {array.shape}, expected {scores}")


def _check_empty(facts: Mapping[str, Any], arrays: Arrays) -> None:
    """Raises InputError for a size that no numbers stand for: of a file of 800 bytes it makes a trace of gigabytes."""
    given = arrays.get("problem.q")
    rows = None if given is None or not given.size or not given.ndim else len(given)
    for name, array in arrays.items():
        if array.size or (name == "problem.x" and rows is not None and array.shape == (rows, 0)):
            continue
        if any(each > _MOST_EMPTY for each in array.shape):
            raise InputError(
                f"trace field {name} has shape {array.shape} and no numbers, and at most {_MOST_EMPTY} rows of such "
                "are believed: write the trace anew"
            )
    for name in ("heads", "kv_heads"):
        columns = max((array.shape[-1] for array in arrays.values() if array.ndim), default=0)
        if (facts.get(name) or 0) > max(columns, _MOST_EMPTY):
            raise field_error(name)


def _check_kinds(facts: Mapping[str, Any], arrays: Arrays) -> None:
    """Raises InputError, naming the field, for a fact or an array that is missing or of the wrong kind."""
    options = facts.get("options")
    options = options if isinstance(options, dict) else {}
    good = {
        "heads": type(facts.get("heads")) is int,
        "tokens": _is_names(facts.get("tokens")),
        "provenance": isinstance(facts.get("provenance"), dict)
        and all(isinstance(each, str) for each in facts["provenance"].values()),
        "options.scale": _is_number(options.get("scale")),
        "options.causal": type(options.get("causal")) is bool,
        "options.offset": type(options.get("offset")) is int and _is_count(options["offset"]),
        "kv_heads": type(facts.get("kv_heads")) in (int, type(None)),
        "norm_epsilon": _is_number(facts.get("norm_epsilon", NORM_EPSILON))
        and (facts.get("norm_epsilon", NORM_EPSILON) or 0) >= 0,
        "context_tokens": _is_names(facts.get("context_tokens")),
        "options.softcap": _is_number(options.get("softcap")),
        "options.kv_length": _is_count(options.get("kv_length")),
        "options.window": _is_window(options.get("window")),
    }
    good |= {f"problem.{name}": f"problem.{name}" in arrays for name in ("x", "w_q", "w_k", "w_v")}
    kinds = {"options.mask": "b"}
    good |= {name: array.dtype.kind == kinds.get(name, "f") for name, array in arrays.items()}
    for name, is_good in good.items():
        if not is_good:
            raise field_error(name)


def _is_names(value: Any) -> bool:
    is_list = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return value is None or is_list


def _is_window(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, list) and len(value) == 2 and all(map(_is_count, value))


def _is_count(value: Any) -> bool:
    return value is None or (type(value) is int and abs(value) < _MOST_COUNT)


def _is_number(value: Any) -> bool:
    """True for None and for a number that is finite, with room above it."""
    return value is None or (type(value) in (int, float) and abs(value) < _MOST_NUMBER)


def field_error(name: str) -> InputError:
    """An error for a field that cannot be used."""
    return InputError(f"trace field {name[:_LONGEST_NAME]} is missing or of the wrong kind")


def missing_part_error(what: str, error: Exception) -> InputError:
    """An error for a trace or a problem without a part that it must have."""
    said = str(error).splitlines()[0][:100] if str(error) else type(error).__name__
    return InputError(f"not a whole {what}: {said} is missing or of the wrong kind")
