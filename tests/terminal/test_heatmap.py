import numpy as np
import pytest

from attnviz.core.options import AttentionOptions
from attnviz.core.problem import Problem
from attnviz.core.self_attention import trace_of
from attnviz.lessons.self_attention.steps import self_attention_storyboard
from attnviz.story.matrix import Label, Matrix
from attnviz.theme import DARK, Role
from attnviz.views.terminal.colour import Palette
from attnviz.views.terminal.grid import grid
from attnviz.views.terminal.heatmap import heatmap, is_too_large
from attnviz.views.terminal.picture import ShadedPicture

PLAIN, COLOURED = Palette(DARK, None), Palette(DARK, "truecolor")


def words_of(count):
    return " ".join(f"w{i}" for i in range(count))


def matrix_of(storyboard, step, symbol):
    return next(each for each in storyboard.step(step).results if each.symbol == symbol)


@pytest.mark.parametrize(
    ("rows", "columns", "large"),
    [(24, 64, False), (25, 1, True), (1, 65, True), (1, 64, False)],
)
def test_a_matrix_is_too_large_from_25_rows_or_65_columns(board, rows, columns, large):
    storyboard = board()
    matrix = storyboard.step("inputs").results[0]
    resized = type(matrix)("X", np.zeros((rows, columns)), Role.INPUT)

    assert is_too_large(resized) is large


@pytest.mark.parametrize("count", [200, 2000])
def test_a_long_sequence_makes_a_short_explanation_that_says_what_it_leaves_out(
    board, shown, count
):
    lines = shown(board(text=words_of(count)), 100)

    assert len(lines) < 300
    assert any(f"the other {count - 7} follow" in line for line in lines)
    assert any(f"strongest of {count**2:,} links" in line for line in lines)
    assert any("Each block is the largest of" in line for line in lines)
    assert any("Each block is the mean of" in line for line in lines)


def test_the_strongest_links_are_named_with_their_tokens_and_their_weight(shown):
    x = np.eye(30)
    problem = Problem(
        x=x,
        w_q=np.diag([9.0, 8, 7, 6, 5, 4, *[0] * 24]),
        w_k=np.roll(x * 9, 1, axis=0),  # a query finds the next key
        w_v=x[:, :2],
        tokens=tuple(f"t{i}" for i in range(30)),
    )
    lines = shown(self_attention_storyboard(trace_of(problem)), 80, chosen=["all-rows"])

    assert [line.strip() for line in lines if "→" in line] == [
        "q₁ t0 → k₂ t1  1.00",
        "q₂ t1 → k₃ t2  1.00",
        "q₃ t2 → k₄ t3  1.00",
        "q₄ t3 → k₅ t4  1.00",
        "q₅ t4 → k₆ t5  1.00",
        "q₆ t5 → k₇ t6  0.96",
    ]


def test_a_picture_without_colour_goes_from_blank_to_full():
    picture = ShadedPicture(Role.SCORE, np.array([[0.0, 1.0, 2.0, 3.0, 4.0]]), PLAIN)

    assert [line.plain for line in picture.lines()] == [" ░▒▓█"]
    assert (picture.low, picture.high) == (0.0, 4.0)


def test_negative_numbers_are_the_least_of_a_picture_not_the_largest():
    picture = ShadedPicture(Role.SCORE, np.array([[-9.0, 0.0, 1.0]]), PLAIN)

    assert picture.lines()[0].plain == " ██"


def test_a_hidden_score_is_a_dot_and_does_not_stretch_the_shades():
    picture = ShadedPicture(Role.SCORE, np.array([[-np.inf, 0.0, 4.0]]), PLAIN)

    assert picture.lines()[0].plain == "· █"
    assert picture.has_gaps
    assert picture.low == 0.0


def test_a_weight_of_nothing_is_a_gap_and_a_small_one_is_not():
    picture = ShadedPicture(Role.WEIGHT, np.array([[0.0, 0.001, 1.0]]), PLAIN)

    assert picture.lines()[0].plain == "· █"


def test_a_picture_in_colour_holds_two_rows_a_line():
    values = np.array([[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]])

    first, second = ShadedPicture(Role.KEY, values, COLOURED).lines()

    low, high = COLOURED.shade(Role.KEY, 0), COLOURED.shade(Role.KEY, 1)
    assert first.plain == second.plain == "▀▀"
    assert colours(first) == [(low, high), (high, low)]
    assert [ground for _, ground in colours(second)] == [None, None]


def colours(line):
    return [
        (span.style.color.name.upper(), span.style.bgcolor and span.style.bgcolor.name.upper())
        for span in line.spans
    ]


def test_how_many_are_left_out_is_whole_where_no_token_makes_room_for_it(board, page_context):
    labels = (Label("α₁,₁₀₀₀v₁₀₀₀", None), Label("…", "2993 more"))
    matrix = Matrix("αV", np.full((2, 16), -0.25), Role.VALUE, labels)

    shown = [line.plain.strip() for line in grid(matrix, page_context(board(), 60))]

    assert any(line.startswith("… 2993 more  ") for line in shown)


def test_a_picture_of_equal_numbers_has_one_shade():
    picture = ShadedPicture(Role.VALUE, np.full((1, 3), 7.0), PLAIN)

    assert len(set(picture.lines()[0].plain)) == 1


def test_a_mask_shows_in_the_picture_of_the_scores(page_context):
    random = np.random.default_rng(1)
    problem = Problem(
        x=random.normal(size=(64, 2)),
        w_q=np.eye(2),
        w_k=np.eye(2),
        w_v=np.eye(2),
        options=AttentionOptions(causal=True),
    )
    storyboard = self_attention_storyboard(trace_of(problem))

    lines = [
        line.plain
        for line in heatmap(
            matrix_of(storyboard, "all-rows", "S/√d_k + M"), page_context(storyboard, 100)
        )
    ]

    picture = [line[4:] for line in lines[1:17]]
    gaps = [line.count("·") for line in picture]
    assert gaps == list(range(30, -1, -2))
    assert "A dot: hidden." in " ".join(lines)
