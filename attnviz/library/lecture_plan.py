"""A lecture in one language, chapter by chapter, as views show it: storyboards and title cards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, replace
from typing import TypeAlias

from attnviz.core.problem_size import check_memory, trace_bytes
from attnviz.errors import AttnvizError
from attnviz.lecture.chapters import LESSON_KEYS
from attnviz.lecture.model import CardChapter, Chapter, LessonChapter, Version
from attnviz.lecture.own_words import with_own_words
from attnviz.lessons.lesson import Lesson
from attnviz.lessons.registry import build_storyboard
from attnviz.lessons.request import LessonRequest
from attnviz.library.lesson_input import LessonInput, Presentation, read_input, request_of
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
    return plan_versions({version.language: version}, most)[version.language]


def plan_versions(
    versions: Mapping[str, Version], most: int = MOST
) -> dict[str, tuple[PlannedChapter, ...]]:
    """The chapters of a lecture in all its languages, by language; for the rest as `plan_chapters`.

    All inputs are read before anything is computed: every trace is held until the films are made. Raises InputError,
    naming the chapter, where all of them together would take more memory than one may.
    """
    inputs = _read_inputs(versions)
    return {
        language: tuple(
            _card(chapter, language)
            if isinstance(chapter, CardChapter)
            else _lesson(chapter, inputs.pop((language, number)), whole, most)
            for number, whole, chapter in _numbered(version)
        )
        for language, version in versions.items()
    }


def _numbered(version: Version) -> Iterator[tuple[int, str, Chapter]]:
    """The chapters with their numbers, and how they begin a report of what is being done."""
    for number, chapter in enumerate(version.chapters, start=1):
        yield number, f"Chapter {number} of {len(version.chapters)}", chapter


def _read_inputs(versions: Mapping[str, Version]) -> dict[tuple[str, int], LessonInput]:
    """The inputs of all lessons, by language and number of the chapter."""
    inputs: dict[tuple[str, int], LessonInput] = {}
    needed = 0
    for language, version in versions.items():
        for number, whole, chapter in _numbered(version):
            if isinstance(chapter, CardChapter):
                continue
            presentation = Presentation(
                *(chapter.query, chapter.key, chapter.distance, language),
                *(chapter.precision, chapter.rounding),
            )
            with part_of(whole), _naming_chapter(chapter):
                read = read_input(chapter.lesson, chapter.request, presentation)
                needed += 0 if read.problem is None else trace_bytes(read.problem)
                check_memory(needed, "the lecture up to here")
            inputs[language, number] = read
    return inputs


def _lesson(chapter: LessonChapter, read: LessonInput, whole: str, most: int) -> PlannedLesson:
    with part_of(whole):
        with _naming_chapter(chapter):
            request = replace(request_of(read), most=most)
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
