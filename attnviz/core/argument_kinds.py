"""The kinds of arguments that a function takes, checked by its own annotations: a wrong one is an error in one line."""

from __future__ import annotations

import functools
import inspect
import operator
import os
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from attnviz.errors import EnvironmentFault, InputError

_Function = TypeVar("_Function", bound=Callable[..., Any])

_NAMES = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "True or False",
    "Path": "a path",
    "Sequence[str]": "a list of texts",
    "Window": "(left, right), whole numbers or None",
    "Mapping[str, str]": "a dictionary of texts",
    "None": "None",
}
_OPEN = frozenset(("npt.ArrayLike", "BoolArray", "FloatArray", "Sequence[int]", "Any"))
"""Kinds of which anything may be: what becomes an array, or a number for each axis, is checked where it does."""
_MOST_BITS = 512
"""A whole number of more is above every float, and so long that no message can hold it."""
_MOST_TEXTS = 16_000_000


def checked_arguments(function: _Function) -> _Function:
    """Wraps a function so that an argument of another kind than its annotation raises InputError that names it.

    NumPy's whole numbers and truth values become Python's, and texts in any order of theirs a list. Arguments that the
    function does not have raise TypeError, as they do without this. Where memory ends, it raises EnvironmentFault.

    >>> @checked_arguments
    ... def repeat(text: "str", times: "int" = 2) -> str:
    ...     return text * times
    >>> repeat("ab", "3")
    Traceback (most recent call last):
        ...
    attnviz.errors.InputError: times is '3', expected a whole number
    """
    signature = inspect.signature(function)
    annotations = {
        name: str(each.annotation)
        for name, each in signature.parameters.items()
        if each.annotation is not each.empty
    }

    @functools.wraps(function)
    def checked(*values: Any, **named: Any) -> Any:
        try:
            given = signature.bind(*values, **named)
        except TypeError as error:
            raise TypeError(f"{function.__qualname__}() {error}") from None
        for name, value in given.arguments.items():
            if name in annotations:
                given.arguments[name] = checked_kind(name, value, annotations[name])
        try:
            return function(*given.args, **given.kwargs)
        except MemoryError as error:
            raise EnvironmentFault(
                f"{function.__name__} needs more memory than there is: give it less at a time"
            ) from error

    return checked  # type: ignore[return-value]


def checked_kind(name: str, value: Any, annotation: str, least: int | None = None) -> Any:
    """The value, if it is of one of the kinds of an annotation such as "int | None", and not below `least`.

    Raises InputError that names the argument, for any other.

    >>> checked_kind("heads", -1, "int | None", least=1)
    Traceback (most recent call last):
        ...
    attnviz.errors.InputError: heads is -1, expected a whole number from 1, or None
    """
    kinds = _kinds_of(annotation)
    for kind in kinds:
        is_good, found = _of_kind(value, kind)
        if is_good and not (least is not None and kind == "int" and found < least):
            return found
    raise InputError(f"{name} is {shown(value)}, expected {_expected(kinds, least)}")


@functools.cache
def _kinds_of(annotation: str) -> tuple[str, ...]:
    """The kinds of an annotation: those that are joined by a bar, brackets left whole.

    >>> _kinds_of("int | Mapping[str, int | str] | None")
    ('int', 'Mapping[str, int | str]', 'None')
    """
    bars = r"\|(?![^\[]*\])"
    return tuple(each.strip() for each in re.split(bars, annotation.strip("'\"")))


def _of_kind(value: Any, kind: str) -> tuple[bool, Any]:
    """Tells whether the value is of that kind, and the value as Python has it."""
    if kind in _OPEN:
        return True, value
    check = _CHECKS.get(kind)
    if check is None:
        # by name, as this room may know neither the class nor its home
        return any(each.__name__ == kind for each in type(value).__mro__), value
    return check(value)


def _is_truth(value: Any) -> bool:
    # NumPy's has the same name, as that of other libraries has
    return isinstance(value, bool) or type(value).__name__ == "bool"


