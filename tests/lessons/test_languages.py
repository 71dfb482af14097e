"""A language is one record and its words: a third one goes through every view without a line of code."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import attnviz
from attnviz import trace_of
from attnviz.errors import InputError
from attnviz.inputs import InputRequest, problem_from
from attnviz.lecture.reading import read_lecture
from attnviz.lecture.starts import start
from attnviz.lessons.registry import LESSONS, build_storyboard
from attnviz.lessons.request import LessonRequest
from attnviz.story import languages
from attnviz.story.captions import caption_lines
from attnviz.story.i18n import LANGUAGES, language, register_language, register_words, words
from attnviz.story.languages import ENGLISH
from attnviz.theme import DARK
from attnviz.views.document.formats import format_names
from attnviz.views.document.lesson_json import storyboard_json
from attnviz.views.document.markup import markup
from attnviz.views.film.production.planning import plan
from attnviz.views.film.voice.speech_text import spoken_text
from attnviz.views.terminal.colour import Palette
from attnviz.views.terminal.page import pages
from attnviz.views.terminal.page_context import PageContext
from tests.film.small import small_film

PACKAGE = Path(attnviz.__file__).parent
MADE_UP = "xx"


@pytest.fixture
def made_up(tmp_path):
    """A language with the English words but for one, which tells it from English."""
    for english in (*PACKAGE.rglob("en.toml"), *PACKAGE.rglob("start.en.toml")):
        target = tmp_path / english.relative_to(PACKAGE).with_name(
            english.name.replace("en.toml", f"{MADE_UP}.toml")
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        said = english.read_text(encoding="utf-8")
        target.write_text(re.sub(r"\btimes\b(?! =)", "tymes", said), encoding="utf-8")
    register_language(
        replace(
            ENGLISH,
            code=MADE_UP,
            name="Made up",
            iso_639_2="mis",
            caption_length=48,
            reading_speed=7.5,
            latex_class="scrartcl",
            latex_packages=("\\usepackage{made-up}",),
            root=tmp_path,
        )
    )
    yield language(MADE_UP)
    languages._RECORDS.pop(MADE_UP)


@pytest.fixture
def board(made_up):
    return build_storyboard(
        "self-attention",
        LessonRequest(trace_of(problem_from(InputRequest())), language=made_up.code),
    )


def test_every_document_and_the_terminal_write_it(board):
    setting = PageContext(board, Palette(DARK, None), 80)
    written = [
        "\n".join(line.plain for lines in pages(setting) for line in lines),
        *(markup(board, format) for format in format_names()),
        storyboard_json(board),
    ]

    assert all("tymes" in text for text in written)
    assert (
        "\\documentclass{scrartcl}\n\\usepackage{made-up}"
        in written[1 + format_names().index("latex")]
    )
    assert json.loads(written[-1])["language"] == MADE_UP


def test_a_film_is_planned_in_it_and_leaves_the_time_that_it_takes_to_read(made_up):
    film, english = (plan(small_film("queries", language=code)) for code in (MADE_UP, "en"))

    assert any("tymes" in beat.caption for beat in film.beats)
    assert film.seconds > english.seconds * 1.3


def test_captions_are_parted_at_its_own_length_and_spoken_with_its_own_words(made_up):
    said = "This caption has a few more than forty-eight characters, no more."

    assert len(said) > made_up.caption_length
    assert len(caption_lines(said, MADE_UP)) == 2
    assert spoken_text("a · b", MADE_UP) == "a tymes b"


def test_a_lecture_starts_and_is_read_in_it(made_up, tmp_path):
    path = tmp_path / "talk.toml"
    path.write_text(start(MADE_UP).replace('["en"]', f'["{MADE_UP}"]'), encoding="utf-8")

    assert read_lecture(path).languages == (MADE_UP,)


def test_the_package_has_english_and_chinese_and_names_the_nearest_to_any_other():
    assert {"en", "zh"} <= set(LANGUAGES)
    with pytest.raises(InputError, match="did you mean 'zh'"):
        language("zn")


def test_a_lesson_from_outside_brings_its_words_in_the_languages_that_it_has(tmp_path):
    (tmp_path / "en.toml").write_text('[why]\nfits = "{key} fits"', encoding="utf-8")
    with pytest.raises(KeyError):
        words("en").phrase("outside", "why", "fits", key="k₁")

    register_words("outside", tmp_path)

    assert words("en").phrase("outside", "why", "fits", key="k₁") == "k₁ fits"
    # it has no Chinese words: the English ones stand in for them
    assert words("zh").phrase("outside", "why", "fits", key="k₁") == "k₁ fits"


def test_words_are_read_without_loading_numpy():
    program = (
        "import sys; from attnviz.story.i18n import words; words('en').phrase('common', 'and'); "
        "sys.exit('numpy' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_language_of_one_word_has_the_english_ones_for_all_others(tmp_path, default_lesson):
    record = replace(ENGLISH, code="one-word", root=tmp_path)
    record.common_words.parent.mkdir(parents=True)
    record.common_words.write_text('[common]\nand = " und "\n', encoding="utf-8")
    register_language(record)
    try:
        for lesson in LESSONS:
            found, english = (default_lesson(lesson, each) for each in ("one-word", "en"))
            assert [each.title for each in found.steps] == [each.title for each in english.steps]
        assert words("one-word").phrase("common", "and") == " und "
    finally:
        languages._RECORDS.pop("one-word")
