"""The step of long vectors: one product of a query and a key, entry by entry, in groups that add up to the score."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from attnviz.core.problem import Problem
from attnviz.lessons.lesson_context import LessonContext
from attnviz.story import formulas
from attnviz.story.calculations import MOST
from attnviz.story.exhibits import Exhibit
from attnviz.story.labels import indexed
from attnviz.story.matrix import Label, Matrix, MatrixKind
from attnviz.story.numbers import DECIMAL_LEVELS, Numbers
from attnviz.story.storyboard import Step
from attnviz.story.written_value import agrees, written_value
from attnviz.theme import Role

STEP = "pair"
_MOST = 8
"""Rows, if the vector can be parted so."""


def has(problem: Problem) -> bool:
    """True if vectors are too long to be written out, so that a step of its own shows one product."""
    return problem.d_k > MOST


def pair(context: LessonContext) -> Step | None:
    """q · k of the pair that is asked for, its products in rows; None where vectors are short enough to write out."""
    width = context.problem.d_k
    if not has(context.problem):
        return None
    head, row, key = context.head, context.query, context.followed_key
    count = _rows_of(width)
    size = width // count
    labels = tuple(Label(_entries(i * size, (i + 1) * size)) for i in range(count))
    q, k = (each.reshape(count, size) for each in (head.q[row], head.k[key]))
    with np.errstate(over="ignore", invalid="ignore"):
        rows = q * k
    score = float(head.stages.scores[row, key])
    sums = Matrix(
        "Σ",
        rows.sum(axis=1, keepdims=True),
        Role.SCORE,
        labels,
        sums="columns",
        totals=np.array([score]),
        kind=MatrixKind.UNNAMED,
    )
    written = [text for (text,) in context.numbers.cells(sums)]
    # what the rows add up to as it is written: a reader adds up what is written
    totals = np.array(
        [_value(text, exact) for text, (exact,) in zip(written, sums.values.tolist(), strict=True)]
    )
    largest = int(np.abs(sums.values).argmax())
    products = Matrix(
        context.phrase(STEP, "symbol"),
        rows,
        Role.SCORE,
        labels,
        sums="rows",
        totals=totals,
        kind=MatrixKind.OTHER,
    )
    vectors = _written_vectors(
        (
            Matrix(indexed("q", row), q, Role.QUERY, labels, kind=MatrixKind.OTHER),
            Matrix(indexed("k", key), k, Role.KEY, labels, kind=MatrixKind.OTHER),
        ),
        products,
        context.numbers,
    )
    named = {"query": context.named("q", row), "key": context.named("k", key)}
    # the step before may have named a better one, which is hidden later
    best = int(head.stages.scores[row].argmax())
    is_best_seen = context.key is None and best not in context.visible
    most = {"entries": labels[largest].symbol, "most": written[largest]}
    return Step(
        STEP,
        context.phrase(STEP, "title"),
        formulas.SCORE,
        {
            "why": context.phrase(STEP, "why_seen" if is_best_seen else "why", **named),
            "products": context.phrase(STEP, "products", width=width),
            "groups": context.phrase(
                STEP,
                "groups" if size > 1 else "entries",
                score=context.numbers.text(score),
                **most,
            ),
        },
        exhibits=(
            *[Exhibit("why", vector) for vector in vectors],
            Exhibit("products", products, joint="→"),
            Exhibit("groups", sums, joint="→"),
        ),
    )


def _written_vectors(
    vectors: tuple[Matrix, Matrix], products: Matrix, numbers: Numbers
) -> tuple[Matrix, ...]:
    """The vectors with the fewest decimals from which every product follows as it is written."""
    results = [text for row in numbers.cells(products) for text in row]
    for more in range(DECIMAL_LEVELS):
        finer = tuple(replace(vector, decimals=more) for vector in vectors)
        entries = [
            [written_value(text) for row in numbers.cells(vector) for text in row]
            for vector in finer
        ]
        if all(
            one is None or other is None or agrees(one * other, result)
            for one, other, result in zip(*entries, results, strict=True)
        ):
            return finer
    return finer


def _value(text: str, exact: float) -> float:
    """The number as it is written; as it is, where it is written with a power of ten."""
    try:
        return float(text.replace("−", "-"))
    except ValueError:
        return exact


def _rows_of(width: int) -> int:
    """The number of equally long rows for a vector: as many as fit under one another, or one an entry.

    >>> _rows_of(32), _rows_of(10), _rows_of(13)
    (8, 5, 13)
    """
    return next((count for count in range(_MOST, 1, -1) if width % count == 0), width)


def _entries(begin: int, end: int) -> str:
    """The range of entries in a row, counted from 1.

    >>> _entries(0, 4), _entries(8, 9)
    ('1–4', '9')
    """
    return f"{begin + 1}–{end}" if end - begin > 1 else str(end)
