"""The main lesson: inputs to outputs on real numbers, one query in full, then all, then the formula.

Told after R. Karim, "Illustrated: Self-Attention" (2019), in the notation of Vaswani et al. (2017).
"""

from __future__ import annotations

import numpy as np

from attnviz.core.rounding import article_rounded
from attnviz.core.trace import Trace
from attnviz.errors import InputError, unknown_name
from attnviz.lessons import projection_steps, row_steps, softmax_step, value_steps, whole_steps
from attnviz.lessons.calculations import MOST
from attnviz.lessons.catalogue import LESSONS
from attnviz.lessons.numbers import Numbers, fitting_precision
from attnviz.lessons.request import LessonRequest
from attnviz.lessons.storyboard import Step, Storyboard
from attnviz.lessons.telling import Telling
from attnviz.lessons.words import words

LESSON = "self-attention"
STEPS = LESSONS[LESSON].steps
"""Every step the lesson can have; one that changes nothing (no mask, no scale) is left out."""

MOST_DECIMALS = 12

ROUNDINGS = ("sum-preserving", "plain", "article")


def storyboard(asked: LessonRequest) -> Storyboard:
    """The lesson as the catalogue calls it; see `self_attention_storyboard`."""
    return self_attention_storyboard(
        asked.sequence,
        query=asked.query,
        language=asked.language,
        precision=asked.precision,
        rounding=asked.rounding,
        most=asked.most,
    )


def self_attention_storyboard(
    trace: Trace,
    *,
    query: int = 0,
    language: str = "en",
    precision: int | None = None,
    rounding: str = "sum-preserving",
    most: int = MOST,
) -> Storyboard:
    """The lesson told on `trace`.

    `query` is the row worked in full, counted from 0. `precision` is the number of decimals, None as many as the
    numbers need, at least two. `rounding`: "sum-preserving" (what is shown adds up), "plain", or "article" (weights
    rounded to one decimal and carried on, as in the article).

    `most` says how many keys of the row, terms of a sum and entries of a vector are worked out.

    Raises InputError for a row that does not exist, an empty sequence, a precision that float64 does not hold or an
    unknown rounding.

    >>> from attnviz import self_attention
    >>> board = self_attention_storyboard(self_attention([[1.0]], [[2.0]], [[3.0]], [[4.0]]))
    >>> board.step("scores").worked[0].total.text
    '6'
    """
    _check(trace, query, precision, rounding)
    if rounding == "article":
        trace = article_rounded(trace)
    numbers = _numbers(trace, precision, sums=rounding != "plain")
    telling = Telling(trace, query, numbers, words(language), LESSON, most)
    steps = _steps(telling)
    return Storyboard(
        lesson=LESSON,
        language=language,
        title=telling.words.say(LESSON, "title"),
        steps=steps,
        numbers=numbers,
        told_on=trace,
        query=query,
        untrained=trace.problem.provenance.get("untrained"),
        notes=_notes(telling),
        brief_notes=_notes(telling, "_brief"),
    )


def _check(trace: Trace, query: int, precision: int | None, rounding: str) -> None:
    if trace.problem.n == 0:
        raise InputError("nothing to explain: the sequence is empty, give at least one vector")
    if not 0 <= query < trace.problem.n:
        raise InputError(f"no row {query + 1}: the sequence has {trace.problem.n}")
    if rounding not in ROUNDINGS:
        raise unknown_name("rounding", rounding, ROUNDINGS)
    if precision is not None and not 0 <= precision <= MOST_DECIMALS:
        raise InputError(f"precision is {precision}: give 0 to {MOST_DECIMALS} decimals")


def _steps(telling: Telling) -> tuple[Step, ...]:
    built = (
        projection_steps.inputs(telling),
        projection_steps.weights(telling),
        projection_steps.queries(telling),
        projection_steps.keys(telling),
        projection_steps.values(telling),
        row_steps.scores(telling),
        row_steps.scale(telling),
        row_steps.bias(telling),
        row_steps.mask(telling),
        softmax_step.softmax(telling),
        value_steps.weighted_values(telling),
        value_steps.output(telling),
        whole_steps.all_rows(telling),
        whole_steps.heads(telling),
        whole_steps.formula(telling),
        whole_steps.why_scale(telling),
    )
    return tuple(step for step in built if step is not None)


def _numbers(trace: Trace, precision: int | None, *, sums: bool) -> Numbers:
    head, noise = trace.heads[0], float(np.finfo(trace.output.dtype).eps) * 16
    if precision is None:
        parts = (trace.problem.x, head.stages.scores, head.v, trace.output)
        largest = [float(np.abs(part[np.isfinite(part)]).max(initial=0.0)) for part in parts]
        # What is left where sums cancel is no number to be told from 0.
        told = [
            part for part, size in zip(parts, largest, strict=True) if size > noise * max(largest)
        ]
        precision = max(map(fitting_precision, told), default=2)
    return Numbers(precision, sums, noise)


def _notes(telling: Telling, length: str = "") -> tuple[str, ...]:
    """What must be said of the numbers; `length` "_brief" in a few words."""
    notes = []
    if how := telling.problem.provenance.get("untrained"):
        notes.append(telling.common(f"untrained{length}", how=how))
    if telling.trace.rounded == "article":
        notes.append(telling.common(f"article{length}"))
    how_rounded = length or ("" if telling.numbers.sums else "_plain")
    notes.append(telling.common(f"rounded{how_rounded}", precision=telling.numbers.precision))
    return tuple(notes)
