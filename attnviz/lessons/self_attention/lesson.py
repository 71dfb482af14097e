"""The main lesson: inputs to outputs on real numbers, one query in full, then all, then the formula.

Told after R. Karim, "Illustrated: Self-Attention" (2019), in the notation of Vaswani et al. (2017).
"""

from __future__ import annotations

from dataclasses import replace

from attnviz.core.rounding import article_rounded
from attnviz.core.trace import Trace
from attnviz.errors import InputError
from attnviz.lessons.catalogue import LESSONS
from attnviz.lessons.lesson_checks import check, notes, telling_of
from attnviz.lessons.lesson_context import Telling
from attnviz.lessons.request import LessonRequest
from attnviz.lessons.self_attention import (
    dot_product,
    links_step,
    projection_steps,
    qkv_steps,
    rope_steps,
    score_steps,
    softmax_step,
    summary_steps,
    value_steps,
)
from attnviz.story.calculations import MOST
from attnviz.story.storyboard import Step, Storyboard

LESSON = "self-attention"
STEPS = LESSONS[LESSON].steps
"""Every step the lesson can have; one that changes nothing (no mask, no scale) is left out."""
_OF_ALL_HEADS = {"inputs", "weights", "heads", "formula"}
"""The steps that are not told on one head."""


def storyboard(asked: LessonRequest) -> Storyboard:
    """The lesson as the catalogue calls it; see `self_attention_storyboard`."""
    return self_attention_storyboard(
        asked.sequence,
        query=asked.query,
        language=asked.language,
        precision=asked.precision,
        rounding=asked.rounding,
        most=asked.most,
        key=asked.key,
    )


def self_attention_storyboard(
    trace: Trace,
    *,
    query: int = 0,
    language: str = "en",
    precision: int | None = None,
    rounding: str = "sum-preserving",
    most: int = MOST,
    key: int | None = None,
) -> Storyboard:
    """The lesson told on `trace`.

    `query` is the row worked in full, counted from 0. `precision` is the number of decimals, None as many as the
    numbers need, at least two. `rounding`: "sum-preserving" (what is shown adds up), "plain", or "article" (weights
    rounded to one decimal and carried on, as in the article).

    `key` is the one whose product with that row is followed entry by entry, where vectors are long; None is the
    strongest. `most` says how many keys of the row, terms of a sum and entries of a vector are worked out.

    Raises InputError for a row that does not exist, an empty sequence, a precision that float64 does not hold or an
    unknown rounding.

    >>> from attnviz import self_attention
    >>> board = self_attention_storyboard(self_attention([[1.0]], [[2.0]], [[3.0]], [[4.0]]))
    >>> board.step("scores").worked[0].total.text
    '6'
    """
    asked = LessonRequest(trace, query, language, precision, rounding, most, key=key)
    check(asked)
    if key is not None and not dot_product.has(trace.problem):
        raise InputError(
            f"--key follows one product where d_k is more than {MOST}, and here it is {trace.problem.d_k}: "
            "all products are written out, leave --key out"
        )
    told_on = article_rounded(trace) if rounding == "article" else trace
    telling = telling_of(told_on, asked, LESSON)
    steps = _steps(telling)
    return Storyboard(
        lesson=LESSON,
        language=language,
        title=telling.words.say(LESSON, "title"),
        steps=steps,
        numbers=telling.numbers,
        told_on=told_on,
        in_full=True,
        query=query,
        untrained=telling.untrained,
        notes=notes(telling),
        brief_notes=notes(telling, "_brief"),
    )


def _made(telling: Telling) -> tuple[Step | None, ...]:
    """How queries, keys and values come about, as far as it is known."""
    if not telling.problem.projects:
        return (qkv_steps.given(telling),)
    return (
        projection_steps.weights(telling),
        projection_steps.queries(telling),
        projection_steps.keys(telling),
        projection_steps.values(telling),
        rope_steps.places(telling),
    )


def _steps(telling: Telling) -> tuple[Step, ...]:
    built = (
        projection_steps.inputs(telling),
        *_made(telling),
        score_steps.scores(telling),
        dot_product.pair(telling),
        score_steps.scale(telling),
        score_steps.cap(telling),
        score_steps.bias(telling),
        score_steps.mask(telling),
        softmax_step.softmax(telling),
        value_steps.weighted_values(telling),
        value_steps.output(telling),
        summary_steps.all_rows(telling),
        links_step.links(telling),
        summary_steps.heads(telling),
        summary_steps.formula(telling),
        summary_steps.why_scale(telling),
    )
    head = telling.head_number(0)
    return tuple(
        step if step.id in _OF_ALL_HEADS else replace(step, head=head)
        for step in built
        if step is not None
    )
