"""The steps of one query up to softmax: scores, scale, bias, mask."""

from __future__ import annotations

import math

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.lessons.lesson_context import LessonContext, positions_equal_to
from attnviz.lessons.self_attention import parts
from attnviz.story import formulas
from attnviz.story.calculation import Calculation, Number, Symbol
from attnviz.story.calculations import dot_product, plain, settled, single
from attnviz.story.captions import joined
from attnviz.story.exhibits import Exhibit, Product
from attnviz.story.labels import indexed, symbol_of
from attnviz.story.matrix import MatrixKind
from attnviz.story.step import Absence, StepDefinition
from attnviz.story.storyboard import Step
from attnviz.theme import Role


def scores(context: LessonContext) -> Step:
    """s = q · k for the worked query and every key."""
    head, row = context.head, context.query
    worked = settled(
        (
            dot_product(
                "worked",
                (
                    Symbol(indexed("q", row), Role.QUERY),
                    Symbol("·"),
                    Symbol(indexed("k", key), Role.KEY),
                ),
                (head.q[row], head.k[key]),
                (Role.QUERY, Role.KEY),
                context.number(head.stages.scores[row, key], Role.SCORE),
                context.numbers,
                key,
                most=context.most,
            )
            for key in context.keys
        ),
        context.numbers,
    )
    narration = {
        "why": context.phrase("scores", "why", query=context.named("q", row)),
        "worked": context.phrase("scores", "worked"),
    }
    if contrast := _contrast(context, head.stages.scores[row]):
        narration["contrast"] = contrast
    return Step(
        "scores",
        context.phrase("scores", "title"),
        formulas.SCORES,
        narration,
        exhibits=(
            Exhibit(
                parts.Scores.WORKED,
                Product(
                    operands=(
                        *context.first("Q", head.q, Role.QUERY),
                        *context.first("K", head.k, Role.KEY),
                    ),
                    results=(context.scores_row("scores", head.stages.scores[row]),),
                ),
            ),
        ),
        worked=worked,
        omitted=context.omitted_keys,
    )


def _contrast(context: LessonContext, row: FloatArray) -> str | None:
    """The best fit of all keys beside the worst of those shown; None where the best is not, or all fit alike."""
    best = float(row.max())
    strongest = [key for key in positions_equal_to(row, best) if key in context.keys]
    weakest = min(context.keys, key=lambda key: float(row[key]))
    high, low = context.numbers.text(best), context.numbers.text(float(row[weakest]))
    if not strongest or high == low:
        return None
    return context.phrase(
        "scores",
        # of a key that is not the worst of all it is not said that it has "only" that
        "contrast" if row[weakest] == row.min() else "best",
        strongest=context.several("k", strongest),
        high=high,
        weakest=context.named("k", weakest),
        low=low,
    )


def scale(context: LessonContext) -> Step | None:
    """s / √d_k, or times another factor; None where the scores stay as they are."""
    problem, stages, row = context.problem, context.head.stages, context.query
    if context.scaling is None:
        return None
    root = context.number(math.sqrt(problem.d_k))
    by_root = context.scaling == "root"
    factor = Number(problem.scale, context.numbers.four_digits(problem.scale))

    def worked(key: int) -> Calculation:
        score = context.number(stages.scores[row, key], Role.SCORE)
        symbol = Symbol(indexed("s", row, key), Role.SCORE)
        left = (
            (symbol, Symbol("/"), Symbol("√d_k")) if by_root else (symbol, Symbol("·"), Symbol("c"))
        )
        pieces = (score, Symbol("/"), root) if by_root else (score, Symbol("·"), factor)
        total = context.number(stages.scaled_scores[row, key], Role.SCORE)
        return single("why", left, pieces, total, context.numbers, key)

    relation = " = " if context.numbers.exact(root.value) else " ≈ "
    said = (
        context.phrase("scale", "root", d_k=problem.d_k, root=root.text, relation=relation)
        if by_root
        else context.phrase("scale", "number", factor=factor.text)
    )
    return Step(
        "scale",
        context.phrase("scale", "title"),
        context.scores_after("scale"),
        {"why": said},
        exhibits=(
            Exhibit(
                parts.Change.WHY,
                Product(
                    operands=(context.scores_row("scores", stages.scores[row]),),
                    results=(context.scores_row("scale", stages.scaled_scores[row]),),
                ),
            ),
        ),
        worked=settled(map(worked, context.keys), context.numbers),
        omitted=context.omitted_keys,
    )


