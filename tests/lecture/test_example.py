"""The whole lecture: complete, and each of its points shown by a step that is really told."""

import re
from pathlib import Path

import pytest

import attnviz
from attnviz.lecture.reading import read_lecture
from attnviz.library.lecture_plan import PlannedCard, PlannedLesson, plan_chapters
from attnviz.typeset.fonts import check_characters

ROOT = Path(attnviz.__file__).parents[1]
LECTURE = ROOT / "examples" / "lecture.toml"
POINTS = re.findall(
    r"^\| (?!Point|:--)(.+) \| (.+) \|$", (ROOT / "docs/lecture.md").read_text("utf-8"), re.M
)
"""Each point of the lecture with the steps that show it."""


@pytest.fixture(scope="module")
def chapters_by_language():
    """What is told, by language: the chapters of the whole lecture."""
    lecture = read_lecture(LECTURE)
    return {language: plan_chapters(version) for language, version in lecture.versions.items()}


def lessons_of(chapters) -> list[PlannedLesson]:
    return [each for each in chapters if isinstance(each, PlannedLesson)]


def test_the_lecture_exists_in_english_and_chinese(chapters_by_language):
    assert set(chapters_by_language) == {"en", "zh"}


def test_every_chapter_is_a_lesson_of_its_own_and_the_first_and_the_last_are_those_of_the_lecture(
    chapters_by_language,
):
    for chapters in chapters_by_language.values():
        names = [each.lesson.name for each in lessons_of(chapters)]

        assert len(set(names)) == len(names) == 9
        assert (names[0], names[-1]) == ("cnn-limits", "cost")


def test_both_languages_have_the_same_steps(chapters_by_language):
    steps = {
        language: [
            (each.lesson.name, step.id, tuple(step.narration))
            for each in lessons_of(chapters)
            for step in each.storyboard.steps
        ]
        for language, chapters in chapters_by_language.items()
    }

    assert steps["en"] == steps["zh"]


def test_every_point_of_the_note_has_its_line():
    assert len(POINTS) == 13


@pytest.mark.parametrize(("point", "shown_by"), POINTS)
def test_every_point_is_shown_by_steps_of_the_lecture(chapters_by_language, point, shown_by):
    in_the_film = {
        f"{each.lesson.name}.{step.id}"
        for each in lessons_of(chapters_by_language["en"])
        for step in each.storyboard.steps
        if not each.steps or step.id in each.steps
    }

    named = re.findall(r"`([^`]+)`", shown_by)

    assert named
    assert set(named) <= in_the_film


def test_the_lecture_shows_lengths_3_5_and_8_in_both_languages(chapters_by_language):
    for chapters in chapters_by_language.values():
        [lesson] = [each for each in lessons_of(chapters) if each.lesson.name == "any-length"]
        said = lesson.storyboard.step("same-weights").narration["shapes"]

        assert re.findall(r"\d+", said)[:3] == ["3", "5", "8"]


def test_a_typeface_has_every_character_of_the_cards(chapters_by_language):
    everything = [each for chapters in chapters_by_language.values() for each in chapters]
    cards = [each for each in everything if isinstance(each, PlannedCard)]

    check_characters([text for card in cards for text in (card.title, *card.lines)])

    assert len(cards) == 2 * 6
