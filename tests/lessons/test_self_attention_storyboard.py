"""The lesson itself: which steps it has, what they say, and the article's numbers."""

import re
from decimal import Decimal

import numpy as np
import pytest

from attnviz import self_attention
from attnviz.errors import InputError
from attnviz.lessons.self_attention.lesson import LESSON
from attnviz.lessons.self_attention.score_steps import CHANGES
from attnviz.lessons.self_attention.steps import self_attention_storyboard
from attnviz.story.i18n import LANGUAGES
from attnviz.story.labels import shown_token
from attnviz.story.storyboard import Storyboard
from tests.cases import CASES

from .storyboards import ids, lines

ILLUSTRATED = {
    "queries": [
        "q₁[1] = 1·1 + 0·1 + 1·0 + 0·0 = 1",
        "q₁[2] = 1·0 + 0·0 + 1·0 + 0·1 = 0",
        "q₁[3] = 1·1 + 0·0 + 1·1 + 0·1 = 2",
    ],
    "keys": [
        "k₁[1] = 1·0 + 0·1 + 1·0 + 0·1 = 0",
        "k₁[2] = 1·0 + 0·1 + 1·1 + 0·1 = 1",
        "k₁[3] = 1·1 + 0·0 + 1·0 + 0·0 = 1",
    ],
    "values": [
        "v₁[1] = 1·0 + 0·0 + 1·1 + 0·1 = 1",
        "v₁[2] = 1·2 + 0·3 + 1·0 + 0·1 = 2",
        "v₁[3] = 1·0 + 0·0 + 1·3 + 0·0 = 3",
    ],
    "scores": [
        "q₁·k₁ = 1·0 + 0·1 + 2·1 = 2",
        "q₁·k₂ = 1·4 + 0·4 + 2·0 = 4",
        "q₁·k₃ = 1·2 + 0·3 + 2·1 = 4",
    ],
    "softmax": [
        "max(2, 4, 4) = 4",
        "e₁₁ = exp(2 − 4) ≈ 0.135",
        "e₁₂ = exp(4 − 4) = 1",
        "e₁₃ = exp(4 − 4) = 1",
        "Σ = 0.135 + 1 + 1 ≈ 2.135",
        "α₁₁ = 0.135 / 2.135 ≈ 0.06",
        "α₁₂ = 1 / 2.135 ≈ 0.47",
        "α₁₃ = 1 / 2.135 ≈ 0.47",
    ],
    "weighted-values": [
        "α₁₁·v₁ = 0.0634·[1 2 3] ≈ [0.063 0.127 0.190]",
        "α₁₂·v₂ = 0.4683·[2 8 0] ≈ [0.937 3.746 0]",
        "α₁₃·v₃ = 0.4683·[2 6 3] ≈ [0.937 2.810 1.405]",
    ],
    "output": [
        "o₁[1] = 0.0634·1 + 0.4683·2 + 0.4683·2 ≈ 0.063 + 0.937 + 0.937 ≈ 1.94",
        "o₁[2] = 0.0634·2 + 0.4683·8 + 0.4683·6 ≈ 0.127 + 3.746 + 2.810 ≈ 6.68",
        "o₁[3] = 0.0634·3 + 0.4683·0 + 0.4683·3 ≈ 0.190 + 0 + 1.405 ≈ 1.60",
    ],
}


@pytest.mark.parametrize("step", ILLUSTRATED)
def test_the_illustrated_example_is_worked_as_by_hand(board, step):
    assert lines(board, step) == ILLUSTRATED[step]


def test_the_illustrated_example_has_the_steps_that_change_something(board):
    of_other_inputs = {"places", "given", "pair", "links", "heads", *(each.id for each in CHANGES)}
    assert ids(board) == [step for step in LESSON.steps if step not in of_other_inputs]


def on_scores(*row, **options):
    """A storyboard whose worked query has these scores."""
    keys = np.array(row, dtype=float)[:, None]
    x = np.hstack([np.ones_like(keys), keys])
    return self_attention_storyboard(
        self_attention(x, [[1], [0]], [[0], [1]], [[1], [0]], **options)
    )


def test_only_the_worst_fit_of_all_is_called_the_worst():
    board = on_scores(*range(10, 0, -1))

    assert [each.position for each in board.step("scores").worked] == list(range(7))
    said = board.step("scores").narration["contrast"]
    assert said == "k₁: 10, the best fit of all. k₇: 4."
    whole = on_scores(*range(5, 0, -1)).step("scores").narration["contrast"]
    assert whole == "k₁: 5, the best fit. k₅: only 1."


