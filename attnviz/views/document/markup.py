"""A storyboard as a document that is written in characters: Markdown or LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attnviz.errors import unknown_name
from attnviz.story.storyboard import Storyboard
from attnviz.views.document.latex import latex
from attnviz.views.document.markdown import markdown
from attnviz.views.document.outline import Outline, outline_of

_WRITERS: dict[str, Callable[[Outline], str]] = {"markdown": markdown, "latex": latex}
FORMATS = tuple(_WRITERS)


def markup(storyboard: Storyboard, format: str, steps: Sequence[str] | None = None) -> str:
    """The storyboard in Markdown (as GitHub reads it) or as a complete LaTeX document, ending in a line break.

    `steps` are the ids of those wanted, None is all; they come in the order of the lesson. Matrices of more than 24
    rows or columns are cut to what the worked row is about, and say so.

    Raises InputError for a format or a step that does not exist.

    >>> from attnviz import self_attention
    >>> from attnviz.lessons.self_attention.steps import self_attention_storyboard
    >>> board = self_attention_storyboard(self_attention([[1.0]], [[2.0]], [[3.0]], [[4.0]]))
    >>> print(markup(board, "markdown", ["inputs"]).splitlines()[2])
    ## 1. Inputs
    """
    if format not in _WRITERS:
        raise unknown_name("format", format, FORMATS)
    return _WRITERS[format](outline_of(storyboard, steps))
