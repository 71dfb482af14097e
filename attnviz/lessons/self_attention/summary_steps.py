"""The steps of the whole: all rows, the heads together, the formula, what √d_k changes."""

from __future__ import annotations

import math

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.attention import AttentionStages, attend
from attnviz.lessons.lesson_context import HEADS_SHOWN, LessonContext
from attnviz.lessons.self_attention import parts
from attnviz.story import formulas
from attnviz.story.exhibits import Exhibit, Product
from attnviz.story.formula import Formula
from attnviz.story.matrix import Matrix, MatrixKind
from attnviz.story.storyboard import Step
from attnviz.theme import Role


def all_rows(context: LessonContext) -> Step:
    """S, A and O of every head that is shown."""
    queries, keys = context.axis("q", Role.QUERY), context.axis("k", Role.KEY)
    outputs = context.axis("o", Role.OUTPUT)
    hides = _hides_keys(context)
    scores = _final_scores(context, any(hides))
    matrices: list[Matrix] = []
    for i, head in enumerate(context.trace.heads[:HEADS_SHOWN]):
        number, stages = context.head_number(i), head.stages
        symbol = _final_scores(context, hides[i]).plain
        matrices += [
            Matrix(symbol, stages.masked_scores, Role.SCORE, queries, keys, number),
            Matrix("A", stages.weights, Role.WEIGHT, queries, keys, number, "rows"),
            context.deduplicated(Matrix("O", stages.output, Role.OUTPUT, outputs, (), number)),
        ]
    narration = {"rest": context.phrase("all-rows", "rest")} if context.problem.n_q > 1 else {}
    narration["matrix"] = context.phrase("all-rows", "matrix")
    return Step(
        "all-rows",
        context.phrase("all-rows", "title"),
        formulas.all_rows(scores, sunk=context.sink is not None),
        narration,
        exhibits=(Exhibit(parts.AllRows.MATRIX, Product(results=tuple(matrices))),),
        omitted=context.omitted_heads,
    )


def _hides_keys(context: LessonContext) -> list[bool]:
    """Tells of each head whether a mask hides keys in it."""
    heads = context.trace.heads
    if not context.problem.options.differs_by_head("mask"):
        return [context.masked] * len(heads)
    stages = [head.stages for head in heads]
    return [
        bool(((each.masked_scores == -np.inf) & (each.biased_scores != -np.inf)).any())
        for each in stages
    ]


def _final_scores(context: LessonContext, masked: bool) -> Formula:
    """The formula of the scores before softmax, where a mask hides keys or not."""
    return formulas.current_scores(
        context.scaling, capped=context.capped, biased=context.biased, masked=masked
    )


def heads(context: LessonContext) -> Step | None:
    """The heads side by side, times w_o, plus b_o; None for a single head with neither."""
    trace, problem = context.trace, context.problem
    several, projected = len(trace.heads) > 1, problem.w_o is not None
    biased = problem.b_o is not None
    if not several and not projected and not biased:
        return None
    rows = context.axis("o", Role.OUTPUT)
    operands = [
        context.deduplicated(
            Matrix(
                "Concat" if several else "O",
                trace.concat,
                Role.OUTPUT,
                rows,
                (),
                None if several else context.head_number(0),
                kind=MatrixKind.OTHER if several else MatrixKind.WHOLE,
            )
        )
    ]
    narration = {}
    if several:
        narration["why"] = context.of_heads("heads", "why")
        narration["concat"] = context.phrase("heads", "concat")
    if problem.w_o is not None:
        operands.append(Matrix("W_O", problem.w_o, Role.OUTPUT, kind=MatrixKind.MAKES))
        narration["project"] = context.phrase("heads", "project" if several else "one")
    if problem.b_o is not None:
        operands.append(Matrix("b_O", problem.b_o[None, :], Role.OUTPUT, kind=MatrixKind.ADDED))
        narration["bias"] = context.phrase("heads", "bias")
    results: tuple[Matrix, ...] = ()
    if projected or biased:
        results = (Matrix("Y", trace.output, Role.OUTPUT, context.axis("y", Role.OUTPUT)),)
    return Step(
        "heads",
        context.phrase("heads", "title" if several else "title_one"),
        formulas.heads(several, projected, biased),
        narration,
        exhibits=(
            Exhibit(next(iter(narration)), Product(operands=tuple(operands), results=results)),
        ),
    )


