"""Weights of pieces become weights of words."""

import numpy as np
import pytest

from attnviz.core.measures.word_pooling import pool_words
from attnviz.errors import ShapeError

WEIGHTS = np.random.default_rng(0).dirichlet(np.ones(5), 5)


def test_keys_are_summed_and_queries_averaged():
    joined = pool_words(WEIGHTS, [[0], [1, 2, 3], [4]])

    assert joined[0, 1] == pytest.approx(WEIGHTS[0, 1:4].sum())
    assert joined[1, 0] == pytest.approx(WEIGHTS[1:4, 0].mean())
    assert joined[1, 1] == pytest.approx(WEIGHTS[1:4, 1:4].sum() / 3)


def test_rows_still_sum_to_1_and_words_of_one_piece_stay():
    np.testing.assert_allclose(pool_words(WEIGHTS, [[0, 1], [2], [3, 4]]).sum(axis=1), 1)
    np.testing.assert_allclose(pool_words(WEIGHTS, [[i] for i in range(5)]), WEIGHTS)


@pytest.mark.parametrize("groups", [[[0, 1], [1, 2, 3]], [[0, 1, 2]], [[0, 1, 2, 3, 5]], []])
def test_groups_that_are_not_all_positions_once_are_refused(groups):
    with pytest.raises(ShapeError, match="name every position once"):
        pool_words(WEIGHTS, groups)
