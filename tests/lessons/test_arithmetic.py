"""What is written out is true: terms add up as shown, "=" means equal, every number is one of the trace."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from attnviz import Trace, self_attention
from attnviz.lessons.self_attention.steps import self_attention_storyboard
from attnviz.story.calculation import Calculation, Number, Symbol, Term, Vector
from attnviz.story.numbers import LONGEST_SUM
from attnviz.story.storyboard import Step, Storyboard

ENTRIES = st.one_of(
    st.integers(-4, 4).map(float),
    st.floats(-20, 20, width=32),
    st.sampled_from([0.1, 0.125, 0.615, -0.005, 1 / 3, 1e-7]),
)


@st.composite
def stories(draw: st.DrawFn) -> Storyboard:
    n, d_model, d_k = draw(st.integers(1, 10)), draw(st.integers(1, 10)), draw(st.integers(1, 4))
    kind = draw(st.sampled_from([np.float64, np.float32]))

    def some(*shape: int) -> np.ndarray:
        return draw(hnp.arrays(kind, shape, elements=ENTRIES.map(kind)))

    trace = self_attention(
        some(n, d_model),
        some(d_model, d_k),
        some(d_model, d_k),
        some(d_model, d_k),
        b_q=some(d_k) if draw(st.booleans()) else None,
        scale=draw(st.sampled_from([None, 1.0, 0.125])),
        mask=draw(st.none() | hnp.arrays(np.bool_, (n, n))),
        causal=draw(st.booleans()),
    )
    return self_attention_storyboard(
        trace,
        query=draw(st.integers(0, n - 1)),
        precision=draw(st.sampled_from([None, 0, 1, 2, 6])),
        most=draw(st.integers(2, 8)),
    )


def decimal(text: str) -> Decimal:
    return Decimal(text.replace("−", "-"))


def fraction(text: str) -> Fraction:
    return Fraction(text.replace("−", "-"))


def unit(text: str) -> Decimal:
    """The worth of one in the last digit."""
    return Decimal(10) ** decimal(text).as_tuple().exponent


def is_written_out(text: str) -> bool:
    """Whether the text has all digits: not 1.00e+09, not −∞."""
    return "e" not in text and "∞" not in text


def worked(board: Storyboard) -> list[tuple[Step, Calculation]]:
    return [(step, calculation) for step in board.steps for calculation in step.worked]


def assert_adds_up(board: Storyboard) -> None:
    for step, calculation in worked(board):
        total = calculation.total
        if not calculation.terms or not isinstance(total, Number):
            continue
        texts = [term.text for term in calculation.terms]
        if not all(map(is_written_out, [*texts, total.text])):
            continue
        off = abs(sum(map(decimal, texts)) - decimal(total.text))
        assert off <= unit(total.text) / 2, (step.id, texts, total.text)
        sign = calculation.sum_relation if calculation.shows_products else calculation.relation
        assert off == 0 or sign == "≈"


def worth(term: Term) -> Fraction:
    """What a term is worth as it is written, worked out from its pieces alone."""
    if not term.pieces:
        return fraction(term.text)
    written = "".join(piece.text for piece in term.pieces if not isinstance(piece, Vector))
    if written.startswith("exp("):
        score, maximum = (piece.text for piece in term.pieces if isinstance(piece, Number))
        assert score == maximum or score == "−∞"
        return Fraction(int(score == maximum))
    numbers = [fraction(piece.text) for piece in term.pieces if isinstance(piece, Number)]
    operator = next((piece.text for piece in term.pieces if isinstance(piece, Symbol)), "·")
    if operator == "+":
        return sum(numbers, Fraction(0))
    return numbers[0] / numbers[1] if operator == "/" else math.prod(numbers, start=Fraction(1))


def assert_equals_is_true(board: Storyboard) -> None:
    for step, calculation in worked(board):
        total = calculation.total
        if calculation.relation != "=" or not calculation.terms:
            continue
        if isinstance(total, Vector):
            (term,) = calculation.terms
            factor, _, vector = term.pieces
            assert isinstance(factor, Number)
            assert isinstance(vector, Vector)
            products = [fraction(factor.text) * fraction(text) for text in vector.texts]
            assert products == list(map(fraction, total.texts)), step.id
        elif total.text == "−∞":
            assert "−∞" in [piece.text for piece in calculation.terms[0].pieces]
        else:
            assert sum(map(worth, calculation.terms)) == fraction(total.text), (
                step.id,
                calculation,
            )


def assert_rows_of_weights_sum_to_one(board: Storyboard) -> None:
    for step in board.steps:
        for matrix in (*step.operands, *step.results):
            if matrix.sums == "rows":
                for values, row in zip(matrix.values, board.numbers.cells(matrix), strict=True):
                    if len(row) > LONGEST_SUM:  # never shown as a whole
                        assert row == tuple(map(board.numbers.weights.text, values.tolist()))
                        continue
                    whole = 1 if values.any() else 0
                    if board.trace.problem.options.sinks is not None:  # it takes what is left
                        shown = max(-decimal(text).as_tuple().exponent for text in row)
                        whole = decimal(f"{values.sum():.{shown}f}")
                    written = [f"{value:.9g}" for value in values.tolist() if value]
                    has_ties = len(set(written)) < len(written)
                    assert has_ties or sum(map(decimal, row)) == whole, (step.id, row)


def assert_weighted_values_add_up_to_the_output(board: Storyboard) -> None:
    (products,) = board.step("weighted-values").results
    (output,) = board.step("output").results
    cells, (totals,) = board.numbers.cells(products), board.numbers.cells(output)
    for column, total in zip(zip(*cells, strict=True), totals, strict=True):
        if all(map(is_written_out, [*column, total])):
            off = abs(sum(map(decimal, column)) - decimal(total))
            assert off <= Decimal(10) ** -board.numbers.precision / 2


@given(stories())
def test_whatever_the_numbers_the_written_arithmetic_is_true(board):
    assert_adds_up(board)
    assert_equals_is_true(board)
    assert_rows_of_weights_sum_to_one(board)
    assert_weighted_values_add_up_to_the_output(board)


def test_the_written_arithmetic_of_every_case_is_true(case):
    board = case.storyboard()

    assert_equals_is_true(board)
    if case.name != "plain rounding":
        assert_adds_up(board)
        assert_rows_of_weights_sum_to_one(board)
        assert_weighted_values_add_up_to_the_output(board)


def test_weighted_values_that_round_apart_from_their_output_still_add_up_to_it():
    # Two times 0.3075 is 0.615, which is stored below the half: 61.5 hundredths would round up.
    trace = self_attention(np.ones((2, 1)), [[1.0]], [[1.0]], [[0.615]])
    board = self_attention_storyboard(trace)

    assert board.step("output").worked[0].total.text == "0.61"
    assert_weighted_values_add_up_to_the_output(board)


def test_plain_rounding_is_plain_and_need_not_add_up():
    trace = self_attention(np.eye(3), np.zeros((3, 1)), np.zeros((3, 1)), np.eye(3))
    row = [0.67461, 0.20412, 0.12127]
    texts = {
        rounding: self_attention_storyboard(trace, rounding=rounding).numbers.row(row)
        for rounding in ("plain", "sum-preserving")
    }

    assert texts == {
        "plain": ("0.67", "0.20", "0.12"),
        "sum-preserving": ("0.675", "0.204", "0.121"),
    }


def arrays_of(trace: Trace) -> list[np.ndarray]:
    """Every array of the trace, and what softmax goes through on the way."""
    problem = trace.problem
    made = [each for each in vars(problem.inputs).values() if isinstance(each, np.ndarray)]
    found = [*made, problem.w_o, problem.b_o, trace.concat, trace.output]
    for i, head in enumerate(trace.heads):
        stages = head.stages
        found += [problem.bias_of(i), stages.capped_scores]
        found += [head.q, head.k, head.v, stages.scores, stages.scaled_scores]
        found += [stages.biased_scores, stages.masked_scores, stages.weights, stages.output]
        found += [head.projected_q, head.projected_k]
    return [array for array in found if array is not None]


def test_every_matrix_is_one_of_the_trace_or_a_row_of_one(case):
    board = case.storyboard()
    arrays = arrays_of(board.trace)
    rows = {
        np.atleast_2d(array)[i].tobytes()
        for array in arrays
        for i in range(np.atleast_2d(array).shape[0])
    }

    for step in board.steps:
        for matrix in (*step.operands, *step.results):
            if matrix.symbol == "αV" or step.id == "why-scale":
                continue  # the products are checked below, the comparison against attend
            assert {row.tobytes() for row in matrix.values} <= rows, (step.id, matrix.symbol)


def test_a_term_of_one_number_is_worth_what_is_written(case):
    for step, calculation in worked(case.storyboard()):
        for term in calculation.terms:
            if len(term.pieces) == 1 and isinstance(term.pieces[0], Number):
                assert term.text == term.pieces[0].text, (step, calculation.left)


def test_every_factor_and_every_total_is_a_number_of_the_trace(case):
    board = case.storyboard()
    trace, problem = board.trace, board.trace.problem
    masked = trace.heads[0].stages.masked_scores[board.query]
    known = {float(value) for array in arrays_of(trace) for value in array.ravel()}
    sinks = problem.options.sinks
    highest = max(masked.max(), -np.inf if sinks is None else sinks[0])
    with np.errstate(invalid="ignore"):
        exponentials = np.exp(masked - highest)
    known |= {float(value) for value in exponentials} | {float(exponentials.sum())}
    known |= {problem.scale, math.sqrt(problem.d_k), problem.options.softcap}
    if sinks is not None:
        sink = float(sinks[0])
        beside = math.exp(sink - highest)
        known |= {sink, beside, float(exponentials.sum()) + beside}

    for step, calculation in worked(board):
        factors = [piece for term in calculation.terms for piece in term.pieces]
        for piece in [*calculation.left, *factors, calculation.total]:
            if isinstance(piece, Number):
                assert piece.value in known, (step.id, piece)
            elif isinstance(piece, Vector) and piece is not calculation.total:
                assert set(piece.values) <= known, (step.id, piece)


def test_the_weighted_values_are_the_weights_times_the_values(case):
    board = case.storyboard()
    head = board.trace.heads[0]
    products = head.stages.weights[board.query, :, None] * head.v
    step = board.step("weighted-values")
    (matrix,) = step.results

    keys = [calculation.position for calculation in step.worked]
    np.testing.assert_allclose(matrix.values[: len(keys)], products[keys], rtol=1e-6)
    if len(keys) < board.trace.problem.n_k:
        others = np.delete(products, keys, axis=0).sum(axis=0)
        scale = float(np.abs(products).sum())
        np.testing.assert_allclose(matrix.values[-1], others, rtol=1e-5, atol=1e-6 * scale)


def test_the_worth_of_every_product_is_the_product_of_its_factors(case):
    for step, calculation in worked(case.storyboard()):
        for term in calculation.terms:
            if len(term.pieces) == 3 and term.pieces[1] == Symbol("·") and term.value is not None:
                first, _, second = term.pieces
                assert isinstance(first, Number)
                assert isinstance(second, Number)
                assert term.value == pytest.approx(first.value * second.value, rel=1e-3), step.id


def test_scores_with_and_without_the_root_are_those_of_attention_computed_anew(storyboard_of):
    board = storyboard_of(4, causal=True, query=2, bias=np.linspace(-1, 1, 4))
    problem = board.trace.problem
    step = board.step("why-scale")

    for scale, scores, weights in zip(
        (1.0, 1 / math.sqrt(problem.d_k)), step.operands, step.results, strict=True
    ):
        again = (
            self_attention(
                problem.x,
                problem.w_q,
                problem.w_k,
                problem.w_v,
                scale=scale,
                causal=True,
                bias=problem.options.bias,
            )
            .heads[0]
            .stages
        )
        np.testing.assert_allclose(scores.values[0], again.masked_scores[2])
        np.testing.assert_allclose(weights.values[0], again.weights[2])


def test_keys_of_equal_score_have_equal_exponentials_as_written():
    trace = self_attention(np.eye(3), np.eye(3), [[2, 2, 3], [0, 0, 0], [0, 0, 0]], np.eye(3))
    board = self_attention_storyboard(trace)
    written = {}
    for calculation in board.step("softmax").worked:
        if calculation.part == "exp":
            pieces = tuple(piece.text for piece in calculation.terms[0].pieces)
            assert written.setdefault(pieces, calculation.total.text) == calculation.total.text
    assert written


def test_of_many_keys_one_that_is_hidden_is_worked_out_beside_the_strongest():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(12, 4))
    trace = self_attention(x, np.eye(4), np.eye(4), np.eye(4), causal=True)
    board = self_attention_storyboard(trace, query=7, most=6)
    totals = [calculation.total.value for calculation in board.step("mask").worked]
    assert -np.inf in totals
    shown = {calculation.position for calculation in board.step("scores").worked}
    assert len(shown) == 5
    assert int(trace.heads[0].stages.weights[7].argmax()) in shown
