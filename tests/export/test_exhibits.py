"""Exhibits in Markdown and LaTeX: whole, in the order of the words, and harmless."""

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from attnviz.core.self_attention import trace_of
from attnviz.inputs import InputRequest, problem_from
from attnviz.lessons.registry import LESSONS, build_storyboard
from attnviz.lessons.request import LessonRequest
from attnviz.story.exhibits import Field, Plot, Region
from attnviz.story.labels import subscript
from attnviz.story.matrix import Matrix
from attnviz.views.document.formats import format_names
from attnviz.views.document.markup import markup

FORMATS = format_names()

HOSTILE = ("<script>alert(1)</script>", "a|b*c*_d_", "\\end{tabular}$x$&%#", "```", "猫 🙂")


def rendered(text: str) -> str:
    """HTML, with raw HTML let through, as a careless site would."""
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(text)


def tables_of(html: str) -> list[list[list[str]]]:
    """The texts of every table, by row and cell."""
    return [
        [
            re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
            for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
        ]
        for table in re.findall(r"<table>(.*?)</table>", html, re.DOTALL)
    ]


def bare(cell: str) -> str:
    return re.sub("</?strong>", "", cell)


# ── both formats ──


@pytest.mark.parametrize("format", FORMATS)
def test_exhibits_come_after_the_words_they_belong_to(exhibited, format):
    text = markup(exhibited(), format)

    places = [text.index(sign) for sign in ("Two matrices.", "0.49", "Facts.", "0.055", "So much.")]
    assert places == sorted(places)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("count", [1, 5, 40])
def test_every_number_of_every_plot_is_written(exhibited, format, count):
    board = exhibited(count)
    text = markup(board, format)

    (plot,) = [e.item for e in board.steps[0].exhibits if isinstance(e.item, Plot)]
    for series in plot.series:
        assert [each for each in series.texts if each not in text] == []


@pytest.mark.parametrize("format", FORMATS)
def test_a_step_without_a_formula_has_no_empty_one(exhibited, format):
    text = markup(exhibited(), format)

    assert "$$" not in text
    assert "\\[\n" not in text


@pytest.mark.parametrize("format", FORMATS)
def test_the_omitted_part_of_a_field_is_noted(exhibited, format):
    assert "Positions shown: " in markup(exhibited(300), format)
    assert "Positions shown: " not in markup(exhibited(9), format)


# ── Markdown ──


def test_a_plot_is_a_table_of_its_numbers(exhibited):
    board = exhibited(3, ("n", "steps"))
    (plot,) = [e.item for e in board.steps[0].exhibits if isinstance(e.item, Plot)]

    tables = tables_of(rendered(markup(board, "markdown")))

    header = [plot.x_name, *(series.name for series in plot.series)]
    (found,) = [table for table in tables if table[0] == header]
    assert found[1:] == [
        [x, *(series.texts[i] for series in plot.series)] for i, x in enumerate(plot.x_texts)
    ]


def test_a_table_says_what_works_and_what_fails(exhibited):
    tables = tables_of(rendered(markup(exhibited(3), "markdown")))

    (found,) = [table for table in tables if "a shape that is told" in table[0]]
    assert [row[0] for row in found] == ["", "✓", "✗", ""]
    assert found[1][1:] == ["cat", "3 × 224 × 1000", "0.5"]


def test_marked_entries_are_bold(exhibited):
    board = exhibited(5)
    matrix = board.steps[0].exhibits[0].item

    table = tables_of(rendered(markup(board, "markdown")))[0]

    assert isinstance(matrix, Matrix)
    cells = board.numbers.cells(matrix)
    assert [[bare(cell) for cell in row[1:]] for row in table[1:]] == [list(row) for row in cells]
    bold = [[cell.startswith("<strong>") for cell in row[1:]] for row in table[1:]]
    assert bold == [[True, False, False, False, False]] * 3


