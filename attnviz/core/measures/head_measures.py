"""Measures of one head: the share of its weight that goes to each kind of key."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from attnviz.core.arrays import BoolArray, FloatArray, as_float
from attnviz.errors import ShapeError
from attnviz.records import record


@record
class HeadMeasures:
    """Means over the queries that are counted. None where there is no query to count."""

    previous: float | None
    """Weight on the position before."""
    following: float | None
    """Weight on the position after."""
    same: float | None
    """Weight on other positions that hold the same token, of the queries that have such."""
    first: float | None
    """Weight on the first position, of all queries but the first."""
    added: float | None
    """Weight on what the model adds to a text, but for the first position: [SEP]."""
    entropy: float | None
    """The entropy of a row of weights, in nats: 0 where one key has all weight, ln n where all have the same."""


def head_measures(
    weights: FloatArray, tokens: Sequence[object], added: Sequence[int] = ()
) -> HeadMeasures:
    """Measures the weights (n, n) of one head; rows are queries.

    `tokens` (n) are compared with each other; `added` are the positions of what does not stand in the text: they are no
    queries here, and no neighbours.

    Raises ShapeError if the weights are not (n, n) for n tokens.
    Source: the kinds of heads of Clark et al., "What Does BERT Look At?" (2019), sections 3.1 to 3.3; first positions
    as sinks: Xiao et al., "Efficient Streaming Language Models with Attention Sinks" (2023).

    >>> measured = head_measures(np.array([[1.0, 0.0, 0.0], [0.9, 0.1, 0.0], [0.0, 0.7, 0.3]]), "aba")
    >>> measured.previous, measured.first
    (0.8, 0.45)
    """
    given = _checked(weights, len(tokens))
    n = len(tokens)
    written = np.array([i not in added for i in range(n)], dtype=bool)
    extra = np.array([i in added and i > 0 for i in range(n)], dtype=bool)
    neighbours = written[1:] & written[:-1]
    return HeadMeasures(
        previous=_mean(np.diagonal(given, -1)[neighbours]),
        following=_mean(np.diagonal(given, 1)[neighbours]),
        same=_mean_on_same(given, tokens, written),
        first=_mean(given[1:, 0][written[1:]]) if n else None,
        added=_mean(given[:, extra].sum(axis=1)[written]) if extra.any() else None,
        entropy=_entropy(given[written]),
    )


def induction(weights: FloatArray, length: int) -> float | None:
    """The mean weight on the token that followed the same token before, in a sequence of that length repeated once.

    weights (2·length, 2·length); query i of the second half counts, and its key i − length + 1.
    Raises ShapeError if the weights have another shape.
    Source: Olsson et al., "In-context Learning and Induction Heads" (2022), "prefix matching".

    >>> induction(np.eye(4, k=-1), 2)
    1.0
    """
    given = _checked(weights, 2 * length)
    queries = np.arange(length, 2 * length)
    return float(given[queries, queries - length + 1].mean()) if length else None


def _checked(weights: FloatArray, n: int) -> FloatArray:
    given = as_float(weights, "weights")
    if given.shape != (n, n):
        raise ShapeError(f"weights has shape {given.shape}, expected ({n}, {n}): {n} tokens")
    return given


def _mean_on_same(
    weights: FloatArray, tokens: Sequence[object], written: BoolArray
) -> float | None:
    """The mean weight that queries give to the same token elsewhere."""
    places: dict[object, list[int]] = {}
    for i in np.flatnonzero(written).tolist():
        places.setdefault(tokens[i], []).append(i)
    given = []
    for each in places.values():
        if len(each) > 1:
            between = weights[np.ix_(each, each)]
            np.fill_diagonal(between, 0)  # what it gives to itself does not count
            given.append(between.sum(axis=1))
    return _mean(np.concatenate(given)) if given else None


def _mean(values: FloatArray) -> float | None:
    return float(values.mean()) if len(values) else None


def _entropy(rows: FloatArray) -> float | None:
    if not len(rows):
        return None
    logs = np.log(np.where(rows > 0, rows, 1))
    return float(-(rows * logs).sum(axis=1).mean()) + 0.0
