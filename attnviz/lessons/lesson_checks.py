"""Checks of the request, with which every lesson on a sequence begins, and the notes, with which it ends."""

from __future__ import annotations

import numpy as np

from attnviz.core.problem import Problem, counted
from attnviz.core.provenance import ModelSource
from attnviz.core.trace import Trace
from attnviz.errors import InputError, unknown_name
from attnviz.lessons.lesson_context import LessonContext
from attnviz.lessons.request import LessonRequest
from attnviz.story.i18n import words
from attnviz.story.numbers import Numbers, fitting_precision, largest_size
from attnviz.story.reading_notes import reading_notes
from attnviz.story.roundings import MOST_DECIMALS, ROUNDINGS

_REVISION, _BRIEF = 12, 8
"""Letters of a digest that are shown."""


def check(request: LessonRequest) -> None:
    """Raises InputError for a row that does not exist, an empty sequence, a precision that float64 does not hold or an
    unknown rounding.
    """
    problem = request.sequence.problem
    if problem.n_q == 0:
        raise InputError("nothing to explain: the sequence is empty, give at least one vector")
    if problem.n_k == 0:
        raise InputError("nothing to explain: there are no keys, give at least one")
    there_are = "there are" if problem.is_cross_attention else "the sequence has"
    if not 0 <= request.query < problem.n_q:
        raise InputError(f"no row {request.query + 1}: {there_are} {problem.n_q}")
    if request.key is not None and not 0 <= request.key < problem.n_k:
        raise InputError(f"no key {request.key + 1}: {there_are} {problem.n_k}")
    if request.rounding not in ROUNDINGS:
        raise unknown_name("rounding", request.rounding, ROUNDINGS)
    check_precision(request.precision)


def check_position(argument: str, place: int, count: int) -> None:
    """Raises InputError that names the argument, for a position, counted from 0, that a sequence of so many has not.

    >>> check_position("query", 0, 1)
    """
    if not 0 <= place < count:
        positions = "1 position" if count == 1 else f"{count} positions"
        raise InputError(
            f"{argument} is {place}, counted from 0: the sequence has {positions}, give 0 to {count - 1}"
        )


def check_precision(precision: int | None) -> None:
    """Raises InputError for a precision that float64 does not hold.

    >>> check_precision(None)
    """
    if precision is not None and not 0 <= precision <= MOST_DECIMALS:
        raise InputError(f"precision is {precision}: give 0 to {MOST_DECIMALS} decimals")


def refuse_article(request: LessonRequest, lesson: str) -> None:
    """Raises InputError for the article's rounding, which only the lesson self-attention carries on.

    >>> refuse_article(LessonRequest(), "masking")
    """
    if request.rounding == "article":
        raise InputError(
            f"the lesson {lesson} does not round as the article does: leave --rounding out"
        )


def checked_context(request: LessonRequest, lesson: str) -> LessonContext:
    """The context of `lesson` on the requested sequence. Raises InputError as `check` does, and for what only the
    lesson self-attention shows: the article's rounding, cross-attention, numbers that come from elsewhere or of models.

    >>> from attnviz import self_attention
    >>> checked_context(LessonRequest(self_attention([[1.0]], [[2.0]], [[3.0]], [[4.0]])), "masking").query
    0
    """
    check(request)
    refuse_article(request, lesson)
    problem = request.sequence.problem
    if problem.is_cross_attention:
        sizes = f"{counted(problem.n_q, 'query', 'queries')} to {counted(problem.n_k, 'key')}"
        raise InputError(
            f"the lesson {lesson} is about one sequence, and this is attention from {sizes} (cross-attention): "
            "choose self-attention, which shows it"
        )
    if not problem.projects:
        raise InputError(
            f"the lesson {lesson} makes queries, keys and values of its vectors, and these come from elsewhere: "
            "only self-attention is told on them"
        )
    if problem.rotation is not None or problem.q_norm is not None or problem.k_norm is not None:
        raise InputError(
            f"the lesson {lesson} compares queries and keys as they are projected, and these are normalised or turned: "
            "only self-attention is told on them"
        )
    if _is_of_models(problem):
        raise InputError(
            f"the lesson {lesson} has no softcap, window or sink, and no heads that share keys: "
            "only self-attention is told with them"
        )
    return context_of(request.sequence, request, lesson)


def _is_of_models(problem: Problem) -> bool:
    """True if the problem has options of trained models, which only the lesson self-attention supports."""
    options = problem.options
    others = (options.softcap, options.window, options.kv_length, options.sinks, problem.kv_heads)
    return any(each is not None for each in others)


def context_of(trace: Trace, request: LessonRequest, lesson: str) -> LessonContext:
    """The context of `lesson` on `trace`, in the requested language and precision."""
    numbers = _numbers(trace, request.query, request.precision, sums=request.rounding != "plain")
    return LessonContext(
        trace, request.query, numbers, words(request.language), lesson, request.most, request.key
    )


def notes(context: LessonContext, length: str = "") -> tuple[str, ...]:
    """The notes on the numbers; with `length` "_brief" in a few words."""
    said: list[str] = []
    made = context.problem.provenance
    if made.model is not None:
        said.append(_note_on_model(context, made.model, length))
    if made.quantisation is not None:
        stored, bits = made.quantisation.stored, made.quantisation.bits_text
        said.append(context.common(f"quantised{length}", stored=stored, bits=bits))
    if made.unknown is not None:
        counts = {"unknown": made.unknown.count, "tokens": made.unknown.of}
        said.append(context.common(f"unknown{length}", **counts))
    if made.backend is not None:
        backend = {"backend": made.backend.name, "difference": made.backend.difference_text}
        said.append(context.common(f"watched{length}", **backend))
    said += reading_notes(made.readings, context.words, length)
    if how := context.untrained:
        said.append(context.common(f"untrained{length}", how=how))
    if context.trace.rounded == "article":
        said.append(context.common(f"article{length}"))
    how_rounded = "" if context.numbers.sums else "_plain"
    said.append(
        context.common(f"rounded{how_rounded}{length}", precision=context.numbers.precision)
    )
    return tuple(said)


def _note_on_model(context: LessonContext, model: ModelSource, length: str) -> str:
    revision = (model.revision or "")[: _BRIEF if length else _REVISION]
    return context.common(
        f"trained{length}",
        model=model.name,
        layer="" if model.layer is None else model.layer,
        heads=context.listed_heads,
        tokenizer=model.tokenizer or "",
        revision=revision,
    )


def _numbers(trace: Trace, query: int, precision: int | None, *, sums: bool) -> Numbers:
    head, noise = trace.heads[0], float(np.finfo(trace.output.dtype).eps) * 16
    if precision is None:
        parts = (trace.problem.x, head.stages.scores, head.v, trace.output)
        # a weight is told from 0 by one digit: hundreds of keys are no reason for three of everything
        weights = 10 * head.stages.weights[query]
        largest = [largest_size(part) for part in parts]
        # What is left where sums cancel is no number to be told from 0.
        told = [
            part for part, size in zip(parts, largest, strict=True) if size > noise * max(largest)
        ]
        precision = max(map(fitting_precision, (*told, weights)))
    return Numbers(precision, sums, noise)
