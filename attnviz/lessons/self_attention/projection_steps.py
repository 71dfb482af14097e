"""The steps from the inputs to queries, keys and values."""

from __future__ import annotations

from attnviz.core.arrays import FloatArray
from attnviz.lessons.lesson_context import Telling
from attnviz.lessons.self_attention import parts
from attnviz.story import formulas
from attnviz.story.calculation import Calculation, Symbol
from attnviz.story.calculations import components, dot_product
from attnviz.story.exhibits import Exhibit, Product
from attnviz.story.labels import indexed
from attnviz.story.matrix import Matrix, MatrixKind
from attnviz.story.storyboard import Step
from attnviz.theme import Role


def inputs(telling: Telling) -> Step | None:
    """The sequence: one row a position; None where the vectors are not known."""
    problem = telling.problem
    if not problem.d_model:
        return None
    part = "one" if problem.n == 1 else "vectors" if problem.tokens is None else "tokens"
    x = input_matrix(telling)
    said = telling.say("inputs", part, n=problem.n, d_model=problem.d_model)
    title = telling.say("inputs", "title")
    return Step(
        "inputs",
        title,
        formulas.INPUTS,
        {"why": said},
        exhibits=(Exhibit(parts.Inputs.WHY, Product(results=(x,))),),
    )


def input_matrix(telling: Telling) -> Matrix:
    """X with its tokens: (n, d_model)."""
    return telling.once(Matrix("X", telling.problem.x, Role.INPUT, telling.axis("x", Role.INPUT)))


def weights(telling: Telling) -> Step | None:
    """The three matrices; None where queries, keys and values come from elsewhere."""
    problem = telling.problem
    if not problem.projects:
        return None
    vectors = (problem.b_q, problem.b_k, problem.b_v)
    biased = all(each is not None for each in vectors)
    narration = {"why": telling.say("weights", "why_biased" if biased else "why")}
    if problem.heads > 1:
        narration["heads"] = telling.of_heads("weights", "heads", heads=problem.heads)
    matrices = (
        telling.once(Matrix("W_Q", problem.w_q, Role.QUERY, kind=MatrixKind.MAKES)),
        telling.once(Matrix("W_K", problem.w_k, Role.KEY, kind=MatrixKind.MAKES)),
        telling.once(Matrix("W_V", problem.w_v, Role.VALUE, kind=MatrixKind.MAKES)),
    )
    biases = tuple(
        telling.once(Matrix(symbol, bias[None, :], role, kind=MatrixKind.ADDED))
        for symbol, bias, role in zip(
            ("b_Q", "b_K", "b_V"), vectors, (Role.QUERY, Role.KEY, Role.VALUE), strict=True
        )
        if bias is not None
    )
    title = telling.say("weights", "title")
    return Step(
        "weights",
        title,
        formulas.WEIGHTS,
        narration,
        exhibits=(Exhibit(parts.Weights.WHY, Product(results=matrices + biases)),),
    )


def queries(telling: Telling) -> Step | None:
    """Q = X W_Q, the worked row term by term, before it is normalised or turned; None where queries are given."""
    problem = telling.problem
    values = [
        head.q if head.projected_q is None else head.projected_q for head in telling.trace.heads
    ]
    return _projected(telling, "queries", "q", Role.QUERY, problem.w_q, problem.b_q, values)


def keys(telling: Telling) -> Step | None:
    """K = X W_K, likewise."""
    problem = telling.problem
    values = [
        head.k if head.projected_k is None else head.projected_k for head in telling.trace.heads
    ]
    return _projected(telling, "keys", "k", Role.KEY, problem.w_k, problem.b_k, values)


def values(telling: Telling) -> Step | None:
    """V = X W_V, likewise."""
    problem = telling.problem
    values = [head.v for head in telling.trace.heads]
    return _projected(telling, "values", "v", Role.VALUE, problem.w_v, problem.b_v, values)


def _projected(
    telling: Telling,
    step: str,
    letter: str,
    role: Role,
    w: FloatArray,
    b: FloatArray | None,
    per_head: list[FloatArray],
) -> Step | None:
    if not telling.problem.projects:
        return None
    row, width = telling.query, per_head[0].shape[1]
    shown = components(width, telling.most)
    worked = tuple(
        _component(
            telling, letter, role, w[:, j], None if b is None else float(b[j]), per_head[0], j
        )
        for j in shown
    )
    named = {"input": telling.named("x", row), "result": indexed(letter, row)}
    narration = {
        "why": telling.say(step, "why"),
        "worked": telling.say(step, "worked" if b is None else "worked_biased", **named),
    }
    if telling.problem.n > 1:
        narration["rest"] = telling.say(step, "rest")
    symbol = letter.upper()
    operands = [
        input_matrix(telling),
        telling.once(Matrix(f"W_{symbol}", w, role, kind=MatrixKind.MAKES)),
    ]
    if b is not None:
        operands.append(
            telling.once(Matrix(f"b_{symbol}", b[None, :], role, kind=MatrixKind.ADDED))
        )
    return Step(
        step,
        telling.say(step, "title"),
        formulas.projection(symbol, biased=b is not None),
        narration,
        exhibits=(
            Exhibit(
                parts.Projection.WORKED,
                Product(
                    operands=tuple(operands),
                    results=telling.per_head(symbol, per_head, role, letter),
                ),
            ),
        ),
        worked=worked,
        omitted=telling.joined(telling.omitted_entries(width, len(shown)), telling.omitted_heads),
    )


def _component(
    telling: Telling,
    letter: str,
    role: Role,
    column: FloatArray,
    bias: float | None,
    result: FloatArray,
    j: int,
) -> Calculation:
    row = telling.query
    left = (Symbol(f"{indexed(letter, row)}[{j + 1}]", role),)
    return dot_product(
        "worked",
        left,
        (telling.problem.x[row], column),
        (Role.INPUT, role),
        telling.number(result[row, j], role),
        telling.numbers,
        j,
        added=None if bias is None else telling.number(bias, role),
        most=telling.most,
    )
