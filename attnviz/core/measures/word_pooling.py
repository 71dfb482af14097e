"""Weights of words, made of the weights of their pieces."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from attnviz.core.arrays import FloatArray, as_float
from attnviz.errors import ShapeError


def between(weights: FloatArray, queries: Sequence[int], keys: Sequence[int]) -> float:
    """The weight of some keys for some queries, of weights (n, n): summed over these keys, averaged over these queries.

    >>> between(np.array([[0.5, 0.25, 0.25], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]), [0, 1], [1, 2])
    0.75
    """
    return float(weights[np.ix_(queries, keys)].sum(axis=1).mean())


def pool_words(weights: FloatArray, groups: Sequence[Sequence[int]]) -> FloatArray:
    """The weights (n, n) of groups of positions: summed over the keys of a group, averaged over its queries.

    Returns (len(groups), len(groups)). Every position belongs to one group; a row that sums to 1 does so still.

    Raises ShapeError if the groups are not n positions, each once.
    Source: Clark et al., "What Does BERT Look At?" (2019), section 4.1.

    >>> pool_words(np.array([[0.5, 0.25, 0.25], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]), [[0], [1, 2]])
    array([[0.5, 0.5],
           [0. , 1. ]])
    """
    given = as_float(weights, "weights")
    positions = [each for group in groups for each in group]
    n = len(positions)
    if given.shape != (n, n) or sorted(positions) != list(range(n)):
        raise ShapeError(
            f"{len(groups)} groups of {n} positions for weights of shape {given.shape}: name every position once"
        )
    belongs = np.zeros((len(groups), n), given.dtype)
    for row, group in enumerate(groups):
        belongs[row, list(group)] = 1
    means = belongs / belongs.sum(axis=1, keepdims=True)
    joined: FloatArray = means @ given @ belongs.T
    return joined
