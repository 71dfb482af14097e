"""What becomes of scores before softmax: scaled, biased, masked; and what the formula says of that."""

import re

import numpy as np
import pytest

from attnviz import self_attention
from attnviz.lessons.registry import build_storyboard
from attnviz.lessons.request import LessonRequest
from attnviz.lessons.self_attention.steps import self_attention_storyboard
from attnviz.story.storyboard import Step, Storyboard
from attnviz.theme import Role
from tests.cases import BAND, masks_of_heads, random_trace

from .storyboards import ids, lines

# ── scale, score bias, mask ──


def scaled(**options: object) -> Storyboard:
    return self_attention_storyboard(
        self_attention([[1.0] * 4, [2.0] * 4], np.eye(4), np.eye(4), np.eye(4), **options)
    )


def test_the_scores_are_divided_by_the_root():
    board = scaled()

    assert lines(board, "scale") == ["s₁₁ / √d_k = 4 / 2 = 2", "s₁₂ / √d_k = 8 / 2 = 4"]
    assert "√d_k = √4 = 2." in board.step("scale").narration["why"]
    assert board.step("formula").formula.plain == "Attention(Q, K, V) = softmax(Q Kᵀ / √d_k) V"


def test_a_root_that_is_rounded_says_so(storyboard_of):
    assert "√d_k = √3 ≈ 1.73." in storyboard_of(2, d_k=3).step("scale").narration["why"]


def test_a_small_factor_is_not_rounded_to_nothing():
    board = scaled(scale=0.00125)

    assert board.step("scale").narration["why"] == "Each score is multiplied by 0.00125."
    assert board.step("formula").formula.plain == "Attention(Q, K, V) = softmax(0.00125 Q Kᵀ) V"
    assert lines(board, "scale")[1] == "s₁₂·c = 8·0.00125 = 0.01"


def test_a_score_bias_is_added_and_shown():
    board = scaled(scale=1.0, bias=[0.5, -np.inf])

    assert lines(board, "bias") == ["s₁₁ = 4 + 0.5 = 4.5", "s₁₂ = 8 + (−∞) = −∞"]
    assert [matrix.symbol for matrix in board.step("bias").operands] == ["S", "B"]
    assert board.step("formula").formula.plain == "Attention(Q, K, V) = softmax(Q Kᵀ + B) V"
    assert "mask" not in ids(board)


def test_a_causal_mask_hides_what_comes_later(storyboard_of):
    board = storyboard_of(4, causal=True, query=1)

    assert lines(board, "mask") == ["s₂₃ = −∞", "s₂₄ = −∞"]
    assert board.step("mask").narration["why"].startswith("No looking ahead: q₂ sees itself")
    hidden = lines(board, "softmax")[3:5]
    assert all(re.fullmatch(r"e₂[₃₄] = exp\(−∞ − [\d.]+\) = 0", each) for each in hidden)
    assert "exp(−∞) is 0" in board.step("softmax").narration["masked"]
    assert board.step("formula").formula.plain.endswith("softmax(Q Kᵀ / √d_k + M) V")


def why_of_mask(step: Step) -> str:
    return step.narration["why"]


def test_the_last_query_of_a_causal_mask_sees_everything(storyboard_of):
    step = storyboard_of(4, causal=True, query=3).step("mask")

    assert why_of_mask(step) == "No looking ahead. q₄ is the last, so it sees everything."
    assert step.worked == ()


@pytest.mark.parametrize("offset", [-1, 1])
def test_a_shifted_causal_mask_is_not_described_as_a_plain_one(storyboard_of, offset):
    step = storyboard_of(4, causal=True, offset=offset).step("mask")

    assert why_of_mask(step) == "Some keys are hidden from q₁: their scores become −∞."


def test_a_mask_that_hides_nothing_from_anybody_is_no_step(storyboard_of):
    assert "mask" not in ids(storyboard_of(3, mask=np.ones((3, 3), dtype=bool)))
    assert "mask" not in ids(storyboard_of(1, causal=True))


