"""Every case goes through every view; for films see tests/film/test_planning.py."""

import json
import re
import unicodedata

import pytest
from markdown_it import MarkdownIt
from rich.cells import cell_len

from attnviz import Trace, lesson
from attnviz.theme import THEMES
from attnviz.views.document.formats import format_names
from attnviz.views.document.lesson_json import storyboard_json
from attnviz.views.document.markup import markup
from attnviz.views.terminal.colour import Palette
from attnviz.views.terminal.page import pages
from attnviz.views.terminal.page_context import PageContext
from attnviz.views.terminal.show import as_text
from tests.cases import CASES, MAIN, Case, ten_thousand

PLAIN = Palette(THEMES["dark"], None)


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


def controls(text: str) -> set[str]:
    """What no terminal and no document may be given: escapes, overrides of direction, halves of characters."""
    return {
        repr(c)
        for c in text
        if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c not in "\n\u200d"
    }


def without_isolates(text: str) -> str:
    """Words from right to left stand in isolates, each of which ends in its line."""
    return re.sub("\u2068([^\u2066-\u2069\n]*)\u2069", r"\1", text)


def wider(text: str, width: int) -> list[str]:
    return [line for line in text.split("\n") if cell_len(line) > width]


def solid(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(("width", "language"), [(40, "en"), (80, "zh"), (120, "en")])
def test_a_page_has_every_step_within_its_width_and_no_control_character(case, width, language):
    board = case.storyboard(language=language)

    text = "".join(as_text(page, None) for page in pages(PageContext(board, PLAIN, width)))

    assert controls(without_isolates(text)) == set()
    assert wider(text, width) == []
    assert [step.id for step in board.steps if solid(step.title) not in solid(text)] == []


def test_markdown_has_a_heading_a_step_and_no_html(case):
    board = case.storyboard()

    text = markup(board, "markdown")

    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    assert sum(each.type == "heading_open" and each.tag == "h2" for each in tokens) >= len(
        board.steps
    )
    assert {each.type for each in (*tokens, *inline)} & {"html_block", "html_inline"} == set()
    assert controls(without_isolates(text)) == set()


@pytest.mark.parametrize(
    "name", ["illustrated", "markup", "emoji", "Arabic", "two heads, nothing to see"]
)
@pytest.mark.parametrize("format", format_names())
def test_every_document_format_writes_every_step_in_lines_without_control_characters(name, format):
    board = CASES[name].storyboard()

    text = markup(board, format)

    assert text.endswith("\n")
    assert controls(without_isolates(text)) == set()
    assert len(text.splitlines()) > len(board.steps)


def test_latex_closes_what_it_opens_and_says_nothing_that_it_cannot_set(case):
    text = markup(case.storyboard(), "latex")

    open_: list[str] = []
    for kind, name in re.findall(r"(?<!\\)\\(begin|end)\{(\w+\*?)\}", text):
        if kind == "begin":
            open_.append(name)
        else:
            assert open_.pop() == name
    assert open_ == []
    assert controls(text) == set()


def test_json_has_every_step_with_its_words(case):
    board = case.storyboard()

    body = json.loads(storyboard_json(board), parse_constant=lambda word: pytest.fail(word))

    assert [each["id"] for each in body["steps"]] == [step.id for step in board.steps]
    assert [each["narration"] for each in body["steps"]] == [dict(s.narration) for s in board.steps]


@pytest.mark.parametrize("name", MAIN)
def test_the_data_of_a_case_are_its_trace(name):
    trace = CASES[name].trace

    assert Trace.from_json(trace.to_json()) == trace


@pytest.mark.hostile
def test_ten_thousand_tokens_are_explained():
    board = lesson(trace=ten_thousand(), query=5)

    text = "".join(as_text(page, None) for page in pages(PageContext(board, PLAIN, 80)))

    assert wider(text, 80) == []
    assert "row 6 of 10000" in text
