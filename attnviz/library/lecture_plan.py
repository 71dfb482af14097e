"""A lecture in one language, chapter by chapter, as views show it: storyboards and title cards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, replace
from typing import TypeAlias

from attnviz.errors import AttnvizError
from attnviz.lecture.chapters import LESSON_KEYS
from attnviz.lecture.model import CardChapter, LessonChapter, Version
from attnviz.lecture.own_words import with_own_words
from attnviz.lessons.lesson import Lesson
from attnviz.lessons.registry import build_storyboard
from attnviz.lessons.request import LessonRequest
from attnviz.library.lesson_input import Presentation, lesson_request
from attnviz.library.steps import chosen_steps
from attnviz.progress import part_of
from attnviz.records import record
from attnviz.story.calculations import MOST
from attnviz.story.languages import language as language_record
from attnviz.story.pace import PACES
from attnviz.story.storyboard import Storyboard

_LEAST_SECONDS = 3.0
_FLAG = re.compile(r"(?<![\w-])--(?:no-)?([a-z][a-z-]*)|(?<![\w./-])(TEXT)(?![\w./-])")


@record(eq=False)
class PlannedLesson:
    """A lesson with its storyboard, the lecturer's own words in place."""

    lesson: Lesson
    request: LessonRequest
    storyboard: Storyboard
    steps: tuple[str, ...]
    """The steps to show; all where it is empty."""
    pace: str
    words: Mapping[str, str] = field(default_factory=dict)
    """Own words, already in the storyboard; in other languages they have to be put in anew."""


@record
class PlannedCard:
    """A title card."""

    title: str
    lines: tuple[str, ...]
    seconds: float
    """The time that it is shown, the pace already taken into account."""


PlannedChapter: TypeAlias = PlannedLesson | PlannedCard


def plan_chapters(version: Version, most: int = MOST) -> tuple[PlannedChapter, ...]:
    """The chapters in order, every lesson built. `most` is the number of terms that are written out.

    Raises what the lessons and their inputs raise, beginning with the file and the chapter and naming keys where the
    command line would name options; so all that is wrong is known before anything is drawn.
    """
    planned: list[PlannedChapter] = []
    for number, each in enumerate(version.chapters, start=1):
        if isinstance(each, CardChapter):
            planned.append(_card(each, version.language))
            continue
        with part_of(f"Chapter {number} of {len(version.chapters)}"):
            planned.append(_lesson(each, version.language, most))
    return tuple(planned)


def _lesson(chapter: LessonChapter, language: str, most: int) -> PlannedLesson:
    presentation = Presentation(
        chapter.query, chapter.key, chapter.distance, language, chapter.precision, chapter.rounding
    )
    with _naming_chapter(chapter):
        request = replace(lesson_request(chapter.lesson, chapter.request, presentation), most=most)
        storyboard = build_storyboard(chapter.lesson.name, request)
        steps = chosen_steps(storyboard, chapter.steps) or ()
    storyboard = with_own_words(storyboard, chapter.words, chapter.where)
    if chapter.title is not None:
        storyboard = replace(storyboard, title=chapter.title)
    return PlannedLesson(chapter.lesson, request, storyboard, steps, chapter.pace, chapter.words)


def _card(chapter: CardChapter, language: str) -> PlannedCard:
    return PlannedCard(
        chapter.title, chapter.lines, chapter.seconds or _reading_seconds(chapter, language)
    )


def _reading_seconds(chapter: CardChapter, language: str) -> float:
    pace = PACES[chapter.pace]
    characters = sum(map(len, (chapter.title, *chapter.lines)))
    return max(_LEAST_SECONDS, characters / language_record(language).reading_speed) * pace.holds


@contextmanager
def _naming_chapter(chapter: LessonChapter) -> Iterator[None]:
    """Makes of an error inside one that begins with the file and the chapter."""
    try:
        yield
    except AttnvizError as error:
        raise type(error)(f"{chapter.where}: {_in_keys(str(error))}") from error


def _in_keys(message: str) -> str:
    """A message about options as one about keys of a lecture file.

    >>> _in_keys("--vectors brings d_model with it: leave --d-model out, or give TEXT")
    'vectors brings d_model with it: leave d_model out, or give text'
    """

    def key(match: re.Match[str]) -> str:
        name = "text" if match[2] else match[1].replace("-", "_")
        return name if name in LESSON_KEYS else match[0]

    return _FLAG.sub(key, message)
