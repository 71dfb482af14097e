"""A match planted at a distance: what attention and convolution make of it, judged by closed forms and by fields."""

import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz.core.convolution.receptive_fields import receptive_positions
from attnviz.core.measures.needle import ANSWER, QUESTION, SCORE, needle_responses, needle_sequence
from attnviz.core.seeded import standard_normal
from attnviz.errors import InputError


def test_the_vectors_differ_by_the_mark_of_the_answer_and_by_nothing_else():
    needle = needle_sequence(10, distance=4, position=3)

    changed = needle.vectors - needle.without_answer

    assert np.argwhere(changed).tolist() == [[7, ANSWER]]
    assert changed[7, ANSWER] == 1
    assert np.flatnonzero(needle.vectors[:, QUESTION]).tolist() == [3]
    assert np.flatnonzero(needle.without_answer[:, ANSWER]).tolist() == []


def test_every_vector_has_filler_of_its_own_with_two_decimals():
    filler = np.delete(needle_sequence(10, distance=4).vectors, [QUESTION, ANSWER], axis=1)

    assert filler.shape == (10, 6)
    assert len({tuple(row) for row in filler.tolist()}) == 10
    assert np.array_equal(filler, np.round(filler, 2))


def test_no_number_is_a_negative_zero_which_would_be_shown_with_its_sign():
    planted = [needle_sequence(60, distance=1, d_model=60, seed=seed).vectors for seed in range(3)]

    zeros = np.concatenate([vectors[:, 2:][vectors[:, 2:] == 0] for vectors in planted])
    assert zeros.size > 10
    assert not np.signbit(zeros).any()


def test_the_seed_makes_the_filler_and_the_distance_does_not():
    near, far, other = (
        needle_sequence(9, 1).vectors,
        needle_sequence(9, 8).vectors,
        needle_sequence(9, 1, seed=1).vectors,
    )

    assert np.array_equal(near[:, 2:], far[:, 2:])
    assert not np.array_equal(near[:, 2:], other[:, 2:])


def test_only_question_and_answer_score():
    needle = needle_sequence(8, distance=5, position=1)

    scores = needle_responses(needle, layers=0).attention.scores

    assert np.argwhere(scores).tolist() == [[1, 6]]
    assert scores[1, 6] == SCORE


@pytest.mark.parametrize("n", [2, 5, 40])
def test_the_attention_weight_is_the_same_at_every_distance_and_what_the_formula_gives(n):
    expected = math.exp(SCORE) / (math.exp(SCORE) + n - 1)

    for distance in range(1, n):
        responses = needle_responses(needle_sequence(n, distance), layers=0)
        assert responses.attention_weight == pytest.approx(expected, rel=1e-12)
        # Without the answer its component is 0 everywhere: so it is the weight that moves the output.
        assert responses.attention_response == pytest.approx(expected, rel=1e-12)


@given(st.integers(2, 14), st.sampled_from([3, 5]), st.integers(0, 3), st.data())
def test_a_convolution_responds_if_and_only_if_the_answer_is_in_its_field(n, kernel, seed, data):
    position = data.draw(st.integers(0, n - 2))
    distance = data.draw(st.integers(1, n - 1 - position))
    needle = needle_sequence(n, distance, position=position, d_model=4, seed=seed)

    responses = needle_responses(needle, layers=6, kernel=kernel)

    in_field = [
        receptive_positions(n, kernel, count, position)[0, position + distance]
        for count in range(7)
    ]
    assert (responses.convolution_responses != 0).tolist() == in_field
    assert [count >= responses.layers_needed for count in range(7)] == in_field


def test_the_first_response_is_the_product_of_the_kernels_ends():
    # A distance of one under one layer: what reaches the question is the right end of each kernel.
    needle = needle_sequence(6, distance=1, position=2, d_model=5, seed=9)
    ends = standard_normal((5, 5, 3), 9, 1)[:, ANSWER, 2] / math.sqrt(3 * 5)

    response = needle_responses(needle, layers=1).convolution_responses[1]

    assert response == pytest.approx(np.abs(ends).max(), rel=1e-9)


def test_two_equal_answers_get_equal_weights_as_attention_has_no_positions():
    needle = needle_sequence(9, distance=2)
    both = needle.vectors.copy()
    both[7, ANSWER] = 1

    scores = (both @ needle.w_q) @ (both @ needle.w_k).T

    assert scores[0, 2] == scores[0, 7] == SCORE


def test_everything_is_read_only():
    needle = needle_sequence(5, distance=2)
    responses = needle_responses(needle, layers=2)

    arrays = [
        value
        for whole in (needle, responses)
        for each in fields(whole)
        if isinstance(value := getattr(whole, each.name), np.ndarray)
    ]
    assert len(arrays) == 6
    assert not any(each.flags.writeable for each in arrays)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: needle_sequence(8, distance=6, position=2),
            "distance is 6 from position 2, expected at most 5: n is 8, counted from 0; "
            "shorten the distance or lengthen the sequence",
        ),
        (
            lambda: needle_sequence(8, distance=0),
            "distance is 0, expected a whole number of at least 1",
        ),
        (lambda: needle_sequence(1, distance=1), "n is 1, expected a whole number of at least 2"),
        (
            lambda: needle_sequence(8, distance=1, position=-1),
            "position is -1, expected a whole number of at least 0",
        ),
        (
            lambda: needle_sequence(8, distance=1, d_model=2),
            "d_model is 2, expected a whole number of at least 3",
        ),
        (
            lambda: needle_sequence(8, distance=1, seed=-1),
            "seed is -1, expected a whole number of at least 0",
        ),
        (
            lambda: needle_responses(needle_sequence(8, distance=1), layers=-1),
            "layers is -1, expected a whole number of at least 0",
        ),
        (
            lambda: needle_responses(needle_sequence(8, distance=1), layers=1, kernel=4),
            "kernel is 4, expected an odd number: only then it has a centre, "
            "and the same padding on either side",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(InputError) as caught:
        call()

    assert str(caught.value) == message
