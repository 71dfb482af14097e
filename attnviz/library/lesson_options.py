"""The arguments that choose a lesson for a Python program, and the request that they are."""

from __future__ import annotations

from dataclasses import replace

from attnviz.core.trace import Trace
from attnviz.errors import InputError, unknown_name
from attnviz.inputs.request import InputRequest
from attnviz.inputs.selection import default_row
from attnviz.lessons.lesson import Lesson
from attnviz.lessons.registry import DEFAULT, lesson_named
from attnviz.lessons.request import LessonRequest
from attnviz.library.arguments import naming_arguments, position
from attnviz.library.lesson_input import Presentation, lesson_request
from attnviz.records import record
from attnviz.story.i18n import LANGUAGES
from attnviz.story.roundings import DEFAULT_ROUNDING, ROUNDINGS


@record
class LessonOptions:
    """A lesson and how it is presented; None is "not given"."""

    lesson: str | None = None
    query: int | str | None = None
    """The row worked in full: counted from 0, or a token."""
    key: int | str | None = None
    language: str | None = None
    precision: int | None = None
    rounding: str | None = None
    seed: int | None = None
    distance: int | None = None

    def check_none_given(self) -> None:
        """Raises InputError for an argument beside a storyboard, which is built already."""
        for name, value in vars(self).items():
            if value is not None:
                raise InputError(
                    f"a storyboard is built already: leave {name} out, or give the trace"
                )

    def request(self, trace: Trace | None, most: int) -> LessonRequest:
        """The request to the lesson, on that trace, or on the lesson's own input. `most` is how many terms of a sum are
        written out.

        Raises InputError for an unknown name, with the nearest, and for an argument that the lesson would not obey.
        """
        lesson = lesson_named(DEFAULT if self.lesson is None else self.lesson)
        if self.rounding is not None and self.rounding not in ROUNDINGS:
            raise unknown_name("rounding", self.rounding, ROUNDINGS)
        with naming_arguments():
            request = self._on_own_input(lesson) if trace is None else self._on(trace, lesson)
            if request.trace is not None:
                problem = request.trace.problem
                if self.query is not None:
                    request = replace(request, query=position(problem, self.query))
                if self.key is not None:
                    request = replace(request, key=position(problem, self.key, "key"))
        return replace(request, most=most)

    @property
    def _presentation(self) -> Presentation:
        return Presentation(
            distance=self.distance,
            lang=LANGUAGES[0] if self.language is None else self.language,
            precision=self.precision,
            rounding=DEFAULT_ROUNDING if self.rounding is None else self.rounding,
        )

    def _on_own_input(self, lesson: Lesson) -> LessonRequest:
        request = lesson_request(lesson, InputRequest(seed=self.seed), self._presentation)
        for name in ("query", "key"):
            if request.trace is None and getattr(self, name) is not None:
                raise InputError(f"the lesson {lesson.name} takes no sequence: leave {name} out")
        return request

    def _on(self, trace: Trace, lesson: Lesson) -> LessonRequest:
        if not lesson.takes_sequence:
            raise InputError(f"the lesson {lesson.name} takes no sequence: leave the trace out")
        for name, value in (("seed", self.seed), ("distance", self.distance)):
            if value is not None and name not in lesson.takes:
                raise InputError(f"the lesson {lesson.name} has no such option: leave {name} out")
        if self.key is not None and lesson.name != DEFAULT:
            raise InputError(f"the lesson {lesson.name} has no such option: leave key out")
        return LessonRequest(
            trace,
            default_row(trace, trace.problem.provenance.model is not None),
            LANGUAGES[0] if self.language is None else self.language,
            self.precision,
            DEFAULT_ROUNDING if self.rounding is None else self.rounding,
            seed=self.seed or 0,
            distance=self.distance,
        )
