"""Inputs: reads or draws tokens, vectors and weights, and makes a Problem. Computes no attention, knows no view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attnviz.inputs.request import InputRequest

if TYPE_CHECKING:
    from attnviz.inputs.load import problem_from

__all__ = ["InputRequest", "problem_from"]


def __getattr__(name: str) -> object:
    # NumPy is imported when a Problem is made, so that --help and --version need not wait for it.
    if name != "problem_from":
        raise AttributeError(f"module 'attnviz.inputs' has no attribute {name!r}")
    from attnviz.inputs.load import problem_from

    return problem_from
