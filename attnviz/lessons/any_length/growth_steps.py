"""The steps of a growing sequence: what one more vector changes, without a mask, with a causal one, again and again."""

from __future__ import annotations

from attnviz.core.trace import Trace
from attnviz.lessons.any_length.context import GrowthContext
from attnviz.story import formulas
from attnviz.story.calculation import Calculation, Number, Symbol
from attnviz.story.calculations import settled, single
from attnviz.story.exhibits import Exhibit, Region, Row, Table
from attnviz.story.labels import indexed, labels
from attnviz.story.matrix import Label, Matrix
from attnviz.story.storyboard import Step
from attnviz.theme import Role


def append(growth_context: GrowthContext) -> Step:
    """The scores before and after, and q, k and v of the new vector."""
    growth, context = growth_context.growth, growth_context.context
    old, head = growth.old, context.head
    scores = [
        growth_context.square("S", trace, lambda each: each.stages.scores, Role.SCORE)
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
        growth_context.title("append"),
        formulas.SCORES,
        {
            "why": growth_context.phrase("append", why, new=growth_context.named("x")),
            "projections": growth_context.phrase(
                "append",
                "projections",
                difference=growth_context.difference(growth.projection_change),
            ),
            "scores": growth_context.phrase(
                "append", "scores", query=growth_context.named("q"), key=growth_context.named("k")
            ),
            "same": growth_context.phrase(
                "append",
                "same",
                count=old**2,
                difference=growth_context.difference(growth.score_change),
            ),
        },
        omitted=growth_context.first_head,
        exhibits=(
            Exhibit("why", scores[0], f"n = {old}"),
            Exhibit("scores", scores[1], f"n = {old + 1}", "→", marks=came),
            *(
                Exhibit("projections", each, line=1, marks=(Region.row(old, each.shape[1]),))
                for each in projections
            ),
        ),
    )


def share(growth_context: GrowthContext) -> Step:
    """The weights before and after: softmax shares anew, by one factor a row."""
    growth, context = growth_context.growth, growth_context.context
    old, row = growth.old, context.query
    before, after = (
        growth_context.weights_of(trace, row) for trace in (growth.before, growth.after)
    )
    return Step(
        "share",
        growth_context.title("share"),
        growth_context.formula(),
        {
            "why": growth_context.phrase("share", "why", key=growth_context.named("k")),
            "worked": growth_context.phrase(
                "share",
                "worked",
                query=context.named("q", row),
                key=growth_context.named("k"),
                weight=context.weight_texts[old],
            ),
        },
        worked=_shrunk(growth_context, before, after),
        omitted=growth_context.first_head,
        exhibits=(
            Exhibit("why", before, f"n = {old}"),
            Exhibit("why", after, f"n = {old + 1}", line=1, marks=(Region.column(old, 1),)),
        ),
    )


def _shrunk(
    growth_context: GrowthContext, before: Matrix, after: Matrix
) -> tuple[Calculation, ...]:
    """Each old weight of the worked row times what the new one leaves."""
    numbers, row, old = (
        growth_context.context.numbers,
        growth_context.context.query,
        growth_context.growth.old,
    )
    (old_texts,), (new_texts,) = (numbers.cells(each) for each in (before, after))
    taken = Number(float(after.values[0, old]), new_texts[old], Role.WEIGHT)

    def calculation(key: int) -> Calculation:
        weight = Number(float(before.values[0, key]), old_texts[key], Role.WEIGHT)
        total = Number(float(after.values[0, key]), new_texts[key], Role.WEIGHT)
        pieces = (weight, Symbol("·(1 −"), Symbol(" "), taken, Symbol(")"))
        return single(
            "worked", (Symbol(indexed("α", row, key), Role.WEIGHT),), pieces, total, numbers, key
        )

    return settled(map(calculation, range(old)), numbers)


def causal(growth_context: GrowthContext) -> Step:
    """The same vector appended under a causal mask: the old rows do not change."""
    growth, context = growth_context.growth, growth_context.context
    old = growth.old
    before, after = growth.causal[:2]
    outputs = [
        Matrix("O", trace.heads[0].stages.output, Role.OUTPUT, rows, (), context.head_number(0))
        for trace, rows in ((before, _outputs(before)), (after, _outputs(after)))
    ]
    came = Region.row(old, old + 1)
    return Step(
        "causal",
        growth_context.title("causal"),
        growth_context.formula(masked=True),
        {
            "why": growth_context.phrase("causal", "why", new=growth_context.named("x")),
            "same": growth_context.phrase(
                "causal", "same", difference=growth_context.difference(growth.causal_change)
            ),
        },
        omitted=growth_context.first_head,
        exhibits=(
            Exhibit("why", growth_context.weights(before), f"n = {old}"),
            Exhibit("why", growth_context.weights(after), f"n = {old + 1}", "→", marks=(came,)),
            Exhibit("same", outputs[0], line=1),
            Exhibit(
                "same", outputs[1], joint="→", line=1, marks=(Region.row(old, outputs[1].shape[1]),)
            ),
        ),
    )


def _outputs(trace: Trace) -> tuple[Label, ...]:
    return labels("o", trace.problem.n, trace.problem.tokens, Role.OUTPUT)


def generation(growth_context: GrowthContext) -> Step:
    """One row a token: the keys and values before it are kept."""
    traces = growth_context.growth.causal
    last = traces[-1].problem.n
    maps = tuple(
        Exhibit(
            "row" if i else "why",
            growth_context.weights(trace, tokens=False),
            f"n = {trace.problem.n}",
            "→" if i else "",
            marks=(Region.row(trace.problem.n - 1, trace.problem.n),),
        )
        for i, trace in enumerate(traces)
    )
    return Step(
        "generation",
        growth_context.title("generation"),
        growth_context.formula(masked=True),
        {
            "why": growth_context.phrase("generation", "why"),
            "row": growth_context.phrase("generation", "row"),
            "count": growth_context.phrase("generation", "count", n=last, all=last**2),
            "end": growth_context.phrase("generation", "end"),
        },
        omitted=growth_context.phrase("generation", "chosen"),
        exhibits=(*maps, Exhibit("count", _counted(growth_context), line=1)),
    )


def _counted(growth_context: GrowthContext) -> Table:
    """The number of scores at each length, computed anew and with a cache of keys and values."""
    lengths = (trace.problem.n for trace in growth_context.growth.causal)
    header = tuple(
        growth_context.phrase("generation", name) for name in ("anew", "kept", "difference")
    )
    return Table(
        ("", *header),
        tuple(
            Row((f"n = {n}", str(n**2), str(n), growth_context.difference(difference)))
            for n, difference in zip(
                lengths, growth_context.growth.cached_row_differences, strict=True
            )
        ),
    )
