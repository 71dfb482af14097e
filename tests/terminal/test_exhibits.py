"""Exhibits on a page: whole, no wider than it, and understood without colour."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from attnviz.lessons.registry import LESSONS
from attnviz.story.exhibits import Exhibit, Field, Plot, Region, Row, Series, Table
from attnviz.story.formula import Formula
from attnviz.story.labels import labels
from attnviz.story.matrix import Matrix
from attnviz.theme import Role
from attnviz.views.terminal.exhibits import exhibits

STRANGE = [
    "cat",
    "猫",
    "🙂",
    "👩‍👩‍👧",
    "<script>",
    "[red]",
    "```",
    "",
    "a b\nc",
    "internationalisation",
    "第 2 层",
]


def texts_of(item) -> list[str]:
    """Everything that an exhibit other than a matrix or a field has to say."""
    if isinstance(item, Plot):
        series = [text for each in item.series for text in (each.name, *each.texts)]
        return [item.x_name, item.y_name, *item.x_texts, *series]
    return [*item.header, *(cell for row in item.rows for cell in row.cells)]


def numbers_in(text: str) -> set[str]:
    return set(re.findall(r"\d[\d,]*(?:\.\d+)?", text))


def squeezed(text: str) -> str:
    return "".join(text.split())


def plain(lines) -> list[str]:
    return [line.plain.rstrip() for line in lines]


@pytest.fixture
def drawn(exhibited, page_context):
    """The lines of exhibits as plain text: `drawn(exhibit, …, width=40)`."""

    def make(*shown, width=80, depth=None):
        return plain(exhibits(shown, page_context(exhibited(), width, depth)))

    return make


# ── every kind together ──


@settings(max_examples=30)
@given(
    count=st.integers(1, 80),
    names=st.lists(st.sampled_from(STRANGE), min_size=1, max_size=4),
    width=st.integers(40, 160),
    depth=st.sampled_from([None, "truecolor", "standard"]),
    language=st.sampled_from(["en", "zh"]),
)
def test_no_line_is_wider_than_the_page(exhibited, shown, count, names, width, depth, language):
    board = exhibited(count, tuple(names), language)

    lines = shown(board, width, depth)

    assert [line for line in lines if cell_len(line) > width] == []


@pytest.mark.parametrize("width", [40, 64, 80, 120, 200])
@pytest.mark.parametrize("count", [1, 5, 300])
def test_every_text_of_every_plot_and_table_is_there_whole(exhibited, shown, count, width):
    board = exhibited(count, ("cat", "猫咪", "<script>alert(1)</script>"))

    lines = shown(board, width)

    words = set(" ".join(lines).replace("猫咪", " 猫咪 ").split())
    for exhibit in board.steps[0].exhibits:
        if isinstance(exhibit.item, Plot | Table):
            texts = " ".join(texts_of(exhibit.item)).replace("猫咪", " 猫咪 ").split()
            assert set(texts) - words == set()


@pytest.mark.parametrize("width", [40, 80, 120])
def test_every_number_of_a_matrix_is_there_as_the_lesson_writes_it(exhibited, shown, width):
    board = exhibited(12)

    words = set(re.sub(r"[\[\]]", " ", " ".join(shown(board, width))).split())

    for exhibit in board.steps[0].exhibits:
        if isinstance(exhibit.item, Matrix):
            assert {text for row in board.numbers.cells(exhibit.item) for text in row} <= words


def test_colour_changes_no_character(exhibited, shown):
    board = exhibited(7)

    assert shown(board, 80, "truecolor") == shown(board, 80, None)


def test_exhibits_come_after_the_words_they_belong_to(exhibited, shown):
    lines = shown(exhibited(), 80)

    places = [
        next(i for i, line in enumerate(lines) if sign in line)
        for sign in ("Two matrices.", "X  3×5", "Facts.", "Bars:", "● ● ●", "So much.")
    ]
    assert places == sorted(places)


def test_a_step_without_a_formula_has_a_title_and_a_rule(exhibited, shown):
    board = exhibited()
    step = replace(board.steps[0], title="Short", formula=Formula("", "", ""))

    header = shown(replace(board, steps=(step,)), 60)[2]

    assert header == f"  1  Short {'─' * (60 - 4 - 9)}"


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_is_shown_completely_in_the_given_width(
    default_lesson, shown, name, language, width
):
    board = default_lesson(name, language)

    lines = shown(board, width)

    assert [line for line in lines if cell_len(line) > width] == []
    told = numbers_in(" ".join(lines))
    for step in board.steps:
        assert {exhibit.part for exhibit in step.exhibits} <= step.narration.keys()
        for exhibit in step.exhibits:
            if isinstance(exhibit.item, Plot | Table):
                assert numbers_in(" ".join(texts_of(exhibit.item))) - told == set()


# ── side by side ──


def small(symbol: str, rows: int = 2) -> Matrix:
    return Matrix(symbol, np.arange(rows * 2.0).reshape(rows, 2), Role.INPUT)


def test_exhibits_of_one_line_stand_side_by_side_with_what_joins_them(drawn):
    lines = drawn(
        Exhibit("a", small("P", 3)),
        Exhibit("a", small("Q", 3), joint="="),
        Exhibit("a", small("R")),
    )

    assert lines == [
        "P  3×2  inputs   Q  3×2  inputs   R  2×2  inputs",
        " 0  1             0  1             0  1",
        " 2  3          =  2  3             2  3",
        " 4  5             4  5",
    ]


def test_a_further_line_stands_below(drawn):
    lines = drawn(Exhibit("a", small("P")), Exhibit("a", small("Q"), line=1))

    assert [line[:1] for line in lines] == ["P", " ", " ", "", "Q", " ", " "]


def test_what_does_not_fit_stands_below_with_its_joint(drawn):
    lines = drawn(Exhibit("a", small("P" * 20)), Exhibit("a", small("Q" * 20), joint="→"), width=40)

    assert lines[3:] == ["", "→ QQQQQQQQQQQQQQQQQQQQ  2×2  inputs", "   0  1", "   2  3"]


def test_rows_of_matrices_stand_in_one_line_whatever_is_written_above_them(drawn):
    headed = replace(small("P"), columns=labels("k", 2, ("a", "b"), Role.KEY))

    lines = drawn(Exhibit("a", small("P")), Exhibit("a", headed, "n = 2"))

    assert [line.split() for line in lines[-2:]] == [["0", "1", "0", "1"], ["2", "3", "2", "3"]]


def test_a_joint_of_several_words_stands_above(drawn):
    lines = drawn(Exhibit("a", small("P"), joint="sampled down by two"))

    assert lines[:2] == ["sampled down by two", "P  2×2  inputs"]


def test_a_name_that_contains_the_head_is_not_repeated(drawn):
    of_head = replace(small("A"), head=1)

    assert "head 1" in drawn(Exhibit("a", of_head))[0]
    assert sum("head 1" in line for line in drawn(Exhibit("a", of_head, "head 1", head=1))) == 1


@pytest.mark.parametrize(("columns", "blocks"), [(6, ["1–3", "4–6"]), (8, ["1–4", "5–8"])])
def test_a_matrix_wider_than_the_page_is_cut_into_equal_blocks(drawn, columns, blocks):
    wide = Matrix("P", np.full((2, columns), -1.25), Role.INPUT)

    lines = drawn(Exhibit("a", wide), width=40 + 4 * (columns == 8))

    assert [line.split()[1] for line in lines if line.startswith("columns")] == blocks


def test_a_matrix_without_columns_is_no_mishap(drawn):
    empty = Matrix("P", np.zeros((1, 0)), Role.INPUT)

    assert drawn(Exhibit("a", empty)) == ["P  1×0  inputs", ""]


# ── marks ──


def test_marks_stand_in_brackets(drawn):
    lines = drawn(Exhibit("a", small("P", 3), marks=(Region((1, 3), (0, 1)), Region.row(0, 2))))

    assert lines[1:] == ["[0  1]", "[2] 3", "[4] 5"]


def test_marks_that_touch_are_two_and_marks_that_share_an_entry_are_one(drawn):
    touching = drawn(Exhibit("a", small("P", 1), marks=(Region.column(0, 1), Region.column(1, 1))))
    sharing = drawn(Exhibit("a", small("P", 1), marks=(Region.row(0, 2), Region.column(1, 1))))

    assert (touching[1], sharing[1]) == ("[0][1]", "[0  1]")


def test_a_mark_is_closed_where_the_page_cuts_the_matrix(drawn, exhibited):
    wide = exhibited(12).steps[0].exhibits[0].item

    lines = drawn(Exhibit("a", wide, marks=(Region.row(1, 12),)), width=40)

    rows = [line for line in lines if line.startswith("x₂")]
    assert len(rows) > 1
    assert all(row.count("[") == row.count("]") == 1 for row in rows)
    assert not any("[" in line for line in lines if line.startswith(("x₁", "x₃")))


def test_marks_of_a_matrix_too_large_for_numbers_are_given_in_words(drawn, exhibited):
    wide = exhibited(300).steps[0].exhibits[0].item

    lines = drawn(Exhibit("a", wide, marks=(Region((0, 2), (7, 8)),)))

    assert "Marked: rows 1–2, columns 8." in lines


# ── plots ──


def curve(name: str, *y: float, dashed: bool = False) -> Series:
    texts = tuple(f"{value:g}".replace("-", "−") for value in y)
    return Series(name, Role.WEIGHT, tuple(range(len(y))), y, texts, dashed)


def plot_of(*series: Series, y_log: bool = False) -> Exhibit:
    x_texts = tuple(str(i) for i in range(len(series[0].y)))
    return Exhibit("a", Plot("n", "steps", series, x_texts, y_log=y_log))


def test_a_plot_is_a_table_with_a_bar_for_each_number(drawn):
    assert drawn(plot_of(curve("attention", 1, 0, 4))) == [
        "steps",
        "n   attention",
        "0   1 ███████▌",
        "1   0",
        "2   4 ██████████████████████████████",
    ]


def test_numbers_and_bars_have_the_colour_of_their_role(exhibited, page_context):
    on_page = page_context(exhibited(), 80, "truecolor")

    line = exhibits([plot_of(curve("attention", 1, 4))], on_page)[-1]

    coloured = {line.plain[s.start : s.end]: s.style for s in line.spans}
    assert coloured[f"4 {'█' * 30}"] == on_page.palette.text(Role.WEIGHT)


def test_dashed_curves_have_other_bars(drawn):
    lines = drawn(plot_of(curve("a", 2, 4), curve("b", 2, 4, dashed=True)))

    assert all(re.search(r"█+ +\d ▒+$", line) for line in lines[2:])


def test_a_logarithmic_plot_says_so(drawn):
    lines = drawn(plot_of(curve("a", 10, 1000), y_log=True))

    assert lines[2:] == ["0     10 ▏", f"1   1000 {'█' * 30}", "Bars: logarithmic, from 10¹."]


def test_series_that_do_not_fit_beside_the_others_come_below_with_their_x(drawn):
    lines = drawn(plot_of(*[curve(f"series{i}", 1e12, 2) for i in range(4)]), width=40)

    assert [line.split()[0] for line in lines if "series" in line] == ["n", "n"]
    assert sum(line.split()[:1] == ["1"] for line in lines) == 2


# ── tables ──


SHAPES = Table(
    ("fed", "comes out"),
    (Row(("3 × 224", "1,000"), good=True), Row(("6 × 224", "50"), good=False), Row(("none", "0"))),
)


def test_a_table_marks_working_and_failing_rows_without_colour(drawn):
    assert drawn(Exhibit("a", SHAPES)) == [
        "  fed       comes out",
        "─────────────────────",
        "✓ 3 × 224       1,000",
        "✗ 6 × 224          50",
        "  none              0",
    ]


def test_a_table_too_wide_is_shown_a_few_columns_at_a_time(drawn):
    header = ("n", *(f"method {i}" for i in range(5)))
    rows = tuple(Row((f"{n}", *(f"{10**n + i}" for i in range(5)))) for n in (1, 9))

    lines = drawn(Exhibit("a", Table(header, rows)), width=40)

    assert sum(line.split()[:1] == ["n"] for line in lines) == 3
    assert {cell for row in rows for cell in row.cells} <= set(" ".join(lines).split())


def test_a_table_of_sentences_becomes_a_list_where_the_page_is_narrow(drawn):
    said = "x has shape (2, 1), 2 numbers when flattened, expected 6: weights has shape (6, 2)"
    table = Table(("vectors", "answer"), (Row(("3", said), good=False),))

    lines = drawn(Exhibit("a", table), width=40)

    assert lines[0] == "✗ vectors  3"
    assert squeezed(said) in squeezed(" ".join(lines))


def test_a_sign_is_not_parted_from_what_it_stands_between(drawn):
    table = Table(
        ("a", "b"), (Row(("some words and 3 × 224 × 1000", "as many words on this side")),)
    )

    for width in range(40, 60):
        assert any("3 × 224 × 1000" in line for line in drawn(Exhibit("a", table), width=width))


# ── fields ──


def test_a_field_has_its_last_layer_on_top_and_lights_what_is_lit(exhibited, drawn):
    item = next(e.item for e in exhibited(5).steps[0].exhibits if isinstance(e.item, Field))

    lines = drawn(Exhibit("a", replace(item, marks=())))

    assert [line.split(maxsplit=1)[1] for line in lines] == ["○ ○ ● ○ ○", "○ ● ● ● ○", "● ● ● ● ●"]


def test_a_field_longer_than_the_page_says_what_is_left_out(exhibited, drawn):
    item = next(e.item for e in exhibited(300).steps[0].exhibits if isinstance(e.item, Field))

    lines = drawn(Exhibit("a", item), width=60)

    assert [line.split()[-1] for line in lines if "●" in line] == ["1/300", "3/300", "5/300"]
    assert re.search(r"^Positions shown: 1\d\d–1\d\d, 2\d\d–300 of 300\.", " ".join(lines[5:]))
