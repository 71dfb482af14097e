"""The steps of the whole: all rows, the heads together, the formula, what √d_k changes."""

from __future__ import annotations

import math

from attnviz.core.attention import attend
from attnviz.lessons import formulas
from attnviz.lessons.storyboard import Matrix, Step
from attnviz.lessons.telling import HEADS_SHOWN, Telling
from attnviz.theme import Role


def all_rows(telling: Telling) -> Step:
    """S, A and O of every head that is shown."""
    queries, keys = telling.axis("q", Role.QUERY), telling.axis("k", Role.KEY)
    outputs = telling.axis("o", Role.OUTPUT)
    matrices: list[Matrix] = []
    for i, head in enumerate(telling.trace.heads[:HEADS_SHOWN]):
        number, stages = telling.head_number(i), head.stages
        matrices += [
            Matrix("S", stages.masked_scores, Role.SCORE, queries, keys, number),
            Matrix("A", stages.weights, Role.WEIGHT, queries, keys, number, "rows"),
            Matrix("O", stages.output, Role.OUTPUT, outputs, (), number),
        ]
    narration = {"rest": telling.say("all-rows", "rest")} if telling.problem.n > 1 else {}
    narration["matrix"] = telling.say("all-rows", "matrix")
    return Step(
        "all-rows",
        telling.say("all-rows", "title"),
        formulas.ALL_ROWS,
        narration,
        results=tuple(matrices),
        omitted=telling.omitted_heads,
    )


def heads(telling: Telling) -> Step | None:
    """The heads side by side, and through w_o; None for a single head without w_o."""
    trace, problem = telling.trace, telling.problem
    if len(trace.heads) == 1 and problem.w_o is None:
        return None
    rows = telling.axis("o", Role.OUTPUT)
    operands = [Matrix("Concat", trace.concat, Role.OUTPUT, rows)]
    several = len(trace.heads) > 1
    narration = {"why": telling.say("heads", "why" if several else "one")}
    if several:
        narration["concat"] = telling.say("heads", "concat")
    results: tuple[Matrix, ...] = ()
    if problem.w_o is not None:
        operands.append(Matrix("W_O", problem.w_o, Role.OUTPUT))
        if problem.b_o is not None:
            operands.append(Matrix("b_O", problem.b_o[None, :], Role.OUTPUT))
        results = (Matrix("Y", trace.output, Role.OUTPUT, telling.axis("y", Role.OUTPUT)),)
        if several:
            narration["project"] = telling.say("heads", "project")
    return Step(
        "heads",
        telling.say("heads", "title"),
        formulas.HEADS if problem.w_o is not None else formulas.HEADS_UNPROJECTED,
        narration,
        operands=tuple(operands),
        results=results,
    )


def formula(telling: Telling) -> Step:
    """Attention(Q, K, V), each part named."""
    problem = telling.problem
    by_root = problem.options.scale is None and problem.d_k > 0
    factor = None if by_root or problem.scale == 1 else telling.numbers.text(problem.scale)
    narration = {"why": telling.say("formula", "why"), "scores": telling.say("formula", "scores")}
    if by_root:
        narration["scale"] = telling.say("formula", "root")
    elif factor is not None:
        narration["scale"] = telling.say("formula", "factor", factor=factor)
    else:
        narration["scale"] = telling.say("formula", "plain" if problem.d_k > 1 else "plain_end")
    narration["softmax"] = telling.say("formula", "softmax")
    narration["values"] = telling.say("formula", "values")
    return Step(
        "formula", telling.say("formula", "title"), formulas.attention(by_root, factor), narration
    )


def why_scale(telling: Telling) -> Step | None:
    """The worked row with and without √d_k, side by side; None where it changes nothing (d_k = 1, nothing to see)."""
    problem, head, row = telling.problem, telling.head, telling.query
    if problem.d_k < 2 or not telling.visible:
        return None
    options, visible = problem.options, telling.visible
    rows = {}
    for name, factor in (("plain", 1.0), ("scaled", 1 / math.sqrt(problem.d_k))):
        mask = (
            options.mask
            if options.mask is None or options.mask.shape[0] == 1
            else options.mask[row : row + 1]
        )
        stages = attend(
            head.q[row : row + 1],
            head.k,
            head.v,
            scale=factor,
            mask=mask,
            bias=None if options.bias is None else options.bias[row : row + 1],
            causal=options.causal,
            offset=options.offset + row,
        )
        rows[name] = stages
    plain, scaled = rows["plain"].weights[0], rows["scaled"].weights[0]
    texts = [telling.numbers.row(each.tolist()) for each in (plain, scaled)]
    largest = int(plain.argmax())
    before, after = texts[0][largest], texts[1][largest]
    part = "contrast" if before != after and len(visible) > 1 else "contrast_same"
    contrast = telling.say(
        "why-scale", part, query=telling.named("q", row), plain=before, scaled=after
    )
    return Step(
        "why-scale",
        telling.say("why-scale", "title"),
        formulas.SQUARE_ROOT,
        {"why": telling.say("why-scale", "why"), "contrast": contrast},
        operands=(
            telling.row("S", rows["plain"].masked_scores[0], Role.SCORE),
            telling.row("S/√d_k", rows["scaled"].masked_scores[0], Role.SCORE),
        ),
        results=(
            telling.row("softmax(S)", plain, Role.WEIGHT),
            telling.row("softmax(S/√d_k)", scaled, Role.WEIGHT),
        ),
    )
