import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from attnviz.typeset.text_width import cut_to_columns
from attnviz.views.terminal.lines import filled
from attnviz.views.terminal.wrapping import wrapped_arithmetic, wrapped_formula, wrapped_prose

NUMBERS = re.compile(r"−?\d+(?:\.\d+)?")


def plain(lines):
    return [line.plain for line in lines]


@given(text=st.text(alphabet="abc 猫，。（）“”😀é−1.·", max_size=80), width=st.integers(4, 40))
def test_wrapped_words_lose_nothing_but_blanks_and_never_overflow(text, width):
    lines = plain(wrapped_prose(Text(text), width))

    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(cell_len(line) <= width for line in lines)


def test_chinese_breaks_between_characters_but_never_before_a_full_stop():
    lines = plain(wrapped_prose(Text("键说的是：凭什么能找到这个位置。再说"), 10))

    assert lines == ["键说的是：", "凭什么能找", "到这个位", "置。再说"]


def test_chinese_never_leaves_an_opening_bracket_at_the_end_of_a_line():
    assert plain(wrapped_prose(Text("查询（甲乙）"), 6)) == ["查询", "（甲", "乙）"]


def test_an_emoji_made_of_several_is_never_taken_apart():
    family = "👩‍👩‍👧"

    lines = plain(wrapped_prose(Text(family * 6), cell_len(family) * 2))

    assert lines == [family * 2] * 3


def test_colours_survive_the_breaking_of_a_line():
    text = Text("one two")
    text.stylize("red", 4, 7)

    _, second = wrapped_prose(text, 4)

    assert [(span.start, span.end, span.style) for span in second.spans] == [(0, 3, "red")]


@given(
    terms=st.lists(
        st.tuples(st.integers(-9999, 9999), st.integers(-999, 999)), min_size=1, max_size=9
    ),
    width=st.integers(24, 60),
)
def test_a_sum_is_never_broken_inside_a_number_or_a_product(terms, width):
    products = [f"{a / 100:.2f}·({b / 100:.2f})".replace("-", "−") for a, b in terms]
    text = "= " + " + ".join(products)

    lines = plain(wrapped_arithmetic(Text(text), width))

    assert " ".join(lines) == text
    assert [n for line in lines for n in NUMBERS.findall(line)] == NUMBERS.findall(text)
    assert all(len(line) <= width for line in lines)
    assert all(line.startswith("+ ") for line in lines[1:])


def test_a_list_too_long_for_a_line_is_broken_after_a_comma():
    lines = plain(wrapped_arithmetic(Text("max(1.25, −2.50, 3.75)"), 12))

    assert lines == ["max(1.25,", "−2.50, 3.75)"]


def test_a_product_too_long_for_a_line_is_broken_before_the_dot():
    assert plain(wrapped_arithmetic(Text("= 1.123456789012·2.123456789012"), 18)) == [
        "= 1.123456789012",
        "·2.123456789012",
    ]


def test_a_formula_is_broken_before_a_relation_first():
    formula = "αⱼ = exp(sⱼ − max s) / Σ exp(s − max s)"

    assert plain(wrapped_formula(Text(formula), 34)) == [
        "αⱼ = exp(sⱼ − max s)",
        "/ Σ exp(s − max s)",
    ]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("cat", 3, "cat"),
        ("cats", 3, "ca…"),
        ("猫猫猫", 5, "猫猫…"),
        ("猫猫猫", 4, "猫…"),
        ("❤️❤️❤️", 4, "❤️…"),
        ("a", 1, "a"),
    ],
)
def test_a_text_is_cut_by_columns_not_by_characters(text, width, expected):
    assert cut_to_columns(text, width) == expected
    assert cell_len(cut_to_columns(text, width)) <= width


def test_a_text_is_filled_by_columns_not_by_characters():
    assert filled("猫", 4) == "猫  "
