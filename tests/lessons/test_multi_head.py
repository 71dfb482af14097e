"""The lesson on several heads, against the formula written out here."""

from itertools import combinations

import numpy as np
import pytest

from attnviz import self_attention
from attnviz.core.self_attention import trace_of
from attnviz.errors import InputError
from attnviz.inputs import InputRequest, problem_from
from attnviz.lessons.multi_head.lesson import LESSON as _LESSON
from attnviz.lessons.request import LessonRequest
from attnviz.story.calculation_text import written
from attnviz.story.i18n import words
from tests.cases import same_heads

storyboard = _LESSON.build


def random_heads(n, *, heads=2, d_model=4, d_k=3, seed=0, projected=True, biased=False, **options):
    numbers = np.random.default_rng(seed)
    width = heads * d_k
    if projected:
        options["w_o"] = numbers.normal(size=(width, d_model))
    if biased:
        options["b_o"] = numbers.normal(size=d_model if projected else width)
    return self_attention(
        numbers.normal(size=(n, d_model)),
        *(numbers.normal(size=(d_model, width)) for _ in range(3)),
        heads=heads,
        **options,
    )


def example():
    return trace_of(problem_from(InputRequest(example="two-heads")))


def storyboard_of(trace, **asked):
    return storyboard(LessonRequest(trace, **asked))


def items(board, step):
    return [each.item for each in board.step(step).exhibits]


def weights_by_hand(trace, columns):
    """softmax(Q Kᵀ / √d) of some columns of W_Q and W_K."""
    problem = trace.problem
    q, k = problem.x @ problem.w_q[:, columns], problem.x @ problem.w_k[:, columns]
    exponentials = np.exp(q @ k.T / np.sqrt(q.shape[1]))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def head_by_hand(trace, head):
    d_k = trace.problem.d_k
    return weights_by_hand(trace, slice(head * d_k, (head + 1) * d_k))


def test_the_one_head_has_the_same_matrices_uncut():
    trace = random_heads(5, heads=3)
    scores, weights = items(storyboard_of(trace), "one-head")

    assert np.allclose(weights.values, weights_by_hand(trace, slice(None)))
    separate = [trace.heads[i].q @ trace.heads[i].k.T for i in range(3)]
    assert np.allclose(scores.values * np.sqrt(9), sum(separate))


def test_each_head_that_is_shown_attends_with_its_own_columns():
    trace = random_heads(6)
    first, second = items(storyboard_of(trace), "heads")

    assert (first.head, second.head) == (1, 2)
    assert np.allclose(first.values, head_by_hand(trace, 0))
    assert np.allclose(second.values, head_by_hand(trace, 1))


def test_of_many_heads_the_two_that_differ_most_are_shown():
    trace = random_heads(5, heads=6)
    maps = [head_by_hand(trace, head) for head in range(6)]
    apart = {
        pair: np.abs(maps[pair[0]] - maps[pair[1]]).sum() for pair in combinations(range(6), 2)
    }
    first, second = max(apart, key=apart.get)

    board = storyboard_of(trace)

    assert [each.head for each in items(board, "heads")] == [first + 1, second + 1]
    assert board.step("heads").omitted == (
        f"Shown: heads {first + 1} and {second + 1} of 6, which differ most."
    )


def test_in_the_example_one_head_finds_the_word_before_and_the_other_its_own_kind():
    board = storyboard_of(example(), query=1)

    assert (
        board.step("one-head")
        .narration["mixed"]
        .endswith("q₂ (“cat”) looks at k₁, k₂, k₄: about 0.33 each.")
    )
    assert list(board.step("heads").narration.values()) == [
        "What head 1 finds:\nq₂ (“cat”) looks at k₁ (“red”): 0.97.",
        "And head 2, at the same time:\nq₂ (“cat”) looks at k₂, k₄: about 0.49 each.",
    ]


