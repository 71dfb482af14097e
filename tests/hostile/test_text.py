"""Titles, tokens, file names and provenance of a stranger do nothing to a screen, a browser or a player."""

import json
import os
import pty
import re
import subprocess
import sys
import unicodedata
from dataclasses import replace
from xml.etree import ElementTree

import av
import numpy as np
import pytest
from markdown_it import MarkdownIt

import attnviz
from attnviz.errors import InputError
from attnviz.library.printing import theme_named
from attnviz.render.video.captions import TimedCaption, subrip, timed, webvtt
from attnviz.safe_text import safe_json, safe_text
from attnviz.views.document.lesson_json import storyboard_json
from attnviz.views.document.markup import markup
from attnviz.views.film.video.embedded_spec import packed
from attnviz.views.picture.drawing import SMALL, Drawing, TextLine
from attnviz.views.picture.svg import svg
from tests.render.footage import segment

EVIL = {
    "escape": "\x1b[31m\x1b]0;owned\x07",
    "C0": "".join(map(chr, (*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F))),
    "C1": "".join(map(chr, range(0x80, 0xA0))),
    "bidi": "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    "half": "\udce9\ud83d",
    "hidden": "".join(chr(0xE0000 + ord(each)) for each in "ignore this"),
}
ALL = "name" + "".join(EVIL.values()) + "end"


def unsafe_in(text):
    """The characters that something might obey, by their codes; line breaks aside."""
    return {
        f"U+{ord(each):04X}"
        for each in text
        if (unicodedata.category(each) in ("Cc", "Cs") and each != "\n")
        or unicodedata.bidirectional(each) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        or each in "\u200e\u200f\u061c"
        or 0xE0000 <= ord(each) < 0xE0080
    }  # fmt: skip


@pytest.fixture(scope="module")
def board():
    """A lesson with all of it in its title, its notes, its words and its tokens."""
    numbers = np.random.default_rng(3)
    x, *weights = (numbers.normal(size=(rows, 2)) for rows in (3, 2, 2, 2))
    trace = attnviz.self_attention(x, *weights, tokens=(ALL, "__init__", "b\u202e"))
    told = attnviz.lesson("self-attention", trace)
    steps = tuple(
        replace(each, title=ALL, narration=dict.fromkeys(each.narration, ALL))
        for each in told.steps
    )
    return replace(told, title=ALL, notes=(ALL, *told.notes), steps=steps)


@pytest.mark.parametrize("kind", EVIL)
def test_each_kind_is_replaced_and_a_text_without_any_comes_back_itself(kind):
    for character in EVIL[kind]:
        assert unsafe_in(safe_text(f"a{character}b", lines=True)) == set()
        assert unsafe_in(safe_text(f"a{character}b", named=True)) == set()
    plain = "naïve 猫 👨‍👩‍👧 🏴󠁧󠁢󠁳󠁣󠁴󠁿 न्‍ x₁ ≈ −0.5"
    assert safe_text(plain) is plain or safe_text(plain) == plain


def test_a_line_break_stays_where_lines_are_asked_for_and_is_a_blank_elsewhere():
    assert safe_text("a\nb\tc", lines=True) == "a\nb c"
    assert safe_text("a\nb\u2028c") == "a b c"


@pytest.mark.parametrize("colour", [False, True])
def test_the_terminal_shows_nothing_that_it_would_obey(board, colour):
    page = str(attnviz.explain(board, colour=colour))
    if colour:
        # the colours are ours
        page = re.sub(r"\x1b\[[\d;]*m", "", page)
    assert unsafe_in(page) == set()
    assert "name" in page


def test_rich_shows_nothing_that_it_would_obey(board):
    from rich.console import Console

    console = Console(width=100, file=open(os.devnull, "w"), record=True)  # noqa: PTH123, SIM115
    console.print(attnviz.explain(board))
    assert unsafe_in(console.export_text()) == set()


@pytest.mark.parametrize("format", ["markdown", "latex"])
def test_documents_hold_nothing_that_a_reader_would_obey(board, format):
    text = markup(board, format)
    assert unsafe_in(text) == set()
    assert text.encode("utf-8")


def test_json_says_what_was_typed_and_holds_it_as_escapes(board):
    text = storyboard_json(board)
    assert unsafe_in(text) == set()
    assert json.loads(text)["title"] == ALL
    trace = board.trace.to_json()
    assert unsafe_in(trace) == set()
    assert json.loads(trace)["tokens"] == [ALL, "__init__", "b\u202e"]
    assert board.trace.problem.tokens[0] == ALL


@pytest.mark.parametrize("text", [ALL, *EVIL.values(), "é猫👍"])
def test_escaped_json_has_the_same_value(text):
    assert json.loads(safe_json(json.dumps([text], ensure_ascii=False))) == json.loads(
        json.dumps([text])
    )


def test_svg_holds_nothing_that_a_browser_would_obey():
    theme = theme_named("light")
    line = TextLine(1, 2, ALL + "<script>", "#000000", SMALL)
    drawing = Drawing(10, 10, theme.background, ALL, (line,))
    text = svg(drawing)
    assert unsafe_in(text) == set()
    assert ElementTree.fromstring(text) is not None
    assert unsafe_in("".join(drawing.texts)) == set()


