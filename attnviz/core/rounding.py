"""Rounding that keeps what the rounded numbers are about: a row of weights still sums to 1.

The largest-remainder method (Hamilton's, of 1792): round every number down, then give the units that are
missing from the total to those that lost most. Equal losses go to the earlier number.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import FloatArray, as_float, sealed
from attnviz.core.attention import weighted_sum
from attnviz.core.self_attention import joined
from attnviz.core.trace import Trace


def sum_preserving_round(values: npt.ArrayLike, decimals: int) -> FloatArray:
    """Rounds each row so that it sums to its rounded sum. Shape unchanged; the result is float64.

    No number moves by a whole unit of the last decimal or more. Rows with a number that is not finite are
    rounded plainly.

    >>> sum_preserving_round([0.063379, 0.468311, 0.468311], 1)
    array([0. , 0.5, 0.5])
    >>> sum_preserving_round([1 / 3, 1 / 3, 1 / 3], 2)
    array([0.34, 0.33, 0.33])
    """
    array = as_float(values, "values").astype(np.float64)
    unit = 10.0**decimals
    rows = array.reshape(-1, array.shape[-1]) if array.size else array.reshape(0, 0)
    rounded = np.array([_round_row(row, unit, decimals) for row in rows])
    return rounded.reshape(array.shape)


def _round_row(row: FloatArray, unit: float, decimals: int) -> FloatArray:
    if not np.isfinite(row).all() or np.abs(row).max() * unit > 2**52:
        return np.round(row, decimals)
    units = row * unit
    floors = np.floor(
        units + 1e-9
    )  # a number that is exact in decimal may be stored a hair below itself
    missing = round(float(units.sum()) - float(floors.sum()))
    losses = np.round(units - floors, 9)
    floors[np.argsort(-losses, kind="stable")[:missing]] += 1
    return np.round(floors / unit, decimals) + 0.0


def article_rounded(trace: Trace) -> Trace:
    """The trace as the article computes it by hand: weights rounded to one decimal and carried forward.

    Each row of weights is rounded to one decimal so that it still sums to 1, and the output is computed from
    the rounded weights. Source: R. Karim, "Illustrated: Self-Attention" (2019), steps 5 to 7.
    """
    heads = []
    for head in trace.heads:
        weights = sum_preserving_round(head.stages.weights, 1)
        output = weighted_sum(weights, head.v, weights > 0)
        stages = replace(head.stages, weights=sealed(weights), output=sealed(output))
        heads.append(replace(head, stages=stages))
    return joined(trace.problem, tuple(heads), rounded="article")