def formula(context: LessonContext) -> Step:
    """Attention(Q, K, V), each part named."""
    problem = context.problem
    by_root = problem.options.scale is None and problem.d_k > 0
    factor = None if by_root or problem.scale == 1 else context.numbers.four_digits(problem.scale)
    narration = {
        "why": context.phrase("formula", "why"),
        "scores": context.phrase("formula", "scores"),
    }
    if by_root:
        narration["scale"] = context.phrase("formula", "root")
    elif factor is not None:
        narration["scale"] = context.phrase("formula", "factor", factor=factor)
    elif problem.d_k > 1:
        narration["scale"] = context.phrase(
            "formula", "plain" if _compares(context) else "plain_end"
        )
    narration["softmax"] = context.phrase("formula", "softmax")
    narration["values"] = context.phrase("formula", "values")
    spelled = formulas.attention(
        by_root,
        factor,
        biased=context.biased,
        masked=any(_hides_keys(context)),
        capped=context.capped,
        sunk=context.sink is not None,
    )
    return Step("formula", context.phrase("formula", "title"), spelled, narration)


def _compares(context: LessonContext) -> bool:
    """True if √d_k can change the weights of the worked row, and these were not rounded."""
    rounded = context.trace.rounded is not None
    return context.problem.d_k > 1 and len(context.visible) > 1 and not rounded


def why_scale(context: LessonContext) -> Step | None:
    """The worked row with and without √d_k, side by side; None where it changes nothing that is shown."""
    if not _compares(context):
        return None
    plain = _worked_row(context, scale=1.0)
    scaled = _worked_row(context, scale=1 / math.sqrt(context.problem.d_k))
    without = _scores(context, None, plain)
    divided = _scores(context, "root", scaled)
    name = formulas.softmax_name(sunk=context.sink is not None).plain
    return Step(
        "why-scale",
        context.phrase("why-scale", "title"),
        formulas.SQUARE_ROOT,
        {
            "why": context.phrase("why-scale", "why"),
            "contrast": _fading(context, plain.weights[0], scaled.weights[0]),
        },
        exhibits=(
            Exhibit(
                parts.WhyScale.WHY,
                Product(
                    operands=(without, divided),
                    results=(
                        context.row(
                            f"{name}({without.symbol})",
                            plain.weights[0],
                            Role.WEIGHT,
                            kind=MatrixKind.OTHER,
                        ),
                        context.row(
                            f"{name}({divided.symbol})",
                            scaled.weights[0],
                            Role.WEIGHT,
                            kind=MatrixKind.OTHER,
                        ),
                    ),
                ),
            ),
        ),
    )


def _scores(
    context: LessonContext, scaling: formulas.Scaling | None, stages: AttentionStages
) -> Matrix:
    """The worked row of scores under that scaling: compared here, and so shown even if an earlier step shows it."""
    symbol = formulas.current_scores(
        scaling, biased=context.biased, masked=context.masked, capped=context.capped
    ).plain
    return context.new_row(symbol, stages.masked_scores[0], Role.SCORE)


def _worked_row(context: LessonContext, scale: float) -> AttentionStages:
    """Attention of the worked query alone, all options but the scale as they were."""
    options, head, row = context.problem.options, context.head, context.query
    bias = context.problem.bias_of(0)
    return attend(
        head.q[row : row + 1],
        head.k,
        head.v,
        scale=scale,
        softcap=options.softcap,
        mask=~np.isneginf(head.stages.masked_scores[row : row + 1]),
        bias=None
        if bias is None
        else np.broadcast_to(bias, head.stages.scores.shape)[row : row + 1],
        sinks=None if context.sink is None else np.array([context.sink]),
    )


def _fading(context: LessonContext, plain: FloatArray, scaled: FloatArray) -> str:
    """The largest weight without √d_k, and what is left of it."""
    largest = int(plain.argmax())
    numbers = context.numbers.weights
    before, after = (numbers.row(each.tolist())[largest] for each in (plain, scaled))
    fades = float(scaled[largest]) < float(plain[largest])
    part = "contrast_same" if before == after else "contrast" if fades else "contrast_grows"
    return context.phrase(
        "why-scale",
        part,
        query=context.named("q", context.query),
        plain=before,
        scaled=after,
    )
