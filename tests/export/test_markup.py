"""Markdown and LaTeX of a storyboard: whole, harmless, and no longer than a reader can use."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from attnviz import Problem, self_attention, trace_of
from attnviz.errors import InputError
from attnviz.inputs import InputRequest, problem_from
from attnviz.lessons.self_attention.steps import self_attention_storyboard
from attnviz.story.labels import subscript
from attnviz.story.storyboard import Storyboard
from attnviz.views.document.formats import format_names
from attnviz.views.document.markup import markup

FORMATS = format_names()

HOSTILE = [
    "<script>",
    "a|b",
    "*bold*",
    "_it_",
    "`code`",
    "$x$",
    "\\end{",
    "}{",
    "#&%~^",
    "[a](b)",
    "![a](b)",
    "\x1b[31m",
    "a\nb",
    "\\\\",
    "--",
    "<!-- ",
    "&amp;",
    "😀",
    "кот",
    "çé",
    "猫",
    "@user",
    "'\"",
    "www.a.b",
]


def problem(n: int, width: int = 4, **others: Any) -> Problem:
    numbers = np.random.default_rng(3)
    x, w_q, w_k, w_v = (numbers.normal(size=(rows, width)) for rows in (n, width, width, width))
    return Problem(x=x, w_q=w_q, w_k=w_k, w_v=w_v, **others)


@pytest.fixture(scope="module")
def illustrated() -> Storyboard:
    return self_attention_storyboard(trace_of(problem_from(InputRequest())))


@pytest.fixture(scope="module")
def hostile() -> Storyboard:
    trace = trace_of(
        problem(
            len(HOSTILE),
            tokens=tuple(HOSTILE),
            provenance={"untrained": "<b>5 & 50%</b>\n\n# $x_1$"},
        )
    )
    return self_attention_storyboard(trace)


@pytest.fixture(scope="module")
def long() -> Storyboard:
    numbers = np.random.default_rng(0)
    arrays = [numbers.normal(size=shape) for shape in ((200, 64), (64, 32), (64, 32), (64, 32))]
    return self_attention_storyboard(self_attention(*arrays, causal=True), query=150)


@pytest.fixture(scope="module")
def exhibits(exhibited: Callable[..., Storyboard]) -> Storyboard:
    return exhibited(5, tuple(HOSTILE))


def rendered(text: str) -> str:
    """HTML, with raw HTML let through, as a careless site would."""
    return (
        MarkdownIt("commonmark", {"html": True})
        .enable("table")
        .enable("strikethrough")
        .render(text)
    )


def tokens_of(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def headings(text: str) -> list[str]:
    parsed = tokens_of(text)
    return [after.content for token, after in pairwise(parsed) if token.type == "heading_open"]


# ── both formats ──


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_step_every_word_and_every_note_is_there(illustrated, format, language):
    board = self_attention_storyboard(illustrated.trace, language=language)
    text = markup(board, format)

    for step in board.steps:
        assert step.formula.latex in text
        if "_" not in step.title and "√" not in step.title:
            assert step.title in text
    assert text.endswith("\n")
    assert "{shown}" not in text


@pytest.mark.parametrize("format", FORMATS)
def test_the_warning_about_untrained_weights_comes_before_the_first_step(format):
    trace = trace_of(problem(2, provenance={"untrained": "seed 7"}))
    text = markup(self_attention_storyboard(trace), format)

    assert text.index("Untrained numbers (seed 7)") < text.index("Inputs")
    assert text.count("Untrained numbers (seed 7)") == 1
    assert text.index("rounded to 2 decimals") > text.index("All of it in one line")


@pytest.mark.parametrize("format", FORMATS)
def test_only_the_chosen_steps_are_written_in_the_order_of_the_lesson(illustrated, format):
    text = markup(illustrated, format, ["softmax", "scores"])

    assert text.index("Scores of one query") < text.index("Softmax")
    assert "Three matrices" not in text


@pytest.mark.parametrize("format", FORMATS)
def test_a_step_alone_shows_what_it_starts_from(illustrated, format):
    whole, alone = markup(illustrated, format), markup(illustrated, format, ["output"])

    # In the whole document αV is shown where it is made, and not again.
    named = r"(αV\*\*|\\alpha V\$\}) \(3"
    assert len(re.findall(named, whole)) == 1
    assert len(re.findall(named, alone)) == 1


def test_an_unknown_format_or_step_is_refused_with_the_nearest(illustrated):
    with pytest.raises(
        InputError, match=r"^unknown format 'markdwn': did you mean 'markdown'\? Known: "
    ):
        markup(illustrated, "markdwn")
    with pytest.raises(
        InputError, match=r"^unknown step 'sofmax': did you mean 'softmax'\? Known: "
    ):
        markup(illustrated, "latex", ["sofmax"])


@pytest.mark.parametrize("format", FORMATS)
def test_of_two_hundred_tokens_the_worked_rows_are_shown_and_the_rest_is_said(long, format):
    text = markup(long, format)
    numbers = re.findall(r"\d\.\d\d", text)

    assert len(numbers) < 3000
    assert "Rows shown: 8 of 200. Columns shown: 8 of 64." in text
    assert "Rows shown: 1 of 1. Columns shown: 8 of 200." in text


def test_the_rows_that_are_kept_are_the_worked_query_and_its_keys(long):
    keys = {calculation.position for calculation in long.step("scores").worked}
    table = markup(long, "markdown", ["queries"]).split("**Q**")[1]
    rows = {
        int(row.translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")))
        for row in re.findall("q([₀-₉]+) ", table)
    }

    assert rows == {key + 1 for key in keys | {150}}


@pytest.mark.parametrize("format", FORMATS)
def test_a_matrix_of_24_positions_is_printed_whole(format):
    board = self_attention_storyboard(trace_of(problem(24)))

    assert "Rows shown" not in markup(board, format)
    assert "k₂₄" in markup(board, "markdown", ["all-rows"])


@pytest.mark.parametrize("format", FORMATS)
def test_every_head_is_named(format):
    board = self_attention_storyboard(trace_of(problem(2, heads=2)))

    assert "(queries, head 2, 2" in markup(board, format)


# ── Markdown ──


def test_markdown_has_a_numbered_heading_a_step_and_the_arithmetic_in_a_block(illustrated):
    text = markup(illustrated, "markdown")

    assert headings(text)[:3] == ["Self-attention", "1. Inputs", "2. Three matrices"]
    assert headings(text)[-1] == "Notes"
    blocks = [token.content for token in tokens_of(text) if token.type == "fence"]
    assert "q₁·k₂ = 1·4 + 0·4 + 2·0 = 4\n" in "".join(blocks)


def test_the_signs_of_a_block_stand_in_one_column(illustrated):
    text = markup(illustrated, "markdown", ["softmax", "output"])

    for block in re.findall(r"```text\n(.*?)\n```", text, re.DOTALL):
        assert len({re.search("[=≈]", line).start() for line in block.splitlines()}) == 1


def test_markdown_tables_have_a_label_in_front_of_every_row(illustrated):
    html = rendered(markup(illustrated, "markdown", ["all-rows"]))
    rows = re.findall(r"<tr>\s*<td[^>]*>(.*?)</td>", html)

    assert rows == ["q₁", "q₂", "q₃", "q₁", "q₂", "q₃", "o₁", "o₂", "o₃"]


def test_a_narration_of_two_lines_is_one_paragraph_in_each_language(illustrated):
    assert "does the same. None waits" in markup(illustrated, "markdown", ["all-rows"])
    chinese = self_attention_storyboard(illustrated.trace, language="zh")
    assert "其他查询也照样计算，谁也不用等谁" in markup(chinese, "markdown", ["all-rows"])


def test_no_hostile_token_becomes_markdown_or_html(hostile):
    text = markup(hostile, "markdown")
    html = rendered(text)

    assert not re.search(r"<(script|b|img|a|em>bold|s)\b", html.replace("<em>", "<i>"))
    assert "<!--" not in html
    assert "\x1b" not in text
    assert {token.type for token in tokens_of(text)} & {
        "html_block",
        "html_inline",
        "image",
    } == set()
    kinds = {child.type for token in tokens_of(text) for child in token.children or []}
    assert kinds <= {
        "text",
        "text_special",
        "strong_open",
        "strong_close",
        "em_open",
        "em_close",
        "softbreak",
    }


@pytest.mark.parametrize("token", [token for token in HOSTILE if token.isprintable()])
def test_a_hostile_token_reads_as_it_is(hostile, token):
    inlines = [each for each in tokens_of(markup(hostile, "markdown", ["inputs"])) if each.children]
    cells = ["".join(child.content for child in each.children) for each in inlines]
    label = f"x{subscript(HOSTILE.index(token))}"

    assert f"{label} {token.strip()}" in cells


def test_hostile_tokens_do_not_change_the_shape_of_a_table(hostile):
    html = rendered(markup(hostile, "markdown", ["inputs"]))
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)

    assert len(rows) == 1 + len(HOSTILE)
    assert {row.count("<t") for row in rows} == {5}


def test_nothing_becomes_a_link_or_a_mention_where_the_site_makes_them_of_bare_text(hostile):
    trace = trace_of(replace(problem(2), provenance={"untrained": "https://a.b www.a.b @user"}))

    for board in (hostile, self_attention_storyboard(trace)):
        assert not re.search(r"://|www\.|@", markup(board, "markdown"))


def test_no_dollar_of_a_token_opens_a_formula(hostile):
    text = markup(hostile, "markdown")

    assert re.findall(r"\$+", text) == ["$$"] * 2 * len(hostile.steps)


# ── LaTeX ──

_GROUPS = re.compile(r"\\(begin|end)\{([a-z]+\*?)\}")


def without_commands(text: str) -> str:
    """The text without escaped characters, accents, and comments."""
    return re.sub(r"\\[^A-Za-z]", "", re.sub(r"(?m)^%.*$", "", text))


def assert_balanced(text: str) -> None:
    depth = 0
    bare = without_commands(text)
    for character in bare:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0
    assert bare.count("$") % 2 == 0
    open_groups: list[str] = []
    for kind, name in _GROUPS.findall(text):
        if kind == "begin":
            open_groups.append(name)
        else:
            assert open_groups.pop() == name
    assert open_groups == []


@pytest.mark.parametrize("name", ["illustrated", "hostile", "long", "exhibits"])
def test_latex_is_a_whole_document_whose_groups_are_balanced(request, name):
    text = markup(request.getfixturevalue(name), "latex")

    assert_balanced(text)
    assert text.index("\\documentclass") < text.index("\\begin{document}")
    assert text.endswith("\\end{document}\n")


def body_of(text: str) -> str:
    return text.split("\\begin{document}")[1]


@pytest.mark.parametrize("name", ["illustrated", "hostile", "long", "exhibits"])
def test_latex_needs_no_character_that_an_engine_might_not_have(request, name):
    text = markup(request.getfixturevalue(name), "latex")

    assert {character for character in text if not character.isascii()} <= {"猫"}


_FORMULAS = re.compile(
    r"\\\[\n.*?\\\]|\\begin\{align\*\}.*?\\end\{align\*\}|(?<!\\)\$[^$]*\$", re.DOTALL
)


def test_special_characters_are_escaped_wherever_they_come_from(hostile):
    body = body_of(markup(hostile, "latex"))
    prose = without_commands(_FORMULAS.sub("", body)).replace("{l|", "{l")

    assert not re.search("[#$%~^_<>|`]", prose.replace("``", ""))
    assert "\\textless{}script\\textgreater{}" in body
    assert "\\textbackslash{}end\\{" in body
    assert "\\#\\&\\%\\textasciitilde{}\\textasciicircum{}" in body
    assert "U+1F600" in body
    assert "\\c{c}\\'{e}" in body


def test_symbols_become_mathematics(illustrated):
    text = markup(illustrated, "latex")

    assert "q_{1}\\cdot k_{2} & = 1\\cdot 4 + 0\\cdot 4 + 2\\cdot 0 = 4" in text
    assert "\\alpha_{11} & = 0.135 / 2.135 \\approx 0.06" in text
    assert "What $\\sqrt{d_{k}}$ changes" in text
    assert "$k_{2}$ and $k_{3}$: 4, the best fit." in text


def test_positions_of_two_digits_keep_their_comma():
    board = self_attention_storyboard(trace_of(problem(12)), query=11)

    assert "\\alpha_{12,1}" in markup(board, "latex", ["softmax"])


def test_minus_infinity_and_huge_numbers_are_mathematics_too():
    hidden = self_attention_storyboard(
        self_attention(1e5 * np.eye(3), 1e5 * np.eye(3), np.eye(3), np.eye(3), causal=True)
    )
    text = markup(hidden, "latex")

    assert "$-\\infty $" in text
    assert re.search(r"\d\.\d\d \\cdot 10\^\{\d+\}", text)


def test_wide_matrices_are_cut_into_blocks_of_columns(hostile):
    text = markup(hostile, "latex", ["scores"])
    table = text.split("\\textbf{$S$}")[1]
    widths = [len(columns) for columns in re.findall(r"\\begin\{tabular\}\{l\|(r+)\}", table)]

    assert len(widths) > 1
    assert sum(widths) == len(HOSTILE)


def test_long_sums_are_broken_at_a_sign(long):
    text = markup(long, "latex", ["queries"])
    lines = re.findall(
        r"^.*&.*(?:\\\\)?$",
        text.split("\\begin{align*}")[1].split("\\end{align*}")[0],
        re.MULTILINE,
    )

    assert any("\\qquad" in line for line in lines)
    assert max(len(re.sub(r"\\[a-z]+ ?", "x", line)) for line in lines) < 110


def test_chinese_gets_its_document_class_and_english_with_chinese_tokens_its_fonts(
    illustrated, hostile
):
    chinese = self_attention_storyboard(illustrated.trace, language="zh")

    assert "\\documentclass{ctexart}" in markup(chinese, "latex")
    assert "ctex" not in markup(illustrated, "latex")
    assert "\\usepackage[scheme=plain]{ctex}" in markup(hostile, "latex")
    assert "pdfLaTeX" in markup(illustrated, "latex").splitlines()[0]
    assert "pdfLaTeX" not in markup(chinese, "latex").splitlines()[0]


def test_sections_keep_the_numbers_of_the_lesson(illustrated):
    text = markup(illustrated, "latex", ["inputs", "scores", "softmax"])

    assert re.findall(r"\\setcounter\{section\}\{(\d+)\}", text) == ["5"]


def test_a_warning_that_quotes_a_command_stays_words():
    trace = trace_of(replace(problem(2), provenance={"untrained": "\\input{secret} 5%"}))
    text = markup(self_attention_storyboard(trace), "latex")

    assert "\\input" not in text
    assert "\\textbackslash{}input\\{secret\\} 5\\%" in text
