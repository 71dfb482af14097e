"""The lesson on masks, against softmax written out here."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from attnviz.core.self_attention import trace_of
from attnviz.inputs import InputRequest, problem_from
from attnviz.lessons.masking.lesson import LESSON as _LESSON
from attnviz.lessons.request import LessonRequest
from tests.cases import BAND, NOTHING, masks_of_heads, random_trace

storyboard = _LESSON.build


def example():
    return trace_of(problem_from(InputRequest(example="causal")))


def storyboard_of(trace, **asked):
    return storyboard(LessonRequest(trace, **asked))


def items(board, step):
    return [each.item for each in board.step(step).exhibits]


def weights_by_hand(scores):
    with np.errstate(divide="ignore", invalid="ignore"):
        exponentials = np.exp(scores)
        return np.nan_to_num(exponentials / exponentials.sum(axis=1, keepdims=True))


def scores_by_hand(trace):
    problem = trace.problem
    q, k = (
        problem.x @ w + (0 if b is None else b)
        for w, b in ((problem.w_q, problem.b_q), (problem.w_k, problem.b_k))
    )
    d_k = q.shape[1] // problem.heads
    return q[:, :d_k] @ k[:, :d_k].T * (problem.options.scale or 1 / np.sqrt(d_k))


def written_sums(board, matrix):
    return [
        sum(Decimal(text.replace("−", "-")) for text in row) for row in board.numbers.cells(matrix)
    ]


def test_without_a_mask_of_its_own_a_sequence_gets_the_causal_one():
    trace = random_trace(5)
    later = np.triu_indices(5, k=1)
    scores = scores_by_hand(trace)
    scores[later] = -np.inf

    masked, weights, sums = items(storyboard_of(trace), "before-softmax")

    assert np.isneginf(masked.values[later]).all()
    assert np.allclose(masked.values, scores)
    assert (weights.values[later] == 0).all()
    assert np.allclose(weights.values, weights_by_hand(scores))
    assert np.allclose(sums.values, 1)


def test_before_the_mask_every_score_is_there_and_later_keys_have_weight():
    trace = random_trace(5, causal=True, biased=True)
    scores, weights = items(storyboard_of(trace), "unmasked")

    assert np.allclose(scores.values, scores_by_hand(trace))
    assert np.allclose(weights.values, weights_by_hand(scores_by_hand(trace)))


@pytest.mark.parametrize("mask", [BAND, BAND[::-1]])
def test_the_users_own_mask_is_used_and_named_as_such(mask):
    trace = random_trace(5, mask=mask)
    scores = np.where(mask, scores_by_hand(trace), -np.inf)

    board = storyboard_of(trace)
    masked, weights, _ = items(board, "before-softmax")

    assert np.array_equal(np.isneginf(masked.values), ~mask)
    assert np.allclose(weights.values, weights_by_hand(scores))
    assert board.step("unmasked").narration["why"].startswith("Not every position may see every")


def test_weights_set_to_0_after_softmax_no_longer_sum_to_1():
    trace = random_trace(6)
    visible = np.tril(np.ones((6, 6), dtype=bool))
    whole = weights_by_hand(scores_by_hand(trace))

    board = storyboard_of(trace)
    before, kept, sums = items(board, "after-softmax")

    assert np.allclose(before.values, whole)
    written = [[float(text) for text in row] for row in board.numbers.cells(before)]
    assert np.array_equal(kept.values, np.where(visible, written, 0))
    assert np.allclose(sums.values[:, 0], np.where(visible, whole, 0).sum(axis=1), atol=0.03)
    assert (sums.values[:-1] < 1).all()
    assert written_sums(board, kept) == written_sums(board, sums)


def test_the_share_in_the_caption_is_the_sum_of_the_framed_cells():
    board = storyboard_of(example(), query=2)
    weights = board.step("unmasked").exhibits[1]
    (mark,) = weights.marks
    cells = board.numbers.cells(weights.item)

    assert (mark.rows, mark.columns) == ((2, 3), (3, 4))
    assert cells[2][3] == "0.674"
    assert (
        board.step("unmasked").narration["leak"]
        == "But q₃ (“a”) gives 67% of its weight to what comes later."
    )


def test_the_sum_left_after_a_late_mask_is_that_of_the_requested_row():
    board = storyboard_of(example(), query=1)

    assert board.step("after-softmax").narration["sum"].endswith("q₂ (“upon”) is left with 0.162.")


def test_for_a_row_from_which_nothing_is_hidden_the_one_that_loses_most_is_named():
    trace = random_trace(5)
    lost = np.triu(weights_by_hand(scores_by_hand(trace)), k=1).sum(axis=1)

    assert storyboard_of(trace, query=4).query == int(lost.argmax())


def test_a_query_that_sees_nothing_is_named_as_the_exception():
    said = storyboard_of(random_trace(4, mask=NOTHING)).step("before-softmax").narration["sum"]

    assert said == "Each row still sums to 1, but for q₁:\nwhat sees nothing has no weights."


# ── padding ──


@pytest.mark.parametrize(("n", "lengths"), [(1, [1]), (2, [2, 1]), (4, [4, 2]), (40, [5, 3])])
def test_a_batch_holds_the_sequence_and_a_shorter_one_filled_up(n, lengths):
    board = storyboard_of(random_trace(n, tokens=[f"w{i}" for i in range(n)]))
    table = items(board, "padding")[0]
    wide = max(lengths) if n > 1 else 3

    names = [[f"w{i}" for i in range(real)] + ["PAD"] * (wide - real) for real in lengths]
    assert [list(row.cells[1:]) for row in table.rows] == names


@pytest.mark.parametrize("biased", [False, True])
def test_padding_that_is_seen_takes_weight_and_hidden_takes_none(biased):
    trace = random_trace(7, biased=biased, causal=True)
    padded = np.zeros((5, 4))
    padded[:3] = trace.problem.x[:3]
    scores = scores_by_hand(trace_of(replace(trace.problem, x=padded)))[:3]

    board = storyboard_of(trace)
    seen = items(board, "padding")[1]
    masked, weights, batch, alone = items(board, "padding-hidden")

    assert np.allclose(seen.values, weights_by_hand(scores))
    assert (seen.values[:, 3:] > 0).all()
    assert np.isneginf(masked.values[:, 3:]).all()
    assert np.allclose(masked.values[:, :3], scores[:, :3])
    assert (weights.values[:, 3:] == 0).all()
    value = padded @ trace.problem.w_v + (trace.problem.b_v if biased else 0)
    assert np.allclose(batch.values, weights_by_hand(scores[:, :3]) @ value[:3])
    np.testing.assert_allclose(batch.values, alone.values, rtol=1e-12, atol=1e-14)


def test_the_padding_of_the_example_is_shown_with_its_share():
    said = storyboard_of(example()).step("padding").narration["leak"]

    assert said == "Left visible, the padding takes 28%\nof the weight of q₁ (“once”)."


# ── inputs with something to be said of them ──


def test_for_one_token_the_words_say_that_nothing_comes_after_it():
    said = storyboard_of(random_trace(1)).step("unmasked").narration["leak"]

    assert said == "A single token: nothing comes after it, nothing is hidden."


def test_of_several_heads_a_note_says_that_one_is_shown():
    board = storyboard_of(random_trace(3, heads=2))

    assert board.step("before-softmax").omitted == "Shown: 1 of 2 heads."
    assert "Shown: 1 of 2 heads." in board.step("padding").omitted


def test_of_masks_that_differ_by_head_the_one_of_the_shown_head_hides():
    trace = masks_of_heads(BAND, np.eye(5, dtype=bool))

    board = storyboard_of(trace)
    masked, *_ = items(board, "before-softmax")

    assert np.isneginf(masked.values).tolist() == (~BAND).tolist()
    assert masked.head == 1
    assert "here that of head 1" in board.step("unmasked").narration["why"]


def test_of_biases_that_differ_by_head_the_one_of_the_shown_head_is_added():
    bias = np.arange(18.0).reshape(2, 3, 3)
    trace = random_trace(3, heads=2, bias=bias)

    scores, _ = items(storyboard_of(trace), "unmasked")

    np.testing.assert_allclose(scores.values, scores_by_hand(trace) + bias[0])
