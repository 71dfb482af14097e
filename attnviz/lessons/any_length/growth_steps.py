"""The steps of a growing sequence: what one more vector changes, without a mask, with a causal one, again and again."""

from __future__ import annotations

from attnviz.core.trace import Trace
from attnviz.lessons.any_length.context import GrowthContext
from attnviz.story import formulas
from attnviz.story.calculation import Calculation, Number, Symbol, Term
from attnviz.story.exhibits import Exhibit, Region, Row, Table
from attnviz.story.labels import indexed, labels
from attnviz.story.matrix import Label, Matrix
from attnviz.story.storyboard import Step
from attnviz.theme import Role


def append(told: GrowthContext) -> Step:
    """The scores before and after, and the q, k and v of what came."""
    growth, context = told.growth, told.context
    old, head = growth.old, context.head
    scores = [
        told.square("S", trace, lambda each: each.stages.scores, Role.SCORE)
        for trace in (growth.before, growth.after)
    ]
    parts = (("Q", head.q, Role.QUERY), ("K", head.k, Role.KEY), ("V", head.v, Role.VALUE))
    projections = [
        matrix for symbol, values, role in parts for matrix in context.first(symbol, values, role)
    ]
    came = (Region.row(old, old + 1), Region.column(old, old + 1))
    why = "again" if growth.repeated else "why"
    return Step(
        "append",
        told.title("append"),
        formulas.SCORES,
        {
            "why": told.say("append", why, new=told.named("x")),
            "projections": told.say(
                "append", "projections", difference=told.difference(growth.projections_moved)
            ),
            "scores": told.say("append", "scores", query=told.named("q"), key=told.named("k")),
            "same": told.say(
                "append", "same", count=old**2, difference=told.difference(growth.scores_moved)
            ),
        },
        omitted=told.first_head,
        exhibits=(
            Exhibit("why", scores[0], f"n = {old}"),
            Exhibit("scores", scores[1], f"n = {old + 1}", "→", marks=came),
            *(
                Exhibit("projections", each, line=1, marks=(Region.row(old, each.shape[1]),))
                for each in projections
            ),
        ),
    )


def share(told: GrowthContext) -> Step:
    """The weights before and after: softmax shares anew, by one factor a row."""
    growth, context = told.growth, told.context
    old, row = growth.old, context.query
    before, after = (told.weights_of(trace, row) for trace in (growth.before, growth.after))
    return Step(
        "share",
        told.title("share"),
        told.formula(),
        {
            "why": told.say("share", "why", key=told.named("k")),
            "worked": told.say(
                "share",
                "worked",
                query=context.named("q", row),
                key=told.named("k"),
                weight=context.weight_texts[old],
            ),
        },
        worked=_shrunk(told, before, after),
        omitted=told.first_head,
        exhibits=(
            Exhibit("why", before, f"n = {old}"),
            Exhibit("why", after, f"n = {old + 1}", line=1, marks=(Region.column(old, 1),)),
        ),
    )


def _shrunk(told: GrowthContext, before: Matrix, after: Matrix) -> tuple[Calculation, ...]:
    """Each old weight of the worked row times what the new one leaves."""
    numbers, row, old = told.context.numbers, told.context.query, told.growth.old
    (old_texts,), (new_texts,) = (numbers.cells(each) for each in (before, after))
    taken = Number(float(after.values[0, old]), new_texts[old], Role.WEIGHT)

    def calculation(key: int) -> Calculation:
        weight = Number(float(before.values[0, key]), old_texts[key], Role.WEIGHT)
        total = Number(float(after.values[0, key]), new_texts[key], Role.WEIGHT)
        exact = all(numbers.says_all(each.text, each.value) for each in (weight, taken, total))
        pieces = (weight, Symbol("·(1 −"), Symbol(" "), taken, Symbol(")"))
        return Calculation(
            "worked",
            (Symbol(indexed("α", row, key), Role.WEIGHT),),
            (Term(pieces, total.value, total.text),),
            "=" if exact else "≈",
            total,
            key,
        )

    return tuple(map(calculation, range(old)))


def causal(told: GrowthContext) -> Step:
    """The same vector comes under a causal mask: what was there stays."""
    growth, context = told.growth, told.context
    old = growth.old
    before, after = growth.causal[:2]
    outputs = [
        Matrix("O", trace.heads[0].stages.output, Role.OUTPUT, rows, (), context.head_number(0))
        for trace, rows in ((before, _outputs(before)), (after, _outputs(after)))
    ]
    came = Region.row(old, old + 1)
    return Step(
        "causal",
        told.title("causal"),
        told.formula(masked=True),
        {
            "why": told.say("causal", "why", new=told.named("x")),
            "same": told.say("causal", "same", difference=told.difference(growth.causal_moved)),
        },
        omitted=told.first_head,
        exhibits=(
            Exhibit("why", told.weights(before), f"n = {old}"),
            Exhibit("why", told.weights(after), f"n = {old + 1}", "→", marks=(came,)),
            Exhibit("same", outputs[0], line=1),
            Exhibit(
                "same", outputs[1], joint="→", line=1, marks=(Region.row(old, outputs[1].shape[1]),)
            ),
        ),
    )


def _outputs(trace: Trace) -> tuple[Label, ...]:
    return labels("o", trace.problem.n, trace.problem.tokens, Role.OUTPUT)


def generation(told: GrowthContext) -> Step:
    """One row a token: the keys and values before it are kept."""
    traces = told.growth.causal
    last = traces[-1].problem.n
    maps = tuple(
        Exhibit(
            "row" if i else "why",
            told.weights(trace, tokens=False),
            f"n = {trace.problem.n}",
            "→" if i else "",
            marks=(Region.row(trace.problem.n - 1, trace.problem.n),),
        )
        for i, trace in enumerate(traces)
    )
    return Step(
        "generation",
        told.title("generation"),
        told.formula(masked=True),
        {
            "why": told.say("generation", "why"),
            "row": told.say("generation", "row"),
            "count": told.say("generation", "count", n=last, all=last**2),
            "end": told.say("generation", "end"),
        },
        omitted=told.say("generation", "chosen"),
        exhibits=(*maps, Exhibit("count", _counted(told), line=1)),
    )


def _counted(told: GrowthContext) -> Table:
    """How many scores each length takes, from the start and with keys and values kept."""
    lengths = (trace.problem.n for trace in told.growth.causal)
    header = tuple(told.say("generation", name) for name in ("anew", "kept", "difference"))
    return Table(
        ("", *header),
        tuple(
            Row((f"n = {n}", str(n**2), str(n), told.difference(difference)))
            for n, difference in zip(lengths, told.growth.kept_differs, strict=True)
        ),
    )
