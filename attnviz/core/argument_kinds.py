"""The kinds of arguments that a function takes, checked by its own annotations: a wrong one is an error in one line."""

from __future__ import annotations

import functools
import inspect
import operator
import os
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from attnviz.errors import InputError

_Function = TypeVar("_Function", bound=Callable[..., Any])

_NAMES = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "True or False",
    "Path": "a path",
    "Sequence[str]": "a list of texts",
    "None": "None",
}


def checked_arguments(function: _Function) -> _Function:
    """Wraps a function so that an argument of another kind than its annotation raises InputError that names it.

    NumPy's whole numbers and truth values become Python's. Arguments that the function does not have raise TypeError,
    as they do without this.

    >>> @checked_arguments
    ... def repeat(text: "str", times: "int" = 2) -> str:
    ...     return text * times
    >>> repeat("ab", "3")
    Traceback (most recent call last):
        ...
    attnviz.errors.InputError: times is '3', expected a whole number
    """
    signature = inspect.signature(function)
    annotations = {name: str(each.annotation) for name, each in signature.parameters.items()}

    @functools.wraps(function)
    def checked(*values: Any, **named: Any) -> Any:
        given = signature.bind(*values, **named)
        for name, value in given.arguments.items():
            given.arguments[name] = checked_kind(name, value, annotations[name])
        return function(*given.args, **given.kwargs)

    return checked  # type: ignore[return-value]


def checked_kind(name: str, value: Any, annotation: str, least: int | None = None) -> Any:
    """The value, if it is of one of the kinds of an annotation such as "int | None", and not below `least`.

    Raises InputError that names the argument, for any other.

    >>> checked_kind("heads", -1, "int | None", least=1)
    Traceback (most recent call last):
        ...
    attnviz.errors.InputError: heads is -1, expected a whole number from 1, or None
    """
    kinds = [each.strip() for each in annotation.strip("'\"").split("|")]
    for kind in kinds:
        is_good, found = _of_kind(value, kind)
        if is_good and not (least is not None and kind == "int" and found < least):
            return found
    raise InputError(f"{name} is {_shown(value)}, expected {_expected(kinds, least)}")


def _of_kind(value: Any, kind: str) -> tuple[bool, Any]:
    """Tells whether the value is of that kind, and the value as Python has it."""
    is_truth = (
        isinstance(value, bool) or type(value).__name__ == "bool"
    )  # NumPy's has the same name
    if kind == "None":
        return value is None, value
    if kind == "bool":
        return is_truth, bool(value) if is_truth else value
    if kind == "int":
        try:
            return not is_truth, operator.index(value)
        except TypeError:
            return False, value
    if kind == "float":
        return isinstance(value, int | float) and not is_truth, value
    if kind == "str":
        return isinstance(value, str), value
    if kind == "Path":
        return isinstance(value, os.PathLike), value
    if kind == "Sequence[str]":
        is_list = isinstance(value, list | tuple)
        return is_list and all(isinstance(each, str) for each in value), value
    return any(each.__name__ == kind for each in type(value).__mro__), value


def _expected(kinds: list[str], least: int | None) -> str:
    """What the kinds are, in words: "a whole number from 1, or None"."""
    words = [_NAMES.get(kind, f"a {kind}") for kind in kinds]
    if least is not None:
        words = [f"{each} from {least}" if each == _NAMES["int"] else each for each in words]
    *first, last = words
    return f"{', '.join(first)}, or {last}" if first else last


def _shown(value: Any) -> str:
    import reprlib  # only errors need it

    return reprlib.repr(value)


def checked_kinds(
    values: Mapping[str, Any], annotations: Mapping[str, str], least: Mapping[str, int]
) -> dict[str, Any]:
    """Every value whose name has an annotation, checked; the others as they are. Raises InputError."""
    return {
        name: checked_kind(name, value, annotations[name], least.get(name))
        if name in annotations
        else value
        for name, value in values.items()
    }
