"""The spec of a film, embedded in it as text: enough to build its lessons again without their input files.

JSON, schema `attnviz.film/1`:

    {"schema": "attnviz.film/1", "attnviz": the version that wrote it,
     "chapters": [{"lesson": "…", "title": "…", "steps": ["…", …] or null for all, "words": {"step.part": "…", …},
                   "request": {"problem": …, "query": 0, "language": "en", "precision": null or 2,
                               "rounding": "sum-preserving", "seed": 0, "distance": null or 8}} a lesson]}

A request has a "key" where one was asked for. A problem is as it stands in a trace (`attnviz.core.serialisation`); null
where the lesson takes no sequence. Where all together would take more than `MOST_CHARACTERS`, or what is computed of
them more than `MOST_BYTES`, one is left out: {"left_out": its characters}.

A film may come from a stranger. What is read of its spec passes the checks of an input file: kinds, sizes, numbers that
are finite, and no more memory than an input may take.
"""

from __future__ import annotations

import json
import reprlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field
from typing import Any, NamedTuple

import numpy as np

import attnviz
from attnviz.core.json_text import load_json
from attnviz.core.overflow import overflowed
from attnviz.core.problem import Problem
from attnviz.core.problem_json import arrays_of, check_names, problem_from_plain, problem_to_plain
from attnviz.core.problem_size import check_memory, trace_bytes
from attnviz.core.self_attention import trace_of
from attnviz.core.trace import Trace
from attnviz.errors import AttnvizError, InputError, reason_of
from attnviz.lessons.lesson import Lesson
from attnviz.lessons.registry import lesson_named
from attnviz.lessons.request import LessonRequest
from attnviz.progress import part_of, report
from attnviz.records import record
from attnviz.story.i18n import language_codes
from attnviz.story.roundings import MOST_DECIMALS, ROUNDINGS

SCHEMA = "attnviz.film/1"
MOST_CHARACTERS = 64_000_000
"""The most characters of all problems of a film: some 45,000 tokens of 64 numbers each."""
MOST_CHAPTERS = 100
"""Lessons of a film, and chapters of a lecture: a hundred take a minute to read, and hours to play."""
MOST_BYTES = 2**30
"""A film whose lessons would take more memory than this, all together, is not computed: nobody gave their input."""
_MOST_WORDS, _LONGEST_NAME, _LONGEST_TEXT = 10_000, 200, 5000
_LARGEST = 2**64
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
    """The spec of a film of these lessons, in ASCII. Raises InputError for more lessons than are read again.

    >>> from attnviz.lessons.registry import LESSONS
    >>> from attnviz import self_attention
    >>> trace = self_attention([[1.0]], [[2.0]], [[3.0]], [[4.0]])
    >>> text = spec_text([FilmLesson(LESSONS["self-attention"], "Self-attention", LessonRequest(trace))])
    >>> lessons_from_spec(text)[0].request.sequence == trace
    True
    """
    _check_count(lessons)
    chapters, left, memory = [], MOST_CHARACTERS, MOST_BYTES
    for each in lessons:
        problem, taken, needed = _problem(each.request.trace, left, memory)
        chapters.append(_chapter(each, problem))
        left, memory = left - taken, memory - needed
    return json.dumps(
        {"schema": SCHEMA, "attnviz": attnviz.__version__, "chapters": chapters}, allow_nan=False
    )


