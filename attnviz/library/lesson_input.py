"""The input of a lesson: options become a trace and a request, the same for every view."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from attnviz.core.overflow import overflowed
from attnviz.core.problem import Problem
from attnviz.core.self_attention import trace_of
from attnviz.core.trace import Trace
from attnviz.errors import InputError
from attnviz.inputs import problem_from
from attnviz.inputs.conflicts import check_request
from attnviz.inputs.request import InputRequest
from attnviz.inputs.selection import chosen_row, key_of
from attnviz.lessons.lesson import Lesson
from attnviz.lessons.registry import DEFAULT
from attnviz.lessons.request import LessonRequest
from attnviz.records import record
from attnviz.story.i18n import LANGUAGES
from attnviz.story.roundings import DEFAULT_ROUNDING

_FLAGS = {"text": "TEXT"}
"""Input options that are not written as their name with two dashes."""
_SOURCES = ("text", "example", "tokens", "vectors", "qkv")


@record
class Presentation:
    """The options on how a lesson is presented, as given."""

    query: str | None = None
    key: str | None = None
    distance: int | None = None
    lang: str = LANGUAGES[0]
    precision: int | None = None
    rounding: str = DEFAULT_ROUNDING


def compute_trace(request: InputRequest, query: str | None) -> tuple[Trace, int]:
    """The trace of the input that `request` describes, and the row, counted from 0, that is worked in full.

    Raises InputError as `problem_from` and `chosen_row` do, and where a number on the way is too large for float64.
    """
    return _computed(problem_from(request), request, query)


def _computed(problem: Problem, request: InputRequest, query: str | None) -> tuple[Trace, int]:
    trace = trace_of(problem)
    row = chosen_row(request, trace, query)
    if stage := overflowed(trace):
        raise InputError(
            f"the {stage} are too large to compute with: scale the numbers of the input down, "
            "below 1e100 or so"
        )
    return trace, row


def lesson_request(
    lesson: Lesson, request: InputRequest, presentation: Presentation
) -> LessonRequest:
    """The request to the lesson. Where no input is given, a lesson on a sequence has its own.

    Raises InputError as `compute_trace` does, and for an option that the lesson would not obey.
    """
    return request_of(read_input(lesson, request, presentation))


@record(eq=False)
class LessonInput:
    """The input of a lesson, read, of which nothing is computed yet."""

    request: InputRequest
    presentation: Presentation
    options: LessonRequest
    """The request to the lesson, still without a trace."""
    problem: Problem | None
    """None for a lesson that takes no sequence."""


def request_of(read: LessonInput) -> LessonRequest:
    """The request to the lesson, its trace computed. Raises InputError as `compute_trace` does."""
    if read.problem is None:
        return read.options
    trace, row = _computed(read.problem, read.request, read.presentation.query)
    key = key_of(trace.problem, read.presentation.key)
    return replace(read.options, trace=trace, query=row, key=key)


def read_input(lesson: Lesson, request: InputRequest, presentation: Presentation) -> LessonInput:
    """The input of the lesson, read and not computed: the memory that it will take is known by then.

    Raises InputError as `problem_from` does, and for an option that the lesson would not obey.
    """
    _check_options(lesson, request, presentation)
    if request.model is not None and lesson.name != DEFAULT:
        raise InputError(
            f"the lesson {lesson.name} is not for trained models, only {DEFAULT}: leave --model out"
        )
    lesson_options = LessonRequest(
        language=presentation.lang,
        precision=presentation.precision,
        rounding=presentation.rounding,
        seed=request.seed or 0,
        distance=presentation.distance,
    )
    if not lesson.takes_sequence:
        return LessonInput(request, presentation, lesson_options, None)
    if all(getattr(request, name) is None for name in _SOURCES):
        if "example" in lesson.default:
            check_request(request)
        given = {name: each for name, each in _given(request).items() if name not in lesson.default}
        request = InputRequest(**{**lesson.default, **given})
    return LessonInput(request, presentation, lesson_options, problem_from(request))


def _given(request: InputRequest) -> dict[str, Any]:
    values = {each.name: getattr(request, each.name) for each in fields(InputRequest)}
    return {name: value for name, value in values.items() if value is not None}


def _check_options(lesson: Lesson, request: InputRequest, presentation: Presentation) -> None:
    given = {} if lesson.takes_sequence else _given(request)
    if presentation.key is not None and lesson.name != DEFAULT:
        given["key"] = presentation.key
    if not lesson.takes_sequence and presentation.query is not None:
        given["query"] = presentation.query
    if presentation.distance is not None:
        given["distance"] = presentation.distance
    for name in given:
        if name not in lesson.takes:
            flag = _FLAGS.get(name, "--" + name.replace("_", "-"))
            why = "takes no sequence" if not lesson.takes_sequence else "has no such option"
            raise InputError(f"the lesson {lesson.name} {why}: leave {flag} out")