def test_a_field_stands_in_a_block_where_its_signs_line_up(exhibited):
    text = markup(exhibited(5, ("a", "b")), "markdown")

    fences = [each.content for each in MarkdownIt().parse(text) if each.type == "fence"]
    assert fences[0].splitlines() == [
        "       ↓ b",
        "a  ○ ○ ● ○ ○",
        "b  ○ ● ● ● ○",
        "a  ● ● ● ● ●",
        "           ↑ a",
    ]


def test_no_hostile_name_becomes_markdown_or_html_or_breaks_a_table(exhibited):
    board = exhibited(5, HOSTILE)
    html = rendered(markup(board, "markdown"))

    assert not re.search("<(script|em>c|a |img)", html)
    for table in tables_of(html):
        assert len({len(row) for row in table}) == 1
    fields = [e for e in board.steps[0].exhibits if isinstance(e.item, Field)]
    assert html.count("<pre>") == len(fields)
    assert "alert(1)" in html.split("<pre>")[1]


def test_a_large_matrix_is_cut_to_its_first_columns_and_the_ends_of_its_marks(exhibited):
    board = exhibited(300)
    step = board.steps[0]
    marked = replace(step.exhibits[0], marks=(Region((0, 1), (40, 50)),))
    only = replace(step, exhibits=(marked,))

    table = tables_of(rendered(markup(replace(board, steps=(only,)), "markdown")))[0]

    kept = [*range(8), 40, 49]
    assert [cell.split()[0] for cell in table[0][1:]] == ["x" + subscript(j) for j in kept]
    assert [j for j, cell in zip(kept, table[1][1:], strict=True) if "strong" in cell] == [40, 49]


@pytest.mark.parametrize("name", [name for name, each in LESSONS.items() if each.takes_sequence])
@pytest.mark.parametrize("format", FORMATS)
def test_a_long_sequence_makes_a_document_of_any_lesson_that_takes_one(name, format):
    asked = InputRequest(text=" ".join(f"w{i}" for i in range(60)), heads=2)

    text = markup(build_storyboard(name, LessonRequest(trace_of(problem_from(asked)))), format)

    assert len(text) < 100_000


# ── LaTeX ──


def test_a_field_is_set_in_boxes_of_one_width(exhibited):
    text = markup(exhibited(5, ("a", "b")), "latex")

    assert "\\settowidth{\\cellwidth}{\\texttt{0}}" in text.split("\\begin{document}")[0]
    (row,) = {line for line in text.splitlines() if line.count("bullet") == 5}
    assert len(re.findall(r"\\makebox\[1\\cellwidth\]\{\$\\bullet\$\}", row)) == 5


def test_signs_load_what_they_need_and_nothing_else_does(exhibited):
    board = exhibited(3)
    without = markup(exhibited(3), "latex", []).split("\\begin{document}")[0]

    assert "\\usepackage{amssymb}" in markup(board, "latex")
    assert "amssymb" not in without
    assert "cellwidth" not in without


def test_marked_entries_are_bold_in_mathematics(exhibited):
    board = exhibited(5)
    cells = board.numbers.cells(board.steps[0].exhibits[0].item)

    bold = re.findall(r"\\boldsymbol\{([^}]*)\}", markup(board, "latex"))

    assert bold[:3] == [row[0].replace("−", "-") for row in cells]


def test_words_of_a_table_wider_than_the_page_are_broken(default_lesson):
    text = markup(default_lesson("cnn-limits", "en"), "latex", ["wrong-channels"])

    shares = re.findall(r"\\begin\{tabular\}\{llp\{(0\.\d+)\\linewidth\}\}", text)
    assert shares
    assert all(0.5 < float(share) < 0.9 for share in shares)


def test_a_long_table_is_parted_so_that_pages_can_break_in_it(exhibited):
    text = markup(exhibited(100, ("cat",)), "latex")

    longest = max(body.count("\\\\") for body in re.findall(r"\\hline(.*?)\\end", text, re.DOTALL))
    assert longest <= 40


@pytest.mark.parametrize("name", LESSONS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_sign_of_any_lesson_is_written_as_a_code_point(default_lesson, name, language):
    assert not re.search(r"U\+[0-9A-F]{4}", markup(default_lesson(name, language), "latex"))