def cap(context: LessonContext) -> Step | None:
    """c · tanh(s / c), which keeps scores between −c and c; None where they are not capped.

    Source: Gemma 2 (2024), section 2.
    """
    softcap, stages, row = context.problem.options.softcap, context.head.stages, context.query
    if softcap is None:
        return None
    bound = Number(softcap, context.numbers.four_digits(softcap))

    def worked(key: int) -> Calculation:
        score = context.number(stages.scaled_scores[row, key], Role.SCORE)
        total = context.number(stages.capped_scores[row, key], Role.SCORE)
        pieces = (bound, Symbol("· tanh("), score, Symbol("/"), bound, Symbol(")"))
        left = (Symbol(indexed("s", row, key), Role.SCORE),)
        return single("why", left, pieces, total, context.numbers, key)

    return Step(
        "cap",
        context.phrase("cap", "title"),
        formulas.CAP,
        {"why": context.phrase("cap", "why", bound=bound.text)},
        exhibits=(
            Exhibit(
                parts.Change.WHY,
                Product(
                    operands=(context.scores_row("scale", stages.scaled_scores[row]),),
                    results=(context.scores_row("cap", stages.capped_scores[row]),),
                ),
            ),
        ),
        worked=settled(map(worked, context.keys), context.numbers),
        omitted=context.omitted_keys,
    )


def bias(context: LessonContext) -> Step | None:
    """s + b; None where there is no bias."""
    whole, stages, row = context.problem.bias_of(0), context.head.stages, context.query
    if whole is None:
        return None
    added = np.broadcast_to(whole, stages.scores.shape)[row]
    own = "_own" if context.problem.options.differs_by_head("bias") else ""

    def worked(key: int) -> Calculation:
        score = context.number(stages.capped_scores[row, key], Role.SCORE)
        total = context.number(stages.biased_scores[row, key], Role.SCORE)
        pieces = (score, Symbol("+"), context.number(added[key]))
        return single(
            "why",
            (Symbol(indexed("s", row, key), Role.SCORE),),
            pieces,
            total,
            context.numbers,
            key,
        )

    return Step(
        "bias",
        context.phrase("bias", "title"),
        context.scores_after("bias"),
        {"why": context.phrase("bias", f"worked{own}", head=context.head_number(0))},
        exhibits=(
            Exhibit(
                parts.Change.WHY,
                Product(
                    operands=(
                        context.scores_row("cap", stages.capped_scores[row]),
                        context.row("B", added, Role.SCORE, kind=MatrixKind.OTHER),
                    ),
                    results=(context.scores_row("bias", stages.biased_scores[row]),),
                ),
            ),
        ),
        worked=settled(map(worked, context.keys), context.numbers),
        omitted=context.omitted_keys,
    )


def mask(context: LessonContext) -> Step | None:
    """−∞ for what is hidden; None where nothing is hidden from any query by rule."""
    stages, row = context.head.stages, context.query
    if not context.masked:
        return None
    already = np.isneginf(stages.biased_scores[row])
    hidden: list[int] = np.flatnonzero(context.newly_hidden[row]).tolist()
    kind = _kind_of_mask(context) if not already.any() else "mask"
    own = "_own" if kind == "mask" and context.problem.options.differs_by_head("mask") else ""
    part = f"{kind}{own}" if hidden else f"{kind}{own}_all"
    seen = joined(
        (symbol_of("k", each) for each in sorted({0, max(context.visible, default=0)})), "–"
    )
    worked = tuple(
        plain(
            "why",
            (Symbol(indexed("s", row, key), Role.SCORE),),
            context.number(-math.inf, Role.SCORE),
            context.numbers,
            key,
        )
        for key in context.keys
        if key in hidden
    )
    return Step(
        "mask",
        context.phrase("mask", "title"),
        formulas.mask(context.scores_after("mask")),
        {
            "why": context.phrase(
                "mask",
                part,
                query=context.named("q", row),
                seen=seen,
                head=context.head_number(0),
            )
        },
        exhibits=(
            Exhibit(
                parts.Change.WHY,
                Product(
                    operands=(context.scores_row("bias", stages.biased_scores[row]),),
                    results=(context.scores_row("mask", stages.masked_scores[row]),),
                ),
            ),
        ),
        worked=worked,
        omitted=context.omitted_hidden(len(hidden), len(worked)),
    )


def _kind_of_mask(context: LessonContext) -> str:
    """The part of the words that says why keys are hidden."""
    alignment = context.causal_alignment
    if alignment is None or (alignment == "lower_right" and not context.visible):
        return "mask"
    return alignment if context.problem.is_cross_attention else "causal"


CHANGES: tuple[StepDefinition[LessonContext], ...] = (
    StepDefinition(
        "scale",
        parts.Change,
        scale,
        Absence("the scores stay as they are; say --scale sqrt"),
        on_one_head=True,
        on_score_stack=True,
    ),
    StepDefinition(
        "cap",
        parts.Change,
        cap,
        Absence("the scores have no bound; models such as Gemma 2 have one"),
        on_one_head=True,
        on_score_stack=True,
    ),
    StepDefinition(
        "bias",
        parts.Change,
        bias,
        Absence(
            "nothing is added to the scores; a bias is given to attnviz.self_attention, in Python",
            with_model="this model adds nothing to the scores",
        ),
        on_one_head=True,
        on_score_stack=True,
    ),
    StepDefinition(
        "mask",
        parts.Change,
        mask,
        Absence(
            "nothing is hidden; say --causal or --mask FILE",
            with_model="this model lets every token see all others; "
            "one that writes, such as smollm2, hides what comes later",
        ),
        on_one_head=True,
        on_score_stack=True,
    ),
)
"""The steps between the scores and softmax, in order. The film plays each as a further row of the score stack."""
