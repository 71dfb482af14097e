"""The formats of `attnviz explain`: a document that the package learns to write needs no change here."""

from collections.abc import Sequence

import pytest

from attnviz.cli.explain.formats import format_of, suffixes
from attnviz.errors import InputError
from attnviz.story.storyboard import Storyboard
from attnviz.views.document import formats


def _heading(storyboard: Storyboard, steps: Sequence[str] | None) -> str:
    return f"<h1>{storyboard.title}</h1>\n"


@pytest.fixture
def html(monkeypatch):
    """A further document format, as a program might add it."""
    monkeypatch.setattr(formats, "_REGISTERED", {})
    formats.register_format(formats.DocumentFormat("html", (".html",), _heading, "a heading"))


@pytest.mark.parametrize(
    ("output", "format"),
    [
        ("-", "text"),
        ("page.txt", "text"),
        ("trace.JSON", "json"),
        ("page.md", "markdown"),
        ("page.markdown", "markdown"),
        ("page.tex", "latex"),
    ],
)
def test_a_suffix_says_the_format(output, format):
    assert format_of(output) == format


def test_an_unknown_suffix_is_refused_with_all_that_are_known(html):
    with pytest.raises(InputError) as caught:
        format_of("page.doc")

    known = [each for of_format in suffixes().values() for each in of_format if each]
    assert {".txt", ".json", ".md", ".tex", ".html"} <= set(known)
    assert str(caught.value) == (
        f"page.doc: no format has the suffix '.doc': use one of {' '.join(known)}, or --format"
    )


def test_a_film_is_made_by_render():
    with pytest.raises(InputError, match=r"x\.mp4: \.mp4 is a film: make it with attnviz render"):
        format_of("x.mp4")


def test_a_new_document_format_is_written_by_its_suffix_and_by_its_name(attnviz, work, html):
    assert attnviz("explain", "-o", "page.html").status == 0
    assert attnviz("explain", "--format", "html").out == (work / "page.html").read_text()
    assert (work / "page.html").read_text() == "<h1>Self-attention</h1>\n"
    assert f"[{'|'.join(suffixes())}]" in attnviz("explain", "--help").out


def test_a_format_that_nobody_writes_is_refused_with_those_that_there_are(attnviz):
    refusal = attnviz("explain", "--format", "html").refusal

    assert "'html' is not one of 'text', 'json', 'markdown', 'latex'" in refusal
