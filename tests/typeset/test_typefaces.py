"""Where the characters come from that Inter lacks."""

import re
from pathlib import Path

import fontpkg
import pytest

from attnviz.errors import InputError
from attnviz.typeset import fonts, typefaces
from attnviz.typeset.fonts import (
    Weight,
    check_characters,
    missing_characters,
    shape,
    typeface,
    typefaces_needed,
)
from attnviz.typeset.typefaces import Typeface, chinese, chosen, latin, other_typefaces

INTER = Path(str(fontpkg.path("Inter")))


@pytest.fixture
def system(monkeypatch, tmp_path):
    """A machine whose only fonts are in tmp_path/fonts, without the extra."""
    (tmp_path / "fonts").mkdir()
    monkeypatch.setattr(typefaces, "_EXTRA", "no_such_package")
    monkeypatch.setattr(typefaces, "_font_folders", lambda: iter([tmp_path / "fonts"]))
    monkeypatch.setattr(typefaces.fontpkg, "families", lambda: ["Inter"])
    _forget()
    yield tmp_path / "fonts"
    _forget()


def _forget():
    for found in (chinese, other_typefaces, fonts._face_for, fonts._faces):
        found.cache_clear()


def test_the_extra_brings_the_forms_of_simplified_chinese():
    found = chinese()

    assert found is not None
    assert found.path.name == "NotoSansCJK-Regular.ttc"
    assert found.index == 2  # of JP, KR, SC, TC, HK


def test_characters_that_inter_has_are_drawn_from_inter_and_the_others_from_the_chinese_face():
    mixed, latin_only = shape("a猫a", Weight.MEDIUM), shape("aa", Weight.MEDIUM)

    assert mixed.characters == (0, 1, 2)
    assert mixed.width == pytest.approx(
        latin_only.width + 1.0
    )  # a Chinese character is one em wide
    assert missing_characters("自注意力：q₁（“猫”）。") == ""


def test_without_a_chinese_typeface_the_character_is_missing(system):
    with typeface(latin()):
        assert missing_characters("a猫") == "猫"
    assert chinese() is None


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        (
            "a猫",
            "pip install 'attnviz[zh]', or on Debian and Ubuntu apt install fonts-noto-cjk, or",
        ),
        ("a😀", "leave it out, or --font FILE with a font that has it; attnviz explain"),
        ("aש", "pip install fontpkg-heebo, or --font FILE with a font that has it; attnviz"),
        ("aख", "pip install fontpkg-noto-sans-devanagari, or --font FILE with a font that has it"),
        ("aᏣ", "leave it out, or --font FILE with a font that has it; attnviz explain"),
    ],
)
def test_the_cure_for_a_missing_character_is_one_that_brings_it(system, text, cure):
    said = rf"character '{text[1]}' \(in '{text}'\): {re.escape(cure)}"
    with typeface(latin()), pytest.raises(InputError, match=said):
        check_characters([text])


def test_where_the_named_font_lacks_what_the_machine_has_the_cure_is_to_leave_it_out():
    with typeface(latin()), pytest.raises(InputError, match=r"\(in 'a猫'\): leave --font out;"):
        check_characters(["a猫"])


def test_the_fonts_of_the_system_are_taken_in_the_order_of_preference(system):
    for name in ("wqy-microhei.ttc", "NotoSansSC-Regular.otf", "Other.ttf"):
        (system / name).write_bytes(INTER.read_bytes())

    assert chinese() == Typeface(system / "NotoSansSC-Regular.otf")


def test_a_font_is_named_by_its_file_or_by_its_name_in_the_system(system, tmp_path):
    (system / "Mine.ttf").write_bytes(INTER.read_bytes())
    (tmp_path / "other.ttf").write_bytes(INTER.read_bytes())

    assert chosen("mine") == Typeface(system / "Mine.ttf")
    assert chosen(str(tmp_path / "other.ttf")) == Typeface(tmp_path / "other.ttf")


def test_a_missing_or_invalid_font_is_refused(system, tmp_path):
    (system / "NotoSansSC.otf").write_bytes(INTER.read_bytes())
    (tmp_path / "fake.otf").write_text("not a font")

    with pytest.raises(InputError, match=r"^--font none\.ttf: no such file$"):
        chosen("none.ttf")
    with pytest.raises(
        InputError, match=r"^unknown font 'NotoSansCS': did you mean 'notosanssc'\?"
    ):
        chosen("NotoSansCS")
    with pytest.raises(InputError, match=r"^--font .*fake\.otf: not a font file \("):
        chosen(str(tmp_path / "fake.otf"))


SCRIPTS = {
    "Arabic": "القطة",
    "Hebrew": "שָׁטִיחַ",
    "Devanagari": "क्षत्रिय",
    "Thai": "น้ำสวัสดี",
}


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_a_word_that_inter_lacks_is_drawn_in_one_typeface(text):
    assert missing_characters(text) == ""
    ((face, characters),) = typefaces_needed([text]).items()
    assert face != latin()
    assert set(characters) == set(text)
    assert shape(text, Weight.MEDIUM).width > 1


def test_the_fonts_of_the_system_draw_any_script_and_the_plain_ones_before_the_bold(system):
    hebrew = Path(str(fontpkg.path("Heebo", nearest=True))).read_bytes()
    for name in ("Any-Bold.ttf", "Any-Regular.ttf", "LastResort.ttf"):
        (system / name).write_bytes(hebrew)
    (system / "Aaa.ttf").write_text("not a font")

    assert list(typefaces_needed(["חתול"])) == [Typeface(system / "Any-Regular.ttf")]


def test_the_letters_of_an_arabic_word_join():
    joined = shape("بيب", Weight.MEDIUM).width
    alone = sum(shape(each, Weight.MEDIUM).width for each in "بيب")

    assert joined < 0.8 * alone


def test_a_word_from_right_to_left_stands_so_between_others():
    shaped = shape("a חתול 12 b", Weight.MEDIUM)
    lefts = [float(outline[:, 0].min()) for outline in shaped.outlines]
    in_order = [index for _, index in sorted(zip(lefts, shaped.characters, strict=True))]

    assert in_order == [0, 5, 4, 3, 2, 7, 8, 10]


def test_two_words_from_right_to_left_are_read_from_the_right_though_inter_has_the_blank():
    shaped = shape("חתול שמן", Weight.MEDIUM)

    assert list(shaped.characters) == [7, 6, 5, 3, 2, 1, 0]


def test_a_vowel_that_is_drawn_before_its_consonant_stands_there():
    assert shape("कि", Weight.MEDIUM).characters == (0, 0)  # one grapheme, its sign first
    assert shape("कि", Weight.MEDIUM).width > shape("क", Weight.MEDIUM).width
