"""Symbols and tokens as they are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz.story.labels import LONGEST, indexed, labels, shown_token, subscript
from attnviz.story.matrix import Label
from attnviz.theme import Role
from attnviz.typeset.text_width import columns_of


def test_positions_are_counted_from_one_and_lowered():
    assert [subscript(i) for i in (0, 8, 9, 199)] == ["₁", "₉", "₁₀", "₂₀₀"]


def test_a_comma_parts_positions_as_soon_as_one_has_two_digits():
    assert indexed("q", 11) == "q₁₂"
    assert indexed("s", 0, 8) == "s₁₉"
    assert indexed("s", 9, 0) == "s₁₀,₁"


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        ("cat", "cat"),
        ("猫", "猫"),
        ("", "∅"),
        (" ", "␣"),
        ("\u3000", "␣"),
        (" the", " the"),
        ("a b", "a b"),
        ("\n", "⏎"),
        ("a\tb", "a⇥b"),
        ("a\u2028b", "a⏎b"),
        ("\r", "␍"),
        ("\x1b[31m", "\ufffd[31m"),
        ("\x00", "\ufffd"),
        ("\u202eabc", "\ufffdabc"),
        ("\ud800", "\ufffd"),
        ("\u0301", "◌\u0301"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("internationalisation", "internation…"),
        ("abcdefghijkl", "abcdefghijkl"),
        ("国际化与本地化", "国际化与本…"),
    ],
)
def test_a_token_is_shown_so_that_it_can_be_seen_and_does_no_harm(token, shown):
    assert shown_token(token) == shown


@given(st.text())
def test_a_shown_token_is_one_line_that_fits_and_can_be_seen(token):
    shown = shown_token(token)

    assert 0 < columns_of(shown) <= LONGEST
    assert len(shown.splitlines()) == 1
    assert "\x1b" not in shown


def test_a_chinese_character_takes_two_columns_and_an_accent_none():
    assert [columns_of(text) for text in ("", "ab", "猫", "e\u0301", "\u0941")] == [0, 2, 2, 1, 0]


def test_a_label_has_the_token_where_there_is_one():
    assert labels("q", 2, ("the", "cat"), Role.QUERY) == (
        Label("q₁", "the", Role.QUERY, 0),
        Label("q₂", "cat", Role.QUERY, 1),
    )
    assert labels("k", 1, None, None) == (Label("k₁", position=0),)
