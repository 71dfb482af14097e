"""The step of long vectors: one product of a query and a key, entry by entry, in groups that add up to the score."""

from __future__ import annotations

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.lessons import formulas
from attnviz.lessons.calculations import MOST
from attnviz.lessons.exhibits import Exhibit
from attnviz.lessons.labels import indexed
from attnviz.lessons.storyboard import Label, Matrix, Step
from attnviz.lessons.telling import Telling
from attnviz.theme import Role

STEP = "pair"
_MOST = 8
"""Rows, if the vector can be parted so."""


def pair(telling: Telling) -> Step | None:
    """q · k of the pair that is asked for, its products in rows; None where vectors are short enough to write out."""
    width = telling.problem.d_k
    if width <= MOST:
        return None
    head, row, key = telling.head, telling.query, telling.followed
    count = _rows_of(width)
    size = width // count
    labels = tuple(Label(_entries(i * size, (i + 1) * size)) for i in range(count))
    q, k = (each.reshape(count, size) for each in (head.q[row], head.k[key]))
    with np.errstate(over="ignore", invalid="ignore"):
        rows = q * k
    sums = rows.sum(axis=1, keepdims=True)
    score = float(head.stages.scores[row, key])
    largest = int(np.abs(sums).argmax())
    return Step(
        STEP,
        telling.say(STEP, "title"),
        formulas.SCORE,
        {
            "why": telling.say(
                STEP, "why", query=telling.named("q", row), key=telling.named("k", key)
            ),
            "products": telling.say(STEP, "products", width=width),
            "groups": telling.say(
                STEP,
                "groups",
                score=telling.numbers.text(score),
                entries=labels[largest].symbol,
                most=telling.numbers.text(float(sums[largest, 0])),
            ),
        },
        exhibits=(
            _exhibit("why", indexed("q", row), q, Role.QUERY, labels),
            _exhibit("why", indexed("k", key), k, Role.KEY, labels),
            _exhibit("products", "qᵢ kᵢ", rows, Role.SCORE, labels, joint="→"),
            Exhibit(
                "groups",
                Matrix("Σ", sums, Role.SCORE, labels, sums="columns", totals=np.array([score])),
                joint="→",
            ),
        ),
    )


def _exhibit(
    part: str,
    symbol: str,
    values: FloatArray,
    role: Role,
    labels: tuple[Label, ...],
    joint: str = "",
) -> Exhibit:
    return Exhibit(part, Matrix(symbol, values, role, labels), joint=joint)


def _rows_of(width: int) -> int:
    """In how many rows of one length a vector stands: as many as fit under one another, or one an entry.

    >>> _rows_of(32), _rows_of(10), _rows_of(13)
    (8, 5, 13)
    """
    return next((count for count in range(_MOST, 1, -1) if width % count == 0), width)


def _entries(begin: int, end: int) -> str:
    """Which entries a row holds, counted from 1.

    >>> _entries(0, 4), _entries(8, 9)
    ('1–4', '9')
    """
    return f"{begin + 1}–{end}" if end - begin > 1 else str(end)
