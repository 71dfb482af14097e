"""Traces for a Python program: input options in, everything that attention computed out."""

from __future__ import annotations

from typing import Any

from attnviz.core.trace import Trace
from attnviz.library.arguments import input_request, naming_arguments
from attnviz.library.lesson_input import compute_trace


def trace(text: str | None = None, **options: Any) -> Trace:
    """The self-attention of a text, an example or files: every number of it.

    `options` are the input options of the command line by name, such as `example="retrieval"`, `vectors="x.csv"`,
    `weights="w.npz"`, `heads=2`, `causal=True`, `model="minilm"`; `attnviz.inputs.InputRequest` lists them. Without
    text and options it is the worked example. Vectors and weights that are not given are drawn from `seed`, untrained.

    Raises TypeError for an option that does not exist, InputError for one that cannot be obeyed, ShapeError for arrays
    that do not fit each other, EnvironmentFault for a model that is not there.

    >>> import attnviz
    >>> attnviz.trace("the cat sat", heads=2)
    Trace(3 tokens, 2 heads, d_k 3)
    >>> attnviz.trace(example="retrieval").problem.tokens[3]
    'it'
    """
    request = input_request(text, options)
    with naming_arguments():
        computed, _ = compute_trace(request, None)
    return computed
