"""Tokens of every script are whole in documents and pictures."""

import io
import re
import unicodedata
from functools import partial
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from bidi import get_display
from markdown_it import MarkdownIt
from PIL import Image
from wcwidth import iter_graphemes

from attnviz.survey.head_detail import head_detail
from attnviz.survey.heads import Survey, measured_head
from attnviz.theme import THEMES
from attnviz.typeset.directions import isolated
from attnviz.typeset.fonts import Weight, check_characters, shape
from attnviz.typeset.line_breaks import break_lines, roomy_width
from attnviz.views.document.markup import markup
from attnviz.views.picture.drawing import TextLine
from attnviz.views.picture.head import BLOCKS, head_drawing
from attnviz.views.picture.png import png
from attnviz.views.picture.svg import svg
from tests.cases import CASES

OF_SCRIPTS = ("Arabic", "Hebrew", "Hindi", "Thai", "Chinese", "emoji", "combining marks")
DRAWN = ("Arabic", "Hebrew", "Hindi", "Thai", "Chinese")


def tokens_of(name: str) -> tuple[str, ...]:
    return tuple(CASES[name].trace.problem.tokens)


@pytest.mark.parametrize("name", OF_SCRIPTS)
def test_markdown_has_each_token_whole_in_a_cell_of_its_own(name):
    text = markup(CASES[name].storyboard(language="en"), "markdown")

    parsed = MarkdownIt("commonmark").enable("table").parse(text)
    cells = [
        inner.content
        for opening, inner in pairwise(parsed)
        if opening.type in ("th_open", "td_open")
    ]
    for token in tokens_of(name):
        assert any(token in cell.split() or cell.endswith(token) for cell in cells), token


@pytest.mark.parametrize("name", ["Arabic", "Hebrew", "scripts beside each other"])
def test_a_reader_that_turns_text_leaves_all_else_of_a_line_of_markdown_in_its_place(name):
    text = markup(CASES[name].storyboard(language="en"), "markdown")
    prose = [line for line in text.split("\n") if "\u2068" in line]
    bare = [re.sub("[\u2068\u2069]", "", line) for line in prose]

    assert any("(“" in line for line in prose)
    assert not any(line.startswith("|") for line in prose)
    assert [isolated(line) for line in bare] == prose
    assert all(in_order(line, get_display(line, base_dir="L")) for line in prose)


def test_without_isolates_such_a_reader_moves_words_of_markdown():
    text = markup(CASES["scripts beside each other"].storyboard(language="en"), "markdown")
    lines = [line for line in text.split("\n") if "\u2068" in line]
    bare = [re.sub("[\u2068\u2069]", "", line) for line in lines]

    assert not all(
        in_order(line, get_display(alone, base_dir="L"))
        for line, alone in zip(lines, bare, strict=True)
    )


def in_order(line: str, shown: str) -> bool:
    """Tells whether what stands outside isolates is shown as it is, and in its order."""
    places = [shown.find(each) for each in re.split("\u2068[^\u2069]*\u2069", line) if each.strip()]
    return -1 not in places and places == sorted(places)


@pytest.mark.parametrize("name", ["Hindi", "Thai", "Chinese", "emoji", "two heads"])
def test_a_document_without_such_words_has_no_isolate(name):
    text = markup(CASES[name].storyboard(language="en"), "markdown")

    assert "\u2068" not in text


def codes_of(token: str) -> str:
    return "".join(f"\\texttt{{U+{ord(each):04X}}}" for each in token)


@pytest.mark.parametrize(
    ("name", "script"),
    [("Arabic", "Arabic"), ("Hebrew", "Hebrew"), ("Hindi", "Devanagari"), ("Thai", "Thai")],
)
def test_latex_has_each_word_whole_for_engines_that_can_set_it_and_its_codes_for_others(
    name, script
):
    text = markup(CASES[name].storyboard(language="en"), "latex")

    for token in map(partial(unicodedata.normalize, "NFC"), tokens_of(name)):
        assert f"\\otherscript{{{script}}}{{{token}}}{{{codes_of(token)}}}" in text
    before, body = text.split("\\begin{document}")
    # nothing stands alone that pdfLaTeX would have to set
    assert re.sub(r"\\otherscript\{\w+\}\{[^}]*\}", "", body).isascii()
    assert before.isascii()
    assert len(re.findall(r"\\if[A-Za-z]+", before)) == len(re.findall(r"\\fi(?![A-Za-z])", before))
    assert before.count(f"\\tryfont{{{script}}}") >= 2
    assert before.count("\\tryfont{") == before.count(f"\\tryfont{{{script}}}")
    assert ("\\fromright{#1}" in before) is (script in ("Arabic", "Hebrew"))


def test_latex_writes_the_code_of_what_no_engine_has_a_font_for_and_says_so_once():
    text = markup(CASES["emoji"].storyboard(language="en"), "latex")

    assert text.isascii()
    assert all(codes_of(token) in text for token in tokens_of("emoji"))
    assert text.count("% A character that there is no font for is written as its code point") == 1
    assert "\\otherscript" not in text


@pytest.mark.parametrize("name", ["two heads", "Chinese"])
def test_latex_loads_nothing_for_scripts_that_are_not_there(name):
    text = markup(CASES[name].storyboard(language="en"), "latex")

    assert "otherscript" not in text and "code point" not in text


def picture_of(name: str):
    tokens = tokens_of(name)
    n = len(tokens)
    weights = np.random.default_rng(0).dirichlet(np.full(n, 0.5), n)
    head = measured_head(weights, (3, 1), tokens, (), None, None, BLOCKS)
    survey = Survey("a model", "0123456789abcdef" * 4, tokens, (head,), None, layer=3)
    return head_drawing(head_detail(weights, survey, (), None, None), THEMES["dark"], "en")


@pytest.mark.parametrize("name", OF_SCRIPTS)
def test_svg_has_each_token_whole(name):
    root = ElementTree.fromstring(svg(picture_of(name)))

    texts = " ".join("".join(each.itertext()) for each in root.iter())
    assert [token for token in tokens_of(name) if token not in texts] == []


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_has_room_for_each_token_and_draws_it(name):
    drawing = picture_of(name)

    check_characters(drawing.texts)
    lines = [each for each in drawing.shapes if isinstance(each, TextLine)]
    for token in tokens_of(name):
        assert any(token in line.text for line in lines)
        assert shape(token, Weight.MEDIUM).width <= roomy_width(token, 1) * 1.05

    def outlined(text):
        shaped = shape(text, Weight.MEDIUM)
        return shaped.outlines, shaped.width

    with Image.open(io.BytesIO(png(drawing, outlined))) as picture:
        assert len(picture.convert("L").getcolors(maxcolors=256) or ()) > 2


@pytest.mark.parametrize("text", ["👨‍👩‍👧‍👦🏳️‍🌈👍🏽🇩🇪", "हिन्दीक्षत्रिय", "น้ำใจ", "e\u0301te\u0301"])
@pytest.mark.parametrize("width", [1, 9, 15])
def test_a_line_of_a_picture_is_broken_between_graphemes(text, width):
    lines = break_lines(text, width, 10)

    assert [each for line in lines for each in iter_graphemes(line)] == list(iter_graphemes(text))
    assert len(lines) > 1