def test_a_film_shows_nothing_that_turns_the_text_beside_it_and_refuses_none_of_it(board):
    from attnviz.scenes import scene_of

    from attnviz.lessons.registry import lesson_named
    from attnviz.render.quality import QUALITIES
    from attnviz.views.film.components.text import Line
    from attnviz.views.film.film import Film
    from attnviz.views.film.production.planning import plan
    from attnviz.views.film.style import Style

    told = replace(board, brief_notes=(ALL,))
    shown = set()

    def look(scene, beat):
        parts = [part for each in scene.mobjects for part in each.get_family()]
        shown.update(each.text for each in parts if isinstance(each, Line))

    scene = scene_of(lesson_named("self-attention"))
    plan(Film(scene, told, Style(), QUALITIES["low"], only=("inputs", "scores")), look)

    assert unsafe_in("".join(shown)) == set()
    assert any(each.startswith("name\ufffd") for each in shown)


def test_captions_hold_nothing_that_a_player_would_obey():
    captions = [TimedCaption(0, 1, f"{ALL}\n{ALL}")]
    for written in (subrip(captions), webvtt(captions), *(text for *_, text in timed(captions))):
        assert unsafe_in(written) == set()
        assert "name" in written


def test_the_headers_of_a_film_hold_nothing_that_a_player_would_obey(tmp_path):
    from attnviz.render.video.container import UNDETERMINED, ChapterMark, assemble

    part, film = tmp_path / "part.mp4", tmp_path / "film.mp4"
    part.write_bytes(segment([(1, 5)]))
    assemble(
        [part],
        film,
        chapters=[ChapterMark(ALL, 0, 0.1)],
        tracks=[],
        title=ALL,
        description=f"{ALL}\nsecond",
        comment=packed(json.dumps({"schema": ALL}, ensure_ascii=False)),
        language=UNDETERMINED,
        encoding_tool="attnviz",
    )
    with av.open(str(film)) as opened:
        chapters = [each["metadata"]["title"] for each in opened.chapters()]
        said = dict(opened.metadata)
    for text in (*said.values(), *chapters):
        assert unsafe_in(text) == set()
    assert json.loads(said["comment"]) == {"schema": ALL}


def test_a_message_names_the_characters_and_is_one_line():
    error = InputError("no such file: a\x1b[31m\u202e\nb\udcff.csv")
    assert str(error) == "no such file: a\\x1b[31m\\u202e b\\udcff.csv"


@pytest.mark.parametrize(
    "name", ["__init__", "_a", "a_", "__a", "a__b", "_", "__", "a_b_c", "*__x__*", "_a_ __b__"]
)
def test_underscores_in_markdown_read_as_they_were_typed(name):
    from attnviz.views.document.writers.markdown import escaped

    (paragraph,) = [
        each for each in MarkdownIt("commonmark").parse(escaped(name)) if each.type == "inline"
    ]
    assert {each.type for each in paragraph.children} <= {"text", "text_special"}
    assert "".join(each.content for each in paragraph.children) == name


LECTURE = """title = "\\u202e{0}"
[[chapter]]
card = "{0}\\u2066"
text = "\\u202e{0}"
[[chapter]]
lesson = "self-attention"
title = "{0}\\u202e"
vectors = "{0}.csv"
"""


def on_a_pty(arguments, folder):
    """What a command writes to a terminal."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "attnviz", *arguments],
        stdin=follower, stdout=follower, stderr=follower, cwd=folder,
        env=os.environ | {"NO_COLOR": "1", "TERM": "xterm"},
    )  # fmt: skip
    os.close(follower)
    seen = b""
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        seen += part
    os.close(leader)
    process.wait()
    return seen


@pytest.mark.parametrize(
    "arguments",
    [
        ["explain", "talk.toml"],
        ["explain", "--vectors", "\x1b[31m\u202e.csv"],
        ["explain", "--vectors", "\x1b[31m\u202e.csv", "--format", "json"],
        ["explain", "--vectors", "missing\x1b[31m\u202e.csv"],
        ["explain", "--vectors", b"missing\xff.csv"],
        ["explain", "a", "--query", "\x1b[31m\u202e", "--debug"],
        ["explain", "\u202ea b", "--tokens", "\x9b31m"],
        ["new", "\u202e\x1b[31m.toml"],
    ],
)
def test_a_terminal_gets_nothing_of_it(tmp_path, arguments):
    tmp_path.joinpath("talk.toml").write_text(LECTURE.format("name"), encoding="utf-8")
    for name in ("name.csv", "\x1b[31m\u202e.csv"):
        tmp_path.joinpath(name).write_text("\u202ecat,1,2\nmat\u2066,3,4\n", encoding="utf-8")
    seen = on_a_pty(arguments, tmp_path)
    assert seen
    assert unsafe_in(seen.decode("utf-8").replace("\r\n", "\n")) == set()
    if arguments == ["explain", "talk.toml"]:
        assert "name�" in seen.decode("utf-8")