def test_a_mask_that_spares_the_worked_query_says_so(storyboard_of):
    mask = np.tril(np.ones((4, 4), dtype=bool))

    assert why_of_mask(storyboard_of(4, mask=mask, query=3).step("mask")).endswith(
        "From q₄ it hides nothing."
    )


def score_symbols(board):
    return {
        step.id: [
            matrix.symbol
            for matrix in (*step.operands, *step.results)
            if matrix.role is Role.SCORE and matrix.symbol != "B"
        ]
        for step in board.steps
        if step.id in ("scores", "scale", "bias", "mask", "softmax", "all-rows", "why-scale")
    }


@pytest.mark.parametrize(
    ("options", "scaled"),
    [({}, "S/√d_k"), ({"scale": 0.5}, "c·S"), ({"scale": 1.0}, "S")],
    ids=["root", "factor", "unscaled"],
)
@pytest.mark.parametrize("biased", [False, True], ids=["", "biased"])
@pytest.mark.parametrize("masked", [False, True], ids=["", "masked"])
def test_scores_are_called_what_has_become_of_them(storyboard_of, options, scaled, biased, masked):
    bias = {"bias": [0.5, 1.0, 1.5]} if biased else {}
    board = storyboard_of(3, query=2, causal=masked, **bias, **options)
    with_bias = scaled + (" + B" if biased else "")
    last = with_bias + (" + M" if masked else "")
    added = last.removeprefix(scaled)
    expected = {"scores": ["S"], "softmax": [last], "all-rows": [last]}
    expected["why-scale"] = [f"S{added}", f"S/√d_k{added}"]
    if scaled != "S":
        expected["scale"] = ["S", scaled]
    if biased:
        expected["bias"] = [scaled, with_bias]
    if masked:
        expected["mask"] = [with_bias, last]

    assert score_symbols(board) == expected
    assert board.step("all-rows").formula.plain == f"A = softmax({last}),  O = A V"
    assert [each.symbol for each in board.step("why-scale").results] == [
        f"softmax({symbol})" for symbol in expected["why-scale"]
    ]


def test_a_mask_that_hides_nothing_is_in_no_symbol(storyboard_of):
    board = storyboard_of(3, mask=np.ones((3, 3), dtype=bool))

    assert board.step("softmax").operands[0].symbol == "S/√d_k"
    assert "M" not in board.step("formula").formula.plain


def test_what_a_bias_hides_is_not_blamed_on_the_mask(storyboard_of):
    board = storyboard_of(3, causal=True, query=1, bias=[-np.inf, 0.0, 0.0])

    assert lines(board, "mask") == ["s₂₃ = −∞"]
    assert why_of_mask(board.step("mask")).startswith("Some keys are hidden from q₂")


def test_of_many_keys_those_that_are_worked_are_hidden_and_the_others_counted(storyboard_of):
    board = storyboard_of(200, causal=True)
    step = board.step("mask")

    worked = [each.position for each in board.step("scores").worked]
    assert [each.position for each in step.worked] == [each for each in worked if each > 0]
    assert step.omitted == f"Written out for {len(step.worked)} of 199 hidden keys."


def test_a_query_with_nothing_to_see_weighs_nothing_and_gives_zero(storyboard_of):
    board = storyboard_of(4, mask=np.zeros((4, 4), dtype=bool), tokens=list("abcd"))

    assert board.step("softmax").narration == {
        "why": "q₁ (“a”) sees nothing: all its weights are 0."
    }
    assert board.step("softmax").worked == ()
    assert lines(board, "output")[0].endswith("= 0")
    assert "most" not in board.step("output").narration
    assert "why-scale" not in ids(board)


def test_no_calculation_is_claimed_where_nothing_can_be_seen(storyboard_of):
    assert storyboard_of(20, causal=True, offset=-1).step("softmax").omitted is None


