"""Text → tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from attnviz.errors import InputError
from attnviz.inputs.tokens import _ALONE, checked_tokens, listed_tokens, split_text

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the cat sat", ["the", "cat", "sat"]),
        ("Stop, now!", ["Stop", ",", "now", "!"]),
        ("don't it’s 'quoted'", ["don't", "it’s", "'", "quoted", "'"]),
        ("3.14 and 1,000.", ["3.14", "and", "1,000", "."]),
        ("well-known snake_case", ["well", "-", "known", "snake_case"]),
        ("wait... what?!", ["wait", "...", "what", "?", "!"]),
        ("自注意力，好。", ["自", "注", "意", "力", "，", "好", "。"]),
        ("GPT模型2024年", ["GPT", "模", "型", "2024", "年"]),
        ("人人", ["人", "人"]),
        ("きれい", ["きれい"]),
        ("cafe\u0301 हिन्दी", ["cafe\u0301", "हिन्दी"]),
        (f"hi {FAMILY}👍🏽🇫🇷🇩🇪1️⃣", ["hi", FAMILY, "👍🏽", "🇫🇷", "🇩🇪", "1️⃣"]),
        ("😀😀", ["😀😀"]),
        ("ကြောင် ထိုင်", ["ကြောင်", "ထိုင်"]),
        ("[CLS] the cat [SEP] it</s>", ["[CLS]", "the", "cat", "[SEP]", "it", "</s>"]),
        ("jump ##ing <|end|> [a] <b>", ["jump", "##ing", "<|end|>", "[", "a", "]", "<", "b", ">"]),
        ("a\u200bb\ufeff\u00a0c\td\r\ne", ["a", "b", "c", "d", "e"]),
    ],
)
def test_text_falls_into_words_and_punctuation(text, expected):
    assert list(split_text(text)) == expected


def test_chars_are_what_the_eye_sees_and_no_spaces():
    assert split_text(f"ab 猫{FAMILY}e\u0301🏴󠁧󠁢󠁥󠁮󠁧󠁿", "chars") == (
        "a",
        "b",
        "猫",
        FAMILY,
        "e\u0301",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    )


def test_a_separator_keeps_the_parts_between_and_drops_blank_ones():
    assert split_text("New York | Rome||", "|") == ("New York", "Rome")


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
def test_no_visible_character_is_lost(text):
    try:
        kept = "".join(split_text(text, "chars"))
    except InputError:
        kept = ""
    # Only what is invisible by itself may be missing.
    assert [c for c in kept if c.isprintable()] == [
        c for c in text if c.isprintable() and not c.isspace()
    ]


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b"])
@pytest.mark.parametrize("how", ["words", "chars", "|"])
def test_a_blank_text_is_reported(text, how):
    if (text, how) == ("\u200b", "|"):
        assert split_text(text, how) == (text,)
        return
    with pytest.raises(InputError, match=r"^the text is empty: give at least one word$"):
        split_text(text, how)


def test_for_a_misspelt_split_the_nearest_is_reported():
    with pytest.raises(InputError) as caught:
        split_text("the cat", "word")
    assert str(caught.value) == "--split 'word' is nowhere in the text: did you mean 'words'?"


def test_an_empty_separator_is_reported():
    with pytest.raises(InputError) as caught:
        split_text("the cat", "")
    assert str(caught.value) == "--split is empty: say words, chars or the separator"


def test_control_characters_are_refused_because_they_would_steer_the_terminal():
    with pytest.raises(InputError) as caught:
        checked_tokens(["a", "\x1b[31m"], "x.csv")
    assert str(caught.value) == "x.csv, token 2: it holds the control character U+001B; remove it"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("the  cat", ("the", "cat")),
        ('["New York", "Rome"]', ("New York", "Rome")),
        ("[CLS] the cat", ("[CLS]", "the", "cat")),
    ],
)
def test_tokens_are_listed_by_spaces_or_as_json(names, expected):
    assert listed_tokens(names) == expected


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (" ", "--tokens is empty: give at least one token"),
        ("[]", "--tokens is empty: give at least one token"),
        ("[1, 2]", '--tokens is a JSON list of something else: write ["a", "b"]'),
        ('["a", " "]', "--tokens, token 2: it is blank; name it"),
    ],
)
def test_an_invalid_list_of_tokens_is_reported(names, message):
    with pytest.raises(InputError) as caught:
        listed_tokens(names)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("می‌خواهم بروم", ("می‌خواهم", "بروم")),
        ("क्षत्रिय हिन्दी।", ("क्षत्रिय", "हिन्दी", "।")),
        ("น้ำ กำ", ("น้ำ", "กำ")),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿🇩🇪👨‍👩‍👧", ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇩🇪", "👨‍👩‍👧")),
        ("３．１４ 好", ("３．１４", "好")),
    ],
    ids=["Persian", "Hindi", "Thai", "emoji", "full-width"],
)
def test_no_word_is_parted_inside_a_grapheme_or_at_a_joiner(text, words):
    assert split_text(text) == words


def test_characters_of_devanagari_and_thai_keep_their_vowels():
    assert split_text("हिन्दी", "chars") == ("हि", "न्दी")
    assert split_text("น้ำ", "chars") == ("น้ำ",)


def test_what_is_taken_apart_without_the_library_is_so_by_the_library_too():
    alone = [c for c in map(chr, range(0x110000)) if c != "\r" and _ALONE.fullmatch(c)]

    assert len(alone) > 20_000
    assert [c for c in alone if len(list(iter_graphemes(f"{c}{c}a{c}猫{c}"))) != 6] == []


@pytest.mark.parametrize(
    ("separator", "text", "expected"),
    [
        ("\\n", "New York\nRome", ("New York", "Rome")),
        ("\\t", "New York\tRome", ("New York", "Rome")),
        ("\\n", r"a\nb", ("a", "b")),
        ("|", "Rome", ("Rome",)),
    ],
)
def test_a_separator_may_be_typed_as_programs_write_it(separator, text, expected):
    assert split_text(text, separator) == expected


@pytest.mark.parametrize(
    ("separator", "cure"),
    [
        ("字符", "did you mean 'chars'?"),
        ("词", "did you mean 'words'?"),
        ("word", "did you mean 'words'?"),
        ("\\n", "say words, chars or a separator that is in it"),
        (" / ", "say words, chars or a separator that is in it"),
    ],
)
def test_a_separator_that_is_not_in_the_text_is_refused_with_what_may_be_meant(separator, cure):
    with pytest.raises(InputError, match="is nowhere in the text") as refused:
        split_text("我爱猫", separator)

    assert cure in str(refused.value)


@pytest.mark.parametrize(
    ("names", "number"), [("a,b,c", 3), ("我们，爱，猫", 3), ("a、b", 2), ("a;b", 2)]
)
def test_tokens_with_commas_and_no_space_are_refused_with_both_ways_to_write_them(names, number):
    with pytest.raises(InputError) as refused:
        listed_tokens(names)

    several, one = str(refused.value).partition("write ")[2].split(" for several tokens, or ")
    assert len(listed_tokens(several.strip("'"))) == number
    assert listed_tokens(one.removesuffix(" for one").strip("'")) == (names,)


@pytest.mark.parametrize("name", ["1,000", "3.14", ",", "a,", "，猫", '["a,b"]', "[CLS]"])
def test_a_token_may_hold_a_comma(name):
    assert len(listed_tokens(name)) == 1


def test_tokens_may_be_a_list_as_python_prints_it():
    assert listed_tokens(str(["New York", "猫"])) == ("New York", "猫")
