"""The steps of one query after softmax: weighted values, output."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.attention import weighted_rows
from attnviz.lessons.lesson_context import Telling, alike
from attnviz.lessons.self_attention import parts
from attnviz.story import formulas
from attnviz.story.calculation import Calculation, Number, Symbol, Term, Vector
from attnviz.story.calculations import calculation, components
from attnviz.story.exhibits import Exhibit, Product
from attnviz.story.labels import indexed
from attnviz.story.matrix import Label, Matrix, MatrixKind
from attnviz.story.numbers import percent
from attnviz.story.storyboard import Step
from attnviz.theme import Role


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
        exhibits=(
            Exhibit(
                parts.WeightedValues.WORKED,
                Product(
                    operands=(
                        telling.row("A", telling.weights, Role.WEIGHT),
                        *telling.first("V", telling.head.v, Role.VALUE),
                    ),
                    results=(products,),
                ),
            ),
        ),
        worked=worked,
        omitted=telling.merged_keys,
    )


def weighted_matrix(telling: Telling) -> Matrix:
    """The weighted values, one row a worked key, then one for all others: the columns sum to the output."""
    keys, v, weights = list(telling.keys), telling.head.v, telling.weights
    rows = weighted_rows(weights[keys], v[keys])
    names = [telling.axis("v", Role.VALUE)[key] for key in keys]
    labels = [
        Label(indexed("α", telling.query, key) + name.symbol, name.token, Role.VALUE)
        for key, name in zip(keys, names, strict=True)
    ]
    total = telling.head.stages.output[telling.query]
    others = telling.problem.n - len(keys)
    if others:
        rows = np.concatenate([rows, [total - rows.sum(axis=0)]])
        labels.append(Label("…", telling.common("more", count=others)))
    head = telling.head_number(0)
    return telling.once(
        Matrix(
            "αV",
            rows,
            Role.VALUE,
            tuple(labels),
            (),
            head,
            "columns",
            total,
            kind=MatrixKind.WEIGHTED,
        )
    )


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
    symbols = (
        Symbol(indexed("α", telling.query, key), Role.WEIGHT),
        Symbol("·"),
        Symbol(indexed("v", key), Role.VALUE),
    )
    term = Term((factor, Symbol("·"), vector), None, "")
    return calculation("worked", symbols, (term,), total, telling.numbers, key)


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
        exhibits=(
            Exhibit(
                parts.Output.WORKED,
                Product(
                    operands=(products,),
                    results=(
                        telling.once(
                            Matrix(
                                "O",
                                values[None, :],
                                Role.OUTPUT,
                                (label,),
                                (),
                                telling.head_number(0),
                            )
                        ),
                    ),
                ),
            ),
        ),
        worked=worked,
        omitted=telling.omitted_entries(len(values), len(shown)),
    )


def _output_entry(
    telling: Telling, products: Matrix, cells: tuple[tuple[str, ...], ...], j: int
) -> Calculation:
    keys = telling.keys
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
    left = (Symbol(f"{indexed('o', telling.query)}[{j + 1}]", Role.OUTPUT),)
    return calculation("worked", left, tuple(terms), total, telling.numbers, j)


def _most(telling: Telling) -> str | None:
    """Where the output comes from; None where no key stands out."""
    weights = telling.weights
    best = alike(weights, float(weights.max()))
    if len(best) > 2 or weights.max() == 0 or telling.problem.n == 1:
        return None
    share = float(weights[best].sum())
    if share < 0.5:
        return None
    # as it is written, which a reader can check; but what is not all is not called all
    written = float(sum(Decimal(telling.weight_texts[each]) for each in best))
    said = percent(share if written >= 1 else written)
    return telling.say("output", "most", strongest=telling.several("v", best), share=said)
