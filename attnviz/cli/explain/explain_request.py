"""Lessons to explain: one on the input that was given, or those of a film on its own input, or those of a lecture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attnviz.errors import InputError, unknown_name
from attnviz.inputs.request import InputRequest
from attnviz.inputs.selection import key_of, row_of
from attnviz.lessons.lesson import Lesson
from attnviz.lessons.registry import DEFAULT, build_storyboard
from attnviz.lessons.request import LessonRequest
from attnviz.library.lesson_input import Presentation
from attnviz.records import record
from attnviz.story.storyboard import Storyboard

if TYPE_CHECKING:
    from attnviz.lessons.spec import FilmLesson

_INPUT = (*(each.name for each in fields(InputRequest)), "distance")
_PRESENTATION = {"lang": "language", "precision": "precision", "rounding": "rounding"}
"""Options of the view, and the fields of a request that they are."""


@record(eq=False)
class ExplainRequest:
    """One lesson, and which of its steps are shown."""

    lesson: Lesson
    request: LessonRequest
    steps: tuple[str, ...] = ()
    """The steps to show; all where it is empty."""
    title: str | None = None
    """The title in place of the lesson's own; None keeps that."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Own words, by "step.part" and "step.title"."""
    where: str = ""
    """The file that messages about them begin with."""
    film: str = ""
    """The film that the request comes from, if it comes from one."""
    of_film: LessonRequest | None = None
    """The request as that film has it, without the options that are given."""

    def storyboard(self) -> Storyboard:
        """Builds the lesson, with its own words and title."""
        with self.naming_film():
            board = build_storyboard(self.lesson.name, self.request)
        if self.words:
            from attnviz.lecture.own_words import with_own_words

            board = with_own_words(board, self.words, self.where)
        return board if self.title is None else replace(board, title=self.title)

    @contextmanager
    def naming_film(self) -> Iterator[None]:
        """Makes of an error about what the film brings one that names the film: no option was given that could be left
        out. An error about an option that was given stays as it is.
        """
        try:
            yield
        except InputError as error:
            if self.of_film is None or _is_fit(self.lesson, self.of_film):
                raise
            reason = str(error).partition(": ")[0]  # without the cure
            raise InputError(
                f"{self.film}: what made the film does not fit the lesson {self.lesson.name} ({reason}): "
                "render the film again"
            ) from error


def _is_fit(lesson: Lesson, request: LessonRequest) -> bool:
    try:
        build_storyboard(lesson.name, request)
    except InputError:
        return False
    return True


def from_film(
    path: str, given: Mapping[str, str], presentation: Presentation
) -> tuple[ExplainRequest, ...]:
    """The lessons of a film, presented as in the film but for the options that are given.

    `given` are the options that the user wrote, by the names of their parameters.

    Raises InputError for a film that does not say what made it, and for an option that does not go with one.
    """
    for name, flag in given.items():
        if name in (*_INPUT, "read_outside"):
            raise InputError(f"--from brings its own input, that of {path}: leave {flag} out")
    made = _made(path)
    if "query" in given and all(each.request.trace is None for each in made):
        raise InputError(f"no lesson in {path} takes a sequence: leave --query out")
    if "key" in given and all(each.lesson.name != DEFAULT for each in made):
        raise InputError(f"no lesson in {path} follows a key: leave --key out")
    return tuple(_request_of(each, path, given, presentation) for each in made)


def from_lecture(
    path: str, given: Mapping[str, str], presentation: Presentation
) -> tuple[ExplainRequest, ...]:
    """The lessons of a lecture file, in the language that is given, or else in its first; title cards are for films.

    Raises InputError as the file and its lessons do, and for an option that does not go with one.
    """
    from attnviz.lecture.reading import read_lecture
    from attnviz.lecture.reads import check_reads_inside
    from attnviz.library.lecture_plan import PlannedLesson, plan_chapters

    for name, flag in given.items():
        if name in (*_INPUT, "query", "key", "precision", "rounding") and name != "text":
            raise InputError(f"a lecture file says itself what it shows: leave {flag} out")
    lecture = read_lecture(path, (presentation.lang,) if "lang" in given else None)
    if "read_outside" not in given:
        check_reads_inside(lecture)
    version = next(iter(lecture.versions.values()))
    lessons = [each for each in plan_chapters(version) if isinstance(each, PlannedLesson)]
    if not lessons:
        raise InputError(f"{path} has title cards only: there is nothing to explain")
    return tuple(
        ExplainRequest(
            each.lesson, each.request, each.steps, each.storyboard.title, each.words, path
        )
        for each in lessons
    )


def only_lesson(
    requests: Sequence[ExplainRequest], name: str, path: str
) -> tuple[ExplainRequest, ...]:
    """The requests of the lesson with that name. Raises InputError, naming the file, where there is none."""
    found = tuple(each for each in requests if each.lesson.name == name)
    if not found:
        there_are = ", ".join(dict.fromkeys(each.lesson.name for each in requests))
        raise InputError(f"{path} has no lesson {name}: choose one of {there_are}")
    return found


def only_steps(
    requests: Iterable[ExplainRequest], names: tuple[str, ...]
) -> tuple[ExplainRequest, ...]:
    """The lessons that have any of these steps, with those alone; all as they are where no name is given.

    Raises InputError, with the nearest name, for a step that none of them ever has.
    """
    if not names:
        return tuple(requests)
    lessons = tuple(requests)
    known = list(dict.fromkeys(step for each in lessons for step in each.lesson.steps))
    for name in names:
        if name not in known:
            raise unknown_name("step", name, known)
    chosen = (
        replace(each, steps=tuple(name for name in names if name in each.lesson.steps))
        for each in lessons
    )
    return tuple(each for each in chosen if each.steps)


def _made(path: str) -> tuple[FilmLesson, ...]:
    from attnviz.lessons.spec import lessons_from_spec
    from attnviz.views.film.video.embedded_spec import read_spec

    spec = read_spec(Path(path))
    try:
        return lessons_from_spec(spec)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _request_of(
    made: FilmLesson, path: str, given: Mapping[str, str], presentation: Presentation
) -> ExplainRequest:
    changes: dict[str, Any] = {
        field: getattr(presentation, name) for name, field in _PRESENTATION.items() if name in given
    }
    if "query" in given and made.request.trace is not None:
        changes["query"] = row_of(made.request.trace.problem, presentation.query)
    if "key" in given and made.request.trace is not None and made.lesson.name == DEFAULT:
        changes["key"] = key_of(made.request.trace.problem, presentation.key)
    request = replace(made.request, **changes)
    found = ExplainRequest(made.lesson, request, made.steps, film=path, of_film=made.request)
    if request.language != made.request.language:
        return found
    return replace(found, title=made.title, words=made.words, where=path)
