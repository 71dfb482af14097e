"""A storyboard as a document in one of the registered formats, such as Markdown or LaTeX."""

from __future__ import annotations

from collections.abc import Sequence

from attnviz.core.argument_kinds import checked_arguments
from attnviz.story.storyboard import Storyboard
from attnviz.views.document.formats import format_named


@checked_arguments
def markup(storyboard: Storyboard, format: str, steps: Sequence[str] | None = None) -> str:
    """The storyboard in Markdown (as GitHub reads it) or as a complete LaTeX document, ending in a line break.

    `format` is one of `attnviz.views.document.formats.format_names()`. `steps` are the ids of the steps to write, None
    is all; they come in the order of the lesson. Matrices of more than 24 rows or columns are cut to the worked query
    and its keys, and say so.

    Raises InputError for a format or a step that does not exist.

    >>> from attnviz import self_attention
    >>> from attnviz.lessons.self_attention.steps import self_attention_storyboard
    >>> board = self_attention_storyboard(self_attention([[1.0]], [[2.0]], [[3.0]], [[4.0]]))
    >>> print(markup(board, "markdown", ["inputs"]).splitlines()[2])
    ## 1. Inputs
    """
    return format_named(format).write(storyboard, steps)
