"""The steps of one query up to softmax: scores, scale, bias, mask."""

from __future__ import annotations

import math

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.lessons.lesson_context import Telling, alike
from attnviz.lessons.self_attention import parts
from attnviz.story import formulas
from attnviz.story.calculation import Calculation, Number, Symbol
from attnviz.story.calculations import dot_product, plain, single
from attnviz.story.exhibits import Exhibit, Product
from attnviz.story.labels import indexed
from attnviz.story.matrix import MatrixKind
from attnviz.story.storyboard import Step
from attnviz.theme import Role


def scores(telling: Telling) -> Step:
    """s = q · k for the worked query and every key."""
    head, row = telling.head, telling.query
    worked = tuple(
        dot_product(
            "worked",
            (
                Symbol(indexed("q", row), Role.QUERY),
                Symbol("·"),
                Symbol(indexed("k", key), Role.KEY),
            ),
            (head.q[row], head.k[key]),
            (Role.QUERY, Role.KEY),
            telling.number(head.stages.scores[row, key], Role.SCORE),
            telling.numbers,
            key,
            most=telling.most,
        )
        for key in telling.keys
    )
    narration = {
        "why": telling.say("scores", "why", query=telling.named("q", row)),
        "worked": telling.say("scores", "worked"),
    }
    if contrast := _contrast(telling, head.stages.scores[row]):
        narration["contrast"] = contrast
    return Step(
        "scores",
        telling.say("scores", "title"),
        formulas.SCORES,
        narration,
        exhibits=(
            Exhibit(
                parts.Scores.WORKED,
                Product(
                    operands=(
                        *telling.first("Q", head.q, Role.QUERY),
                        *telling.first("K", head.k, Role.KEY),
                    ),
                    results=(telling.scores_row("scores", head.stages.scores[row]),),
                ),
            ),
        ),
        worked=worked,
        omitted=telling.omitted_keys,
    )


def _contrast(telling: Telling, row: FloatArray) -> str | None:
    """The best fit of all keys beside the worst of those shown; None where the best is not, or all fit alike."""
    best = float(row.max())
    strongest = [key for key in alike(row, best) if key in telling.keys]
    weakest = min(telling.keys, key=lambda key: float(row[key]))
    high, low = telling.numbers.text(best), telling.numbers.text(float(row[weakest]))
    if not strongest or high == low:
        return None
    return telling.say(
        "scores",
        # of a key that is not the worst of all it is not said that it has "only" that
        "contrast" if row[weakest] == row.min() else "best",
        strongest=telling.several("k", strongest),
        high=high,
        weakest=telling.named("k", weakest),
        low=low,
    )


def scale(telling: Telling) -> Step | None:
    """s / √d_k, or times another factor; None where the scores stay as they are."""
    problem, stages, row = telling.problem, telling.head.stages, telling.query
    if telling.scaling is None:
        return None
    root = telling.number(math.sqrt(problem.d_k))
    by_root = telling.scaling == "root"
    factor = Number(problem.scale, telling.numbers.detailed(problem.scale))

    def worked(key: int) -> Calculation:
        score = telling.number(stages.scores[row, key], Role.SCORE)
        symbol = Symbol(indexed("s", row, key), Role.SCORE)
        left = (
            (symbol, Symbol("/"), Symbol("√d_k")) if by_root else (symbol, Symbol("·"), Symbol("c"))
        )
        pieces = (score, Symbol("/"), root) if by_root else (score, Symbol("·"), factor)
        total = telling.number(stages.scaled_scores[row, key], Role.SCORE)
        return single("why", left, pieces, total, telling.numbers, key)

    relation = " = " if telling.numbers.exact(root.value) else " ≈ "
    said = (
        telling.say("scale", "root", d_k=problem.d_k, root=root.text, relation=relation)
        if by_root
        else telling.say("scale", "number", factor=factor.text)
    )
    return Step(
        "scale",
        telling.say("scale", "title"),
        telling.scores_after("scale"),
        {"why": said},
        exhibits=(
            Exhibit(
                parts.Change.WHY,
                Product(
                    operands=(telling.scores_row("scores", stages.scores[row]),),
                    results=(telling.scores_row("scale", stages.scaled_scores[row]),),
                ),
            ),
        ),
        worked=tuple(worked(key) for key in telling.keys),
        omitted=telling.omitted_keys,
    )


