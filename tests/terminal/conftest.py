from collections.abc import Callable

import pytest

from attnviz.core.self_attention import trace_of
from attnviz.inputs import InputRequest, problem_from
from attnviz.lessons.self_attention.steps import self_attention_storyboard
from attnviz.story.storyboard import Storyboard
from attnviz.theme import THEMES
from attnviz.views.terminal.colour import Palette
from attnviz.views.terminal.page import pages
from attnviz.views.terminal.page_context import PageContext


def storyboard_of(request: InputRequest, **options: object) -> Storyboard:
    return self_attention_storyboard(trace_of(problem_from(request)), **options)


def context_of(storyboard, width=80, depth=None, theme="dark") -> PageContext:
    return PageContext(storyboard, Palette(THEMES[theme], depth), width)


@pytest.fixture(scope="session")
def board() -> Callable[..., Storyboard]:
    """Makes the storyboard of an input request: `board(text="a b", language="zh")`."""
    options = {"query", "language", "precision", "rounding"}

    def make(**asked):
        told = {name: asked.pop(name) for name in options & asked.keys()}
        return storyboard_of(InputRequest(**asked), **told)

    return make


@pytest.fixture(scope="session")
def page_context() -> Callable[..., PageContext]:
    """Makes the page_context of a storyboard: `page_context(board, width, depth, theme)`."""
    return context_of


@pytest.fixture(scope="session")
def shown() -> Callable[..., list[str]]:
    """The lines of all pages as plain text: `shown(board, width, depth)`."""

    def make(storyboard, width=80, depth=None, chosen=None):
        told = pages(context_of(storyboard, width, depth), chosen)
        return [line.plain.rstrip() for page in told for line in page]

    return make
