"""Functions of the lessons on length, order and masks: a part of the sequence in any order, and how far two
results lie apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.options import AttentionOptions
from attnviz.core.problem import Problem
from attnviz.errors import InputError
from attnviz.lessons.request import LessonRequest
from attnviz.story.numbers import Numbers

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def check_row(request: LessonRequest, lesson: str, rows: int) -> None:
    """Raises InputError for a row that is not among the first `rows`, the ones that the lesson shows one by one."""
    if request.query >= rows:
        raise InputError(
            f"row {request.query + 1} is not shown in the lesson {lesson}: choose one of the first {rows} with --query"
        )


def rearranged(problem: Problem, places: Sequence[int]) -> Problem:
    """The vectors of these places in this order, under the same weights and scale.

    Nothing is hidden, no bias is added and nothing is turned: all three belong to places, and a lesson on length or
    order sets its own.

    >>> problem = Problem([[1.0], [2.0]], [[1.0]], [[1.0]], [[1.0]], tokens=("a", "b"))
    >>> rearranged(problem, [1, 0]).tokens
    ('b', 'a')
    """
    chosen = list(places)
    return replace(
        problem,
        inputs=replace(problem.projections, x=problem.x[chosen], rotation=None),
        tokens=None if problem.tokens is None else tuple(problem.tokens[i] for i in chosen),
        options=AttentionOptions(scale=problem.options.scale, softcap=problem.options.softcap),
    )


def has_mask_or_bias(problem: Problem) -> bool:
    """True if its options hold a mask or a bias, which `rearranged` leaves out."""
    options = problem.options
    return options.causal or options.mask is not None or options.bias is not None


def largest_difference(one: FloatArray, other: FloatArray) -> float:
    """The largest absolute difference of two arrays of one shape; 0 where rounding alone can have made it.

    How products are rounded depends on the processor, on the size of the matrices and on the number of threads: a
    lesson claims nothing of it.

    >>> largest_difference(np.array([1.0, 2.0]), np.array([1.0, 2.5]))
    0.5
    >>> largest_difference(np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-15]))
    0.0
    """
    difference = float(np.abs(one - other).max(initial=0.0))
    return 0.0 if negligible(difference, one) else difference


def negligible(difference: float, values: FloatArray) -> bool:
    """True if rounding alone can have made `difference` among such values: at most √ε of the largest.

    >>> negligible(1e-15, np.array([3.0])), negligible(0.01, np.array([3.0]))
    (True, False)
    """
    largest = float(np.abs(values).max(initial=0.0))
    return difference <= float(np.sqrt(np.finfo(values.dtype).eps)) * largest


def difference_text(difference: float, numbers: Numbers) -> str:
    """A difference as text: what is too small for the decimals keeps its power of ten.

    >>> difference_text(0.0, Numbers()), difference_text(0.25, Numbers())
    ('0', '0.25')
    >>> difference_text(2.2e-16, Numbers())
    '2·10⁻¹⁶'
    """
    if difference == 0 or difference >= 10.0**-numbers.precision:
        return numbers.text(difference)
    digit, _, power = f"{difference:.0e}".partition("e")
    return f"{digit}·10{str(int(power)).translate(_RAISED)}"
