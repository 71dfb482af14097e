"""Softmax of the worked row: maximum, exponentials, sum, weights."""

from __future__ import annotations

from attnviz.core.arrays import FloatArray
from attnviz.core.attention import AttentionStages
from attnviz.lessons.lesson_context import Telling
from attnviz.lessons.self_attention import parts
from attnviz.story import formulas
from attnviz.story.calculation import Calculation, Number, Symbol, Term
from attnviz.story.calculations import calculation, plain, single
from attnviz.story.exhibits import Exhibit, Product
from attnviz.story.labels import indexed
from attnviz.story.storyboard import Step
from attnviz.theme import Role


def softmax(telling: Telling) -> Step:
    """softmax(s) of the worked query, in its four parts."""
    row = telling.query
    masked = telling.head.stages.masked_scores[row]
    if telling.visible:
        worked, narration = _told(telling, masked)
    else:
        nothing = telling.say("softmax", "nothing", query=telling.named("q", row))
        worked, narration = (), {"why": nothing}
    return Step(
        "softmax",
        telling.say("softmax", "title"),
        formulas.SOFTMAX if telling.sink is None else formulas.SOFTMAX_BESIDE_SINK,
        narration,
        exhibits=(
            Exhibit(
                parts.Softmax.WHY,
                Product(
                    operands=(telling.scores_row("mask", masked),),
                    results=(telling.row("A", telling.weights, Role.WEIGHT),),
                ),
            ),
        ),
        worked=worked,
        omitted=telling.merged_keys if worked else None,
    )


def _told(telling: Telling, masked: FloatArray) -> tuple[tuple[Calculation, ...], dict[str, str]]:
    row, keys = telling.query, telling.keys
    stages = telling.head.stages.of_query(row)
    exponentials: FloatArray = stages.exponentials[0]
    maximum = telling.number(float(stages.maximum[0, 0]), Role.SCORE)
    beside = _of_sink(telling, stages, maximum)
    texts, total = _exponential_texts(telling, stages, beside)
    parts = [Number(float(exponentials[key]), texts[i], Role.WEIGHT) for i, key in enumerate(keys)]
    worked = [_maximum(telling, masked, maximum)]
    for part, key in zip(parts, keys, strict=True):
        worked.append(_exponential(telling, float(masked[key]), maximum, part, key))
    if beside is not None:
        worked.append(beside)
    worked.append(_sum(telling, parts, texts, total, exponentials, beside))
    for part, key in zip(parts, keys, strict=True):
        weight = Number(float(telling.weights[key]), telling.weight_texts[key], Role.WEIGHT)
        left = (Symbol(indexed("α", row, key), Role.WEIGHT),)
        worked.append(
            single("weight", left, (part, Symbol("/"), total), weight, telling.numbers, key)
        )
    narration = {part: telling.say("softmax", part) for part in ("why", "max", "exp")}
    if len(telling.visible) < telling.problem.n:
        narration["masked"] = telling.say("softmax", "masked")
    if beside is not None:
        narration["why"] = telling.say("softmax", "why_sink")
        narration["exp"] = telling.say("softmax", "exp_sink")
        narration["sink"] = telling.say("softmax", "sink")
    narration["sum"] = telling.say("softmax", "sum")
    narration["weight"] = telling.say("softmax", "weight", query=telling.named("q", row))
    return tuple(worked), narration


def _of_sink(telling: Telling, stages: AttentionStages, maximum: Number) -> Calculation | None:
    """exp(b − max) for the sink b of the head, if it has one."""
    if telling.sink is None or stages.sink_exponential is None:
        return None
    pieces = (Symbol("exp("), telling.number(telling.sink), Symbol("−"), maximum, Symbol(")"))
    result = telling.number(float(stages.sink_exponential[0, 0]), Role.WEIGHT)
    return single("sink", (Symbol("e_b", Role.WEIGHT),), pieces, result, telling.numbers, 0)


def _exponential_texts(
    telling: Telling, stages: AttentionStages, beside: Calculation | None
) -> tuple[tuple[str, ...], Number]:
    """The exponentials of the worked keys, the others as one, and the sum of them all and of what is beside them.

    They add up as they are written, but for keys of the same score: these stand one under the other here, and exp of
    the same number has one result.
    """
    exponentials = stages.exponentials[0]
    values = [float(exponentials[key]) for key in telling.keys]
    if len(values) < len(exponentials):
        values.append(float(exponentials.sum()) - sum(values))
    whole = float(stages.total[0, 0])
    shown = whole if beside is None else telling.numbers.without(whole, _worth(beside).value)
    return telling.numbers.weights.fairly(values, shown), telling.number(whole)


def _worth(beside: Calculation) -> Number:
    assert isinstance(beside.total, Number)
    return beside.total


def _maximum(telling: Telling, masked: FloatArray, maximum: Number) -> Calculation:
    shown = [telling.number(masked[key], Role.SCORE) for key in telling.keys]
    if len(shown) < telling.problem.n:
        name = "max s" if telling.sink is None else "max(s, b)"
        return plain("max", (Symbol(name),), maximum, telling.numbers)
    if telling.sink is not None:
        shown.append(telling.number(telling.sink))
    pieces: list[Number | Symbol] = [Symbol("max(")]
    for i, number in enumerate(shown):
        pieces += [Symbol(", "), number] if i else [number]
    return plain("max", (*pieces, Symbol(")")), maximum, telling.numbers)


def _exponential(
    telling: Telling, score: float, maximum: Number, result: Number, key: int
) -> Calculation:
    pieces = (
        Symbol("exp("),
        telling.number(score, Role.SCORE),
        Symbol("−"),
        maximum,
        Symbol(")"),
    )
    left = (Symbol(indexed("e", telling.query, key), Role.WEIGHT),)
    return single("exp", left, pieces, result, telling.numbers, key)


def _sum(
    telling: Telling,
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
    return calculation("sum", (Symbol("Σ"),), tuple(terms), total, telling.numbers)
