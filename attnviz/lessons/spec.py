"""The spec of a film, embedded in it as text: enough to build its lessons again without their input files.

JSON, schema `attnviz.film/1`:

    {"schema": "attnviz.film/1", "attnviz": the version that wrote it,
     "chapters": [{"lesson": "…", "title": "…", "steps": ["…", …] or null for all, "words": {"step.part": "…", …},
                   "request": {"problem": …, "query": 0, "language": "en", "precision": null or 2,
                               "rounding": "sum-preserving", "seed": 0, "distance": null or 8}} a lesson]}

A request has a "key" where one was asked for. A problem is as it stands in a trace (`attnviz.core.serialisation`); null
where the lesson takes no sequence. One of more than `MOST_CHARACTERS` is left out: {"left_out": its characters}.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any

import attnviz
from attnviz.core.problem_json import problem_from_plain, problem_to_plain
from attnviz.core.self_attention import trace_of
from attnviz.core.trace import Trace
from attnviz.errors import AttnvizError, InputError
from attnviz.lessons.lesson import Lesson
from attnviz.lessons.registry import lesson_named
from attnviz.lessons.request import LessonRequest
from attnviz.records import record
from attnviz.story.i18n import language_codes
from attnviz.story.roundings import MOST_DECIMALS, ROUNDINGS

SCHEMA = "attnviz.film/1"
MOST_CHARACTERS = 64_000_000
"""The most characters of one problem: some 45,000 tokens of 64 numbers each."""
_AGAIN = "render the film again"


@record(eq=False)
class FilmLesson:
    """One lesson of a film: its request, and the steps and words that are shown."""

    lesson: Lesson
    title: str
    request: LessonRequest
    steps: tuple[str, ...] = ()
    """The steps that are shown; all where it is empty."""
    words: Mapping[str, str] = field(default_factory=dict)
    """A lecturer's own words, by "step.part" and "step.title"."""


def spec_text(lessons: Sequence[FilmLesson]) -> str:
    """The spec of a film of these lessons, in ASCII.

    >>> from attnviz.lessons.registry import LESSONS
    >>> from attnviz import self_attention
    >>> trace = self_attention([[1.0]], [[2.0]], [[3.0]], [[4.0]])
    >>> text = spec_text([FilmLesson(LESSONS["self-attention"], "Self-attention", LessonRequest(trace))])
    >>> lessons_from_spec(text)[0].request.sequence == trace
    True
    """
    chapters = [_chapter(each) for each in lessons]
    return json.dumps(
        {"schema": SCHEMA, "attnviz": attnviz.__version__, "chapters": chapters}, allow_nan=False
    )


def lessons_from_spec(text: str) -> tuple[FilmLesson, ...]:
    """The lessons of a spec, their traces computed anew.

    Raises InputError for what is no spec, or one that is damaged or lacks a problem that was left out.
    """
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"what made the film is not JSON ({error}): {_AGAIN}") from error
    schema = body.get("schema") if isinstance(body, dict) else type(body).__name__
    if schema != SCHEMA:
        raise InputError(
            f"what made the film has the schema {schema!r}, and this attnviz reads {SCHEMA!r}: "
            "use the version that made it"
        )
    chapters = body.get("chapters")
    if chapters == []:
        raise InputError("it has title cards only: there is nothing to explain")
    if not isinstance(chapters, list):
        raise InputError(f"what made the film is damaged: it has no chapters: {_AGAIN}")
    return tuple(_lesson(each, f"chapter {i}") for i, each in enumerate(chapters, start=1))


def _chapter(made: FilmLesson) -> dict[str, Any]:
    request = made.request
    return {
        "lesson": made.lesson.name,
        "title": made.title,
        "steps": list(made.steps) or None,
        "words": dict(made.words),
        "request": {
            "problem": None if request.trace is None else _problem(request.trace),
            "query": request.query,
            **({} if request.key is None else {"key": request.key}),
            "language": request.language,
            "precision": request.precision,
            "rounding": request.rounding,
            "seed": request.seed,
            "distance": request.distance,
        },
    }


def _problem(trace: Trace) -> dict[str, Any]:
    plain = problem_to_plain(trace.problem)
    length = len(json.dumps(plain))
    return plain if length <= MOST_CHARACTERS else {"left_out": length}


def _lesson(chapter: Any, where: str) -> FilmLesson:
    _check(chapter, _CHAPTER, where)
    try:
        lesson = lesson_named(chapter["lesson"])
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    return FilmLesson(
        lesson,
        chapter["title"],
        _request(chapter["request"], lesson, where),
        tuple(chapter["steps"] or ()),
        chapter["words"],
    )


def _request(request: Any, lesson: Lesson, where: str) -> LessonRequest:
    _check(request, _REQUEST, f"{where}, request")
    trace = _trace(request["problem"], where) if lesson.takes_sequence else None
    request = {"key": None} | request
    _check(request, {"key": _or_none(_is_number(0))}, f"{where}, request")
    for name in ("query", "key"):
        if trace is not None and (request[name] or 0) >= max(trace.problem.n, 1):
            raise _damaged(f"{where}, request", name)
    return LessonRequest(
        trace,
        request["query"],
        request["language"],
        request["precision"],
        request["rounding"],
        seed=request["seed"],
        key=request["key"],
        distance=request["distance"],
    )


def _trace(problem: Any, where: str) -> Trace:
    if not isinstance(problem, dict):
        raise _damaged(f"{where}, request", "problem")
    if "left_out" in problem:
        raise InputError(
            f"{where}: its input was too large for a film to carry, and was left out: "
            "give the input itself"
        )
    try:
        return trace_of(problem_from_plain(problem))
    except AttnvizError as error:
        raise InputError(f"what made the film is damaged: {where}: {error}: {_AGAIN}") from error


def _check(body: Any, rules: Mapping[str, Callable[[Any], bool]], where: str) -> None:
    """Raises InputError, naming the field, for one that is missing or of the wrong kind."""
    if not isinstance(body, dict):
        raise InputError(f"what made the film is damaged: {where} is no table: {_AGAIN}")
    for name, is_good in rules.items():
        if name not in body or not is_good(body[name]):
            raise _damaged(where, name)


def _damaged(where: str, name: str) -> InputError:
    return InputError(
        f"what made the film is damaged: {where}: {name} is missing or of the wrong kind: {_AGAIN}"
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(least: int, most: int | None = None) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value and (most is None or value <= most)


def _or_none(is_good: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or is_good(value)


_CHAPTER: Mapping[str, Callable[[Any], bool]] = {
    "lesson": _is_text,
    "title": _is_text,
    "steps": _or_none(lambda steps: isinstance(steps, list) and all(map(_is_text, steps))),
    "words": lambda words: isinstance(words, dict) and all(map(_is_text, words.values())),
    "request": lambda request: isinstance(request, dict),
}
_REQUEST: Mapping[str, Callable[[Any], bool]] = {
    "problem": lambda problem: True,
    "query": _is_number(0),
    "language": lambda language: language in language_codes(),
    "precision": _or_none(_is_number(0, MOST_DECIMALS)),
    "rounding": lambda rounding: rounding in ROUNDINGS,
    "seed": _is_number(0),
    "distance": _or_none(_is_number(1)),
}
