"""The symbols in formulas and words (q₁, W_Q, Kᵀ) in the colours of their roles."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from attnviz.story.caption_tokens import Run, read_mathematics, runs_of
from attnviz.story.captions import caption
from attnviz.views.terminal.colour import Palette


def coloured_formula(formula: str, palette: Palette) -> Text:
    """A formula in plain Unicode, its matrices and entries coloured."""
    if palette.depth is None:
        return Text(formula)
    return _coloured(runs_of(read_mathematics(formula)), palette)


def coloured_words(said: str, palette: Palette) -> Text:
    """Words, the symbols among them coloured."""
    if palette.depth is None:
        return Text(str(said))
    return _coloured(caption(said).runs, palette)


def _coloured(runs: Iterable[Run], palette: Palette) -> Text:
    text = Text()
    for run in runs:
        text.append(run.text, None if run.role is None else palette.text(run.role))
    return text