def test_where_the_best_fit_is_not_shown_nothing_is_called_the_best():
    mask = np.array([[True] * 8 + [False] * 2])
    hidden_wins = on_scores(*range(1, 11), mask=mask)

    shown = [each.position for each in hidden_wins.step("scores").worked]
    assert 9 not in shown
    assert "contrast" not in hidden_wins.step("scores").narration


def test_the_contrast_names_the_best_and_the_worst_fit(board):
    assert board.step("scores").narration["contrast"] == "k₂ and k₃: 4, the best fit. k₁: only 2."
    assert board.step("output").narration["most"].endswith("from v₂ and v₃: 94% of all weight.")


def test_the_same_lesson_in_chinese_has_the_same_arithmetic(storyboard_of):
    trace = storyboard_of(3).trace
    english, chinese = (self_attention_storyboard(trace, language=each) for each in ("en", "zh"))

    assert ids(chinese) == ids(english)
    assert [lines(chinese, step) for step in ids(chinese)] == [
        lines(english, step) for step in ids(english)
    ]
    assert chinese.title == "自注意力"


@pytest.fixture(scope="module")
def article() -> Storyboard:
    return CASES["article"].storyboard()


def test_with_article_rounding_the_output_is_the_articles(article):
    assert lines(article, "output") == [
        "o₁[1] = 0·1 + 0.5·2 + 0.5·2 = 2",
        "o₁[2] = 0·2 + 0.5·8 + 0.5·6 = 7",
        "o₁[3] = 0·3 + 0.5·0 + 0.5·3 = 1.5",
    ]
    assert lines(article, "softmax")[-3:] == [
        "α₁₁ = 0.14 / 2.14 ≈ 0",
        "α₁₂ = 1 / 2.14 ≈ 0.5",
        "α₁₃ = 1 / 2.14 ≈ 0.5",
    ]
    assert any("As in the article" in note for note in article.notes)


def test_ten_tenths_do_not_go_round_among_eleven():
    trace = self_attention(np.ones((11, 1)), [[1.0]], [[1.0]], [[1.0]])

    with pytest.raises(InputError, match="ten tenths among the keys, and here are 11: leave --rou"):
        self_attention_storyboard(trace, rounding="article")


def test_article_rounding_never_claims_that_a_quarter_is_three_tenths():
    board = self_attention_storyboard(
        self_attention(np.ones((4, 1)), [[1.0]], [[1.0]], [[1.0]]), rounding="article"
    )

    assert lines(board, "softmax")[-4:] == [
        "α₁₁ = 1 / 4 ≈ 0.3",
        "α₁₂ = 1 / 4 ≈ 0.3",
        "α₁₃ = 1 / 4 ≈ 0.2",
        "α₁₄ = 1 / 4 ≈ 0.2",
    ]


def test_every_calculation_belongs_to_a_part_that_is_narrated(case):
    for step in case.storyboard().steps:
        assert {calculation.part for calculation in step.worked} <= step.narration.keys(), step.id


def test_no_step_leaves_a_fact_unfilled_or_a_word_empty(case):
    tokens = [shown_token(each) for each in case.trace.problem.tokens or () if "{" in each]
    for language in LANGUAGES:
        board = case.storyboard(language=language)
        said = [text for step in board.steps for text in (step.title, *step.narration.values())]
        said += [*board.notes, *board.brief_notes, *(step.omitted or "-" for step in board.steps)]
        for token in tokens:
            said = [text.replace(token, "") for text in said]
        assert not [text for text in said if not text.strip() or re.search("[{}]", text)]


def test_labels_are_as_many_as_the_matrix_has_rows_and_columns(case):
    for step in case.storyboard().steps:
        for matrix in (*step.operands, *step.results):
            assert len(matrix.rows) in (0, matrix.shape[0]), (step.id, matrix.symbol)
            assert len(matrix.columns) in (0, matrix.shape[1]), (step.id, matrix.symbol)


# ── one token, many tokens ──


def test_one_token_gets_all_the_weight_and_has_nothing_to_be_contrasted_with(storyboard_of):
    board = storyboard_of(1, tokens=["hello"])

    assert lines(board, "softmax")[-1] == "α₁₁ = 1 / 1 = 1"
    assert "contrast" not in board.step("scores").narration
    assert "rest" not in board.step("queries").narration
    assert "most" not in board.step("output").narration
    assert "why-scale" not in ids(board)