def cap(telling: Telling) -> Step | None:
    """c · tanh(s / c), which keeps scores between −c and c; None where they are not capped.

    Source: Gemma 2 (2024), section 2.
    """
    softcap, stages, row = telling.problem.options.softcap, telling.head.stages, telling.query
    if softcap is None:
        return None
    bound = Number(softcap, telling.numbers.detailed(softcap))

    def worked(key: int) -> Calculation:
        score = telling.number(stages.scaled_scores[row, key], Role.SCORE)
        total = telling.number(stages.capped_scores[row, key], Role.SCORE)
        pieces = (bound, Symbol("· tanh("), score, Symbol("/"), bound, Symbol(")"))
        left = (Symbol(indexed("s", row, key), Role.SCORE),)
        return single("why", left, pieces, total, telling.numbers, key)

    return Step(
        "cap",
        telling.say("cap", "title"),
        formulas.CAP,
        {"why": telling.say("cap", "why", bound=bound.text)},
        exhibits=(
            Exhibit(
                parts.Change.WHY,
                Product(
                    operands=(telling.scores_row("scale", stages.scaled_scores[row]),),
                    results=(telling.scores_row("cap", stages.capped_scores[row]),),
                ),
            ),
        ),
        worked=tuple(worked(key) for key in telling.keys),
        omitted=telling.omitted_keys,
    )


def bias(telling: Telling) -> Step | None:
    """s + b; None where there is no bias."""
    whole, stages, row = telling.problem.bias_of(0), telling.head.stages, telling.query
    if whole is None:
        return None
    added = np.broadcast_to(whole, stages.scores.shape)[row]

    def worked(key: int) -> Calculation:
        score = telling.number(stages.capped_scores[row, key], Role.SCORE)
        total = telling.number(stages.biased_scores[row, key], Role.SCORE)
        pieces = (score, Symbol("+"), telling.number(added[key]))
        return single(
            "why",
            (Symbol(indexed("s", row, key), Role.SCORE),),
            pieces,
            total,
            telling.numbers,
            key,
        )

    return Step(
        "bias",
        telling.say("bias", "title"),
        telling.scores_after("bias"),
        {"why": telling.say("bias", "worked")},
        exhibits=(
            Exhibit(
                parts.Change.WHY,
                Product(
                    operands=(
                        telling.scores_row("cap", stages.capped_scores[row]),
                        telling.row("B", added, Role.SCORE, kind=MatrixKind.OTHER),
                    ),
                    results=(telling.scores_row("bias", stages.biased_scores[row]),),
                ),
            ),
        ),
        worked=tuple(worked(key) for key in telling.keys),
        omitted=telling.omitted_keys,
    )


def mask(telling: Telling) -> Step | None:
    """−∞ for what is hidden; None where nothing is hidden from any query by rule."""
    stages, row = telling.head.stages, telling.query
    if not telling.masked:
        return None
    already = np.isneginf(stages.biased_scores[row])
    hidden: list[int] = np.flatnonzero(telling.newly_hidden[row]).tolist()
    kind = "causal" if telling.only_causal and not already.any() else "mask"
    part = kind if hidden else f"{kind}_all"
    worked = tuple(
        plain(
            "why",
            (Symbol(indexed("s", row, key), Role.SCORE),),
            telling.number(-math.inf, Role.SCORE),
            telling.numbers,
            key,
        )
        for key in telling.keys
        if key in hidden
    )
    return Step(
        "mask",
        telling.say("mask", "title"),
        formulas.mask(telling.scores_after("mask")),
        {"why": telling.say("mask", part, query=telling.named("q", row))},
        exhibits=(
            Exhibit(
                parts.Change.WHY,
                Product(
                    operands=(telling.scores_row("bias", stages.biased_scores[row]),),
                    results=(telling.scores_row("mask", stages.masked_scores[row]),),
                ),
            ),
        ),
        worked=worked,
        omitted=telling.omitted_hidden(len(hidden), len(worked)),
    )