def test_where_both_find_the_same_for_a_row_the_row_in_which_they_differ_most_is_named():
    trace = random_heads(6, seed=3)
    maps = [head_by_hand(trace, head) for head in range(2)]
    same = [i for i in range(6) if maps[0][i].argmax() == maps[1][i].argmax()]
    assert same

    assert (
        storyboard_of(trace, query=same[0]).query == np.abs(maps[0] - maps[1]).sum(axis=1).argmax()
    )


def test_heads_with_the_same_weights_are_not_described_as_different():
    said = storyboard_of(same_heads(4)).step("heads").narration["second"]

    assert said.startswith("Head 2 finds the same for q₁")


@pytest.mark.parametrize("heads", [2, 4])
def test_the_outputs_are_side_by_side_in_the_order_of_the_heads(heads):
    trace = random_heads(5, heads=heads)
    value = trace.problem.x @ trace.problem.w_v
    outputs = [head_by_hand(trace, i) @ value[:, 3 * i : 3 * i + 3] for i in range(heads)]

    board = storyboard_of(trace)
    *shown, joined = items(board, "concat")
    marks = board.step("concat").exhibits[-1].marks

    assert np.allclose(joined.values, np.hstack(outputs))
    for matrix, mark in zip(shown, marks, strict=True):
        assert np.array_equal(matrix.values, joined.values[:, slice(*mark.columns)])


@pytest.mark.parametrize("biased", [False, True])
def test_the_result_is_the_outputs_times_w_o(biased):
    trace = random_heads(5, biased=biased)
    board = storyboard_of(trace)
    concat, w_o, *bias, result = (each.values for each in items(board, "project"))

    assert np.allclose(result, concat @ w_o + (bias[0] if biased else 0))
    assert len(bias) == biased


def test_one_entry_of_the_result_is_worked_out():
    board = storyboard_of(example(), query=1)
    (calculation,) = board.step("project").worked
    line = " ".join(
        "".join(run.text for run in stage) for stage in written(calculation, words("en"))
    )
    (mark,) = board.step("project").exhibits[-1].marks

    assert line == "y₂[1] = 0.97·1 + 0.03·0 + 0.01·(−1) + 0.99·0 ≈ 0.97 + 0 − 0.01 + 0 = 0.96"
    assert board.numbers.cells(items(board, "project")[-1])[mark.rows[0]][mark.columns[0]] == "0.96"


def test_the_columns_of_each_head_are_framed_and_cover_the_matrices():
    board = storyboard_of(random_heads(3, heads=4))

    for each in board.step("cut").exhibits[:3]:
        edges = [mark.columns for mark in each.marks]
        assert edges == [(0, 3), (3, 6), (6, 9), (9, 12)]
        assert {mark.rows for mark in each.marks} == {(0, 4)}


def test_without_w_o_a_note_says_so_and_the_formula_ends_with_concat():
    board = storyboard_of(random_heads(4, projected=False))

    assert "There is no W_O here" in board.step("concat").narration["plain"]
    assert board.step("formula").formula.plain == "Concat(O₁, …, Oₕ)"


def test_a_query_that_sees_nothing_has_no_strongest_key():
    said = storyboard_of(random_heads(4, mask=np.zeros((4, 4), dtype=bool))).step("heads").narration

    assert set(said.values()) == {"q₁ sees nothing: its weights are 0 in every head."}


def test_one_head_is_refused_with_the_cure():
    with pytest.raises(
        InputError,
        match=r"^the lesson multi-head compares heads, and this input has only one: "
        r"add --heads 2, or take --example two-heads$",
    ):
        storyboard_of(random_heads(3, heads=1))


@pytest.mark.parametrize("name", ["mask", "bias"])
def test_masks_and_biases_of_each_head_are_refused_for_there_is_none_for_a_single_head(name):
    own = np.stack([np.tri(3), np.tri(3).T])
    trace = random_heads(3, **{name: own == 1 if name == "mask" else own})

    with pytest.raises(
        InputError, match="of each head's own fits no single one: take the lesson self-attention"
    ):
        storyboard_of(trace)