def test_of_two_hundred_keys_the_strongest_are_worked_and_the_rest_taken_together(storyboard_of):
    board = storyboard_of(200, query=7)
    weights = board.trace.heads[0].stages.weights[7]
    keys = [calculation.position for calculation in board.step("scores").worked]

    assert len(keys) == 7
    assert keys == sorted(np.argsort(-weights, kind="stable")[:7].tolist())
    assert board.step("scores").omitted == (
        "Worked out for 7 keys, the largest weights among them; the other 193 follow the same way."
    )
    assert board.step("output").worked[0].terms[-1].merged == 193
    assert "(193 more)" in lines(board, "output")[0]
    assert board.step("softmax").omitted == (
        "Worked out for 7 keys, the largest weights among them; the other 193 are taken together."
    )


def test_what_is_taken_together_is_given_its_worth_so_that_the_sum_can_be_checked(storyboard_of):
    total = lines(storyboard_of(200), "softmax")[8]

    assert re.fullmatch(r"Σ = .* \+ \(193 more\) ≈ [\d.]+( \+ [\d.]+){7} = [\d.]+", total)


def test_of_a_wide_vector_the_first_entries_are_worked_and_the_strongest_terms(storyboard_of):
    board = storyboard_of(3, d_model=64, d_k=32)
    step = board.step("queries")

    assert len(step.worked) == 4
    assert (
        step.omitted == "Worked out for the first 4 entries of 32; the others follow the same way."
    )
    assert [term.merged for term in step.worked[0].terms] == [0] * 7 + [57]


@pytest.mark.parametrize("most", [2, 3, 8])
def test_a_view_can_request_fewer_terms(storyboard_of, most):
    trace = storyboard_of(20, d_model=12, d_k=11).trace
    board = self_attention_storyboard(trace, most=most)

    assert len(board.step("queries").worked) == min(most, 4)
    assert len(board.step("queries").worked[0].terms) == most
    assert len(board.step("scores").worked) == most - 1


# ── heads, biases ──


def test_every_head_is_shown_up_to_four_and_the_rest_is_named(storyboard_of):
    few, many = storyboard_of(3, heads=2), storyboard_of(3, heads=12)

    assert [matrix.head for matrix in few.step("queries").results] == [1, 2]
    assert few.step("queries").omitted is None
    assert [matrix.head for matrix in many.step("queries").results] == [1, 2, 3, 4]
    assert many.step("all-rows").omitted == "Shown: 4 of 12 heads."


def test_omitted_entries_do_not_hide_that_heads_are_omitted_too(storyboard_of):
    omitted = storyboard_of(3, heads=12, d_k=16).step("keys").omitted

    assert omitted == (
        "Worked out for the first 4 entries of 16; the others follow the same way. Shown: 4 of 12 heads."
    )


def test_heads_are_put_side_by_side_and_mixed(storyboard_of):
    board = storyboard_of(3, heads=2, projected=True)
    step = board.step("heads")

    assert step.title == "Several heads"
    assert step.formula.plain == "MultiHead(X) = Concat(O₁, …, Oₕ) W_O + b_O"
    assert [matrix.symbol for matrix in step.operands] == ["Concat", "W_O", "b_O"]
    np.testing.assert_array_equal(step.results[0].values, board.trace.output)


def test_one_head_with_an_output_matrix_is_not_called_several(storyboard_of):
    step = storyboard_of(3, projected=True).step("heads")

    assert step.title == "The output matrix"
    assert step.formula.plain == "Y = O W_O + b_O"
    assert step.operands[0].symbol == "O"


def test_an_output_bias_alone_is_shown_too():
    trace = self_attention(np.eye(2), np.eye(2), np.eye(2), np.eye(2), b_o=[1.0, 2.0])
    step = self_attention_storyboard(trace).step("heads")

    assert step.formula.plain == "Y = O + b_O"
    np.testing.assert_array_equal(step.results[0].values, trace.output)


def test_a_projection_bias_is_the_last_term_of_every_sum():
    board = self_attention_storyboard(
        self_attention([[2.0]], [[3.0]], [[1.0]], [[1.0]], b_q=[-1.0])
    )

    assert lines(board, "queries") == ["q₁[1] = 2·3 + (−1) = 5"]
    assert board.step("queries").formula.plain == "Q = X W_Q + b_Q"
    assert "b_Q" in [matrix.symbol for matrix in board.step("weights").results]


# ── numbers ──


