"""Inputs for a program: the same as on the command line."""

from __future__ import annotations

from typing import Any

from attnviz.core.problem import Problem
from attnviz.inputs.arguments import naming_arguments, request_of
from attnviz.inputs.load import problem_from


def load(text: str | None = None, **options: Any) -> Problem:
    """The Problem that the input options of the command line describe, by the names of InputRequest.

    `load()` is the worked example, `load("the cat sat", heads=2)` a sentence with seeded vectors and weights,
    `load(vectors="x.csv", weights="w.npz")` your own numbers. `attnviz.trace_of` computes it.

    Raises TypeError for an option that does not exist, InputError for a value of the wrong kind, and what
    `problem_from` raises.

    >>> load("the cat sat").tokens
    ('the', 'cat', 'sat')
    """
    request = request_of(text, options)
    with naming_arguments():
        return problem_from(request)
