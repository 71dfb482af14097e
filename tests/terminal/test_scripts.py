"""Labels of every script keep their columns, in terminals that turn text round and in those that do not."""

import re
import unicodedata

import pytest
from bidi import get_display
from rich.text import Text
from wcwidth import iter_graphemes, wcswidth

from attnviz.theme import THEMES
from attnviz.typeset.text_width import columns_of, cut_to_columns, graphemes
from attnviz.views.terminal.colour import Palette
from attnviz.views.terminal.head_detail import close_up_lines
from attnviz.views.terminal.page import pages
from attnviz.views.terminal.show import as_text, isolated
from tests.cases import CASES
from tests.terminal.conftest import context_of
from tests.terminal.test_head_detail import closely

OF_SCRIPTS = (
    "Arabic",
    "Hebrew",
    "Hindi",
    "Thai",
    "Chinese",
    "emoji",
    "combining marks",
    "scripts beside each other",
)
TURNED = ("Arabic", "Hebrew", "scripts beside each other")
WIDTHS = (40, 80, 120)
NUMBER = re.compile(r"[−\d.]+∞?")


def lines_of(name: str, width: int, depth=None) -> list[str]:
    board = CASES[name].storyboard()
    return [
        line
        for page in pages(context_of(board, width, depth))
        for line in as_text(page, None).splitlines()
    ]


@pytest.mark.parametrize("name", OF_SCRIPTS)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_line_is_within_its_width(name, width):
    lines = lines_of(name, width)

    assert [line for line in lines if wcswidth(line) > width] == []
    assert len(lines) > 20


@pytest.mark.parametrize("name", OF_SCRIPTS)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_numbers_of_a_matrix_stand_below_each_other_beside_any_label(name, width):
    rows = list(rows_of(lines_of(name, width)))[: CASES[name].trace.problem.n]
    points = [
        [wcswidth(line[: start + len(number.partition(".")[0])]) for start, number in numbers]
        for line, numbers in rows
    ]

    assert len(points) == CASES[name].trace.problem.n
    assert len(points[0]) >= 2
    assert all(row == points[0] for row in points)


def rows_of(lines):
    """The rows x₁, x₂, … of the first matrix: the line, and its numbers with where they begin."""
    for line in lines:
        if (found := re.match(r"\W*x[₁₂₃₄₅₆₇₈₉]+ .+?  ", line)) is not None and "·" not in line:
            rest = NUMBER.finditer(line, found.end() - 1)
            yield line, [(match.start(), match.group()) for match in rest]


@pytest.mark.parametrize("name", TURNED)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_terminal_that_turns_text_leaves_all_else_in_its_column(name, width):
    turned = [line for line in lines_of(name, width) if "\u2068" in line]

    assert turned
    for line in turned:
        assert columns(get_display(line, base_dir="L")) == columns(line)


@pytest.mark.parametrize("name", TURNED)
def test_without_isolates_such_a_terminal_moves_numbers(name):
    bare = [re.sub("[\u2068\u2069]", "", line) for line in lines_of(name, 80)]

    assert any(columns(get_display(line, base_dir="L")) != columns(line) for line in bare)


def columns(line: str) -> list[tuple[int, str]]:
    """The column and the text of all that is not written from right to left."""
    found, column = [], 0
    inside = False
    for each in line:
        inside = (inside or each == "\u2068") and each != "\u2069"
        if (
            not inside
            and each not in " \u2069"
            and unicodedata.bidirectional(each) not in ("R", "AL", "NSM")
        ):
            found.append((column, each))
        column += max(wcswidth(each), 0)
    return found


@pytest.mark.parametrize("name", [name for name in OF_SCRIPTS if name not in TURNED])
def test_where_nothing_is_turned_there_is_no_isolate(name):
    assert not any("\u2068" in line or "\u2069" in line for line in lines_of(name, 80))


@pytest.mark.parametrize("depth", [None, "truecolor"])
def test_isolates_keep_the_colours_and_the_words(depth):
    line = Text("k₁ ").append("חתול", "red").append(" 0.5", "blue")

    safe = isolated(line)

    assert safe.plain == "k₁ \u2068חתול\u2069 0.5"
    coloured = {
        safe.plain[span.start : span.end].strip("\u2068\u2069"): str(span.style)
        for span in safe.spans
    }
    assert coloured == {"חתול": "red", " 0.5": "blue"}
    assert safe.plain in re.sub(r"\x1b\[[\d;]*m", "", as_text([line], depth))


@pytest.mark.parametrize(
    "text", ["👨‍👩‍👧‍👦🏳️‍🌈👍🏽", "हिन्दी क्षत्रिय", "น้ำใจ", "e\u0301te\u0301", "🇩🇪🇫🇷", "שָׁטִיחַ"]
)
@pytest.mark.parametrize("width", range(1, 8))
def test_a_cut_falls_between_graphemes_and_fits(text, width):
    cut = cut_to_columns(text, width)

    whole = list(iter_graphemes(text))
    assert wcswidth(cut) <= width
    assert cut == text or (
        cut.endswith("…") and list(iter_graphemes(cut[:-1])) == whole[: len(graphemes(cut)) - 1]
    )


def test_what_needs_no_library_is_measured_as_the_library_does():
    simple = [c for c in map(chr, range(0x110000)) if c not in "\n" and graphemes_are_simple(c)]

    assert len(simple) > 30_000
    assert [c for c in simple if columns_of(c) != wcswidth(c)] == []
    assert [c for c in simple if len(list(iter_graphemes(f"{c}{c}a{c}猫{c}"))) != 6] == []


def graphemes_are_simple(character: str) -> bool:
    from attnviz.typeset import text_width

    return text_width._SIMPLE.fullmatch(character) is not None


@pytest.mark.parametrize("name", OF_SCRIPTS)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("query", [None, 1])
def test_one_head_of_tokens_of_any_script_keeps_its_width_and_its_columns(name, width, query):
    palette = Palette(THEMES["dark"], None)
    tokens = CASES[name].trace.problem.tokens
    close = closely(len(tokens), width, palette, query, tokens)

    lines = as_text(close_up_lines(close, palette, width, "en"), None).splitlines()

    assert [line for line in lines if wcswidth(line) > width] == []
    first = [re.search(r"[01]\.\d\d", line) for line in lines if re.match(r" *\d+ \S", line)]
    starts = {wcswidth(match.string[: match.start()]) for match in first if match}
    # at 40 columns shades stand in place of many numbers
    assert len(starts) == 1 or (width == 40 and not starts)
