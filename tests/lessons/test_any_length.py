"""The lesson on length: n in, n out, and one more vector, against the formula written out here."""

import numpy as np
import pytest

from attnviz import self_attention
from attnviz.errors import InputError
from attnviz.lessons.any_length.lesson import LESSON as _LESSON
from attnviz.lessons.request import LessonRequest
from attnviz.story.exhibits import Table
from attnviz.story.matrix import Matrix
from tests.cases import random_trace

from .conftest import weights_by_hand

storyboard = _LESSON.build


def storyboard_of(trace, **asked):
    return storyboard(LessonRequest(trace, **asked))


def matrices(board, step, symbol):
    items = (each.item for each in board.step(step).exhibits)
    return [each for each in items if isinstance(each, Matrix) and each.symbol == symbol]


def table(board, step):
    (found,) = (e.item for e in board.step(step).exhibits if isinstance(e.item, Table))
    return found


@pytest.mark.parametrize(
    ("n", "lengths"),
    [(1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (5, [2, 3, 5]), (8, [3, 5, 8]), (40, [3, 8, 40])],
)
def test_the_map_is_that_of_the_first_vectors_alone(n, lengths):
    trace = random_trace(n)

    maps = matrices(storyboard_of(trace), "map", "A")

    assert [each.shape for each in maps] == [(length, length) for length in lengths]
    for each in maps:
        by_hand = weights_by_hand(trace.problem.x[: len(each.values)], trace)
        np.testing.assert_allclose(each.values, by_hand, rtol=1e-12)


def test_as_many_vectors_come_out_as_go_in():
    rows = table(storyboard_of(random_trace(8)), "same-weights").rows

    assert [row.cells[1] for row in rows] == ["3×4", "5×4", "8×4"]
    assert [row.cells[5] for row in rows] == ["3×3", "5×5", "8×8"]
    assert [row.cells[6] for row in rows] == ["3×3", "5×3", "8×3"]
    assert all(row.good for row in rows)


@pytest.mark.parametrize("n", [2, 3, 8, 40])
def test_one_more_vector_adds_a_row_and_a_column_and_changes_no_score(n):
    trace = random_trace(n)

    board = storyboard_of(trace)
    before, after = matrices(board, "append", "S")

    m = min(n - 1, 4)
    x = trace.problem.x[: m + 1]
    by_hand = (x @ trace.problem.w_q) @ (x @ trace.problem.w_k).T
    assert before.shape == (m, m)
    np.testing.assert_allclose(after.values, by_hand, rtol=1e-12)
    np.testing.assert_allclose(before.values, after.values[:m, :m], rtol=1e-12, atol=1e-14)
    assert "largest difference 0." in board.step("append").narration["same"]
    marked = board.step("append").exhibits[1].marks
    assert {(r.rows, r.columns) for r in marked} == {
        ((m, m + 1), (0, m + 1)),
        ((0, m + 1), (m, m + 1)),
    }


def test_every_old_weight_shrinks_by_what_the_new_one_takes():
    board = storyboard_of(random_trace(8), query=2)
    before, after = matrices(board, "share", "A")

    shrunk = before.values[0] * (1 - after.values[0, -1])

    np.testing.assert_allclose(after.values[0, :-1], shrunk, rtol=1e-12)
    totals = [each.total.value for each in board.step("share").worked]
    np.testing.assert_allclose(totals, shrunk, rtol=1e-12)


def test_what_is_worked_out_is_equal_only_where_it_is_exact():
    numbers = np.zeros((2, 1))
    board = storyboard_of(self_attention(numbers, [[1.0]], [[1.0]], [[1.0]]))

    (exact,) = board.step("share").worked

    assert (exact.relation, exact.total.text) == ("=", "0.5")
    assert {each.relation for each in storyboard_of(random_trace(8)).step("share").worked} == {"≈"}


def test_with_a_causal_mask_the_old_rows_stay_as_they_were():
    trace = random_trace(8)

    before, after = matrices(storyboard_of(trace), "causal", "A")

    by_hand = weights_by_hand(trace.problem.x[:5], trace, causal=True)
    np.testing.assert_allclose(after.values, by_hand, rtol=1e-12)
    np.testing.assert_allclose(before.values, after.values[:4, :4], rtol=1e-12)
    np.testing.assert_array_equal(after.values[:4, 4], 0)


def test_without_a_mask_the_old_rows_do_not_stay():
    trace = random_trace(8)
    x = trace.problem.x

    before, after = (weights_by_hand(x[:n], trace) for n in (4, 5))

    assert np.abs(before - after[:4, :4]).max() > 0.01


def test_generation_counts_all_scores_against_one_row():
    rows = table(storyboard_of(random_trace(8)), "generation").rows

    assert [row.cells[:3] for row in rows] == [
        ("n = 4", "16", "4"),
        ("n = 5", "25", "5"),
        ("n = 6", "36", "6"),
    ]


@pytest.mark.parametrize("heads", [1, 2])
def test_a_row_on_kept_keys_and_values_is_the_row_of_the_whole(heads):
    rows = table(storyboard_of(random_trace(8, heads=heads)), "generation").rows

    assert [row.cells[3] for row in rows] == ["0", "0", "0"]


def test_a_single_vector_comes_a_second_time():
    board = storyboard_of(random_trace(1))

    _, after = matrices(board, "append", "S")
    assert after.shape == (2, 2)
    assert len(set(after.values.ravel())) == 1
    assert "once more" in board.step("append").narration["why"]


def test_a_mask_of_the_input_is_left_out_with_a_note():
    plain = random_trace(6)
    masked = random_trace(6, causal=True)

    assert "left out" in " ".join(storyboard_of(masked).notes)
    assert "left out" not in " ".join(storyboard_of(plain).notes)
    for one, other in zip(
        matrices(storyboard_of(plain), "map", "A"),
        matrices(storyboard_of(masked), "map", "A"),
        strict=True,
    ):
        np.testing.assert_array_equal(one.values, other.values)


def test_of_several_heads_a_note_says_that_one_is_shown():
    assert storyboard_of(random_trace(6, heads=2)).step("map").omitted == "Shown: 1 of 2 heads."


def test_a_row_that_comes_later_cannot_be_worked_out():
    with pytest.raises(
        InputError,
        match=r"^row 6 is not shown in the lesson any-length: choose one of the first 4 with --query$",
    ):
        storyboard_of(random_trace(8), query=5)
