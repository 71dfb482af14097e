"""The lesson on √d_k, against closed forms and against draws of another generator."""

import math
from decimal import Decimal

import numpy as np
import pytest

from attnviz.lessons.request import LessonRequest
from attnviz.lessons.scaling.lesson import LESSON as _LESSON
from attnviz.story.calculation_text import written
from attnviz.story.exhibits import Plot
from attnviz.story.i18n import words

storyboard = _LESSON.build


WIDEST = {"en": 60, "zh": 56}
D_KS = [1, 4, 16, 64, 256]
KEYS = 8


@pytest.fixture(scope="module")
def board():
    return storyboard(LessonRequest())


def items(board, step):
    return [each.item for each in board.step(step).exhibits]


def curves(board, step, which=0):
    """The y of a plot, without and with 1/√d_k."""
    plot = [each for each in items(board, step) if isinstance(each, Plot)][which]
    return [np.array(each.y) for each in plot.series]


def softmax_by_hand(scores):
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


@pytest.fixture(scope="module")
def drawn():
    """Weights of other random queries and keys for each d_k, without and with 1/√d_k."""
    numbers = np.random.default_rng(1)
    weights = []
    for d_k in D_KS:
        q = numbers.normal(size=(4000, 1, d_k))
        scores = (q * numbers.normal(size=(4000, KEYS, d_k))).sum(axis=-1)
        weights.append([softmax_by_hand(scores), softmax_by_hand(scores / math.sqrt(d_k))])
    return weights


def measured_by_hand(drawn, measure):
    return [np.array([measure(pair[which]).mean() for pair in drawn]) for which in (0, 1)]


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_the_variance_of_a_score_is_d_k_and_1_once_it_is_scaled(seed):
    without, divided = curves(storyboard(LessonRequest(seed=seed)), "variance")

    assert without == pytest.approx(D_KS, rel=0.1)
    assert divided == pytest.approx(np.ones(5), rel=0.1)
    assert divided * D_KS == pytest.approx(without)


def test_the_largest_weight_grows_with_d_k_and_stays_once_scaled(board, drawn):
    by_hand = measured_by_hand(drawn, lambda p: p.max(axis=-1))
    without, divided = curves(board, "saturation", 0)

    assert without == pytest.approx(by_hand[0], abs=0.03)
    assert divided == pytest.approx(by_hand[1], abs=0.03)
    assert (np.diff(without) > 0).all()
    assert np.ptp(divided) < 0.1


def test_the_entropy_falls_from_near_ln_n_and_stays_once_scaled(board, drawn):
    by_hand = measured_by_hand(drawn, lambda p: -(p * np.log(np.maximum(p, 1e-300))).sum(axis=-1))
    without, divided = curves(board, "saturation", 1)

    assert without == pytest.approx(by_hand[0], abs=0.06)
    assert divided == pytest.approx(by_hand[1], abs=0.06)
    assert (np.diff(without) < 0).all()
    assert max(*without, *divided) < math.log(KEYS)


def test_the_slopes_of_softmax_vanish_and_stay_once_scaled(board, drawn):
    by_hand = measured_by_hand(drawn, lambda p: (p * (1 - p)).sum(axis=-1))
    without, divided = curves(board, "gradient")

    assert without == pytest.approx(by_hand[0], abs=0.03)
    assert divided == pytest.approx(by_hand[1], abs=0.03)
    assert without[-1] < 0.2 * without[0]
    assert divided[-1] > 0.9 * divided[0]


def test_at_d_k_1_scaling_changes_nothing(board):
    for step, which in (("variance", 0), ("saturation", 0), ("saturation", 1), ("gradient", 0)):
        without, divided = curves(board, step, which)
        assert without[0] == divided[0]


def test_a_score_is_worked_out_product_by_product(board):
    (calculation,) = board.step("score").worked
    q, k = (each.values[0] for each in items(board, "score"))
    line = "".join(run.text for run in written(calculation, words("en"))[0])

    assert line == "q₁·k₁"
    assert calculation.total.value == pytest.approx(sum(a * b for a, b in zip(q, k, strict=True)))
    assert [term.value for term in calculation.terms] == pytest.approx((q * k).tolist())
    texts = [Decimal(term.text.replace("−", "-")) for term in calculation.terms]
    assert sum(texts) == Decimal(calculation.total.text.replace("−", "-"))


def test_the_example_is_one_query_whose_scores_are_scaled_and_nothing_else(board):
    without, divided = (each.values for each in items(board, "weights"))

    # softmax forgets a shared offset only: ln p is the score but for that
    for row, scaled, d_k in zip(without, divided, D_KS, strict=True):
        seen = row > 0
        scores, shares = np.log(row[seen]), np.log(scaled[seen])
        expected = (scores - scores.max()) / math.sqrt(d_k)
        assert shares - shares.max() == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_the_example_is_typical(seed):
    board = storyboard(LessonRequest(seed=seed))
    means = curves(board, "saturation", 0)

    for weights, mean in zip(items(board, "weights"), means, strict=True):
        assert np.abs(weights.values.max(axis=1) - mean).mean() < 0.12


def test_the_slopes_in_numbers_are_those_of_the_weights_just_seen(board):
    rows = items(board, "gradient")[0].rows

    for row, weights in zip(rows, items(board, "weights"), strict=True):
        alpha = weights.values[-1].max()
        numbers = [float(cell) for cell in row.cells[1:]]
        assert numbers == pytest.approx([alpha, 1 - alpha, alpha * (1 - alpha)], abs=0.005001)


def test_the_captions_have_the_numbers_that_are_shown(board):
    largest, entropy = curves(board, "saturation", 0)[0], curves(board, "saturation", 1)[0]
    said = board.step("saturation").narration

    assert f"from {largest[0]:.2f} up to {largest[-1]:.2f}" in said["largest"]
    assert f"from {entropy[0]:.2f} to {entropy[-1]:.2f}" in said["entropy"]
    assert f"as if {math.exp(entropy[-1]):.2f} keys" in said["entropy"]
    spread = round(math.sqrt(curves(board, "variance")[0][-1]))
    assert f"about {spread} away from 0" in board.step("variance").narration["without"]


def test_the_table_of_variances_has_the_points_of_the_plot(board):
    plot, table = items(board, "variance")

    assert [row.cells for row in table.rows] == [
        (x, a, b)
        for x, a, b in zip(plot.x_texts, *(each.texts for each in plot.series), strict=True)
    ]


def test_another_seed_draws_other_numbers_and_the_note_names_it(board):
    other = storyboard(LessonRequest(seed=3))

    assert not np.array_equal(items(other, "weights")[0].values, items(board, "weights")[0].values)
    assert other.notes[0].endswith("(seed 3).")


def test_plain_rounding_rounds_each_number_by_itself():
    board = storyboard(LessonRequest(rounding="plain"))
    matrix = items(board, "weights")[1]

    assert board.numbers.cells(matrix) == tuple(
        tuple(f"{value:.2f}" for value in row) for row in matrix.values
    )
    assert board.notes[1].endswith("Sums are computed with all digits.")
