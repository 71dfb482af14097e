"""The lesson on order: permuted in, permuted out, against the formulas written out here."""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz import self_attention
from attnviz.errors import InputError
from attnviz.lessons.order.lesson import LESSON as _LESSON
from attnviz.lessons.order.reordering import Reordering
from attnviz.lessons.request import LessonRequest
from attnviz.lessons.sequence import rearranged
from attnviz.story.exhibits import Plot, Table
from attnviz.story.matrix import Matrix
from tests.cases import CASES, random_trace

from .conftest import weights_by_hand

storyboard = _LESSON.build


def output_by_hand(x, trace, *, causal=False):
    return weights_by_hand(x, trace, causal=causal) @ (x @ trace.problem.w_v)


def encoding_by_hand(n, d_model):
    """PE(pos, 2i) = sin(pos / 10000^(2i/d_model)), PE(pos, 2i+1) = cos of the same, entry by entry."""
    return np.array(
        [
            [
                (math.sin if j % 2 == 0 else math.cos)(pos / 10000 ** ((j - j % 2) / d_model))
                for j in range(d_model)
            ]
            for pos in range(n)
        ]
    )


def storyboard_of(trace, **asked):
    return storyboard(LessonRequest(trace, **asked))


def items(board, step, kind):
    return [e.item for e in board.step(step).exhibits if isinstance(e.item, kind)]


SWAPPED = [2, 1, 0]
"""Of three, the first and the last trade places."""


def test_the_first_and_the_last_are_swapped_with_their_names():
    trace = random_trace(3, tokens=["dog", "bites", "man"])

    before, after = items(storyboard_of(trace), "permute", Matrix)

    np.testing.assert_array_equal(after.values, before.values[SWAPPED])
    assert [(each.symbol, each.token) for each in after.rows] == [
        ("x₃", "man"),
        ("x₂", "bites"),
        ("x₁", "dog"),
    ]


def test_the_requested_row_is_swapped_with_the_one_furthest_away():
    before, after = items(storyboard_of(random_trace(5), query=3), "permute", Matrix)

    np.testing.assert_array_equal(after.values, before.values[[3, 1, 2, 0, 4]])


def test_a_vector_is_not_swapped_with_an_equal_one():
    trace = random_trace(3)
    x = trace.problem.x.copy()
    x[2] = x[0]
    same_ends = self_attention(x, trace.problem.w_q, trace.problem.w_k, trace.problem.w_v)

    before, after = items(storyboard_of(same_ends), "permute", Matrix)

    np.testing.assert_array_equal(after.values, before.values[[1, 0, 2]])


def test_attention_computed_in_the_new_order_gives_the_old_outputs_in_new_places():
    trace = random_trace(3)

    before, after = items(storyboard_of(trace), "attention", Matrix)[2:]

    np.testing.assert_allclose(before.values, output_by_hand(trace.problem.x, trace), rtol=1e-12)
    np.testing.assert_allclose(after.values, before.values[SWAPPED], rtol=1e-12)


def test_rows_and_columns_of_the_map_are_swapped():
    before, after = items(storyboard_of(random_trace(3)), "attention", Matrix)[:2]

    np.testing.assert_allclose(after.values, before.values[SWAPPED][:, SWAPPED], rtol=1e-12)
    assert [each.symbol for each in after.columns] == ["k₃", "k₂", "k₁"]


def test_weights_that_tie_keep_their_digits_where_they_move():
    """Three thirds are not made to add up: none of them is 0.34, whichever comes first."""
    x = np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]])
    board = storyboard_of(self_attention(x, np.zeros((2, 2)), np.zeros((2, 2)), np.eye(2)))

    before, after = items(board, "attention", Matrix)[:2]

    assert board.numbers.cells(before) == board.numbers.cells(after)


@pytest.mark.parametrize("seed", range(8))
def test_every_row_of_weights_adds_up_as_it_is_shown_in_both_orders(seed):
    board = storyboard_of(random_trace(5, seed=seed))

    for matrix in items(board, "attention", Matrix)[:2]:
        sums = {sum(map(Decimal, row)) for row in board.numbers.cells(matrix)}
        assert sums == {Decimal(1)}


@given(n=st.integers(1, 6), heads=st.integers(1, 3), seed=st.integers(0, 10**6), data=st.data())
def test_attention_is_permuted_as_its_inputs_are_whatever_the_order(n, heads, seed, data):
    order = data.draw(st.permutations(range(n)))
    trace = random_trace(n, heads=heads, seed=seed)

    moved = self_attention(
        trace.problem.x[order],
        trace.problem.w_q,
        trace.problem.w_k,
        trace.problem.w_v,
        heads=heads,
    )

    np.testing.assert_allclose(moved.output, trace.output[order], rtol=1e-9, atol=1e-12)


