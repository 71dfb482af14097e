"""Softmax of the worked row: maximum, exponentials, sum, weights."""

from __future__ import annotations

from fractions import Fraction

from attnviz.core.arrays import FloatArray
from attnviz.core.attention import AttentionStages
from attnviz.lessons.lesson_context import LessonContext
from attnviz.lessons.self_attention import parts
from attnviz.records import record
from attnviz.story import formulas
from attnviz.story.calculation import Calculation, Number, Symbol, Term
from attnviz.story.calculations import calculation, plain, settled, single
from attnviz.story.exhibits import Exhibit, Product
from attnviz.story.labels import indexed
from attnviz.story.numbers import DECIMAL_LEVELS
from attnviz.story.storyboard import Step
from attnviz.story.written_value import agrees, value_of, written_value
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


@record
class _Exponentials:
    """The exponentials of the worked row as they are written, and their sum."""

    of_keys: tuple[Number, ...]
    rest: Term | None
    """Those of all other keys, as one."""
    of_sink: Number | None
    total: Number


def _told(
    context: LessonContext, masked: FloatArray
) -> tuple[tuple[Calculation, ...], dict[str, str]]:
    row, keys, numbers = context.query, context.keys, context.numbers
    stages = context.head.stages.of_query(row)
    maximum = context.number(float(stages.maximum[0, 0]), Role.SCORE)
    written = _written(context, stages)
    worked = [_maximum(context, masked, maximum)]
    for result, key in zip(written.of_keys, keys, strict=True):
        worked.append(_exponential(context, float(masked[key]), maximum, result, key))
    if written.of_sink is not None:
        worked.append(_of_sink(context, maximum, written.of_sink))
    worked.append(_sum(context, written))
    for part, key in zip(written.of_keys, keys, strict=True):
        left = (Symbol(indexed("α", row, key), Role.WEIGHT),)
        pieces = (part, Symbol("/"), written.total)
        worked.append(
            single("weight", left, pieces, _weight(context, part, stages, key), numbers, key)
        )
    narration = {part: context.phrase("softmax", part) for part in ("why", "max", "exp")}
    if len(context.visible) < context.problem.n_k:
        narration["masked"] = context.phrase("softmax", "masked")
    if written.of_sink is not None:
        narration["why"] = context.phrase("softmax", "why_sink")
        narration["exp"] = context.phrase("softmax", "exp_sink")
        narration["sink"] = context.phrase("softmax", "sink")
    narration["sum"] = context.phrase("softmax", "sum")
    narration["weight"] = context.phrase("softmax", "weight", query=context.named("q", row))
    return settled(worked, numbers), narration


def _of_sink(context: LessonContext, maximum: Number, result: Number) -> Calculation:
    """exp(b − max) for the sink b of the head."""
    assert context.sink is not None
    pieces = (Symbol("exp("), context.number(context.sink), Symbol("−"), maximum, Symbol(")"))
    return single("sink", (Symbol("e_b", Role.WEIGHT),), pieces, result, context.numbers, 0)


def _written(context: LessonContext, stages: AttentionStages) -> _Exponentials:
    """The exponentials with the fewest decimals that add up to their sum, and divided by it give the weights.

    Equal scores give equal exponentials: where these do not add up, the sum has fewer decimals than they.
    """
    fitting = None
    for more in range(DECIMAL_LEVELS + 2):
        for fewer in range(more + 1):
            found = _with_decimals(context, stages, more, more - fewer)
            if not _adds_up(found, context.numbers.precision + more - fewer):
                continue
            fitting = fitting or found
            shares = (value_of((each, Symbol("/"), found.total)) for each in found.of_keys)
            weights = (context.weight(key).text for key in context.keys)
            if all(map(agrees, shares, weights)):
                return found
    return fitting or _with_decimals(context, stages, 0, 0)


def _with_decimals(
    context: LessonContext, stages: AttentionStages, more: int, more_of_sum: int
) -> _Exponentials:
    numbers = context.numbers.weights.finer(more)
    exponentials = stages.exponentials[0]

    def number(value: float) -> Number:
        return Number(value, numbers.text(value), Role.WEIGHT)

    of_keys = tuple(number(float(exponentials[key])) for key in context.keys)
    others = len(exponentials) - len(of_keys)
    rest = number(float(exponentials.sum()) - sum(each.value for each in of_keys))
    whole = float(stages.total[0, 0])
    sink = stages.sink_exponential
    return _Exponentials(
        of_keys,
        Term((), rest.value, rest.text, others) if others else None,
        None if sink is None else number(float(sink[0, 0])),
        Number(whole, context.numbers.finer(more_of_sum).text(whole)),
    )


def _adds_up(written: _Exponentials, decimals: int) -> bool:
    """True if the exponentials as written are their sum to half a unit of so many decimals."""
    values = [written_value(term.text) for term in _terms(written)]
    known = [value for value in values if value is not None]
    total = written_value(written.total.text)
    if total is None or len(known) < len(values):
        return True
    return abs(sum(known) - total) <= Fraction(1, 2 * 10**decimals)


def _terms(written: _Exponentials) -> tuple[Term, ...]:
    numbers = [*written.of_keys]
    terms = [Term((each,), each.value, each.text) for each in numbers]
    if written.rest is not None:
        terms.append(written.rest)
    if written.of_sink is not None:
        sink = written.of_sink
        terms.append(Term((sink,), sink.value, sink.text))
    return tuple(terms)


def _weight(context: LessonContext, part: Number, stages: AttentionStages, key: int) -> Number:
    """The weight of a key; as it was before, where the article's rounding has moved it by more than rounding does."""
    weight, exact = context.weight(key), part.value / float(stages.total[0, 0])
    if context.trace.rounded is None or agrees(Fraction(exact), weight.text):
        return weight
    return Number(exact, context.numbers.weights.text(exact), Role.WEIGHT)


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


def _sum(context: LessonContext, written: _Exponentials) -> Calculation:
    left = (Symbol("Σ"),)
    return calculation("sum", left, _terms(written), written.total, context.numbers)
