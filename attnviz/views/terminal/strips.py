"""A few long vectors: each a strip of shades beside its name, as wide as the page allows."""

from __future__ import annotations

from rich.text import Text

from attnviz.story.matrix import Label, Matrix
from attnviz.story.pooled_map import pooled
from attnviz.typeset.text_width import columns_of, cut_to_columns
from attnviz.views.terminal.heatmap import MOST_ROWS
from attnviz.views.terminal.lines import filled, styled
from attnviz.views.terminal.page_context import PageContext
from attnviz.views.terminal.picture import ShadedPicture
from attnviz.views.terminal.wrapping import wrapped_prose

MOST_NUMBERS = 24
"""A vector of features with more is a strip: its single numbers say nothing that the eye could keep."""
_TOKEN = 8


def are_strips(matrix: Matrix) -> bool:
    """Tests for rows that are vectors too long to show their numbers, and few enough to have a line each."""
    rows, columns = matrix.shape
    return not matrix.columns and columns > MOST_NUMBERS and 1 <= rows <= MOST_ROWS


def strips(matrix: Matrix, context: PageContext) -> list[Text]:
    """A line a row: its name, marked if it is the one that is worked in full, and its shades; then what these mean."""
    names = [_name(label, context.is_worked(label, matrix)) for label in matrix.rows]
    margin = max(map(columns_of, names), default=-1) + 1
    parts = pooled(matrix.values, matrix.shape[0], max(context.inner - margin, 1))
    picture = ShadedPicture(matrix.role, parts.means, context.palette)
    style = context.palette.text(matrix.rows[0].role if matrix.rows else None)
    lines = [
        styled(filled(name, margin), style) + line
        for name, line in zip(names or [""] * matrix.shape[0], picture.rows(), strict=True)
    ]
    _, together = parts.block
    low, high = context.storyboard.numbers.ends(picture.low, picture.high)
    bar = styled(f"{low} ", context.palette.dim).append_text(picture.scale())
    bar.append(f" {high}", context.palette.dim)
    if together == 1:
        return [*lines, bar]
    said = context.phrase("together", count=together)
    return [*lines, bar, *wrapped_prose(styled(said, context.palette.dim), context.prose)]


def _name(label: Label, worked: bool) -> str:
    mark = "▸ " if worked else "  "
    return mark + label.symbol + (f" {cut_to_columns(label.token, _TOKEN)}" if label.token else "")
