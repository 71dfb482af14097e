"""The steps of one query: scores, scale, bias, mask, softmax, weighted values, output."""

from __future__ import annotations

import math

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.lessons import formulas
from attnviz.lessons.calculations import components, dot_product, plain, single
from attnviz.lessons.labels import indexed
from attnviz.lessons.softmax_step import softmax
from attnviz.lessons.storyboard import (
    Calculation,
    Label,
    Matrix,
    Number,
    Step,
    Symbol,
    Term,
    Vector,
)
from attnviz.lessons.telling import Telling
from attnviz.theme import Role

__all__ = ["bias", "mask", "output", "scale", "scores", "softmax", "weighted_values"]


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
        operands=(
            *_first(telling, "Q", head.q, Role.QUERY),
            *_first(telling, "K", head.k, Role.KEY),
        ),
        results=(telling.row("S", head.stages.scores[row], Role.SCORE),),
        worked=worked,
        omitted=telling.omitted_keys,
    )


def _first(telling: Telling, symbol: str, values: FloatArray, role: Role) -> tuple[Matrix, ...]:
    """The matrix of the head that is worked."""
    return telling.per_head(symbol, [values], role, symbol.lower())


def _contrast(telling: Telling, row: FloatArray) -> str | None:
    """The best and the worst fit side by side; None where all fit alike."""
    best, worst = float(row.max()), float(row.min())
    if telling.numbers.text(best) == telling.numbers.text(worst):
        return None
    return telling.say(
        "scores",
        "contrast",
        strongest=telling.several("k", alike(row, best)),
        high=telling.numbers.text(best),
        weakest=telling.named("k", int(row.argmin())),
        low=telling.numbers.text(worst),
    )


def alike(row: FloatArray, value: float) -> list[int]:
    """The positions that hold `value`, but for what rounding in the last digits does."""
    return np.flatnonzero(np.isclose(row, value, rtol=1e-9, atol=1e-12)).tolist()


def scale(telling: Telling) -> Step | None:
    """s / √d_k, or times another factor; None where the scores stay as they are."""
    problem, stages, row = telling.problem, telling.head.stages, telling.query
    if problem.scale == 1:
        return None
    root = telling.number(math.sqrt(problem.d_k))
    by_root = problem.options.scale is None
    factor = telling.number(problem.scale)

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
        formulas.SCALE if by_root else formulas.SCALE_NUMBER,
        {"why": said},
        operands=(telling.row("S", stages.scores[row], Role.SCORE),),
        results=(telling.row("S", stages.scaled_scores[row], Role.SCORE),),
        worked=tuple(worked(key) for key in telling.keys),
        omitted=telling.omitted_keys,
    )


def bias(telling: Telling) -> Step | None:
    """s + b; None where there is no bias."""
    options, stages, row = telling.problem.options, telling.head.stages, telling.query
    if options.bias is None:
        return None
    added = np.broadcast_to(options.bias, stages.scores.shape)[row]

    def worked(key: int) -> Calculation:
        score = telling.number(stages.scaled_scores[row, key], Role.SCORE)
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
        formulas.BIAS,
        {"why": telling.say("bias", "worked")},
        operands=(telling.row("S", stages.scaled_scores[row], Role.SCORE),),
        results=(telling.row("S", stages.biased_scores[row], Role.SCORE),),
        worked=tuple(worked(key) for key in telling.keys),
        omitted=telling.omitted_keys,
    )


def mask(telling: Telling) -> Step | None:
    """−∞ for what is hidden; None where nothing is hidden from anybody by rule."""
    options, stages, row = telling.problem.options, telling.head.stages, telling.query
    if options.mask is None and not options.causal:
        return None
    hidden = [key for key in range(telling.problem.n) if key not in set(telling.visible)]
    kind = "causal" if options.causal and options.mask is None else "mask"
    part = kind if hidden else f"{kind}_all"
    worked = tuple(
        plain(
            "why",
            (Symbol(indexed("s", row, key), Role.SCORE),),
            telling.number(-math.inf, Role.SCORE),
            telling.numbers,
            key,
        )
        for key in hidden[: len(telling.keys)]
    )
    more = len(hidden) - len(worked)
    return Step(
        "mask",
        telling.say("mask", "title"),
        formulas.MASK,
        {"why": telling.say("mask", part, query=telling.named("q", row))},
        operands=(telling.row("S", stages.biased_scores[row], Role.SCORE),),
        results=(telling.row("S", stages.masked_scores[row], Role.SCORE),),
        worked=worked,
        omitted=telling.omitted_entries(len(hidden), len(worked)) if more else None,
    )


