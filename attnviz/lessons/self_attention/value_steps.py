"""The steps of one query after softmax: weighted values, output."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.attention import weighted_rows
from attnviz.lessons.lesson_context import LessonContext, positions_equal_to
from attnviz.lessons.self_attention import parts
from attnviz.story import formulas
from attnviz.story.calculation import Calculation, Symbol, Term, Vector
from attnviz.story.calculations import calculation, components, settled
from attnviz.story.exhibits import Exhibit, Product
from attnviz.story.labels import indexed
from attnviz.story.matrix import Label, Matrix, MatrixKind
from attnviz.story.numbers import DECIMAL_LEVELS, percent
from attnviz.story.storyboard import Step
from attnviz.story.written_value import agrees, written_value
from attnviz.theme import Role


def weighted_values(context: LessonContext) -> Step:
    """α · v for every key that is worked out; the rest merged into one row, so that the columns add up."""
    products = weighted_matrix(context)
    cells = context.numbers.cells(products)
    worked = settled(
        (
            _weighted_value(context, key, products.values[i], cells[i])
            for i, key in enumerate(context.keys)
        ),
        context.numbers,
    )
    return Step(
        "weighted-values",
        context.phrase("weighted-values", "title"),
        formulas.WEIGHTED_VALUES,
        {"worked": context.phrase("weighted-values", "worked")},
        exhibits=(
            Exhibit(
                parts.WeightedValues.WORKED,
                Product(
                    operands=(
                        _written_weights(context, cells),
                        *context.first("V", context.head.v, Role.VALUE),
                    ),
                    results=(products,),
                ),
            ),
        ),
        worked=worked,
        omitted=context.merged_keys,
    )


def _written_weights(context: LessonContext, cells: tuple[tuple[str, ...], ...]) -> Matrix:
    """The row of weights with the fewest decimals from which the weighted values follow as they are written; as it was
    before where that takes more decimals of the values.
    """
    weights = context.row("A", context.weights, Role.WEIGHT)
    if context.problem.n_k > len(context.keys):
        return weights  # too many for views to show all their numbers
    (values,) = context.first("V", context.head.v, Role.VALUE)
    v = [[written_value(text) for text in row] for row in context.numbers.cells(values)]
    for more in range(DECIMAL_LEVELS):
        finer = replace(weights, decimals=more) if more else weights
        (row,) = context.numbers.cells(finer)
        if all(
            (weight := written_value(row[key])) is None
            or value is None
            or agrees(weight * value, text)
            for i, key in enumerate(context.keys)
            for value, text in zip(v[key], cells[i], strict=True)
        ):
            return finer
    return weights


def weighted_matrix(context: LessonContext) -> Matrix:
    """The weighted values, one row a worked key, then one for all others: the columns sum to the output."""
    keys, v, weights = list(context.keys), context.head.v, context.weights
    # in double precision: a reader who multiplies what is written has no other
    rows = weighted_rows(weights[keys].astype(float), v[keys].astype(float))
    names = [context.axis("v", Role.VALUE)[key] for key in keys]
    labels = [
        Label(indexed("α", context.query, key) + name.symbol, name.token, Role.VALUE)
        for key, name in zip(keys, names, strict=True)
    ]
    total = context.head.stages.output[context.query]
    others = context.problem.n_k - len(keys)
    if others:
        rows = np.concatenate([rows, [total - rows.sum(axis=0)]])
        labels.append(Label("…", context.common("more", count=others)))
    head = context.head_number(0)
    return context.deduplicated(
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
    context: LessonContext, key: int, product: FloatArray, cells: tuple[str, ...]
) -> Calculation:
    value = context.head.v[key]
    shown = list(components(len(value), context.most))
    omitted = len(value) - len(shown)
    vector = Vector(
        tuple(value[shown].tolist()),
        context.numbers.row(value[shown].tolist(), is_sum=False),
        Role.VALUE,
        omitted,
    )
    total = Vector(
        tuple(product[shown].tolist()), tuple(cells[j] for j in shown), Role.VALUE, omitted
    )
    factor = context.weight(key)
    symbols = (
        Symbol(indexed("α", context.query, key), Role.WEIGHT),
        Symbol("·"),
        Symbol(indexed("v", key), Role.VALUE),
    )
    term = Term((factor, Symbol("·"), vector), None, "")
    return calculation("worked", symbols, (term,), total, context.numbers, key)


def output(context: LessonContext) -> Step:
    """o = Σ α v, entry by entry."""
    row, values = context.query, context.head.stages.output[context.query]
    shown = components(len(values), context.most)
    products = weighted_matrix(context)
    cells = context.numbers.cells(products)
    worked = settled((_output_entry(context, products, cells, j) for j in shown), context.numbers)
    narration = {"worked": context.phrase("output", "worked", output=context.named("o", row))}
    if most := _most(context):
        narration["most"] = most
    label = context.axis("o", Role.OUTPUT)[row]
    return Step(
        "output",
        context.phrase("output", "title"),
        formulas.OUTPUT,
        narration,
        exhibits=(
            Exhibit(
                parts.Output.WORKED,
                Product(
                    operands=(products,),
                    results=(
                        context.deduplicated(
                            Matrix(
                                "O",
                                values[None, :],
                                Role.OUTPUT,
                                (label,),
                                (),
                                context.head_number(0),
                            )
                        ),
                    ),
                ),
            ),
        ),
        worked=worked,
        omitted=context.omitted_entries(len(values), len(shown)),
    )


def _output_entry(
    context: LessonContext, products: Matrix, cells: tuple[tuple[str, ...], ...], j: int
) -> Calculation:
    keys = context.keys
    terms = [
        Term(
            (
                context.weight(key),
                Symbol("·"),
                context.number(context.head.v[key, j], Role.VALUE),
            ),
            float(products.values[i, j]),
            cells[i][j],
        )
        for i, key in enumerate(keys)
    ]
    if context.problem.n_k > len(keys):
        merged = context.problem.n_k - len(keys)
        terms.append(Term((), float(products.values[-1, j]), cells[-1][j], merged))
    total = context.number(context.head.stages.output[context.query, j], Role.OUTPUT)
    left = (Symbol(f"{indexed('o', context.query)}[{j + 1}]", Role.OUTPUT),)
    return calculation("worked", left, tuple(terms), total, context.numbers, j)


def _most(context: LessonContext) -> str | None:
    """The sentence on the keys that make up most of the output; None where none does."""
    weights = context.weights
    best = positions_equal_to(weights, float(weights.max()))
    if len(best) > 2 or weights.max() == 0 or context.problem.n_k == 1:
        return None
    share = float(weights[best].sum())
    if share < 0.5:
        return None
    # as it is written, which a reader can check; but what is not all is not called all
    written = float(sum(Decimal(context.weight_texts[each]) for each in best))
    said = percent(share if written >= 1 else written)
    return context.phrase("output", "most", strongest=context.several("v", best), share=said)
