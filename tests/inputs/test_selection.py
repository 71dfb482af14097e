"""Which row a user means."""

from dataclasses import replace

import numpy as np
import pytest

from attnviz.core.options import AttentionOptions
from attnviz.core.problem import Problem
from attnviz.core.self_attention import trace_of
from attnviz.errors import InputError, in_short
from attnviz.inputs import InputRequest
from attnviz.inputs.example_files import load_example
from attnviz.inputs.selection import chosen_row, position_of, positions_of, row_of


def problem(*tokens):
    eye = np.eye(2)
    return Problem(
        x=np.ones((len(tokens) or 2, 2)), w_q=eye, w_k=eye, w_v=eye, tokens=tokens or None
    )


@pytest.mark.parametrize(
    ("tokens", "query", "row"),
    [
        (("a", "b"), None, 0),
        (("a", "b"), "b", 1),
        (("a", "b"), " 2 ", 1),
        (("3", "2", "1"), "1", 0),
        (("in", "2024"), "2024", 1),
        ((), "2", 1),
    ],
)
def test_a_number_is_a_position_and_all_else_a_token(tokens, query, row):
    assert row_of(problem(*tokens), query) == row


@pytest.mark.parametrize(
    ("tokens", "query", "message"),
    [
        (
            ("the", "cat", "the"),
            "the",
            "'the' stands at positions 1, 3: say --query 1 or --query 3",
        ),
        (("the", "cat"), "3", "--query 3 is out of range: say a position from 1 to 2"),
        (("the", "cat"), "0", "--query 0 is out of range: say a position from 1 to 2"),
        (("the", "cat"), "-1", "--query -1 is out of range: say a position from 1 to 2"),
        (("cat",), "9" * 5000, f"--query {'9' * 5000} is out of range: say position 1"),
        (
            ("the", "cat"),
            "Cat",
            "--query 'Cat' is not among the 2 tokens: did you mean 'cat'? Else say a position from 1 to 2",
        ),
        (
            ("the", "cat"),
            "dog",
            "--query 'dog' is not among the 2 tokens: say one of them, or a position from 1 to 2",
        ),
        (
            ("an", "un", "##believ", "##able", "cat"),
            "Unbelievable",
            "'Unbelievable' is in pieces, 2 'un', 3 '##believ', 4 '##able': say one of them, as --query 2",
        ),
        (
            ("猫", "动", "物"),
            "动物",
            "'动物' is in pieces, 2 '动', 3 '物': say one of them, as --query 2",
        ),
        ((), "dog", "--query 'dog': the inputs have no names; say a position from 1 to 2"),
    ],
)
def test_for_an_unknown_query_the_known_ones_are_reported(tokens, query, message):
    with pytest.raises(InputError) as caught:
        row_of(problem(*tokens), query)
    assert str(caught.value) == in_short(message)


@pytest.mark.parametrize(("query", "row"), [(None, 3), ("cat", 1)])
def test_the_row_is_the_examples_own_unless_the_user_gives_one(query, row):
    retrieval = load_example("retrieval").problem

    assert chosen_row(InputRequest(example="retrieval"), trace_of(retrieval), query) == row


@pytest.mark.parametrize(
    ("tokens", "query", "row"),
    [("abcde", None, 2), ("ab", None, 1), ("a", None, 0), ("abcde", "a", 0)],
)
def test_where_nobody_looks_ahead_the_middle_row_is_shown(tokens, query, row):
    causal = replace(problem(*tokens), options=AttentionOptions(causal=True))

    assert chosen_row(InputRequest(text=tokens, causal=True), trace_of(causal), query) == row


def test_the_row_of_a_causal_example_is_its_own_too():
    example = load_example("causal")

    assert example.problem.options.causal
    assert example.query is not None
    assert chosen_row(InputRequest(example="causal"), trace_of(example.problem), None) == row_of(
        example.problem, example.query
    )


def test_without_an_example_the_first_row_is_shown():
    assert chosen_row(InputRequest(text="a b"), trace_of(problem("a", "b")), None) == 0


def test_what_is_within_a_token_leads_to_that_token():
    with pytest.raises(InputError) as raised:
        position_of(["动物", "因为它", "累"], "它")

    assert str(raised.value) == (
        "--query '它' is not among the 3 tokens: did you mean '因为它'? Else say a position from 1 to 3"
    )


def test_of_a_token_at_many_positions_the_first_ones_are_reported():
    with pytest.raises(InputError) as raised:
        position_of(["the", "cat"] * 100, "cat", "--to")

    assert str(raised.value) == (
        "'cat' stands at positions 2, 4, 6, 8, 10, 12, 14, 16, … (100 in all): say --to 2 or --to 4"
    )


@pytest.mark.parametrize("two", ["2", "２", "٢", "२"])
def test_a_position_is_read_in_the_digits_of_any_script(two):
    assert position_of(["the", "cat"], two) == 1


@pytest.mark.parametrize("dash", "-‐‑‒–—−－～〜")
def test_a_range_is_read_with_any_dash_and_in_full_width(dash):
    tokens = list("abcde")

    assert positions_of(tokens, f"2{dash}4", "--to", "", []) == (1, 2, 3)
    assert positions_of(tokens, f"２{dash}４", "--to", "", []) == (1, 2, 3)


def test_a_negative_position_with_a_typographic_minus_is_out_of_range():
    with pytest.raises(
        InputError, match=r"^--query −3 is out of range: say a position from 1 to 2"
    ):
        position_of(["a", "b"], "−3")
