"""Explanations for a Python program: a lesson that prints itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from attnviz.core.argument_kinds import checked_arguments
from attnviz.core.trace import Trace
from attnviz.lessons.registry import DEFAULT, build_storyboard, lesson_named
from attnviz.library.arguments import naming_arguments
from attnviz.library.lesson_options import LessonOptions
from attnviz.library.printing import (
    DEFAULT_THEME,
    NARROWEST,
    check_width,
    console_depth,
    page_width,
    screen_depth,
    text_depth,
    theme_named,
)
from attnviz.library.steps import check_step_names, chosen_steps
from attnviz.records import record
from attnviz.story.calculations import MOST
from attnviz.story.storyboard import Storyboard

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.text import Text

    from attnviz.views.terminal.colour import Depth


@record(eq=False, repr=False)
class Explanation:
    """A lesson as text. `print` writes it, a Python prompt and rich show it in the colours of the terminal."""

    storyboard: Storyboard
    steps: tuple[str, ...] | None = None
    """The steps to show; None is all."""
    width: int | None = None
    """Columns; None is those of the terminal."""
    colour: bool | None = None
    """True for colours; None is on a terminal only."""
    theme: str = DEFAULT_THEME

    def __str__(self) -> str:
        return self._text(text_depth(self.colour))

    def __repr__(self) -> str:
        return self._text(screen_depth(self.colour))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from attnviz.views.terminal.show import harmless

        width = self.width or max(options.max_width, NARROWEST)
        for page in self._pages(console_depth(console, self.colour), width):
            for line in page:
                shown = harmless(line)
                shown.no_wrap = True
                yield shown

    def _text(self, depth: Depth | None) -> str:
        from attnviz.views.terminal.show import as_text

        width = page_width(self.width)
        text = "".join(as_text(page, depth) for page in self._pages(depth, width))
        return text.rstrip("\n")  # which print adds

    def _pages(self, depth: Depth | None, width: int) -> Iterator[list[Text]]:
        from attnviz.views.terminal.colour import Palette
        from attnviz.views.terminal.page import pages
        from attnviz.views.terminal.page_context import PageContext

        palette = Palette(theme_named(self.theme), depth)
        yield from pages(PageContext(self.storyboard, palette, width), self.steps)


@checked_arguments
def explain(
    source: Trace | Storyboard | None = None,
    *,
    lesson: str | None = None,
    language: str | None = None,
    query: int | str | None = None,
    key: int | str | None = None,
    precision: int | None = None,
    rounding: str | None = None,
    seed: int | None = None,
    distance: int | None = None,
    steps: Sequence[str] = (),
    width: int | None = None,
    colour: bool | None = None,
    theme: str = DEFAULT_THEME,
) -> Explanation:
    """A lesson on a trace, as `attnviz explain` prints it: every product and sum. The result prints itself.

    `source` is a trace, or a storyboard that `attnviz.lesson` built; without it a lesson has its own input. `lesson` is
    a name of `attnviz.LESSONS`. `query` is the row worked in full and `key` the one that is followed: an index from 0,
    or a token. `language`, `precision`, `rounding`, `seed` and `distance` are those of `attnviz.lesson`; `steps` are
    the ids of those to show. `width` is columns and `colour` True or False; None is as the terminal has it. `theme` is
    "dark" or "light".

    Raises InputError for an unknown name, with the nearest, and for an argument that the lesson would not obey.

    >>> import attnviz
    >>> page = attnviz.explain(attnviz.trace("the cat sat"), query="cat", steps=["softmax"])
    >>> [line.strip() for line in str(page).splitlines() if "/ 1.88" in line]
    ['α₂₁ =    1 / 1.88 ≈ 0.53', 'α₂₂ = 0.65 / 1.88 ≈ 0.35', 'α₂₃ = 0.23 / 1.88 ≈ 0.12']
    >>> attnviz.explain(lesson="cost", language="zh").storyboard
    Storyboard(cost, zh, 5 steps)
    """
    options = LessonOptions(lesson, query, key, language, precision, rounding, seed, distance)
    theme_named(theme)
    check_width(width)
    if isinstance(source, Storyboard):
        options.check_none_given()
        board = source
    else:
        request = options.request(source, MOST)
        with naming_arguments():
            board = build_storyboard(DEFAULT if lesson is None else lesson, request)
    check_step_names(lesson_named(board.lesson), steps)
    return Explanation(board, chosen_steps(board, steps), width, colour, theme)