@given(n=st.integers(2, 6), seed=st.integers(0, 10**6), data=st.data())
def test_what_the_lesson_measures_is_rounding_for_attention_and_more_for_all_else(n, seed, data):
    first, second = data.draw(st.permutations(range(n)))[:2]
    problem = rearranged(random_trace(n, seed=seed).problem, range(n))
    reordering = Reordering(problem, first, second, seed)

    assert reordering.attention.difference == reordering.weights.difference == 0
    assert not reordering.attention.differs
    assert reordering.convolution.differs
    assert reordering.with_positions.differs
    assert reordering.with_causal_mask.differs


def test_a_convolution_of_the_new_order_does_not_give_the_old_outputs_in_new_places():
    trace = random_trace(3)
    kernel, moved, anew = (
        each.values for each in items(storyboard_of(trace, seed=5), "convolution", Matrix)
    )

    def by_hand(x):
        padded = np.vstack([np.zeros((1, 4)), x, np.zeros((1, 4))])
        return np.array([[(kernel * padded[i : i + 3]).sum()] for i in range(len(x))])

    np.testing.assert_allclose(moved, by_hand(trace.problem.x)[SWAPPED], rtol=1e-12)
    np.testing.assert_allclose(anew, by_hand(trace.problem.x[SWAPPED]), rtol=1e-12)
    assert np.abs(moved - anew).max() > 0.1


@pytest.mark.parametrize("d_model", [1, 2, 4, 5])
def test_the_encoding_is_that_of_the_article(d_model):
    (encoding,) = items(storyboard_of(random_trace(4, d_model=d_model)), "positions", Matrix)

    np.testing.assert_allclose(encoding.values, encoding_by_hand(4, d_model), atol=1e-12)


def test_the_curves_are_columns_of_the_encoding():
    (plot,) = items(storyboard_of(random_trace(3)), "positions", Plot)

    by_hand = encoding_by_hand(16, 4)
    np.testing.assert_allclose(plot.series[0].y, by_hand[:, 0], atol=1e-12)
    np.testing.assert_allclose(plot.series[1].y, by_hand[:, 2], atol=1e-12)


def test_with_positions_the_outputs_are_those_of_other_sums():
    trace = random_trace(3)
    x, positions = trace.problem.x, encoding_by_hand(3, 4)

    moved, anew = (
        each.values for each in items(storyboard_of(trace), "with-positions", Matrix)[2:]
    )

    np.testing.assert_allclose(moved, output_by_hand(x + positions, trace)[SWAPPED], rtol=1e-9)
    np.testing.assert_allclose(anew, output_by_hand(x[SWAPPED] + positions, trace), rtol=1e-9)
    assert np.abs(moved - anew).max() > 0.01


def test_the_table_says_what_was_measured():
    trace = random_trace(3)
    x = trace.problem.x
    causal = np.abs(
        output_by_hand(x, trace, causal=True)[SWAPPED]
        - output_by_hand(x[SWAPPED], trace, causal=True)
    ).max()

    board = storyboard_of(trace)
    (table,) = items(board, "compare", Table)

    assert [row.cells[2] for row in table.rows] == ["no", "yes", "yes", "yes"]
    assert table.rows[3].cells[1] == board.numbers.text(causal)


def test_weights_that_ignore_positions_are_described_as_such():
    board = storyboard_of(CASES["values of nothing"].trace)

    assert "make nothing of it" in board.step("with-positions").narration["outputs"]
    assert "causal" not in board.step("compare").narration


def test_a_single_vector_and_equal_ones_have_one_order():
    assert (
        "only one order" in storyboard_of(CASES["one token"].trace).step("permute").narration["why"]
    )
    assert "are the same" in storyboard_of(CASES["ties"].trace).step("permute").narration["why"]


def test_what_is_left_out_is_noted():
    many = " ".join(storyboard_of(random_trace(8, causal=True)).notes)
    few = " ".join(storyboard_of(random_trace(3)).notes)

    assert "the first 6 of 8 vectors" in many
    assert "left out" in many
    assert "the first" not in few
    assert "left out" not in few


def test_a_row_past_those_that_are_shown_cannot_be_followed():
    with pytest.raises(
        InputError,
        match=r"^row 8 is not shown in the lesson order: choose one of the first 6 with --query$",
    ):
        storyboard_of(random_trace(8), query=7)


def test_single_precision_is_no_notion_of_order():
    trace = random_trace(5)
    problem = trace.problem
    single = self_attention(
        *(each.astype(np.float32) for each in (problem.x, problem.w_q, problem.w_k, problem.w_v))
    )

    (table,) = items(storyboard_of(single), "compare", Table)

    assert [row.cells[2] for row in table.rows] == ["no", "yes", "yes", "yes"]
