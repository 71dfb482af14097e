"""Whole explanations, compared with files in tests/golden.

After a change that is meant: ATTNVIZ_UPDATE_GOLDENS=1 pytest tests/terminal/test_golden.py, then read the difference.
"""

import os
from itertools import product
from pathlib import Path

import pytest

from attnviz.lessons.registry import LESSONS
from attnviz.story.i18n import LANGUAGES
from attnviz.views.terminal.page import pages
from attnviz.views.terminal.show import as_text

GOLDEN = Path(__file__).parent.parent / "golden"
UPDATE = "ATTNVIZ_UPDATE_GOLDENS"
LONG = " ".join(f"w{i}" for i in range(200))

CASES = {
    "illustrated-40": ({}, 40, None),
    "illustrated-80": ({}, 80, None),
    "illustrated-120": ({}, 120, None),
    "illustrated-80-zh": ({"language": "zh"}, 80, None),
    "illustrated-80-article": ({"rounding": "article"}, 80, None),
    "illustrated-80-dark": ({}, 80, "truecolor"),
    "causal-two-heads-80": ({"example": "two-heads", "causal": True, "query": 2}, 80, None),
    "text-40": ({"text": "我 爱 猫 😀 internationally"}, 40, None),
    "long-100": ({"text": LONG, "causal": True, "query": 99}, 100, None),
}


@pytest.mark.parametrize("name", CASES)
def test_an_explanation_reads_as_it_was_approved(name, board, page_context):
    asked, width, depth = CASES[name]
    path = GOLDEN / f"explain-{name}.txt"

    text = "".join(
        as_text(page, depth) for page in pages(page_context(board(**asked), width, depth))
    )

    assert text == approved(path, text)


def approved_lessons() -> list[tuple[str, str]]:
    """The lessons and languages whose pages were approved; all of them where goldens are made anew."""
    if os.environ.get(UPDATE):
        return list(product((name for name in LESSONS if name != "self-attention"), LANGUAGES))
    names = (path.stem for path in sorted(GOLDEN.glob("lesson-*-80-*.txt")))
    return [tuple(name.removeprefix("lesson-").rsplit("-80-")) for name in names]


@pytest.mark.parametrize(("name", "language"), approved_lessons())
def test_a_lesson_reads_as_it_was_approved(name, language, default_lesson, page_context):
    text = "".join(
        as_text(page, None) for page in pages(page_context(default_lesson(name, language)))
    )

    assert text == approved(GOLDEN / f"lesson-{name}-80-{language}.txt", text)


def approved(path: Path, text: str) -> str:
    """What the file holds; the text itself becomes it where goldens are made anew."""
    if os.environ.get(UPDATE):
        assert not os.environ.get("CI"), f"{UPDATE} is for a person who reads the difference"
        path.write_text(text, encoding="utf-8", newline="\n")
    return path.read_text(encoding="utf-8")
