"""Rounding that keeps what the rounded numbers are about: a row of weights still sums to 1.

The largest-remainder method (Hamilton's, of 1792): round every number down, then give the units that are
missing from the total to those that lost most. Equal losses go to the earlier number.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from attnviz.core.argument_kinds import checked_arguments
from attnviz.core.arrays import FloatArray, as_float, read_only
from attnviz.core.attention import weighted_sum
from attnviz.core.self_attention import concat_and_project
from attnviz.core.trace import Trace
from attnviz.errors import InputError, ShapeError

_TENTHS = 10
_MOST_DECIMALS = 300
"""A power of ten beyond this is no float."""
_EXACT = 2.0**52
"""Below it, float64 holds every integer and every half."""


@checked_arguments
def sum_preserving_round(values: npt.ArrayLike, decimals: int) -> FloatArray:
    """Rounds each row so that it sums to its rounded sum. Shape unchanged; the result is float64.

    No number moves by a whole unit of the last decimal or more. Rows with a number that is not finite, or so
    large that its type holds no such decimals, are rounded plainly. Raises ShapeError if there is no row,
    InputError for more decimals than any number has.

    >>> sum_preserving_round([0.063379, 0.468311, 0.468311], 1)
    array([0. , 0.5, 0.5])
    >>> sum_preserving_round([1 / 3, 1 / 3, 1 / 3], 2)
    array([0.34, 0.33, 0.33])
    """
    if abs(decimals) > _MOST_DECIMALS:
        raise InputError(f"decimals is {decimals}: give at most {_MOST_DECIMALS}")
    array = as_float(values, "values").astype(np.float64)
    if array.ndim == 0:
        raise ShapeError("values has shape (), expected (…, n): a row to keep the sum of")
    rounded = array.copy()
    for index in np.ndindex(array.shape[:-1]):
        rounded[index] = _round_row(array[index], 10.0**decimals, decimals)
    return np.asarray(rounded + 0.0)  # −0 would be written with a minus


def _round_row(row: FloatArray, unit: float, decimals: int) -> FloatArray:
    with np.errstate(over="ignore"):
        units = np.asarray(row * unit)
        if not np.abs(units).sum() < _EXACT:  # NaN is not, either
            # np.round multiplies too, and would turn what has no decimals left to lose into infinity.
            return np.where(np.abs(units) < _EXACT, np.round(row, decimals), row)
    floors = np.floor(units)
    missing = round(math.fsum(units)) - int(floors.sum())
    # Numbers that are equal in decimal lose equally, though float stores one a hair below the other.
    losses = np.round(units - floors, 9)
    floors[np.argsort(-losses, kind="stable")[:missing]] += 1
    return np.asarray(np.round(floors / unit, decimals))


@checked_arguments
def article_rounded(trace: Trace) -> Trace:
    """The trace as the article computes it by hand: weights rounded to one decimal and carried forward.

    Each row of weights is rounded to one decimal so that it still sums to 1, and the output is computed from
    the rounded weights. Source: R. Karim, "Illustrated: Self-Attention" (2019), steps 5 to 7.

    Raises InputError for more than ten positions: ten tenths do not go round.
    """
    if trace.problem.n_k > _TENTHS:
        raise InputError(
            f"the article's rounding shares ten tenths among the keys, and here are {trace.problem.n_k}: "
            "leave --rounding article out"
        )
    heads = []
    for head in trace.heads:
        weights = sum_preserving_round(head.stages.weights, 1)
        output = weighted_sum(weights, head.v, weights != 0)
        stages = replace(head.stages, weights=read_only(weights), output=read_only(output))
        heads.append(replace(head, stages=stages))
    return concat_and_project(trace.problem, tuple(heads), rounded="article")