# ── the formula, and what √d_k changes ──


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "Divided by √d_k, so that scores do not grow with d_k."),
        ({"scale": 0.5}, "Times 0.5: the scale chosen here."),
        ({"scale": 1.0}, "Here without √d_k; what that changes comes next."),
        ({"scale": 1.0, "mask": np.eye(3, dtype=bool)}, "Here the scores are not divided by √d_k."),
        ({"scale": 1.0, "d_k": 1}, None),
    ],
)
def test_the_formula_says_how_the_scores_were_scaled(storyboard_of, options, said):
    board = storyboard_of(3, **options)

    assert board.step("formula").narration.get("scale") == said
    promised = said is not None and said.endswith("comes next.")
    assert not promised or ids(board)[-1] == "why-scale"


def test_weights_rounded_as_in_the_article_are_not_set_beside_weights_that_are_not(board):
    rounded = self_attention_storyboard(board.trace, rounding="article")

    assert "why-scale" not in ids(rounded)
    assert rounded.step("formula").narration["scale"] == "Here the scores are not divided by √d_k."


def test_adjusted_last_digits_are_noted_where_they_are(board):
    adjusted = (
        "A row of weights has more decimals, or adjusted last digits, where it would not add up."
    )
    plain = self_attention_storyboard(board.trace, rounding="plain")

    assert board.notes[-1].endswith(adjusted)
    assert not any(adjusted in note for note in plain.notes)


def test_without_the_root_the_largest_weight_is_larger(board):
    assert (
        board.step("why-scale")
        .narration["contrast"]
        .startswith("The largest weight of q₁: 0.47 without √d_k, 0.43 with it. ")
    )


def test_where_the_root_makes_the_largest_weight_no_smaller_nothing_else_is_claimed():
    # The bias outweighs a low score the more, the smaller the scores are made.
    raised = self_attention(np.eye(4), np.eye(4), -10 * np.eye(4), np.eye(4), bias=[12.0, 0, 0, 0])
    level = self_attention(np.ones((2, 4)), np.eye(4), np.eye(4), np.eye(4))

    contrasts = [
        self_attention_storyboard(trace).step("why-scale").narration["contrast"]
        for trace in (raised, level)
    ]

    assert contrasts == [
        "The largest weight of q₁: 0.7111 without √d_k, 1.00 with it.",
        "With or without √d_k, the largest weight\nof q₁ is 0.5.",
    ]


# ── a mask or a bias of each head ──


def hidden_pairs(matrix):
    return np.isneginf(matrix.values).tolist()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_head_shows_what_its_own_mask_hides(language):
    other = ~np.eye(5, dtype=bool)
    board = build_storyboard(
        "self-attention", LessonRequest(masks_of_heads(BAND, other), language=language)
    )
    scores = [each for each in board.step("all-rows").results if each.role is Role.SCORE]

    assert [hidden_pairs(each) for each in scores] == [(~BAND).tolist(), (~other).tolist()]
    assert hidden_pairs(board.step("mask").results[0]) == [(~BAND)[0].tolist()]
    said = board.step("mask").narration["why"]
    assert ("head 1" if language == "en" else "第 1 个头") in said


def test_a_mask_that_hides_nothing_in_the_worked_head_is_shown_in_the_others():
    board = build_storyboard(
        "self-attention", LessonRequest(masks_of_heads(np.ones((5, 5), dtype=bool), BAND))
    )
    scores = [each for each in board.step("all-rows").results if each.role is Role.SCORE]

    assert "mask" not in ids(board)
    assert [each.symbol for each in scores] == ["S/√d_k", "S/√d_k + M"]
    assert hidden_pairs(scores[1]) == (~BAND).tolist()
    assert board.step("formula").formula.plain.endswith("softmax(Q Kᵀ / √d_k + M) V")


def test_the_bias_of_the_worked_head_is_said_to_be_its_own():
    board = build_storyboard(
        "self-attention",
        LessonRequest(random_trace(3, heads=2, bias=np.arange(18.0).reshape(2, 3, 3))),
    )

    assert "That of head 1 is added" in board.step("bias").narration["why"]
