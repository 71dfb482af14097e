"""Options as a Python program has them: values as they come, and messages that name arguments in place of flags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attnviz.core.problem import Problem
from attnviz.errors import AttnvizError
from attnviz.inputs.arguments import request_of
from attnviz.inputs.request import InputRequest
from attnviz.inputs.selection import position_of

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


def input_request(text: str | None, options: dict[str, Any]) -> InputRequest:
    """The input options, with paths and numbers as the strings that the command line has.

    Raises TypeError for an option that does not exist, InputError for a value of the wrong kind.

    >>> input_request("a b", {"scale": 0.5, "heads": 2})
    InputRequest(scale='0.5', ... text='a b', ...)
    """
    return request_of(text, options)


def position(problem: Problem, name: int | str, argument: str = "query") -> int:
    """A position, counted from 0: the number itself, or where the token of that name is.

    Raises InputError for a position or a token that is not there, and a token that is there several times.

    >>> import attnviz
    >>> position(attnviz.load("the cat sat"), "cat"), position(attnviz.load("the cat sat"), 2)
    (1, 2)
    """
    if isinstance(name, str):
        is_key = argument == "key"
        tokens = problem.key_tokens if is_key else problem.tokens
        return position_of(
            tokens or (), name, f"--{argument}", problem.n_k if is_key else problem.n_q
        )
    return name