def weighted_values(telling: Telling) -> Step:
    """α · v for every key that is worked out; the rest merged into one row, so that the columns add up."""
    products = weighted_matrix(telling)
    cells = telling.numbers.cells(products)
    worked = tuple(
        _weighted_value(telling, key, products.values[i], cells[i])
        for i, key in enumerate(telling.keys)
    )
    return Step(
        "weighted-values",
        telling.say("weighted-values", "title"),
        formulas.WEIGHTED_VALUES,
        {"worked": telling.say("weighted-values", "worked")},
        operands=(
            telling.row("A", telling.weights, Role.WEIGHT),
            *_first(telling, "V", telling.head.v, Role.VALUE),
        ),
        results=(products,),
        worked=worked,
        omitted=telling.omitted_keys,
    )


def weighted_matrix(telling: Telling) -> Matrix:
    """The weighted values, one row a worked key, then one for all others: the columns sum to the output."""
    keys, v, weights = list(telling.keys), telling.head.v, telling.weights
    rows = [weights[key] * v[key] if weights[key] else np.zeros_like(v[key]) for key in keys]
    names = [telling.axis("v", Role.VALUE)[key] for key in keys]
    labels = [
        Label(indexed("α", telling.query, key) + name.symbol, name.token, Role.VALUE)
        for key, name in zip(keys, names, strict=True)
    ]
    others = telling.problem.n - len(keys)
    if others:
        rows.append(telling.head.stages.output[telling.query] - np.sum(rows, axis=0))
        labels.append(Label("…", telling.common("more", count=others)))
    return Matrix("αV", np.array(rows), Role.VALUE, tuple(labels), (), None, "columns")


def _weighted_value(
    telling: Telling, key: int, product: FloatArray, cells: tuple[str, ...]
) -> Calculation:
    value, weight = telling.head.v[key], float(telling.weights[key])
    shown = list(components(len(value), telling.most))
    omitted = len(value) - len(shown)
    vector = Vector(
        tuple(value[shown].tolist()),
        telling.numbers.row(value[shown].tolist(), is_sum=False),
        Role.VALUE,
        omitted,
    )
    total = Vector(
        tuple(product[shown].tolist()), tuple(cells[j] for j in shown), Role.VALUE, omitted
    )
    factor = Number(weight, telling.weight_texts[key], Role.WEIGHT)
    exact = all(telling.numbers.exact(each) for each in (weight, *vector.values, *total.values))
    symbols = (
        Symbol(indexed("α", telling.query, key), Role.WEIGHT),
        Symbol("·"),
        Symbol(indexed("v", key), Role.VALUE),
    )
    term = Term((factor, Symbol("·"), vector), None, "")
    return Calculation("worked", symbols, (term,), "=" if exact else "≈", total, key)


def output(telling: Telling) -> Step:
    """o = Σ α v, entry by entry."""
    row, values = telling.query, telling.head.stages.output[telling.query]
    shown = components(len(values), telling.most)
    products = weighted_matrix(telling)
    cells = telling.numbers.cells(products)
    worked = tuple(_output_entry(telling, products, cells, j) for j in shown)
    narration = {"worked": telling.say("output", "worked", output=telling.named("o", row))}
    if most := _most(telling):
        narration["most"] = most
    label = telling.axis("o", Role.OUTPUT)[row]
    return Step(
        "output",
        telling.say("output", "title"),
        formulas.OUTPUT,
        narration,
        operands=(products,),
        results=(Matrix("O", values[None, :], Role.OUTPUT, (label,), (), telling.head_number(0)),),
        worked=worked,
        omitted=telling.omitted_entries(len(values), len(shown)),
    )


def _output_entry(
    telling: Telling, products: Matrix, cells: tuple[tuple[str, ...], ...], j: int
) -> Calculation:
    numbers, keys = telling.numbers, telling.keys
    terms = [
        Term(
            (
                Number(float(telling.weights[key]), telling.weight_texts[key], Role.WEIGHT),
                Symbol("·"),
                telling.number(telling.head.v[key, j], Role.VALUE),
            ),
            float(products.values[i, j]),
            cells[i][j],
        )
        for i, key in enumerate(keys)
    ]
    if telling.problem.n > len(keys):
        merged = telling.problem.n - len(keys)
        terms.append(Term((), float(products.values[-1, j]), cells[-1][j], merged))
    total = telling.number(telling.head.stages.output[telling.query, j], Role.OUTPUT)
    shown = [value for term in terms for value in _numbers_in(term)]
    exact = all(numbers.exact(value) for value in [*shown, total.value])
    left = (Symbol(f"{indexed('o', telling.query)}[{j + 1}]", Role.OUTPUT),)
    return Calculation("worked", left, tuple(terms), "=" if exact else "≈", total, j)


def _numbers_in(term: Term) -> list[float]:
    worth = [] if term.value is None else [term.value]
    return [piece.value for piece in term.pieces if isinstance(piece, Number)] + worth


def _most(telling: Telling) -> str | None:
    """Where the output comes from; None where no key stands out."""
    weights = telling.weights
    best = alike(weights, float(weights.max()))
    if len(best) > 2 or weights.max() == 0 or telling.problem.n == 1:
        return None
    share = float(weights[best].sum())
    if share < 0.5:
        return None
    return telling.say("output", "most", strongest=telling.several("v", best), share=f"{share:.0%}")
