"""A receptive field as rows of ● and ○."""

from __future__ import annotations

from rich.text import Text

from attnviz.story.exhibits import Field
from attnviz.story.field_lines import field_lines
from attnviz.typeset.text_width import columns_of
from attnviz.views.terminal.lines import styled
from attnviz.views.terminal.page_context import PageContext
from attnviz.views.terminal.wrapping import wrapped_prose


def field(item: Field, context: PageContext) -> list[Text]:
    """The lines of a field: what is lit in its role's colour, what is not dim, and what is left out in words."""
    palette = context.palette
    written = field_lines(item, context.inner, context.words)
    lines: list[Text] = []
    for runs in written.lines:
        line = Text()
        for run in runs:
            line.append(run.text, palette.dim if run.role is None else palette.text(run.role))
        lines += (
            [line]
            if columns_of(line.plain) <= context.inner
            else wrapped_prose(line, context.inner)
        )
    if written.shown_positions:
        lines += wrapped_prose(styled(written.shown_positions, palette.dim), context.prose)
    return lines
