"""Surveys for a Python program: all heads of a trained model, printed as small maps."""

from __future__ import annotations

import os
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from attnviz.core.argument_kinds import checked_arguments
from attnviz.errors import InputError, unknown_name
from attnviz.library import head_survey
from attnviz.library.arguments import naming_arguments
from attnviz.library.printing import (
    DEFAULT_THEME,
    NARROWEST,
    check_width,
    console_depth,
    page_width,
    text_depth,
    theme_named,
)
from attnviz.records import record
from attnviz.story.i18n import LANGUAGES, language_codes
from attnviz.survey.heads import Survey

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.text import Text

    from attnviz.views.terminal.colour import Depth


@record(eq=False, repr=False)
class PrintedSurvey(Survey):
    """A survey that `print` and rich show as `attnviz heads` does."""

    language: str = LANGUAGES[0]
    width: int | None = None
    """Columns; None is those of the terminal."""
    colour: bool | None = None
    """True for colours; None is on a terminal only."""
    theme: str = DEFAULT_THEME
    top: int = 4
    """The number of heads named for each measure."""

    def __str__(self) -> str:
        from attnviz.views.terminal.show import as_text

        depth = text_depth(self.colour)
        return as_text(self._lines(depth, page_width(self.width)), depth).rstrip("\n")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = self.width or max(options.max_width, NARROWEST)
        for line in self._lines(console_depth(console, self.colour), width):
            line.no_wrap = True
            yield line

    def _lines(self, depth: Depth | None, width: int) -> list[Text]:
        from attnviz.views.terminal.colour import Palette
        from attnviz.views.terminal.heads import survey_lines

        palette = Palette(theme_named(self.theme), depth)
        return survey_lines(self, palette, width, self.language, self.top)


@checked_arguments
def heads(
    text: str | None = None,
    *,
    model: str | Path | None = None,
    attention: str | Path | None = None,
    backend: str | None = None,
    batch: int | None = None,
    words: bool = False,
    layer: int | None = None,
    query: str | None = None,
    key: str | None = None,
    language: str = LANGUAGES[0],
    width: int | None = None,
    colour: bool | None = None,
    theme: str = DEFAULT_THEME,
    top: int = 4,
) -> PrintedSurvey:
    """All heads of a trained model on a text, measured, as `attnviz heads` shows them. The result prints itself.

    `model` is a name that `attnviz models` lists, a folder, a .gguf file, or an id of the hub; or `attention` is a file
    of weights (n, n), (heads, n, n), (layers, heads, n, n) or (layers, batch, heads, n, n), of which `batch` chooses
    one text. `words` takes the pieces of a word together, `layer` is
    the only one to look at, counted from 0. `query` and `key` are tokens: heads are ranked by the weight between them
    too, the number of which is `between` of each head. `width`, `colour` and `theme` are those of `attnviz.explain`,
    `top` is how many heads are named for each measure.

    Raises InputError for what does not go together or is not there, EnvironmentFault for a model that has to be
    installed first.

    >>> import attnviz, tempfile
    >>> import numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(f"{folder}/weights.npy", np.eye(3))
    ...     survey = attnviz.heads("the cat sat", attention=f"{folder}/weights.npy")
    >>> survey
    Survey(weights.npy, 1 layer, 1 head, 3 tokens)
    >>> survey.foremost("entropy", 1)[0][0].name
    'L0H0'
    """
    from attnviz.views.terminal.heads import blocks_in

    theme_named(theme)
    check_width(width)
    if top < 1:
        raise InputError(f"top is {top}: give a whole number from 1")
    if language not in language_codes():
        raise unknown_name("language", language, language_codes())
    options = head_survey.HeadsOptions(
        text, _path(model), _path(attention), words, query, key, layer, None, backend, batch
    )
    with naming_arguments():
        found = head_survey.survey(options, partial(blocks_in, page_width(width)))
    values = {each.name: getattr(found, each.name) for each in fields(Survey)}
    return PrintedSurvey(
        **values, language=language, width=width, colour=colour, theme=theme, top=top
    )


def _path(name: str | Path | None) -> str | None:
    return None if name is None else os.fspath(name)
