"""What a head does with a sequence, in numbers: how much of its weight goes where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from attnviz.core.arrays import BoolArray, FloatArray, as_float
from attnviz.errors import ShapeError


@dataclass(frozen=True)
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
    """Of a row of weights, in nats: 0 where one key takes all, ln n where all take the same."""


def head_measures(
    weights: FloatArray, tokens: Sequence[object], added: Sequence[int] = ()
) -> HeadMeasures:
    """What the weights (n, n) of one head are like; rows are queries.

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
    queries = np.array([i not in added for i in range(n)], dtype=bool)
    keys = np.arange(n)
    other = keys[:, None] != keys[None, :]
    numbers: dict[object, int] = {}
    kinds = np.array([numbers.setdefault(each, len(numbers)) for each in tokens], dtype=int)
    same = (kinds[:, None] == kinds[None, :]) & other
    both = queries[:, None] & queries[None, :]
    extra = np.array([i in added and i > 0 for i in range(n)], dtype=bool)
    return HeadMeasures(
        previous=_mean_on(given, both & (keys[:, None] - keys[None, :] == 1)),
        following=_mean_on(given, both & (keys[None, :] - keys[:, None] == 1)),
        same=_mean_on(given, both & same),
        first=_mean_on(given, (queries & (keys > 0))[:, None] & (keys == 0)[None, :]),
        added=_mean_on(given, queries[:, None] & extra[None, :]),
        entropy=_entropy(given[queries]),
    )


def induction(weights: FloatArray, length: int) -> float | None:
    """Of a sequence of that length, told twice: weight on what followed the same token the first time.

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


def _mean_on(weights: FloatArray, chosen: BoolArray) -> float | None:
    """What the queries that have any of the keys give to them together, on average."""
    have = chosen.any(axis=1)
    if not have.any():
        return None
    return float(np.where(chosen, weights, 0).sum(axis=1)[have].mean())


def _entropy(rows: FloatArray) -> float | None:
    if not len(rows):
        return None
    logs = np.log(np.where(rows > 0, rows, 1))
    return float(-(rows * logs).sum(axis=1).mean()) + 0.0