def test_all_decimals_that_small_numbers_need_are_shown(storyboard_of):
    board = storyboard_of(3, size=0.01)

    assert board.numbers.precision > 2
    scores = board.numbers.cells(board.step("scores").results[0])[0]
    assert any(re.search("[1-9]", text) for text in scores)


def test_what_is_left_where_a_sum_cancels_does_not_make_all_numbers_longer():
    x = [[0.1, 0.2, -0.3]]
    trace = self_attention(x, np.ones((3, 1)), np.ones((3, 1)), np.eye(3))

    assert 0 < abs(trace.heads[0].q[0, 0]) < 1e-15
    assert self_attention_storyboard(trace).numbers.precision == 2


def test_huge_numbers_are_shown_by_their_magnitude_and_called_rounded(storyboard_of):
    (calculation, *_) = storyboard_of(3, size=1e9).step("scores").worked

    assert re.fullmatch(r"−?\d\.\d\de\+\d\d", calculation.total.text)
    assert calculation.relation == "≈"


def test_half_precision_is_not_taken_for_exact(storyboard_of):
    board = storyboard_of(4, dtype=np.float16)

    assert {calculation.relation for calculation in board.step("output").worked} == {"≈"}


@pytest.mark.parametrize("n", [2, 4, 7, 30])
def test_the_exponentials_add_up_as_they_are_written(n):
    for seed in range(50):
        row = np.random.default_rng(seed).normal(size=n, scale=2)
        step = on_scores(*row).step("softmax")

        (added,) = [each for each in step.worked if each.part == "sum"]
        off = abs(sum(Decimal(each.text) for each in added.terms) - Decimal(added.total.text))
        assert off <= Decimal(10) ** Decimal(added.total.text).as_tuple().exponent / 2
        assert "1" in [each.text for each in added.terms]  # that of the largest score


def test_exponentials_of_the_same_score_are_the_same():
    step = on_scores(1.0, 0.35, 0.35, 0.35, 0.2).step("softmax")

    (added,) = [each for each in step.worked if each.part == "sum"]
    assert len({each.text for each in added.terms[1:4]}) == 1


def test_a_share_is_that_which_is_written_in_the_row():
    # rounding makes 0.7648 to 0.77, so that the row adds up
    board = on_scores(*np.log([0.7648, 0.1259, 0.0242, 0.0242, 0.0209, 0.0200, 0.0200]))

    (weights,) = board.step("softmax").results
    ((text, *_),) = board.numbers.cells(weights)
    assert (
        board.step("output")
        .narration["most"]
        .endswith(f"{round(100 * float(text))}% of all weight.")
    )


def test_a_share_is_all_only_where_it_is_all():
    x = np.array([[0.0], [2.5]])
    trace = self_attention(x, [[1.0]], [[1.0]], [[1.0]])
    most = self_attention_storyboard(trace, query=1).step("output").narration["most"]

    assert 0.995 < trace.heads[0].stages.weights[1, 1] < 1
    assert most == "It comes mostly from v₂: 99.8% of all weight."


# ── what is refused ──


def test_an_empty_sequence_is_refused():
    trace = self_attention(np.zeros((0, 2)), np.eye(2), np.eye(2), np.eye(2))

    with pytest.raises(
        InputError, match=r"^nothing to explain: the sequence is empty, give at least one vector$"
    ):
        self_attention_storyboard(trace)


@pytest.mark.parametrize("query", [-1, 3])
def test_a_row_that_does_not_exist_is_refused(storyboard_of, query):
    with pytest.raises(InputError, match=rf"^no row {query + 1}: the sequence has 3$"):
        storyboard_of(3, query=query)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"rounding": "artcle"},
            r"^unknown rounding 'artcle': did you mean 'article'\? Known: plain, sum-preserving",
        ),
        ({"precision": -1}, r"^precision is -1: give 0 to 12 decimals$"),
        ({"precision": 13}, r"^precision is 13: give 0 to 12 decimals$"),
        ({"language": "fr"}, f"^unknown language 'fr': use one of {', '.join(LANGUAGES)}$"),
    ],
)
def test_an_option_that_does_not_exist_is_refused(board, options, message):
    with pytest.raises(InputError, match=message):
        self_attention_storyboard(board.trace, **options)


def test_for_an_unknown_step_the_nearest_is_reported(board):
    with pytest.raises(
        InputError, match=r"^unknown step 'scors': did you mean 'scores'\? Known: inputs, weights, "
    ):
        board.step("scors")
