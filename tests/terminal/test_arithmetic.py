import pytest
from rich.text import Text

from attnviz.story.calculation_text import written
from attnviz.story.i18n import words
from attnviz.theme import DARK, Role
from attnviz.views.terminal.arithmetic import arithmetic
from attnviz.views.terminal.colour import Palette

PALETTE = Palette(DARK, None)


def calculated(storyboard, step, part, width):
    chosen = [c for c in storyboard.step(step).worked if c.part == part]
    return [line.plain for line in arithmetic(chosen, words("en"), PALETTE, width)]


def test_sums_that_fit_stand_in_one_line_each_term_below_term(board):
    assert calculated(board(), "output", "worked", 76) == [
        "o₁[1] = 0.0634·1 + 0.4683·2 + 0.4683·2 ≈ 0.063 + 0.937 + 0.937 ≈ 1.94",
        "o₁[2] = 0.0634·2 + 0.4683·8 + 0.4683·6 ≈ 0.127 + 3.746 + 2.810 ≈ 6.68",
        "o₁[3] = 0.0634·3 + 0.4683·0 + 0.4683·3 ≈ 0.190 + 0     + 1.405 ≈ 1.60",
    ]


def test_sums_that_do_not_fit_are_all_broken_before_the_same_sign(board):
    assert calculated(board(), "output", "worked", 40) == [
        "o₁[1] = 0.0634·1 + 0.4683·2 + 0.4683·2",
        "      ≈ 0.063 + 0.937 + 0.937 ≈ 1.94",
        "o₁[2] = 0.0634·2 + 0.4683·8 + 0.4683·6",
        "      ≈ 0.127 + 3.746 + 2.810 ≈ 6.68",
        "o₁[3] = 0.0634·3 + 0.4683·0 + 0.4683·3",
        "      ≈ 0.190 + 0     + 1.405 ≈ 1.60",
    ]


def test_a_sum_too_long_for_a_line_goes_on_before_a_plus(board):
    assert calculated(board(), "output", "worked", 28)[:4] == [
        "o₁[1] = 0.0634·1 + 0.4683·2",
        "        + 0.4683·2",
        "      ≈ 0.063 + 0.937",
        "        + 0.937",
    ]


def test_numbers_are_aligned_by_their_decimal_point(board):
    assert calculated(board(), "softmax", "weight", 76) == [
        "α₁₁ = 0.135 / 2.135 ≈ 0.06",
        "α₁₂ =     1 / 2.135 ≈ 0.47",
        "α₁₃ =     1 / 2.135 ≈ 0.47",
    ]


def test_no_calculation_is_no_line():
    assert arithmetic([], words("en"), PALETTE, 80) == []


@pytest.mark.parametrize("width", [26, 36, 76, 156])
@pytest.mark.parametrize(
    "asked",
    [{}, {"text": "a b c d e f g h i j k l", "d_model": 12}, {"example": "two-heads"}],
    ids=["illustrated", "long", "two-heads"],
)
def test_what_is_shown_is_the_storyboards_own_text_but_for_blanks(board, asked, width):
    storyboard = board(**asked)
    for step in storyboard.steps:
        for part in step.narration:
            chosen = [c for c in step.worked if c.part == part]

            shown = arithmetic(chosen, words("en"), PALETTE, width)

            told = "".join(
                run.text for c in chosen for stage in written(c, words("en")) for run in stage
            )
            assert squeezed("".join(line.plain for line in shown)) == squeezed(told)
            assert all(line.cell_len <= width for line in shown)


def squeezed(text):
    return "".join(text.split())


def test_every_number_has_the_colour_of_its_role(board):
    calculation = board().step("scores").worked[0]

    (line,) = arithmetic([calculation], words("en"), Palette(DARK, "truecolor"), 80)

    assert line.plain == "q₁·k₁ = 1·0 + 0·1 + 2·1 = 2"
    assert colour_at(line, 0) == colour_at(line, 8) == DARK.roles[Role.QUERY].lower()
    assert colour_at(line, 3) == colour_at(line, 10) == DARK.roles[Role.KEY].lower()
    assert colour_at(line, len(line.plain) - 1) == DARK.roles[Role.SCORE].lower()


def colour_at(line: Text, place: int) -> str:
    (span,) = [span for span in line.spans if span.start <= place < span.end and span.style]
    return span.style.color.name.lower()


def test_names_of_different_length_are_filled_up_where_sums_are_broken(board):
    lines = calculated(board(text="a b c d e f g h i j k l"), "scores", "worked", 30)

    names = [line[: line.index("=")] for line in lines if line.startswith("q")]
    assert {len(each.rstrip()) for each in names} == {5, 6}  # q₁·k₂ and q₁·k₁₂
    assert {len(each) for each in names} == {7}
    assert {line[7] for line in lines if not line.startswith("q")} <= set("≈= ")
