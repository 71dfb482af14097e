"""Input options as a Python program has them: values as they come, checked, and then as flags."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

from attnviz.core.argument_kinds import checked_kinds
from attnviz.errors import AttnvizError, InputError
from attnviz.inputs.request import InputRequest
from attnviz.inputs.score_options import SCORE_OPTIONS

_LEAST = {"seed": 0, "layer": 0, "d_model": 1, "d_k": 1, "d_v": 1, "heads": 1, "batch": 1}
_NUMBERS = {"head"} | {name for name, each in SCORE_OPTIONS.items() if each.kind == "number"}
"""Options that the command line takes as words, as there are words in place of numbers."""


_FLAG = re.compile(
    r"(?<![\w-])--(?:no-)?([a-z][a-z-]*)|(?<![\w-])-o (?=\S)|(?<![\w./-])(TEXT)(?![\w./-])"
)
_OTHER_NAMES = {"from": "query", "to": "key", "lang": "language"}


@contextmanager
def naming_arguments() -> Iterator[None]:
    """Makes of an error about options of the command line the same error about arguments."""
    try:
        yield
    except AttnvizError as error:
        raise type(error)(as_arguments(str(error))) from error


def as_arguments(message: str) -> str:
    """A message of the command line, with the names of arguments in place of flags.

    >>> as_arguments("--vectors brings d_model with it: leave --d-model out, or give TEXT")
    'vectors brings d_model with it: leave d_model out, or give text'
    """

    def argument(match: re.Match[str]) -> str:
        if match[2]:
            return "text"
        name = (match[1] or "").replace("-", "_")
        return _OTHER_NAMES.get(name, name)

    return _FLAG.sub(argument, message)


def request_of(text: str | None, options: Mapping[str, Any]) -> InputRequest:
    """The input options, with paths, numbers and lists of tokens as the strings that the command line has.

    Raises TypeError for an option that does not exist, InputError for a value of the wrong kind.

    >>> request_of("a b", {"scale": 0.5, "heads": 2})
    InputRequest(scale='0.5', ... text='a b', ...)
    """
    given = checked_kinds({"text": text, **options}, _annotations(), _LEAST)
    return InputRequest(**{name: _as_written(name, value) for name, value in given.items()})


def _annotations() -> dict[str, str]:
    found = {each.name: str(each.type) for each in fields(InputRequest)}
    for name, annotation in found.items():
        if name in _NUMBERS:
            found[name] = f"int | float | {annotation}"
        elif name == "tokens":
            found[name] = f"Sequence[str] | {annotation}"
        elif "str" in annotation and name not in ("text", "split"):
            found[name] = f"Path | {annotation}"
    return found


def _as_written(name: str, value: Any) -> Any:
    """A path, a number or a list as the command line has it; whole numbers that it takes as such stay."""
    if name in _NUMBERS and isinstance(value, int | float):
        return str(value)
    if isinstance(value, os.PathLike):
        path = os.fspath(value)
        if not isinstance(path, str):
            raise InputError(f"the path {path!r} is in bytes: give it as text")
        return path
    if isinstance(value, list | tuple):
        import json  # only lists need it

        return json.dumps(value, ensure_ascii=False)
    return value
