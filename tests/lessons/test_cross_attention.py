"""The lesson on queries of one sequence and keys of another, against NumPy alone."""

import re

import numpy as np
import pytest

from attnviz import explain, lesson
from attnviz.errors import InputError
from attnviz.story.storyboard import Storyboard
from tests.cases import CASES, crossing

CROSSED = [
    name
    for name, case in CASES.items()
    if case.lesson == "self-attention" and case.trace.problem.is_cross_attention
]


def weights_by_hand(problem, head: int) -> np.ndarray:
    """softmax of the scores of one head, pair by pair: (n_q, n_k)."""
    options, shared = problem.options, problem.heads // problem.n_kv_heads
    q = np.split(problem.q, problem.heads, axis=1)[head]
    k = np.split(problem.k, problem.n_kv_heads, axis=1)[head // shared]
    scores = np.full((problem.n_q, problem.n_k), -np.inf)
    for i in range(problem.n_q):
        for j in range(problem.n_k):
            score = sum(a * b for a, b in zip(q[i], k[j], strict=True)) / np.sqrt(q.shape[1])
            if options.softcap is not None:
                score = options.softcap * np.tanh(score / options.softcap)
            score += 0 if options.bias is None else options.bias[i, j]
            is_later = options.causal and j > i + options.offset
            is_hidden = options.mask is not None and not options.mask[i, j]
            scores[i, j] = -np.inf if is_later or is_hidden else score
    sink = -np.inf if options.sinks is None else options.sinks[head]
    exponentials = np.exp(scores)
    totals = exponentials.sum(axis=1, keepdims=True) + np.exp(sink)
    return np.divide(exponentials, totals, out=np.zeros_like(scores), where=totals > 0)


def matrix(board: Storyboard, step: str, symbol: str, head: int = 0):
    return [each for each in board.step(step).results if each.symbol == symbol][head]


@pytest.fixture(scope="module", params=CROSSED)
def board(request: pytest.FixtureRequest) -> Storyboard:
    return CASES[request.param].storyboard()


def test_weights_and_outputs_are_those_of_numpy(board):
    problem = board.trace.problem
    shared = problem.heads // problem.n_kv_heads

    for head in range(problem.heads):
        weights = weights_by_hand(problem, head)
        v = np.split(problem.v, problem.n_kv_heads, axis=1)[head // shared]
        shown = matrix(board, "all-rows", "A", head).values
        np.testing.assert_allclose(shown, weights, rtol=1e-9, atol=1e-12)
        output = matrix(board, "all-rows", "O", head).values
        np.testing.assert_allclose(output, weights @ v, rtol=1e-9, atol=1e-12)


def test_the_worked_row_is_that_of_the_query_over_all_keys(board):
    problem = board.trace.problem

    row = matrix(board, "softmax", "A")
    np.testing.assert_allclose(
        row.values, weights_by_hand(problem, 0)[[board.query]], rtol=1e-9, atol=1e-12
    )
    q = problem.q[board.query, : problem.d_k]
    for each in board.step("scores").worked:
        key = problem.k[each.position, : problem.d_k]
        assert each.total.value == pytest.approx(float(q @ key))


def test_rows_are_named_as_queries_and_columns_as_keys(board):
    problem = board.trace.problem

    for step in board.steps:
        for each in (*step.operands, *step.results, *(e.item for e in step.exhibits)):
            for labels in (getattr(each, "rows", ()), getattr(each, "columns", ())):
                found = [
                    (label.symbol[0], label.position, label.token)
                    for label in labels
                    if getattr(label, "position", None) is not None
                ]
                for letter, position, token in found:
                    names = problem.context_tokens if letter in "kv" else problem.tokens
                    assert position < (problem.n_k if letter in "kv" else problem.n_q)
                    assert (token is None) == (names is None)
                    assert names is None or token[:5] == names[position][:5]


def test_the_steps_between_have_the_shape_of_all_keys(board):
    n_k = board.trace.problem.n_k

    for step in board.steps:
        if step.on_score_stack:
            assert {each.shape for each in step.results} == {(1, n_k)}
    assert matrix(board, "all-rows", "A").shape == (board.trace.problem.n_q, n_k)


def test_the_counts_are_said_in_both_languages():
    case = CASES["two queries, five keys"]

    english, chinese = case.storyboard(), case.storyboard(language="zh")

    assert english.title == "Cross-attention"
    assert (
        english.step("given")
        .narration["cross"]
        .startswith("Attention from 2 queries to 5 keys (cross-attention)")
    )
    assert chinese.title == "交叉注意力"
    assert (
        chinese.step("given")
        .narration["cross"]
        .startswith("从 2 个查询到 5 个键的注意力（交叉注意力）")
    )


def test_one_of_each_is_said_as_one():
    one_query = CASES["one query, five keys"].storyboard()
    one_key = CASES["four queries, one key"].storyboard()

    assert "from 1 query to 5 keys" in one_query.step("given").narration["cross"]
    assert "from 4 queries to 1 key (" in one_key.step("given").narration["cross"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "two queries, five keys, causal from the first",
            r"upper left: query 1 sees key 1 alone\.\nq₂ .* sees k₁–k₂, later scores are −∞",
        ),
        ("five queries, two keys, causal from the first", r"upper left.*\nq₄ .* sees every key\."),
        (
            "two queries, five keys, causal to the last",
            r"lower right: the last query sees all\.\nq₁ .* sees k₁–k₄, later scores are −∞",
        ),
        ("three queries, five keys, causal to the last, last row", r"lower right.*\nSo does q₃\."),
        ("five queries, two keys, causal to the last", r"Some keys are hidden from q₂"),
    ],
)
def test_a_causal_mask_says_from_which_end_it_counts(name, said):
    assert re.search(said, CASES[name].storyboard(language="en").step("mask").narration["why"])