def lessons_from_spec(text: str) -> tuple[FilmLesson, ...]:
    """The lessons of a spec, their traces computed anew.

    Raises InputError for what is no spec, or one that is damaged or lacks a problem that was left out.
    """
    try:
        body = load_json(text)
    except (ValueError, RecursionError, MemoryError) as error:
        reason = str(error) or reason_of(error)
        raise InputError(f"what made the film is not JSON ({reason}): {_AGAIN}") from error
    schema = body.get("schema") if isinstance(body, dict) else type(body).__name__
    if schema != SCHEMA:
        raise InputError(
            f"what made the film has the schema {reprlib.repr(schema)}, and this attnviz reads {SCHEMA!r}: "
            "use the version that made it"
        )
    chapters = body.get("chapters")
    if chapters == []:
        raise InputError("it has title cards only: there is nothing to explain")
    if not isinstance(chapters, list):
        raise InputError(f"what made the film is damaged: it has no chapters: {_AGAIN}")
    _check_known(body, _FILM, "what made the film")
    _check_count(chapters)
    checked = [_checked(each, f"chapter {i}") for i, each in enumerate(chapters, start=1)]
    problems = [each.problem for each in checked if each.problem is not None]
    try:
        check_memory(sum(map(trace_bytes, problems)), most=MOST_BYTES, cure="give the input itself")
    except InputError as error:
        raise InputError(f"what made the film: {error}") from error
    return tuple(_computed(checked))


def _computed(checked: Sequence[_Checked]) -> Iterator[FilmLesson]:
    for number, each in enumerate(checked, start=1):
        with part_of(f"Chapter {number} of {len(checked)}"):
            report("Computing")
            lesson = _lesson(each)
        yield lesson


def _check_count(chapters: Sequence[object]) -> None:
    if len(chapters) > MOST_CHAPTERS:
        raise InputError(
            f"the film has {len(chapters):,} lessons, and at most {MOST_CHAPTERS} are kept in one: "
            "make several films of them"
        )


@contextmanager
def _naming(where: str) -> Iterator[None]:
    """Makes of an error one that begins with the place of the damage, and ends with the cure."""
    try:
        yield
    except AttnvizError as error:
        raise InputError(f"{where}: {error}: {_AGAIN}") from error


def _chapter(made: FilmLesson, problem: dict[str, Any] | None) -> dict[str, Any]:
    request = made.request
    return {
        "lesson": made.lesson.name,
        "title": made.title,
        "steps": list(made.steps) or None,
        "words": dict(made.words),
        "request": {
            "problem": problem,
            "query": request.query,
            **({} if request.key is None else {"key": request.key}),
            "language": request.language,
            "precision": request.precision,
            "rounding": request.rounding,
            "seed": request.seed,
            "distance": request.distance,
        },
    }


def _problem(
    trace: Trace | None, most: int, most_bytes: int
) -> tuple[dict[str, Any] | None, int, int]:
    """The problem as JSON has it, the characters that it takes, and the bytes of what is computed of it.

    It is left out if it takes more than `most` characters or `most_bytes`.
    """
    if trace is None:
        return None, 0, 0
    plain = problem_to_plain(trace.problem)
    length, needed = len(json.dumps(plain)), trace_bytes(trace.problem)
    if length > most or needed > most_bytes:
        return {"left_out": length}, 0, 0
    return plain, length, needed


class _Checked(NamedTuple):
    """A chapter of which every field is of the right kind, and nothing computed."""

    chapter: Mapping[str, Any]
    where: str
    lesson: Lesson
    problem: Problem | None


def _checked(chapter: Any, where: str) -> _Checked:
    _check(chapter, _CHAPTER, where)
    try:
        lesson = lesson_named(chapter["lesson"])
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    request = chapter["request"]
    _check(request, _REQUEST, f"{where}, request")
    distance, most = request["distance"], lesson.most_distant
    if distance is not None and most is not None and distance > most:
        raise InputError(
            f"what made the film is damaged: {where}, request: distance is {distance}, expected 1 to {most}: {_AGAIN}"
        )
    problem = _problem_of(request["problem"], where) if lesson.takes_sequence else None
    counts = {} if problem is None else {"query": problem.n_q, "key": problem.n_k}
    for name, count in counts.items():
        if (request.get(name) or 0) >= max(count, 1):
            raise _damaged(f"{where}, request", name)
    return _Checked(chapter, where, lesson, problem)


