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
_GROUPS = 8
"""As many rows stand under one another and can be read."""


def pair(telling: Telling) -> Step | None:
    """q · k of the pair that is asked for, its products in rows; None where vectors are short enough to write out."""
    width = telling.problem.d_k
    if width <= MOST:
        return None
    head, row, key = telling.head, telling.query, telling.followed
    size = -(-width // _GROUPS)
    count = -(-width // size)
    labels = tuple(Label(_entries(i * size, min((i + 1) * size, width))) for i in range(count))
    q, k = head.q[row], head.k[key]
    with np.errstate(over="ignore", invalid="ignore"):
        products = q * k
    rows = _in_rows(products, count, size)
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
            _exhibit("why", indexed("q", row), _in_rows(q, count, size), Role.QUERY, labels),
            _exhibit("why", indexed("k", key), _in_rows(k, count, size), Role.KEY, labels),
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


def _in_rows(vector: FloatArray, count: int, size: int) -> FloatArray:
    """The entries in rows of that size; what the last row lacks is 0, which adds nothing."""
    filled = np.zeros(count * size, vector.dtype)
    filled[: len(vector)] = vector
    return filled.reshape(count, size)


def _entries(begin: int, end: int) -> str:
    """Which entries a row holds, counted from 1.

    >>> _entries(0, 4), _entries(8, 9)
    ('1–4', '9')
    """
    return f"{begin + 1}–{end}" if end - begin > 1 else str(end)
