"""The steps of the whole: all rows, the heads together, the formula, what √d_k changes."""

from __future__ import annotations

import math

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.attention import AttentionStages, attend
from attnviz.lessons.lesson_context import HEADS_SHOWN, Telling
from attnviz.lessons.self_attention import parts
from attnviz.story import formulas
from attnviz.story.exhibits import Exhibit, Product
from attnviz.story.matrix import Matrix, MatrixKind
from attnviz.story.storyboard import Step
from attnviz.theme import Role


def all_rows(telling: Telling) -> Step:
    """S, A and O of every head that is shown."""
    queries, keys = telling.axis("q", Role.QUERY), telling.axis("k", Role.KEY)
    outputs = telling.axis("o", Role.OUTPUT)
    scores = telling.scores_after("mask")
    matrices: list[Matrix] = []
    for i, head in enumerate(telling.trace.heads[:HEADS_SHOWN]):
        number, stages = telling.head_number(i), head.stages
        matrices += [
            Matrix(scores.plain, stages.masked_scores, Role.SCORE, queries, keys, number),
            Matrix("A", stages.weights, Role.WEIGHT, queries, keys, number, "rows"),
            telling.once(Matrix("O", stages.output, Role.OUTPUT, outputs, (), number)),
        ]
    narration = {"rest": telling.say("all-rows", "rest")} if telling.problem.n > 1 else {}
    narration["matrix"] = telling.say("all-rows", "matrix")
    return Step(
        "all-rows",
        telling.say("all-rows", "title"),
        formulas.all_rows(scores, sunk=telling.sink is not None),
        narration,
        exhibits=(Exhibit(parts.AllRows.MATRIX, Product(results=tuple(matrices))),),
        omitted=telling.omitted_heads,
    )


def heads(telling: Telling) -> Step | None:
    """The heads side by side, times w_o, plus b_o; None for a single head with neither."""
    trace, problem = telling.trace, telling.problem
    several, projected = len(trace.heads) > 1, problem.w_o is not None
    biased = problem.b_o is not None
    if not several and not projected and not biased:
        return None
    rows = telling.axis("o", Role.OUTPUT)
    operands = [
        telling.once(
            Matrix(
                "Concat" if several else "O",
                trace.concat,
                Role.OUTPUT,
                rows,
                (),
                None if several else telling.head_number(0),
                kind=MatrixKind.OTHER if several else MatrixKind.WHOLE,
            )
        )
    ]
    narration = {}
    if several:
        narration["why"] = telling.of_heads("heads", "why")
        narration["concat"] = telling.say("heads", "concat")
    if problem.w_o is not None:
        operands.append(Matrix("W_O", problem.w_o, Role.OUTPUT, kind=MatrixKind.MAKES))
        narration["project"] = telling.say("heads", "project" if several else "one")
    if problem.b_o is not None:
        operands.append(Matrix("b_O", problem.b_o[None, :], Role.OUTPUT, kind=MatrixKind.ADDED))
        narration["bias"] = telling.say("heads", "bias")
    results: tuple[Matrix, ...] = ()
    if projected or biased:
        results = (Matrix("Y", trace.output, Role.OUTPUT, telling.axis("y", Role.OUTPUT)),)
    return Step(
        "heads",
        telling.say("heads", "title" if several else "title_one"),
        formulas.heads(several, projected, biased),
        narration,
        exhibits=(
            Exhibit(next(iter(narration)), Product(operands=tuple(operands), results=results)),
        ),
    )


def formula(telling: Telling) -> Step:
    """Attention(Q, K, V), each part named."""
    problem = telling.problem
    by_root = problem.options.scale is None and problem.d_k > 0
    factor = None if by_root or problem.scale == 1 else telling.numbers.detailed(problem.scale)
    narration = {"why": telling.say("formula", "why"), "scores": telling.say("formula", "scores")}
    if by_root:
        narration["scale"] = telling.say("formula", "root")
    elif factor is not None:
        narration["scale"] = telling.say("formula", "factor", factor=factor)
    elif problem.d_k > 1:
        narration["scale"] = telling.say("formula", "plain" if _compares(telling) else "plain_end")
    narration["softmax"] = telling.say("formula", "softmax")
    narration["values"] = telling.say("formula", "values")
    spelled = formulas.attention(
        by_root,
        factor,
        biased=telling.biased,
        masked=telling.masked,
        capped=telling.capped,
        sunk=telling.sink is not None,
    )
    return Step("formula", telling.say("formula", "title"), spelled, narration)


def _compares(telling: Telling) -> bool:
    """Whether √d_k can change anything in the worked row, in weights that are as softmax gives them."""
    rounded = telling.trace.rounded is not None
    return telling.problem.d_k > 1 and len(telling.visible) > 1 and not rounded


def why_scale(telling: Telling) -> Step | None:
    """The worked row with and without √d_k, side by side; None where it changes nothing that is shown."""
    if not _compares(telling):
        return None
    plain = _worked_row(telling, scale=1.0)
    scaled = _worked_row(telling, scale=1 / math.sqrt(telling.problem.d_k))
    without = _scores(telling, None, plain)
    divided = _scores(telling, "root", scaled)
    name = formulas.softmax_name(sunk=telling.sink is not None).plain
    return Step(
        "why-scale",
        telling.say("why-scale", "title"),
        formulas.SQUARE_ROOT,
        {
            "why": telling.say("why-scale", "why"),
            "contrast": _fading(telling, plain.weights[0], scaled.weights[0]),
        },
        exhibits=(
            Exhibit(
                parts.WhyScale.WHY,
                Product(
                    operands=(without, divided),
                    results=(
                        telling.row(
                            f"{name}({without.symbol})",
                            plain.weights[0],
                            Role.WEIGHT,
                            kind=MatrixKind.OTHER,
                        ),
                        telling.row(
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


def _scores(telling: Telling, scaling: formulas.Scaling | None, stages: AttentionStages) -> Matrix:
    """The worked row of scores under that scaling: compared here, and so shown even if an earlier step shows it."""
    symbol = formulas.current_scores(
        scaling, biased=telling.biased, masked=telling.masked, capped=telling.capped
    ).plain
    return telling.new_row(symbol, stages.masked_scores[0], Role.SCORE)


def _worked_row(telling: Telling, scale: float) -> AttentionStages:
    """Attention of the worked query alone, all options but the scale as they were."""
    options, head, row, n = telling.problem.options, telling.head, telling.query, telling.problem.n
    bias = telling.problem.bias_of(0)
    return attend(
        head.q[row : row + 1],
        head.k,
        head.v,
        scale=scale,
        softcap=options.softcap,
        mask=~np.isneginf(head.stages.masked_scores[row : row + 1]),
        bias=None if bias is None else np.broadcast_to(bias, (n, n))[row : row + 1],
        sinks=None if telling.sink is None else np.array([telling.sink]),
    )


def _fading(telling: Telling, plain: FloatArray, scaled: FloatArray) -> str:
    """The largest weight without √d_k, and what is left of it."""
    largest = int(plain.argmax())
    numbers = telling.numbers.weights
    before, after = (numbers.row(each.tolist())[largest] for each in (plain, scaled))
    fades = float(scaled[largest]) < float(plain[largest])
    part = "contrast_same" if before == after else "contrast" if fades else "contrast_grows"
    return telling.say(
        "why-scale",
        part,
        query=telling.named("q", telling.query),
        plain=before,
        scaled=after,
    )
