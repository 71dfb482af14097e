"""One head of a model in detail: its strongest weights, their queries, and what is left out."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.records import record
from attnviz.story.exhibits import Link
from attnviz.story.pooled_map import Range, strongest_links
from attnviz.survey.heads import MeasuredHead, Survey

LEAST = 0.05
"""Weights under it get no arc."""
LEAST_OF_ROW = 0.01
"""Weights of the query that is followed get one down to this: there is room for more."""
_MOST_ARCS = 400
_MOST_NAMED = 12
_LINKS = 8


@record(eq=False)
class QueryWeights:
    """The weights of the query that is followed."""

    queries: Range
    """Its position; those of its pieces where it is in several, and its weights are their mean."""
    links: tuple[Link, ...]
    """Its weights of at least `LEAST_OF_ROW`, the largest first, each from the first of its pieces."""
    others: int
    """The number of keys that are not among the `named`."""
    rest: float
    """The sum of their weights."""
    word: str | None = None
    """The word, where it is in several pieces."""

    @property
    def pieces(self) -> int:
        """The number of positions that the query has."""
        return self.queries[1] - self.queries[0]

    @property
    def named(self) -> tuple[Link, ...]:
        """The largest of its weights."""
        return self.links[:_MOST_NAMED]


@record(eq=False)
class HeadDetail:
    """One head of a model on a text. Its map has a block for each weight where the text is short enough."""

    survey: Survey
    """The survey of this head alone."""
    weights: FloatArray
    """(n, n); rows are queries."""
    strongest: tuple[Link, ...]
    """The largest weights between tokens of the text, the largest first."""
    arcs: tuple[Link, ...]
    """The blocks of the map whose largest weight is at least `least`, the least first; they are counted in blocks."""
    least: float
    """`LEAST`, or more where so many reach it that arcs would cover each other."""
    share: float | None
    """The share of all weight that the arcs have, 0 to 1; None where blocks hold several."""
    row: QueryWeights | None = None

    @property
    def head(self) -> MeasuredHead:
        """The map, and what is measured."""
        return self.survey.heads[0]

    @property
    def n(self) -> int:
        """Positions."""
        return len(self.survey.tokens)

    @property
    def blocks(self) -> int:
        """Rows and columns of the map."""
        return len(self.head.map.rows)

    @property
    def is_pooled(self) -> bool:
        """True if blocks hold more than one weight."""
        return self.blocks < self.n

    @property
    def largest(self) -> float:
        """The largest weight of all."""
        return float(self.head.map.peaks.max())


def head_detail(
    weights: FloatArray,
    survey: Survey,
    added: Sequence[int] = (),
    queries: Range | None = None,
    word: str | None = None,
) -> HeadDetail:
    """The weights (n, n) of the only head of `survey` closely.

    `added` are positions of what the model adds to the text; `queries` is the position that is followed, or those of
    the pieces of that `word`.
    """
    peaks = survey.heads[0].map.peaks
    least = _least(peaks)
    reached = np.argwhere(peaks >= least)
    arcs = sorted(
        (Link(row, column, float(peaks[row, column])) for row, column in reached.tolist()),
        key=lambda arc: arc.weight,
    )
    is_whole = peaks.shape == weights.shape
    total = float(weights.sum())
    share = sum(arc.weight for arc in arcs) / total if is_whole and total > 0 else None
    return HeadDetail(
        survey,
        weights,
        _strongest(weights, added),
        tuple(arcs),
        least,
        share,
        None if queries is None else _row(weights, queries, word),
    )


def _least(peaks: FloatArray) -> float:
    """The least weight of a block with an arc, in whole hundredths."""
    reaching = np.sort(peaks[peaks >= LEAST])
    if len(reaching) <= _MOST_ARCS:
        return LEAST
    hundredths = math.ceil(round(100 * float(reaching[-_MOST_ARCS]), 9))
    return min(hundredths / 100, float(reaching[-1]))


def _strongest(weights: FloatArray, added: Sequence[int]) -> tuple[Link, ...]:
    written = [i for i in range(len(weights)) if i not in set(added)]
    found = strongest_links(weights[np.ix_(written, written)], _LINKS)
    return tuple(Link(written[each.query], written[each.key], each.weight) for each in found)


def _row(weights: FloatArray, queries: Range, word: str | None) -> QueryWeights:
    row = weights[slice(*queries)].mean(axis=0, keepdims=True)
    found = strongest_links(row, round(1 / LEAST_OF_ROW))
    links = tuple(
        Link(queries[0], each.key, each.weight) for each in found if each.weight >= LEAST_OF_ROW
    )
    named = links[:_MOST_NAMED]
    rest = float(row.sum()) - sum(each.weight for each in named)
    return QueryWeights(queries, links, weights.shape[1] - len(named), max(rest, 0.0), word)
