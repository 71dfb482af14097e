"""The start that `attnviz new` writes is a lecture as it is, and names every setting there is."""

import re

import pytest

from attnviz.errors import InputError
from attnviz.lecture.chapters import CARD_KEYS, LESSON_KEYS
from attnviz.lecture.model import CardChapter, LessonChapter
from attnviz.lecture.reading import KEYS, read_lecture
from attnviz.lecture.starts import start
from attnviz.library.lecture_plan import PlannedCard, PlannedLesson, plan_chapters
from attnviz.story.i18n import LANGUAGES

each_language = pytest.mark.parametrize("language", LANGUAGES)
SETTING = re.compile(r"^# (?=[a-z_]+(?:\.[a-z]+)? = )", re.M)
"""The mark before a setting that is not in use."""


@each_language
def test_a_start_is_a_lecture_in_its_language(read, language):
    lecture = read(start(language))

    assert lecture.languages == (language,)
    card, lesson = lecture.versions[language].chapters
    assert isinstance(card, CardChapter)
    assert isinstance(lesson, LessonChapter)


@each_language
def test_a_start_can_be_planned_and_its_own_words_are_used(read, language):
    version = read(start(language)).versions[language]

    card, lesson = plan_chapters(version)

    assert isinstance(card, PlannedCard)
    assert isinstance(lesson, PlannedLesson)
    own = version.chapters[1].words["scores.why"]
    assert lesson.storyboard.step("scores").narration["why"] == own


@each_language
def test_a_start_names_every_setting(language):
    text = SETTING.sub("", start(language))

    named = set(re.findall(r"^(?:\[\[)?(?:\[chapter\.)?([a-z_]+)(?: = |\]\])", text, re.M))

    assert {*KEYS, *LESSON_KEYS, *CARD_KEYS} - named == {"words"}
    assert "[chapter.words]" in text


def uses() -> list:
    return [
        pytest.param(
            language, match.start(), id=f"{language}-{start(language)[match.end() :][:12]}"
        )
        for language in LANGUAGES
        for match in SETTING.finditer(start(language))
    ]


@pytest.mark.parametrize(("language", "place"), uses())
def test_every_setting_of_a_start_can_be_put_to_use(written, language, place):
    text = start(language)
    before, used = text[:place], text[place + len("# ") :]
    # a table has a key only once: the one that is in use gives way
    for key, given_up in {"language": "languages", "text": "text"}.items():
        if used.startswith(f"{key} ="):
            before = without_last(before, given_up)

    assert read_lecture(written(before + used)).languages == (language,)


def without_last(text: str, key: str) -> str:
    """The text without the last line that sets `key`."""
    start_of_line = text.rindex(f"\n{key} = ") + 1
    return text[:start_of_line] + text[text.index("\n", start_of_line) + 1 :]


def test_there_is_no_start_in_another_language():
    with pytest.raises(
        InputError, match=rf"^unknown language 'fr': use one of {', '.join(LANGUAGES)}$"
    ):
        start("fr")
