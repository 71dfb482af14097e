"""The steps from the inputs to queries, keys and values."""

from __future__ import annotations

from dataclasses import replace

from attnviz.core.arrays import FloatArray
from attnviz.lessons.lesson_context import LessonContext
from attnviz.lessons.self_attention import parts
from attnviz.story import formulas
from attnviz.story.calculation import Calculation, Symbol
from attnviz.story.calculations import components, dot_product, settled
from attnviz.story.exhibits import Exhibit, Product
from attnviz.story.labels import indexed
from attnviz.story.matrix import Matrix, MatrixKind
from attnviz.story.storyboard import Step
from attnviz.theme import Role


def inputs(context: LessonContext) -> Step | None:
    """The sequence: one row a position; None where the vectors are not known."""
    problem = context.problem
    if not problem.d_model:
        return None
    second = _second_text(context)
    part = "one" if problem.n == 1 else "vectors" if problem.tokens is None else "tokens"
    x = input_matrix(context)
    said = context.phrase(
        "inputs",
        part if second is None else "pair",
        n=problem.n,
        d_model=problem.d_model,
        second=None if second is None else context.named("x", second),
    )
    title = context.phrase("inputs", "title")
    return Step(
        "inputs",
        title,
        formulas.INPUTS,
        {"why": said},
        exhibits=(Exhibit(parts.Inputs.WHY, Product(results=(x,))),),
    )


def input_matrix(context: LessonContext) -> Matrix:
    """X with its tokens: (n, d_model). Of a pair of texts each token has the letter of its text, A or B, before it."""
    rows, second = context.axis("x", Role.INPUT), _second_text(context)
    if second is not None:
        rows = tuple(
            replace(each, token=f"{'A' if i < second else 'B'} {each.token}")
            for i, each in enumerate(rows)
        )
    return context.deduplicated(Matrix("X", context.problem.x, Role.INPUT, rows))


def _second_text(context: LessonContext) -> int | None:
    """The position at which the second of two texts begins; None of one text."""
    second = context.problem.provenance.second_text
    is_pair = second is not None and 0 < second < context.problem.n
    return second if is_pair and context.problem.tokens is not None else None


def weights(context: LessonContext) -> Step | None:
    """The three matrices; None where queries, keys and values come from elsewhere."""
    problem = context.problem
    if not problem.projects:
        return None
    vectors = (problem.b_q, problem.b_k, problem.b_v)
    biased = all(each is not None for each in vectors)
    narration = {"why": context.phrase("weights", "why_biased" if biased else "why")}
    if problem.heads > 1:
        narration["heads"] = context.of_heads("weights", "heads", heads=problem.heads)
    matrices = (
        context.deduplicated(Matrix("W_Q", problem.w_q, Role.QUERY, kind=MatrixKind.MAKES)),
        context.deduplicated(Matrix("W_K", problem.w_k, Role.KEY, kind=MatrixKind.MAKES)),
        context.deduplicated(Matrix("W_V", problem.w_v, Role.VALUE, kind=MatrixKind.MAKES)),
    )
    biases = tuple(
        context.deduplicated(Matrix(symbol, bias[None, :], role, kind=MatrixKind.ADDED))
        for symbol, bias, role in zip(
            ("b_Q", "b_K", "b_V"), vectors, (Role.QUERY, Role.KEY, Role.VALUE), strict=True
        )
        if bias is not None
    )
    title = context.phrase("weights", "title")
    return Step(
        "weights",
        title,
        formulas.WEIGHTS,
        narration,
        exhibits=(Exhibit(parts.Weights.WHY, Product(results=matrices + biases)),),
    )


def queries(context: LessonContext) -> Step | None:
    """Q = X W_Q, the worked row term by term, before it is normalised or turned; None where queries are given."""
    values = [
        head.q if head.projected_q is None else head.projected_q for head in context.trace.heads
    ]
    return _projected(context, "queries", "q", Role.QUERY, values)


def keys(context: LessonContext) -> Step | None:
    """K = X W_K, likewise."""
    values = [
        head.k if head.projected_k is None else head.projected_k for head in context.trace.heads
    ]
    return _projected(context, "keys", "k", Role.KEY, values)


def values(context: LessonContext) -> Step | None:
    """V = X W_V, likewise."""
    values = [head.v for head in context.trace.heads]
    return _projected(context, "values", "v", Role.VALUE, values)


def _projected(
    context: LessonContext,
    step: str,
    letter: str,
    role: Role,
    per_head: list[FloatArray],
) -> Step | None:
    problem = context.problem
    if not problem.projects:
        return None
    w, b = {
        "q": (problem.w_q, problem.b_q),
        "k": (problem.w_k, problem.b_k),
        "v": (problem.w_v, problem.b_v),
    }[letter]
    row, width = context.query, per_head[0].shape[1]
    shown = components(width, context.most)
    worked = settled(
        (
            _component(
                context, letter, role, w[:, j], None if b is None else float(b[j]), per_head[0], j
            )
            for j in shown
        ),
        context.numbers,
    )
    named = {"input": context.named("x", row), "result": indexed(letter, row)}
    narration = {
        "why": context.phrase(step, "why"),
        "worked": context.phrase(step, "worked" if b is None else "worked_biased", **named),
    }
    if context.problem.n > 1:
        narration["rest"] = context.phrase(step, "rest")
    symbol = letter.upper()
    operands = [
        input_matrix(context),
        context.deduplicated(Matrix(f"W_{symbol}", w, role, kind=MatrixKind.MAKES)),
    ]
    if b is not None:
        operands.append(
            context.deduplicated(Matrix(f"b_{symbol}", b[None, :], role, kind=MatrixKind.ADDED))
        )
    return Step(
        step,
        context.phrase(step, "title"),
        formulas.projection(symbol, biased=b is not None),
        narration,
        exhibits=(
            Exhibit(
                parts.Projection.WORKED,
                Product(
                    operands=tuple(operands),
                    results=context.per_head(symbol, per_head, role, letter),
                ),
            ),
        ),
        worked=worked,
        omitted=context.joined(context.omitted_entries(width, len(shown)), context.omitted_heads),
    )


def _component(
    context: LessonContext,
    letter: str,
    role: Role,
    column: FloatArray,
    bias: float | None,
    result: FloatArray,
    j: int,
) -> Calculation:
    row = context.query
    left = (Symbol(f"{indexed(letter, row)}[{j + 1}]", role),)
    return dot_product(
        "worked",
        left,
        (context.problem.x[row], column),
        (Role.INPUT, role),
        context.number(result[row, j], role),
        context.numbers,
        j,
        added=None if bias is None else context.number(bias, role),
        most=context.most,
    )
