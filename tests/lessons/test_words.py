"""All words: complete in both languages, none of them dead, none too long for a caption."""

import re
import string
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import attnviz
from attnviz.cli.commands import attnviz as program
from attnviz.errors import InputError
from attnviz.lessons.lesson import Lesson
from attnviz.lessons.registry import LESSONS, build_storyboard
from attnviz.lessons.request import LessonRequest
from attnviz.story.i18n import LANGUAGES, Words, words
from attnviz.story.i18n import language as language_record
from attnviz.typeset.text_width import columns_of
from attnviz.views.document.markup import markup
from tests.cases import CASES, MAIN

CAPTION_LINES = 2
CAPTION_COLUMNS = {
    code: language_record(code).caption_length * language_record(code).columns for code in LANGUAGES
}

Key = tuple[str, ...]


def entries(table: dict[str, Any], *key: str) -> Iterator[tuple[Key, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from entries(value, *key, name)
        else:
            yield (*key, name), value


def all_words(language: str) -> dict[Key, str]:
    package = resources.files("attnviz")

    def read(folder: str) -> dict[str, Any]:
        return tomllib.loads(package.joinpath(folder, f"{language}.toml").read_text("utf-8"))

    words = dict(entries(read("story/i18n")))
    for name, lesson in LESSONS.items():
        words |= entries(read(f"lessons/{lesson.module}"), name)
    return words


def facts_of(words_: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words_) if name is not None}


def test_both_languages_say_the_same_things_with_the_same_facts():
    first, *others = (
        {key: facts_of(said) for key, said in all_words(code).items()} for code in LANGUAGES
    )

    assert others
    assert all(other == first for other in others)


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_separators_between_words_may_be_blank(language):
    blank = {key for key, said in all_words(language).items() if not said.strip()}

    assert blank <= {("common", "space"), ("terminal", "between_sentences")}


def test_chinese_says_in_chinese_whatever_differs_from_english():
    english = all_words("en")
    differing = {
        key: said for key, said in all_words("zh").items() if said.strip() != english[key].strip()
    }

    wordless = {key for key, said in differing.items() if not re.search("[一-鿿]", said)}
    assert wordless == {("common", each) for each in ("named", "comma", "part")}  # punctuation


NEARBY = 4
"""How far apart the lesson context plants a match that its convolution still sees."""


def requests(lesson: Lesson) -> Iterator[LessonRequest]:
    """Inputs that make a lesson say all that it can say."""
    if lesson.takes_sequence:
        for case in map(CASES.get, MAIN):
            yield LessonRequest(case.trace, **case.options)
    else:
        yield LessonRequest()
    if "distance" in lesson.takes:
        yield LessonRequest(distance=NEARBY)


@pytest.fixture(scope="module")
def used_keys() -> set[Key]:
    """Every key that is asked for while all lessons are listed, and told and written on all cases."""
    keys: set[Key] = set()
    original = Words.phrase

    def recorded(self: Words, *key: str, **facts: object) -> str:
        keys.add(key)
        return original(self, *key, **facts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Words, "phrase", recorded)
        CliRunner().invoke(program, ["lessons"], catch_exceptions=False)
        for lesson in LESSONS.values():
            for asked in requests(lesson):
                with suppress(InputError):  # not every lesson takes every case
                    markup(build_storyboard(lesson.name, asked), "markdown")
    return keys


@pytest.mark.parametrize("name", LESSONS)
def test_no_word_of_a_lesson_is_dead(used_keys, name):
    lesson = {key for key in all_words("en") if key[0] == name}

    assert lesson
    assert lesson - used_keys == set()


def test_a_word_that_no_lesson_says_is_named_in_the_code_of_a_view(used_keys):
    package = Path(attnviz.__file__).parent
    code = "".join(path.read_text("utf-8") for path in package.rglob("*.py"))
    unsaid = {key for key in all_words("en") if key[0] not in LESSONS} - used_keys

    assert {key for key in unsaid if f'"{key[-1]}"' not in code} == set()


def lines_of(caption: str, language: str) -> list[str]:
    """The lines of a caption: at its own breaks, or filled one after the other where it has none."""
    if "\n" in caption:
        return caption.split("\n")
    pieces = re.findall(r"\S+\s*", caption) if language == "en" else list(caption)
    lines = [""]
    for piece in pieces:
        if columns_of((lines[-1] + piece).rstrip()) > CAPTION_COLUMNS[language]:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_caption_fits_two_lines_however_long_its_facts(case, language):
    for step in case.storyboard(language=language).steps:
        for part, caption in step.narration.items():
            lines = lines_of(caption, language)
            assert len(lines) <= CAPTION_LINES, (step.id, part, caption)
            widest = max(map(columns_of, lines))
            assert widest <= CAPTION_COLUMNS[language], (step.id, part, caption)


def test_the_cases_hold_the_longest_facts_that_a_caption_can_get():
    steps = CASES["two hundred, two best"].storyboard().steps

    assert any(
        "k₁₉₉ (“internation…”) and k₂₀₀ (“internation…”): 2500.23" in caption
        for step in steps
        for caption in step.narration.values()
    )


def test_words_are_filled_with_facts():
    assert words("en").phrase("common", "named", symbol="q₁", token="cat") == "q₁ (“cat”)"


@pytest.mark.parametrize("key", [("common", "nowhere"), ("self-attention",), ()])
def test_a_key_without_words_is_a_mistake_in_the_program(key):
    with pytest.raises(KeyError):
        words("en").phrase(*key)


def test_for_an_unknown_language_the_known_ones_are_reported():
    with pytest.raises(
        InputError,
        match=rf"^unknown language 'xh': did you mean 'zh'\? Known: {', '.join(LANGUAGES)}$",
    ):
        words("xh")
