"""Softmax of the worked row: maximum, exponentials, sum, weights."""

from __future__ import annotations

from attnviz.core.arrays import FloatArray
from attnviz.core.attention import AttentionStages
from attnviz.lessons.lesson_context import LessonContext
from attnviz.lessons.self_attention import parts
from attnviz.story import formulas
from attnviz.story.calculation import Calculation, Number, Symbol, Term
from attnviz.story.calculations import calculation, plain, single
from attnviz.story.exhibits import Exhibit, Product
from attnviz.story.labels import indexed
from attnviz.story.storyboard import Step
from attnviz.theme import Role


def softmax(context: LessonContext) -> Step:
    """softmax(s) of the worked query, in its four parts."""
    row = context.query
    masked = context.head.stages.masked_scores[row]
    if context.visible:
        worked, narration = _told(context, masked)
    else:
        nothing = context.phrase("softmax", "nothing", query=context.named("q", row))
        worked, narration = (), {"why": nothing}
    return Step(
        "softmax",
        context.phrase("softmax", "title"),
        formulas.SOFTMAX if context.sink is None else formulas.SOFTMAX_BESIDE_SINK,
        narration,
        exhibits=(
            Exhibit(
                parts.Softmax.WHY,
                Product(
                    operands=(context.scores_row("mask", masked),),
                    results=(context.row("A", context.weights, Role.WEIGHT),),
                ),
            ),
        ),
        worked=worked,
        omitted=context.merged_keys if worked else None,
    )


def _told(
    context: LessonContext, masked: FloatArray
) -> tuple[tuple[Calculation, ...], dict[str, str]]:
    row, keys = context.query, context.keys
    stages = context.head.stages.of_query(row)
    exponentials: FloatArray = stages.exponentials[0]
    maximum = context.number(float(stages.maximum[0, 0]), Role.SCORE)
    beside = _of_sink(context, stages, maximum)
    texts, total = _exponential_texts(context, stages, beside)
    parts = [Number(float(exponentials[key]), texts[i], Role.WEIGHT) for i, key in enumerate(keys)]
    worked = [_maximum(context, masked, maximum)]
    for part, key in zip(parts, keys, strict=True):
        worked.append(_exponential(context, float(masked[key]), maximum, part, key))
    if beside is not None:
        worked.append(beside)
    worked.append(_sum(context, parts, texts, total, exponentials, beside))
    for part, key in zip(parts, keys, strict=True):
        weight = Number(float(context.weights[key]), context.weight_texts[key], Role.WEIGHT)
        left = (Symbol(indexed("α", row, key), Role.WEIGHT),)
        worked.append(
            single("weight", left, (part, Symbol("/"), total), weight, context.numbers, key)
        )
    narration = {part: context.phrase("softmax", part) for part in ("why", "max", "exp")}
    if len(context.visible) < context.problem.n_k:
        narration["masked"] = context.phrase("softmax", "masked")
    if beside is not None:
        narration["why"] = context.phrase("softmax", "why_sink")
        narration["exp"] = context.phrase("softmax", "exp_sink")
        narration["sink"] = context.phrase("softmax", "sink")
    narration["sum"] = context.phrase("softmax", "sum")
    narration["weight"] = context.phrase("softmax", "weight", query=context.named("q", row))
    return tuple(worked), narration


def _of_sink(
    context: LessonContext, stages: AttentionStages, maximum: Number
) -> Calculation | None:
    """exp(b − max) for the sink b of the head, if it has one."""
    if context.sink is None or stages.sink_exponential is None:
        return None
    pieces = (Symbol("exp("), context.number(context.sink), Symbol("−"), maximum, Symbol(")"))
    result = context.number(float(stages.sink_exponential[0, 0]), Role.WEIGHT)
    return single("sink", (Symbol("e_b", Role.WEIGHT),), pieces, result, context.numbers, 0)


def _exponential_texts(
    context: LessonContext, stages: AttentionStages, beside: Calculation | None
) -> tuple[tuple[str, ...], Number]:
    """The exponentials of the worked keys, the others as one, and the sum of them all and of what is beside them.

    They add up as they are written, but for keys of the same score: these stand one under the other here, and exp of
    the same number has one result.
    """
    exponentials = stages.exponentials[0]
    values = [float(exponentials[key]) for key in context.keys]
    if len(values) < len(exponentials):
        values.append(float(exponentials.sum()) - sum(values))
    whole = float(stages.total[0, 0])
    shown = whole if beside is None else context.numbers.remainder(whole, _worth(beside).value)
    return context.numbers.weights.row_with_ties(values, shown), context.number(whole)


def _worth(beside: Calculation) -> Number:
    assert isinstance(beside.total, Number)
    return beside.total


def _maximum(context: LessonContext, masked: FloatArray, maximum: Number) -> Calculation:
    shown = [context.number(masked[key], Role.SCORE) for key in context.keys]
    if len(shown) < context.problem.n_k:
        name = "max s" if context.sink is None else "max(s, b)"
        return plain("max", (Symbol(name),), maximum, context.numbers)
    if context.sink is not None:
        shown.append(context.number(context.sink))
    pieces: list[Number | Symbol] = [Symbol("max(")]
    for i, number in enumerate(shown):
        pieces += [Symbol(", "), number] if i else [number]
    return plain("max", (*pieces, Symbol(")")), maximum, context.numbers)


def _exponential(
    context: LessonContext, score: float, maximum: Number, result: Number, key: int
) -> Calculation:
    pieces = (
        Symbol("exp("),
        context.number(score, Role.SCORE),
        Symbol("−"),
        maximum,
        Symbol(")"),
    )
    left = (Symbol(indexed("e", context.query, key), Role.WEIGHT),)
    return single("exp", left, pieces, result, context.numbers, key)


def _sum(
    context: LessonContext,
    parts: list[Number],
    texts: tuple[str, ...],
    total: Number,
    exponentials: FloatArray,
    beside: Calculation | None,
) -> Calculation:
    terms = [Term((part,), part.value, part.text) for part in parts]
    more = len(exponentials) - len(parts)
    if more:
        merged = float(exponentials.sum()) - sum(part.value for part in parts)
        terms.append(Term((), merged, texts[-1], more))
    if beside is not None:
        worth = _worth(beside)
        terms.append(Term((worth,), worth.value, worth.text))
    return calculation("sum", (Symbol("Σ"),), tuple(terms), total, context.numbers)