def _problem_of(problem: Any, where: str) -> Problem:
    if not isinstance(problem, dict):
        raise _damaged(f"{where}, request", "problem")
    if "left_out" in problem:
        raise InputError(
            f"{where}: its input was too large for a film to carry, and was left out: "
            "give the input itself"
        )
    with _naming(f"what made the film is damaged: {where}"):
        found = problem_from_plain(problem)
        for name, array in arrays_of(found).items():
            is_hidden = np.isneginf(array) if name == "options.bias" else False
            if not (np.isfinite(array) | is_hidden).all():
                raise InputError(f"{name} holds a number that is not finite")
        return found


def _lesson(checked: _Checked) -> FilmLesson:
    chapter, where, lesson, problem = checked
    request = chapter["request"]
    return FilmLesson(
        lesson,
        chapter["title"],
        LessonRequest(
            None if problem is None else _trace(problem, where),
            request["query"],
            request["language"],
            request["precision"],
            request["rounding"],
            seed=request["seed"],
            key=request.get("key"),
            distance=request["distance"],
        ),
        tuple(chapter["steps"] or ()),
        chapter["words"],
    )


def _trace(problem: Problem, where: str) -> Trace:
    with _naming(f"what made the film is damaged: {where}"):
        try:
            trace = trace_of(problem)
        except AttnvizError:
            raise
        except (ValueError, OverflowError) as error:
            # Such as a mask or a bias that does not spread over the scores.
            raise InputError(f"its parts do not fit ({reason_of(error)})") from error
        if stage := overflowed(trace):
            raise InputError(f"the {stage} are too large to compute with")
        return trace


def _check(body: Any, rules: Mapping[str, Callable[[Any], bool]], where: str) -> None:
    """Raises InputError, naming the field, for one that is missing or of the wrong kind."""
    if not isinstance(body, dict):
        raise InputError(f"what made the film is damaged: {where} is no table: {_AGAIN}")
    _check_known(body, rules, f"what made the film is damaged: {where}")
    for name, is_good in rules.items():
        if (name not in body and name not in _MAY_BE_MISSING) or not is_good(body.get(name)):
            raise _damaged(where, name)


def _check_known(body: Mapping[str, Any], known: Collection[str], where: str) -> None:
    with _naming(where):
        check_names("it", body, known)


def _damaged(where: str, name: str) -> InputError:
    return InputError(
        f"what made the film is damaged: {where}: {name} is missing or of the wrong kind: {_AGAIN}"
    )


def _is_text(longest: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and len(value) <= longest


def _is_number(least: int, most: int = _LARGEST) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _is_one_of(known: Iterable[str]) -> Callable[[Any], bool]:
    names = tuple(known)
    return lambda value: isinstance(value, str) and value in names


def _or_none(is_good: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or is_good(value)


def _are_names(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= _MOST_WORDS
        and all(map(_is_text(_LONGEST_NAME), value))
    )


def _are_words(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and _are_names(list(value))
        and all(map(_is_text(_LONGEST_TEXT), value.values()))
    )


_CHAPTER: Mapping[str, Callable[[Any], bool]] = {
    "lesson": _is_text(_LONGEST_NAME),
    "title": _is_text(_LONGEST_TEXT),
    "steps": _or_none(_are_names),
    "words": _are_words,
    "request": lambda request: isinstance(request, dict),
}
_FILM = ("schema", "attnviz", "chapters")
_MAY_BE_MISSING = frozenset({"key"})
_REQUEST: Mapping[str, Callable[[Any], bool]] = {
    "problem": lambda problem: True,
    "query": _is_number(0),
    "key": _or_none(_is_number(0)),
    "language": lambda language: _is_one_of(language_codes())(language),
    "precision": _or_none(_is_number(0, MOST_DECIMALS)),
    "rounding": _is_one_of(ROUNDINGS),
    "seed": _is_number(0),
    "distance": _or_none(_is_number(1)),
}