def _truth(value: Any) -> tuple[bool, Any]:
    """True and False, also as 1 and 0: that is how ONNX and JSON files of others write them."""
    is_good = _is_truth(value) or (isinstance(value, int) and value in (0, 1))
    return is_good, bool(value) if is_good else value


def _whole(value: Any) -> tuple[bool, Any]:
    try:
        found = operator.index(value)
    except Exception:  # whatever a class of others raises
        return False, value
    is_truth = _is_truth(value) or str(getattr(value, "dtype", "")).endswith("bool")
    return not is_truth and found.bit_length() <= _MOST_BITS, found


def _number(value: Any) -> tuple[bool, Any]:
    """A number of one value: Python's, NumPy's, a fraction or a decimal, or a tensor without axes."""
    if _is_truth(value) or isinstance(value, str | bytes | complex):
        return False, value
    if isinstance(value, int | float):
        return isinstance(value, float) or value.bit_length() < _MOST_BITS, value
    is_one = (
        not getattr(value, "shape", ()) and str(getattr(value, "dtype", "f"))[0] not in "bcOSUmMV"
    )
    try:
        return is_one, float(value) if is_one else value
    except Exception:
        return False, value


def _text(value: Any) -> tuple[bool, Any]:
    return isinstance(value, str), value


def _path(value: Any) -> tuple[bool, Any]:
    try:
        return isinstance(value, os.PathLike) and isinstance(os.fspath(value), str), value
    except Exception:
        return False, value


def _listed(value: Any) -> list[Any] | None:
    """The values of a list, a tuple, a range, a generator or an array with one axis; None for anything else.

    A text is none, though it has characters, nor is a set, which has no order.
    """
    if isinstance(value, str | bytes | bytearray | Mapping | set | frozenset):
        return None
    shape = getattr(value, "shape", None)
    try:
        is_one = not isinstance(value, Iterable) or (shape is not None and len(shape) != 1)
        if is_one or (hasattr(value, "__len__") and len(value) > _MOST_TEXTS):
            return None
        return list(value)
    except Exception:
        return None


def _texts(value: Any) -> tuple[bool, Any]:
    found = _listed(value)
    if found is None or not all(isinstance(each, str) for each in found):
        return False, value
    return True, value if isinstance(value, list | tuple) else found


def _window(value: Any) -> tuple[bool, Any]:
    sides = _listed(value)
    if sides is None or len(sides) != 2:
        return False, value
    checked = [(True, None) if each is None else _whole(each) for each in sides]
    return all(is_good for is_good, _ in checked), tuple(found for _, found in checked)


def _facts(value: Any) -> tuple[bool, Any]:
    is_good = isinstance(value, Mapping) and all(
        isinstance(each, str) for pair in value.items() for each in pair
    )
    return is_good, value


_CHECKS: dict[str, Callable[[Any], tuple[bool, Any]]] = {
    "None": lambda value: (value is None, value),
    "bool": _truth,
    "int": _whole,
    "float": _number,
    "str": _text,
    "Path": _path,
    "Sequence[str]": _texts,
    "Window": _window,
    "Mapping[str, str]": _facts,
}


def _expected(kinds: tuple[str, ...], least: int | None) -> str:
    """What the kinds are, in words: "a whole number from 1, or None"."""
    words = [_NAMES.get(kind, f"{_article(kind)} {kind}") for kind in kinds]
    if least is not None:
        words = [f"{each} from {least}" if each == _NAMES["int"] else each for each in words]
    *first, last = words
    return f"{', '.join(first)}, or {last}" if first else last


def _article(noun: str) -> str:
    return "an" if noun[0] in "AEIOU" else "a"


def shown(value: Any) -> str:
    """A value as a message shows it, in a few words, whatever it is.

    >>> shown([1, 2, 3]), shown(10**5000)
    ('[1, 2, 3]', 'a whole number of about 5001 digits')
    """
    import reprlib  # only errors need it

    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return f"a whole number of about {int(value.bit_length() * 0.30103) + 1} digits"
    if getattr(value, "shape", ()):
        return f"an array of shape {value.shape}"
    try:
        return reprlib.repr(value)
    except Exception:
        return f"{_article(type(value).__name__)} {type(value).__name__}"


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
