"""A caption is read once: what its tokens are, and what a lesson says of them itself."""

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz.story.caption_tokens import (
    CallToken,
    NumberToken,
    Quoted,
    Raised,
    RootToken,
    Sign,
    SymbolToken,
    Word,
    read_mathematics,
    read_tokens,
)
from attnviz.story.captions import (
    Caption,
    caption_lines,
    fill_template,
    in_one_line,
    joined,
    symbol,
    token_name,
)
from attnviz.story.labels import symbol_of
from attnviz.theme import Role

PIECES = (
    *("q₁", "W_Q", "d_model", "αᵢⱼ", "x_B₁", "√d_k", "√3", "√(a + b)", "exp(−∞)", "exp(", "1,024"),
    *(
        "1.2e+06",
        "10⁻¹⁶",
        "n²",
        "Kᵀ",
        "“a_b”",
        "“",
        "”",
        "(",
        ")",
        "−",
        "%",
        " ",
        "\n",
        "查询",
        "s⌋",
    ),
)
WRITTEN = st.lists(st.sampled_from(PIECES) | st.text(max_size=3)).map("".join)


@given(WRITTEN)
def test_the_texts_of_the_tokens_are_the_text_that_was_read(text):
    for read in (read_tokens, read_mathematics):
        assert "".join(token.text for token in read(text)) == text
    assert "".join(run.text for run in Caption(text).runs) == text


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("q₁", SymbolToken("q₁", "q", indices="₁", role=Role.QUERY)),
        ("s₁,₁₂", SymbolToken("s₁,₁₂", "s", indices="₁,₁₂", role=Role.SCORE)),
        ("αᵢⱼ", SymbolToken("αᵢⱼ", "α", indices="ᵢⱼ", role=Role.WEIGHT)),
        ("W_K", SymbolToken("W_K", "W", "K", role=Role.KEY)),
        ("b_O", SymbolToken("b_O", "b", "O", role=Role.OUTPUT)),
        ("d_model", SymbolToken("d_model", "d", "model")),
        ("E₁", SymbolToken("E₁", "E", indices="₁")),
        ("1,024", NumberToken("1,024")),
        ("√d_k", RootToken("√d_k", (SymbolToken("d_k", "d", "k"),))),
        ("exp(−2)", CallToken("exp(−2)", "exp", (Sign("−"), NumberToken("2")))),
        ("“q₁”", Quoted("“q₁”")),
        ("A", Word("A")),
    ],
)
def test_among_words_each_thing_is_one_token(text, token):
    assert read_tokens(f"with {text}.") == (Word("with"), Sign(" "), token, Sign("."))


def test_a_power_follows_its_number_and_a_number_says_its_digits():
    assert read_tokens("10⁻¹⁶") == (NumberToken("10"), Raised("⁻¹⁶"))
    assert (NumberToken("1,024.5").digits, NumberToken("1.2e−07").exponent) == ("1024.5", -7)
    assert NumberToken("1.2").exponent is None


@pytest.mark.parametrize("text", ["conv₁", "x₁(2)", "n / s₁⌋", "W_Qs", "file_W_Q", "a₁"])
def test_a_letter_that_is_part_of_something_else_has_no_role(text):
    assert [run.role for run in Caption(text).runs] == [None]


def test_a_lone_letter_is_a_symbol_in_a_formula_and_an_article_among_words():
    assert read_mathematics("A") == (SymbolToken("A", "A", role=Role.WEIGHT),)
    assert read_tokens("A") == (Word("A"),)


def roles(caption: Caption) -> dict[str, Role]:
    return {run.text: run.role for run in caption.runs if run.role}


def test_the_role_of_a_symbol_is_what_the_lesson_says_and_not_what_its_letter_says():
    facts = {"it": symbol("x₁", Role.KERNEL), "other": symbol_of("k", 1)}

    assert roles(fill_template("{it} x₁ {other}", facts)) == {"x₁": Role.INPUT, "k₂": Role.KEY}
    assert roles(fill_template("{it} and {other}", facts)) == {"x₁": Role.KERNEL, "k₂": Role.KEY}


@pytest.mark.parametrize("token", ["q₁", "”q₁", "a “ W_Q", "√2"])
def test_the_name_of_a_token_holds_no_symbol_whatever_its_letters_are(token):
    caption = fill_template(
        "the query {symbol} (“{token}”)", {"symbol": "q₂", "token": token_name(token)}
    )

    assert caption == f"the query q₂ (“{token}”)"
    assert roles(caption) == {"q₂": Role.QUERY}
    assert Quoted(f"“{token}”") in caption.tokens


def test_what_a_lesson_says_stays_when_a_caption_is_parted_joined_and_put_in_one_line():
    named = fill_template("关注\n{key}：好", {"key": symbol("c₁", Role.KEY)})

    assert roles(in_one_line(named, "")) == {"c₁": Role.KEY}
    assert in_one_line(named, "") == "关注 c₁：好"
    assert [roles(line) for line in caption_lines(named, "zh")] == [{}, {"c₁": Role.KEY}]
    parts = ("The first half of this caption is on line one", symbol("c₁", Role.KEY))
    first, second = caption_lines(joined([*parts, "and more of it on line two, below"], " "), "en")
    assert (first, roles(first)) == (parts[0][:-4], {})
    assert (second, roles(second)) == ("one c₁ and more of it on line two, below", {"c₁": Role.KEY})


def test_a_caption_is_its_text_wherever_text_is_wanted():
    caption = fill_template("{key} fits", {"key": symbol("k₁", Role.KEY)})

    assert caption == "k₁ fits"
    assert hash(caption) == hash("k₁ fits")
    assert json.dumps(caption, ensure_ascii=False) == '"k₁ fits"'
    again = pickle.loads(pickle.dumps(caption))
    assert (again, again.tokens) == (caption, caption.tokens)


def test_a_fact_is_written_as_its_format_has_it_and_a_missing_one_is_a_mistake():
    assert fill_template("{n:,} and {text!r}", {"n": 1024, "text": "a"}) == "1,024 and 'a'"
    with pytest.raises(KeyError):
        fill_template("{n}", {})
