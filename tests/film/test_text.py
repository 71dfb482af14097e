"""Text: figures of equal width, lowered letters, one baseline, and what is too long."""

from itertools import pairwise

import numpy as np
import pytest

from attnviz.errors import InputError
from attnviz.typeset.fonts import Weight, check_characters, missing_characters, shape, typeface
from attnviz.typeset.typefaces import latin
from attnviz.views.film.components.text import (
    Line,
    cut_to_pitch,
    cut_to_width,
    label,
    widest,
    width_of,
)
from attnviz.views.film.style import Size

WHITE = "#FFFFFF"


def advance(text, weight=Weight.MEDIUM):
    return shape(text, weight).width


def extent(mobject):
    low, high = mobject.points.min(axis=0), mobject.points.max(axis=0)
    return low[:2], high[:2]


@pytest.mark.parametrize("weight", Weight)
def test_all_figures_are_equally_wide(weight):
    assert {advance(digit, weight) for digit in "0123456789"} == {advance("0", weight)}
    assert advance("1.11", weight) == pytest.approx(advance("8.08", weight))


def test_letters_are_kerned():
    assert advance("AV") < advance("A") + advance("V")


def test_heavier_letters_are_wider():
    assert advance("attention", Weight.BOLD) > advance("attention", Weight.MEDIUM)


def test_blanks_take_room_and_have_no_outline():
    assert advance("a b") > advance("ab")
    assert len(shape("a b", Weight.MEDIUM).outlines) == 2


def test_every_glyph_knows_the_character_that_it_came_from():
    shaped = shape("q₁ ≈ 2", Weight.MEDIUM)
    assert shaped.characters == (0, 1, 3, 5)
    assert all(len(outline) % 4 == 0 for outline in shaped.outlines)


def test_outlines_are_closed():
    for outline in shape("o8", Weight.MEDIUM).outlines:
        starts, ends = outline[0::4], outline[3::4]
        assert np.allclose(np.sort(starts, axis=0), np.sort(ends, axis=0))


def test_missing_characters_are_named_once_in_their_order():
    with typeface(latin()):
        assert missing_characters("😀 love 🐱, 😀") == "😀🐱"
    assert missing_characters("Ünï ςλ Жя √d_k · ∞ Σ α₁₂ …") == ""
    with (
        typeface(latin()),
        pytest.raises(
            InputError, match=r"^no typeface here has the character '🐱' \(in 'the 🐱'\)"
        ),
    ):
        check_characters(["fine", "the 🐱"])


def test_a_letter_after_an_underscore_is_lowered_and_smaller():
    line = Line([("W_Q", WHITE)])
    whole, plain = extent(line[0]), extent(label("W", WHITE)[0])
    assert whole[0][1] < plain[0][1]
    assert line.width < label("WQ", WHITE).width
    assert width_of("W_Q", Size.BODY) == pytest.approx(line.width)


@pytest.mark.parametrize("text", ["x_1", "_a", "a _b"])
def test_other_underscores_stay(text):
    assert width_of(text, Size.BODY) > width_of(text.replace("_", ""), Size.BODY)


def test_runs_of_a_line_are_placed_as_in_the_whole_text():
    whole, parted = (
        label("q₁·k₂ = 4", WHITE),
        Line([("q₁", WHITE), ("·k₂", WHITE), (" = 4", WHITE)]),
    )
    assert parted.width == pytest.approx(whole.width)
    assert parted.text == whole.text


@pytest.mark.parametrize("text", ["a", "q", "W_Q", "q₁", "−2", "o₁[2]", "·"])
@pytest.mark.parametrize("factor", [0.5, 1, 3])
def test_the_baseline_is_the_same_for_every_text_however_it_is_scaled(text, factor):
    line = label(text, WHITE, Size.LARGE).scale(factor).shift((1, 2, 0)).on_baseline(0.7)
    assert line.baseline == pytest.approx(0.7)
    bottom, _ = extent(line[0])
    unmoved, _ = extent(label(text, WHITE, Size.LARGE)[0])
    assert bottom[1] == pytest.approx(0.7 + factor * unmoved[1])


def test_a_line_without_a_glyph_has_no_width():
    assert width_of(" ", Size.BODY) == 0
    assert len(label(" ", WHITE)) == 0
    assert widest([], Size.BODY) == 0


def test_text_that_fits_is_not_cut():
    assert cut_to_width("the cat", width_of("the cat", Size.SMALL), Size.SMALL) == "the cat"


@pytest.mark.parametrize("width", [0.3, 0.5, 1.0, 2.0])
def test_text_that_is_cut_fits_and_is_the_longest_that_does(width):
    word = "internationalisation"
    cut = cut_to_width(word, width, Size.SMALL)
    kept = cut.removesuffix("…")
    assert cut.endswith("…")
    assert word.startswith(kept)
    assert width_of(cut, Size.SMALL) <= width
    assert width_of(word[: len(kept) + 1] + "…", Size.SMALL) > width


def test_where_nothing_fits_only_the_mark_is_left():
    assert cut_to_width("word", 0.01, Size.SMALL) == "…"


@pytest.mark.parametrize("pitch", [0.3, 0.6, 0.7, 1.0, 1.5])
@pytest.mark.parametrize(
    "words",
    [
        ("a", "suitcase", "it"),
        ("trophy", "suitcase", "because"),
        ("because", "", "internationalisation", ".", "because"),
        ("suitcase",),
        ("suitcase", "a"),
    ],
)
def test_texts_in_a_row_never_touch_and_reach_no_further_than_they_may(words, pitch):
    wide = [width_of(each, Size.SMALL) for each in cut_to_pitch(words, pitch, Size.SMALL, 0.1)]
    for left, right in pairwise(wide):
        assert pitch - (left + right) / 2 >= 0.06 - 1e-9
    assert max(wide[0], wide[-1]) <= pitch + 0.2 + 1e-9


def test_a_text_is_cut_only_where_its_neighbours_need_the_room():
    def row(*words):
        return cut_to_pitch(words, 0.7, Size.SMALL, 0.1)

    assert row("a", "suitcase", "it") == ["a", "suitcase", "it"]
    kept = row("because", "suitcase", "because")
    assert kept[1].endswith("…")
    assert width_of(kept[1], Size.SMALL) <= 0.7
