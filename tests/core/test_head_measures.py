"""Heads that do one thing are told by one measure."""

import math

import numpy as np
import pytest

from attnviz.core.measures.head_measures import head_measures, induction
from attnviz.errors import ShapeError

N = 6
TOKENS = ("[CLS]", "a", "b", "a", "c", "[SEP]")
ADDED = (0, 5)


def looking_at(places):
    """The weights of a head whose query i gives all to places[i]."""
    return np.eye(N)[list(places)]


def test_a_head_that_looks_back_by_one():
    measured = head_measures(looking_at([0, 0, 1, 2, 3, 4]), TOKENS, ADDED)

    assert measured.previous == 1
    assert measured.following == 0
    assert measured.first == 0.25  # of the four words one follows the first position
    assert measured.entropy == 0


def test_a_head_that_looks_ahead_by_one():
    measured = head_measures(looking_at([1, 2, 3, 4, 5, 5]), TOKENS, ADDED)

    assert (measured.following, measured.previous) == (1, 0)
    assert measured.added == 0.25


def test_a_head_that_looks_at_the_first_position_and_one_that_looks_at_the_separator():
    assert head_measures(looking_at([0] * N), TOKENS, ADDED).first == 1
    assert head_measures(looking_at([5] * N), TOKENS, ADDED).added == 1
    assert head_measures(looking_at([5] * N), TOKENS).added is None


def test_a_head_that_finds_the_same_token():
    measured = head_measures(looking_at([0, 3, 2, 1, 4, 5]), TOKENS, ADDED)

    assert measured.same == 1  # of the two queries that have one; itself does not count
    assert head_measures(np.eye(3), "abc").same is None


def test_a_head_that_looks_everywhere():
    measured = head_measures(np.full((N, N), 1 / N), TOKENS, ADDED)

    assert measured.entropy == pytest.approx(math.log(N))
    assert measured.first == pytest.approx(1 / N)


def test_a_token_behind_a_separator_is_no_neighbour():
    tokens = ("a", "[SEP]", "b")

    assert head_measures(np.eye(3, k=-1), tokens, (1,)).previous is None


def test_one_token_has_no_neighbours():
    measured = head_measures(np.ones((1, 1)), ["a"])

    assert measured.previous is measured.following is measured.first is measured.same is None
    assert measured.entropy == 0
    assert head_measures(np.ones((1, 1)), ["[CLS]"], (0,)).entropy is None


def test_induction_is_weight_on_what_followed_the_first_time():
    weights = np.zeros((6, 6))
    weights[[3, 4, 5], [1, 2, 3]] = 1, 0.5, 0.25

    assert induction(weights, 3) == pytest.approx(1.75 / 3)
    assert induction(np.zeros((0, 0)), 0) is None


def test_weights_of_another_shape_are_refused():
    with pytest.raises(ShapeError, match=r"weights has shape \(2, 3\), expected \(2, 2\)"):
        head_measures(np.ones((2, 3)), "ab")
    with pytest.raises(ShapeError, match=r"expected \(4, 4\)"):
        induction(np.eye(3), 2)


def test_the_measures_are_what_their_names_say_entry_by_entry():
    rng = np.random.default_rng(0)
    tokens = [*rng.integers(0, 5, 20).tolist()]
    added = (0, 7, 19)
    weights = rng.dirichlet(np.full(20, 0.3), 20)

    def mean(chosen):
        """Of the queries that are written and have any key that is chosen: what they give to these."""
        sums = [
            sum(weights[i, j] for j in range(20) if chosen(i, j))
            for i in range(20)
            if i not in added and any(chosen(i, j) for j in range(20))
        ]
        return pytest.approx(sum(sums) / len(sums))

    measured = head_measures(weights, tokens, added)

    assert measured.previous == mean(lambda i, j: j == i - 1 and j not in added)
    assert measured.following == mean(lambda i, j: j == i + 1 and j not in added)
    assert measured.same == mean(lambda i, j: j != i and tokens[j] == tokens[i] and j not in added)
    assert measured.first == mean(lambda i, j: j == 0 < i)
    assert measured.added == mean(lambda i, j: j in (7, 19))