def test_a_note_says_how_many_of_all_keys_are_worked_out():
    wide = CASES["three queries, four hundred keys"].storyboard()
    tall = CASES["four hundred queries, three keys"].storyboard()

    assert "the other 393 follow the same way" in wide.step("scores").omitted
    assert wide.step("softmax").worked[-8].terms[-1].merged == 393
    assert tall.step("scores").omitted is None


def test_the_worked_row_is_marked_among_queries_and_not_among_keys():
    page = str(explain(crossing(4, 4, key_tokens=list("abcd")), query=1, width=80))

    marked = re.findall(r"▸ (\w)", page)

    assert set(marked) == {"q", "o"}


def test_a_query_and_a_key_are_chosen_by_their_own_names():
    trace = crossing(
        2, 5, d_k=32, tokens=["le", "chat"], key_tokens=["the", "cat", "le", "on", "a"]
    )

    board = explain(trace, query="chat", key="le").storyboard

    assert "q₂ (“chat”) and k₃ (“le”)" in board.step("pair").narration["why"]
    with pytest.raises(InputError, match="'chat' is not among the 5 tokens"):
        explain(trace, key="chat")


@pytest.mark.parametrize(
    ("options", "said"),
    [({"query": 2}, "no row 3: there are 2"), ({"key": 5}, "no key 6: there are 5")],
)
def test_a_row_or_a_key_that_is_not_there_is_refused(options, said):
    with pytest.raises(InputError) as caught:
        explain(crossing(2, 5, d_k=32), **options)

    assert str(caught.value) == said


@pytest.mark.parametrize("name", ["any-length", "order", "multi-head", "masking"])
def test_lessons_on_one_sequence_refuse_it_in_one_line(name):
    with pytest.raises(InputError) as caught:
        lesson(name, crossing(2, 5, heads=2))

    assert str(caught.value) == (
        f"the lesson {name} is about one sequence, and this is attention from 2 queries to 5 keys "
        "(cross-attention): choose self-attention, which shows it"
    )


def test_no_keys_at_all_are_refused():
    with pytest.raises(
        InputError, match="nothing to explain: there are no keys, give at least one"
    ):
        lesson(trace=crossing(2, 0))
