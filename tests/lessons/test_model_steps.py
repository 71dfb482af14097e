"""The steps that trained models and arrays from elsewhere have: places, pair, links, sinks, shared keys."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from attnviz import self_attention, trace_of
from attnviz.core.positions import rotary_angles
from attnviz.core.problem import given_heads
from attnviz.errors import InputError
from attnviz.lessons.self_attention.steps import self_attention_storyboard
from attnviz.story.exhibits import Links, Turns
from attnviz.story.labels import symbol_of
from attnviz.theme import Role
from tests.cases import elsewhere, pair_of_texts, random_trace, shared_keys, trained


def storyboard_of(trace, **asked):
    return self_attention_storyboard(trace, **asked)


def number(text: str) -> Decimal:
    return Decimal(text.replace("−", "-"))


def is_rounded(value: Decimal, text: str) -> bool:
    """Whether the text is the value to half a unit of its last digit."""
    return abs(value - number(text)) <= Decimal(10) ** number(text).as_tuple().exponent / 2


def test_products_as_written_add_up_to_their_rows_and_these_to_the_score():
    for seed in range(20):
        trace = random_trace(6, d_model=8, d_k=32, seed=seed)
        board = storyboard_of(trace, query=2, key=seed % 6)
        *_, products, sums = [each.item for each in board.step("pair").exhibits]
        rows = [list(map(number, row)) for row in board.numbers.cells(products)]
        written = [text for (text,) in board.numbers.cells(sums)]
        score = board.numbers.text(float(trace.heads[0].stages.scores[2, seed % 6]))

        for row, text in zip(rows, written, strict=True):
            assert is_rounded(sum(row), text)
        assert is_rounded(sum(map(number, written)), score)
        largest = max(range(8), key=lambda i: abs(sums.values[i, 0]))
        said = board.step("pair").narration["groups"]
        assert board.numbers.cells(sums)[largest][0] + "." in said


def test_without_a_key_the_strongest_is_followed():
    trace = random_trace(6, d_k=16)
    strongest = int(trace.heads[0].stages.weights[1].argmax())

    board = storyboard_of(trace, query=1)

    assert f"k{'₁₂₃₄₅₆'[strongest]}" in board.step("pair").narration["why"]


def test_a_key_where_no_product_is_followed_is_refused():
    with pytest.raises(
        InputError, match=r"--key follows one product where d_k is more than 8, and here it is 3"
    ):
        storyboard_of(random_trace(3), key=1)
    with pytest.raises(InputError, match="no key 7: the sequence has 3"):
        storyboard_of(random_trace(3, d_k=16), key=6)


def test_pairs_of_entries_are_turned_as_the_core_turns_them():
    trace = random_trace(5, d_k=16, rotation=rotary_angles(5, 16))
    head = trace.heads[0]

    tables = [each.item for each in storyboard_of(trace, query=3, key=2).step("places").exhibits]

    query, key = (each for each in tables if isinstance(each, Turns))
    for table, before, after in (
        (query, head.projected_q[3], head.q[3]),
        (key, head.projected_k[2], head.k[2]),
    ):
        for turn in table.turns:
            i, j = turn.entries
            np.testing.assert_allclose(turn.before, before[[i, j]], atol=1e-12)
            np.testing.assert_allclose(turn.after, after[[i, j]], atol=1e-12)
            assert j == i + 8
            assert turn.angle == pytest.approx(
                trace.problem.rotation[3 if table is query else 2, i]
            )


def test_the_names_of_what_was_projected_have_their_biases():
    trace = random_trace(4, d_k=4, biased=True, rotation=rotary_angles(4, 4))

    shown = [each.item.symbol for each in storyboard_of(trace).step("places").exhibits[:4]]

    assert shown == ["X W_Q + b_Q", "Q", "X W_K + b_K", "K"]


def test_a_rotation_of_nothing_is_no_step():
    assert "places" not in {
        each.id for each in storyboard_of(random_trace(3, d_k=1, rotation=np.zeros((3, 0)))).steps
    }


def test_links_are_counted_and_repeated_tokens_distinguished():
    trace = trained(random_trace(10, d_model=32, d_k=4, size=2, tokens=["a", "b", "a", *"cdefghi"]))

    own, rest = (each.item for each in storyboard_of(trace, query=3).step("links").exhibits)

    assert isinstance(own, Links)
    assert {link.query for link in own.links} == {own.query} == {3}
    assert 3 not in {link.query for link in rest.links}
    weights = trace.heads[0].stages.weights
    others = np.delete(weights, 3, axis=0)
    assert len(rest.links) == (others >= 0.1).sum()
    said = storyboard_of(trace, query=3).step("links").narration["rest"]
    assert f"{len(rest.links)} links of at least 0.1" in said
    assert {"1 a", "3 a"} >= {
        cell for row in (*own.rows, *rest.rows) for cell in row.cells if "a" in cell
    }
    assert [link.weight for link in rest.links] == sorted(
        (link.weight for link in rest.links), reverse=True
    )


def test_a_sink_is_in_every_formula_with_softmax():
    board = storyboard_of(random_trace(3, sinks=[3.0]), query=1)

    assert board.step("all-rows").formula.plain == "A = softmax_b(S/√d_k),  O = A V"
    assert board.step("formula").formula.plain == "Attention(Q, K, V) = softmax_b(Q Kᵀ / √d_k) V"
    assert [each.symbol for each in board.step("why-scale").results] == [
        "softmax_b(S)",
        "softmax_b(S/√d_k)",
    ]


def test_the_largest_number_that_softmax_subtracts_may_be_the_sink():
    board = storyboard_of(random_trace(3, sinks=[1000.0]))

    (largest, *_) = board.step("softmax").worked
    assert largest.total.value == 1000
    total = next(each for each in board.step("softmax").worked if each.part == "sum").total
    assert total.value == pytest.approx(1)


def test_heads_are_called_by_the_numbers_by_which_they_were_chosen():
    chosen = trace_of(replace(random_trace(3, heads=2).problem, provenance={"heads": "7,3"}))

    assert {each.head for each in storyboard_of(chosen).step("all-rows").results} == {7, 3}
    assert {
        each.head for each in storyboard_of(random_trace(3, heads=2)).step("all-rows").results
    } == {1, 2}


def test_a_step_on_one_head_of_several_names_the_head():
    chosen = replace(random_trace(3, heads=2).problem, provenance={"heads": "7,3"})
    heads = {step.id: step.head for step in storyboard_of(trace_of(chosen)).steps}

    everyone = {"inputs", "weights", "heads", "formula"}
    assert {name for name, head in heads.items() if head is None} == everyone
    assert {head for name, head in heads.items() if name not in everyone} == {7}
    assert {step.head for step in storyboard_of(random_trace(3)).steps} == {None}


def test_heads_that_share_keys_are_described_as_such():
    board = storyboard_of(shared_keys(3))

    assert "2 at a time share columns of W_K and W_V" in board.step("weights").narration["heads"]
    assert "2 heads at a time share K and V" in board.step("heads").narration["why"]


def test_of_shared_keys_all_heads_keep_them_and_chosen_ones_have_their_own():
    q, k = np.ones((4, 3, 2)), np.ones((2, 3, 2))

    whole, some = given_heads(q, k, k, range(4)), given_heads(q, k, k, [3, 0])

    assert (whole.kv_heads, whole.k.shape, some.kv_heads, some.k.shape) == (2, (3, 4), None, (3, 4))


def test_what_comes_from_elsewhere_has_no_step_that_would_make_it():
    steps = {each.id for each in storyboard_of(elsewhere(3)).steps}

    assert not steps & {"inputs", "weights", "queries", "keys", "values", "places"}
    assert [each.item.role for each in storyboard_of(elsewhere(3)).step("given").exhibits] == [
        Role.QUERY,
        Role.KEY,
        Role.VALUE,
    ]


def test_a_lesson_that_makes_queries_itself_refuses_those_that_are_given():
    from attnviz.lessons.registry import build_storyboard as lesson_told
    from attnviz.lessons.request import LessonRequest

    with pytest.raises(
        InputError, match="these come from elsewhere: only self-attention is told on them"
    ):
        lesson_told("masking", LessonRequest(elsewhere(3)))
    with pytest.raises(InputError, match="no heads that share keys: only self-attention"):
        lesson_told("masking", LessonRequest(shared_keys(3)))


def test_a_query_of_nothing_has_no_direction_to_turn():
    trace = self_attention(
        np.zeros((2, 4)), *(np.eye(4),) * 3, rotation=rotary_angles(2, 4), tokens=["a", "b"]
    )

    (query, _) = [
        e.item for e in storyboard_of(trace).step("places").exhibits if isinstance(e.item, Turns)
    ]

    assert [turn.before for turn in query.turns] == [(0.0, 0.0), (0.0, 0.0)]


# ── two texts as a pair ──


@pytest.mark.parametrize("n", [6, 30])
def test_each_token_of_a_pair_of_texts_has_the_letter_of_its_text_where_it_is_first_listed(n):
    board = self_attention_storyboard(pair_of_texts(n))

    [x] = board.step("inputs").results

    assert [each.token for each in x.rows] == ["A word"] * (n // 2) + ["B word"] * (n // 2)
    said = board.step("inputs").narration["why"]
    assert "Two texts, A and B" in said
    assert f"B begins with {symbol_of('x', n // 2)} (“word”)" in said


@pytest.mark.parametrize("second", ["0", "6", "99"])
def test_a_second_text_that_begins_nowhere_is_not_shown(second):
    trace = trained(random_trace(6, tokens=list("abcdef")), second_text=second)

    [x] = self_attention_storyboard(trace).step("inputs").results

    assert [each.token for each in x.rows] == list("abcdef")
