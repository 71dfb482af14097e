"""Options as a Python program has them: values as they come, and messages that name arguments in place of flags."""

from __future__ import annotations

from typing import Any

from attnviz.core.problem import Problem
from attnviz.inputs.arguments import as_arguments, naming_arguments, request_of
from attnviz.inputs.request import InputRequest
from attnviz.inputs.selection import position_of
from attnviz.lessons.lesson_checks import check_position

__all__ = ["as_arguments", "input_request", "naming_arguments", "position"]


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
    if name < 0:  # one that is too large is refused where the lesson is known
        check_position(argument, name, problem.n_k if argument == "key" else problem.n_q)
    return name
