"""The article's example, against arithmetic in exact fractions that shares no line with the package.

R. Karim, "Illustrated: Self-Attention" (2019): three inputs of dimension 4, projections 4×3, no scaling.
"""

import math
from fractions import Fraction

import numpy as np
import pytest

from attnviz import Trace, article_rounded, self_attention

X = [[1, 0, 1, 0], [0, 2, 0, 2], [1, 1, 1, 1]]
W_QUERY = [[1, 0, 1], [1, 0, 0], [0, 0, 1], [0, 1, 1]]
W_KEY = [[0, 0, 1], [1, 1, 0], [0, 1, 0], [1, 1, 0]]
W_VALUE = [[0, 2, 0], [0, 3, 0], [1, 0, 3], [1, 1, 0]]

Rows = list[list[Fraction]]


def fractions(rows: list[list[int]]) -> Rows:
    return [[Fraction(each) for each in row] for row in rows]


def product(left: Rows, right: Rows) -> Rows:
    columns = list(zip(*right, strict=True))
    return [
        [sum(map(Fraction.__mul__, row, column), Fraction(0)) for column in columns] for row in left
    ]


def softmax_row(scores: list[Fraction], scale: float) -> list[float]:
    exponentials = [math.exp(float(score) * scale) for score in scores]
    return [each / math.fsum(exponentials) for each in exponentials]


Q, K, V = (product(fractions(X), fractions(w)) for w in (W_QUERY, W_KEY, W_VALUE))
SCORES = product(Q, [list(row) for row in zip(*K, strict=True)])


def expected_weights(scale: float) -> list[list[float]]:
    return [softmax_row(row, scale) for row in SCORES]


def expected_output(scale: float) -> list[list[float]]:
    columns = list(zip(*V, strict=True))
    return [
        [math.fsum(w * float(v) for w, v in zip(row, column, strict=True)) for column in columns]
        for row in expected_weights(scale)
    ]


def the_article(scale: float | None = 1) -> Trace:
    return self_attention(X, W_QUERY, W_KEY, W_VALUE, scale=scale)


def test_the_independent_arithmetic_itself_gives_the_numbers_the_article_prints():
    assert Q == [[1, 0, 2], [2, 2, 2], [2, 1, 3]]
    assert K == [[0, 1, 1], [4, 4, 0], [2, 3, 1]]
    assert V == [[1, 2, 3], [2, 8, 0], [2, 6, 3]]
    assert SCORES == [[2, 4, 4], [4, 16, 12], [4, 12, 10]]


def test_queries_keys_values_and_scores_are_exactly_the_articles():
    head = the_article().heads[0]

    for name, expected in {"q": Q, "k": K, "v": V}.items():
        assert getattr(head, name).tolist() == expected
    assert head.stages.scores.tolist() == SCORES


@pytest.mark.parametrize("scale", [1, None])
def test_weights_and_output_of_the_article_hold_to_twelve_decimals(scale):
    trace = the_article(scale)

    factor = 1 / math.sqrt(3) if scale is None else scale
    np.testing.assert_allclose(
        trace.heads[0].stages.weights, expected_weights(factor), rtol=0, atol=1e-12
    )
    np.testing.assert_allclose(trace.output, expected_output(factor), rtol=0, atol=1e-12)


def test_the_articles_weights_are_the_ones_a_calculator_gives():
    stages = the_article().heads[0].stages

    assert stages.weights.round(6).tolist() == [
        [0.063379, 0.468311, 0.468311],
        [0.000006, 0.982008, 0.017986],
        [0.000295, 0.880537, 0.119168],
    ]
    assert stages.output.round(6).tolist() == [
        [1.936621, 6.683105, 1.595068],
        [1.999994, 7.963992, 0.053976],
        [1.999705, 7.759892, 0.358389],
    ]


def test_rounding_as_the_article_does_gives_the_articles_weights_and_outputs():
    trace = article_rounded(the_article())

    assert trace.rounded == "article"
    assert trace.heads[0].stages.weights.tolist() == [[0, 0.5, 0.5], [0, 1, 0], [0, 0.9, 0.1]]
    np.testing.assert_allclose(trace.output, [[2, 7, 1.5], [2, 8, 0], [2, 7.8, 0.3]], atol=1e-12)
