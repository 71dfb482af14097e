"""The steps of the lesson self-attention, and what they are built from."""

from __future__ import annotations

from attnviz.core.rounding import article_rounded
from attnviz.core.trace import Trace
from attnviz.errors import InputError
from attnviz.lessons.lesson import Opening
from attnviz.lessons.lesson_checks import check, context_of, notes
from attnviz.lessons.lesson_context import LessonContext
from attnviz.lessons.request import LessonRequest
from attnviz.lessons.self_attention import (
    dot_product,
    links_step,
    parts,
    projection_steps,
    qkv_steps,
    rope_steps,
    score_steps,
    softmax_step,
    summary_steps,
    value_steps,
)
from attnviz.lessons.self_attention.lesson import LESSON
from attnviz.story.calculations import MOST
from attnviz.story.step import Absence, StepDefinition
from attnviz.story.storyboard import Storyboard


def open_lesson(request: LessonRequest) -> Opening[LessonContext]:
    """The lesson on the trace that was asked for.

    Raises InputError for a row that does not exist, an empty sequence, a precision that float64 does not hold, an
    unknown rounding, or a key where every product is written out anyway.
    """
    check(request)
    trace = request.sequence
    if trace.problem.is_cross_attention and trace.problem.projects:
        raise InputError(
            "keys of a context are not shown as they are projected: give queries, keys and values, with given_problem"
        )
    if request.key is not None and not dot_product.has(trace.problem):
        raise InputError(
            f"--key follows one product where d_k is more than {MOST}, and here it is {trace.problem.d_k}: "
            "all products are written out, leave --key out"
        )
    source_trace = article_rounded(trace) if request.rounding == "article" else trace
    context = context_of(source_trace, request, LESSON.name)
    return Opening(
        context,
        context.words.phrase(
            LESSON.name, "cross_title" if trace.problem.is_cross_attention else "title"
        ),
        context.numbers,
        trace=source_trace,
        query=request.query,
        in_full=True,
        head=context.head_number(0),
        untrained=context.untrained,
        notes=notes(context),
        brief_notes=notes(context, "_brief"),
        keys=context.keys,
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

    Raises InputError as `open_lesson` does.

    >>> from attnviz import self_attention
    >>> board = self_attention_storyboard(self_attention([[1.0]], [[2.0]], [[3.0]], [[4.0]]))
    >>> board.step("scores").worked[0].total.text
    '6'
    """
    return LESSON.build(LessonRequest(trace, query, language, precision, rounding, most, key=key))


STEPS: tuple[StepDefinition[LessonContext], ...] = (
    StepDefinition("inputs", parts.Inputs, projection_steps.inputs, on_sidebar=True),
    StepDefinition("weights", parts.Weights, projection_steps.weights),
    StepDefinition(
        "queries", parts.Projection, projection_steps.queries, on_one_head=True, on_sidebar=True
    ),
    StepDefinition(
        "keys", parts.Projection, projection_steps.keys, on_one_head=True, on_sidebar=True
    ),
    StepDefinition(
        "values", parts.Projection, projection_steps.values, on_one_head=True, on_sidebar=True
    ),
    StepDefinition(
        "places",
        parts.Rope,
        rope_steps.places,
        Absence(
            "queries and keys are compared as they are projected; a model with RoPE turns them"
        ),
        on_one_head=True,
        on_sidebar=True,
    ),
    StepDefinition(
        "given",
        parts.Given,
        qkv_steps.given,
        Absence("queries, keys and values are made of the inputs; --qkv FILE gives them"),
        on_one_head=True,
        on_sidebar=True,
    ),
    StepDefinition(
        "scores", parts.Scores, score_steps.scores, on_one_head=True, on_score_stack=True
    ),
    StepDefinition(
        "pair",
        parts.DotProduct,
        dot_product.pair,
        Absence("the vectors are short, and every product is written out"),
        on_one_head=True,
    ),
    *score_steps.CHANGES,
    StepDefinition(
        "softmax", parts.Softmax, softmax_step.softmax, on_one_head=True, on_score_stack=True
    ),
    StepDefinition(
        "weighted-values", parts.WeightedValues, value_steps.weighted_values, on_one_head=True
    ),
    StepDefinition("output", parts.Output, value_steps.output, on_one_head=True),
    StepDefinition("all-rows", parts.AllRows, summary_steps.all_rows, on_one_head=True),
    StepDefinition(
        "links",
        parts.Links,
        links_step.links,
        Absence(
            "it is told of a trained model; say --model",
            with_model="there is no other token to look at",
        ),
        on_one_head=True,
    ),
    StepDefinition(
        "heads",
        parts.Heads,
        summary_steps.heads,
        Absence(
            "there is one head and no w_o; say --heads 2, or give a w_o with --weights",
            with_model="one head is shown; say --head 0,1 or --head all",
            with_qkv="one head is shown; several are (heads, n, d) in the file, and --head all",
        ),
    ),
    StepDefinition("formula", parts.Formula, summary_steps.formula),
    StepDefinition(
        "why-scale",
        parts.WhyScale,
        summary_steps.why_scale,
        Absence(
            "√d_k changes nothing; choose a --query that sees something, and --d-k 2 or more; "
            "with --rounding article it is left out"
        ),
        on_one_head=True,
    ),
)
