"""What every lesson on a sequence begins and ends with: what was asked, checked, and the notes on its numbers."""

from __future__ import annotations

import numpy as np

from attnviz.core.problem import Problem
from attnviz.core.trace import Trace
from attnviz.errors import InputError, unknown_name
from attnviz.lessons.lesson_context import Telling
from attnviz.lessons.request import LessonRequest
from attnviz.story.i18n import words
from attnviz.story.numbers import Numbers, fitting_precision
from attnviz.story.roundings import MOST_DECIMALS, ROUNDINGS

_REVISION, _BRIEF = 12, 8
"""Letters of a digest that are shown."""


def check(asked: LessonRequest) -> None:
    """Raises InputError for a row that does not exist, an empty sequence, a precision that float64 does not hold or
    an unknown rounding.
    """
    problem = asked.sequence.problem
    if problem.n == 0:
        raise InputError("nothing to explain: the sequence is empty, give at least one vector")
    if not 0 <= asked.query < problem.n:
        raise InputError(f"no row {asked.query + 1}: the sequence has {problem.n}")
    if asked.key is not None and not 0 <= asked.key < problem.n:
        raise InputError(f"no key {asked.key + 1}: the sequence has {problem.n}")
    if asked.rounding not in ROUNDINGS:
        raise unknown_name("rounding", asked.rounding, ROUNDINGS)
    check_precision(asked.precision)


def check_precision(precision: int | None) -> None:
    """Raises InputError for a precision that float64 does not hold.

    >>> check_precision(None)
    """
    if precision is not None and not 0 <= precision <= MOST_DECIMALS:
        raise InputError(f"precision is {precision}: give 0 to {MOST_DECIMALS} decimals")


def refuse_article(asked: LessonRequest, lesson: str) -> None:
    """Raises InputError for the article's rounding, which only the lesson self-attention carries on.

    >>> refuse_article(LessonRequest(), "masking")
    """
    if asked.rounding == "article":
        raise InputError(
            f"the lesson {lesson} does not round as the article does: leave --rounding out"
        )


def begun(asked: LessonRequest, lesson: str) -> Telling:
    """The telling of `lesson` on the sequence that was asked for. Raises InputError as `check` does, and for the
    article's rounding, which only the lesson self-attention carries on.

    >>> from attnviz import self_attention
    >>> begun(LessonRequest(self_attention([[1.0]], [[2.0]], [[3.0]], [[4.0]])), "masking").query
    0
    """
    check(asked)
    refuse_article(asked, lesson)
    problem = asked.sequence.problem
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
            f"the lesson {lesson} has no softcap, window or sink, no bias of a head's own, "
            "and no heads that share keys: only self-attention is told with them"
        )
    return telling_of(asked.sequence, asked, lesson)


def _is_of_models(problem: Problem) -> bool:
    """Whether it has what only models have, and only the lesson self-attention tells."""
    options = problem.options
    others = (options.softcap, options.window, options.kv_length, options.sinks, problem.kv_heads)
    of_each = options.bias is not None and options.bias.ndim > 2
    return of_each or any(each is not None for each in others)


def telling_of(trace: Trace, asked: LessonRequest, lesson: str) -> Telling:
    """The telling of `lesson` on `trace`, in the words and with the numbers that were asked for."""
    numbers = _numbers(trace, asked.query, asked.precision, sums=asked.rounding != "plain")
    return Telling(
        trace, asked.query, numbers, words(asked.language), lesson, asked.most, asked.key
    )


def notes(telling: Telling, length: str = "") -> tuple[str, ...]:
    """What must be said of the numbers; `length` "_brief" in a few words."""
    said = []
    made = telling.problem.provenance
    if "model" in made:
        facts = {name: made.get(name, "") for name in ("model", "layer", "tokenizer")}
        facts["heads"] = telling.listed_heads
        facts["revision"] = made.get("revision", "")[: _BRIEF if length else _REVISION]
        said.append(telling.common(f"trained{length}", **facts))
    if stored := made.get("stored"):
        said.append(telling.common(f"quantised{length}", stored=stored, bits=made.get("bits", "")))
    if "unknown" in made:
        seen = {name: made.get(name, "") for name in ("unknown", "tokens")}
        said.append(telling.common(f"unknown{length}", **seen))
    if "backend" in made:
        watched = {name: made.get(name, "") for name in ("backend", "difference")}
        said.append(telling.common(f"watched{length}", **watched))
    if how := telling.source("untrained"):
        said.append(telling.common(f"untrained{length}", how=how))
    if telling.trace.rounded == "article":
        said.append(telling.common(f"article{length}"))
    how_rounded = "" if telling.numbers.sums else "_plain"
    said.append(
        telling.common(f"rounded{how_rounded}{length}", precision=telling.numbers.precision)
    )
    return tuple(said)


def _numbers(trace: Trace, query: int, precision: int | None, *, sums: bool) -> Numbers:
    head, noise = trace.heads[0], float(np.finfo(trace.output.dtype).eps) * 16
    if precision is None:
        parts = (trace.problem.x, head.stages.scores, head.v, trace.output)
        # a weight is told from 0 by one digit: hundreds of keys are no reason for three of everything
        weights = 10 * head.stages.weights[query]
        largest = [float(np.abs(part[np.isfinite(part)]).max(initial=0.0)) for part in parts]
        # What is left where sums cancel is no number to be told from 0.
        told = [
            part for part, size in zip(parts, largest, strict=True) if size > noise * max(largest)
        ]
        precision = max(map(fitting_precision, (*told, weights)))
    return Numbers(precision, sums, noise)
