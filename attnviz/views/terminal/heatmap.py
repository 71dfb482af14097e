"""A matrix too large for numbers: blocks of entries, shaded, and the strongest links of a matrix of weights."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from attnviz.story.matrix import Label, Matrix
from attnviz.story.pooled_map import PooledMatrix, pooled, strongest_links
from attnviz.theme import Role
from attnviz.typeset.text_width import columns_of, cut_to_columns
from attnviz.views.terminal.layout import GAP, beside, width_of
from attnviz.views.terminal.lines import filled, styled
from attnviz.views.terminal.page_context import PageContext
from attnviz.views.terminal.picture import ShadedPicture
from attnviz.views.terminal.wrapping import wrapped_prose

MOST_ROWS, MOST_COLUMNS = 24, 64
"""A matrix with more is shown in blocks."""
_SIDE = 32
"""Blocks along each side of a matrix over all pairs of positions, and along a row over all keys."""
_LOW = 8
"""Block rows of any other matrix."""
_BESIDE = 32
"""The least columns that words need beside a picture."""

_ZOOM = 4
_LINKS = 6
_TOKEN = 10


def is_too_large(matrix: Matrix) -> bool:
    """Tests if a matrix has too many entries to show their numbers."""
    rows, columns = matrix.shape
    return rows > MOST_ROWS or columns > MOST_COLUMNS


def heatmap(matrix: Matrix, context: PageContext) -> list[Text]:
    """The lines of a matrix in blocks: the picture with its ends named, then the meaning of its shades."""
    names = _ends(matrix.rows)
    margin = max((columns_of(name) for name in names), default=-1) + 1
    parts = _pooled(matrix, context, context.inner - margin)
    picture = _picture(matrix, parts, context, context.inner - margin)
    drawn = picture.lines()
    style = context.palette.text(matrix.rows[0].role if matrix.rows else None)
    before = {0: names[0], len(drawn) - 1: names[-1]} if names else {}
    lines = [
        styled(filled(before.get(i, ""), margin), style) + line for i, line in enumerate(drawn)
    ]
    if matrix.columns:
        lines.insert(0, _column_ends(matrix, context, margin, picture.width))
        return lines + _legend(picture, parts, context, _legend_width(matrix, lines, context))
    room = context.inner - width_of(lines) - GAP
    if room < _BESIDE:
        return lines + _legend(picture, parts, context, context.prose)
    return beside([lines, _legend(picture, parts, context, min(room, context.prose))])


def links(matrix: Matrix, context: PageContext) -> list[Text]:
    """The strongest links of a matrix of weights, one a line, the strongest first."""
    found = strongest_links(matrix.values, _LINKS)
    said = context.phrase("links", shown=len(found), count=f"{matrix.values.size:,}")
    lines = wrapped_prose(styled(said, context.palette.dim), context.prose)
    ends = [(matrix.rows[each.query], matrix.columns[each.key]) for each in found]
    # The row is rounded as a whole, so that a weight reads the same here as in its row.
    weights = [
        context.storyboard.numbers.weights.row(matrix.values[each.query].tolist())[each.key]
        for each in found
    ]
    listed = _listed(ends, weights, context, _TOKEN)
    if (excess := width_of(listed) - context.inner) > 0:
        listed = _listed(ends, weights, context, _TOKEN - -(-excess // 2))
    return lines + listed


def _listed(
    ends: Sequence[tuple[Label, Label]], weights: Sequence[str], context: PageContext, token: int
) -> list[Text]:
    """Query, key and weight, a link a line; tokens are cut to `token` columns."""
    queries, keys = (
        _aligned_names([pair[side] for pair in ends], context, token) for side in (0, 1)
    )
    bold = context.palette.text(Role.WEIGHT, bold=True)
    return [
        query.append(" → ", context.palette.dim).append_text(key).append("  ").append(weight, bold)
        for query, key, weight in zip(queries, keys, weights, strict=True)
    ]


def _aligned_names(labels: Sequence[Label], context: PageContext, token: int) -> list[Text]:
    """Symbols and tokens, all of the same width; tokens are cut to `token` columns."""
    symbols = max((columns_of(label.symbol) for label in labels), default=0)
    names = [
        styled(filled(label.symbol, symbols), context.palette.text(label.role)).append(
            f" {cut_to_columns(label.token, token)}" if label.token else ""
        )
        for label in labels
    ]
    width = width_of(names)
    return [name.append(" " * (width - columns_of(name.plain))) for name in names]


def _pooled(matrix: Matrix, context: PageContext, room: int) -> PooledMatrix:
    over_pairs = bool(matrix.rows) and bool(matrix.columns)
    height = _SIDE if over_pairs else _LOW
    width = height if matrix.shape[0] > 1 and over_pairs else 2 * _SIDE
    if not context.palette.shades:
        # Two block rows share a line in colour only.
        height //= 2
    return pooled(matrix.values, height, min(room, width))


def _picture(matrix: Matrix, parts: PooledMatrix, context: PageContext, room: int) -> ShadedPicture:
    """Weights by the peak of each block, as one strong link in it matters; all else by the means."""
    values = parts.peaks if matrix.role is Role.WEIGHT else parts.means
    few = matrix.shape[0] > 1 and not matrix.columns
    zoom = max(1, min(room // values.shape[1], 3 * _LOW // values.shape[1], _ZOOM)) if few else 1
    return ShadedPicture(matrix.role, values, context.palette, zoom)


def _ends(labels: Sequence[Label]) -> list[str]:
    return [label.symbol for label in (*labels[:1], *labels[-1:][: len(labels) - 1])]


def _column_ends(matrix: Matrix, context: PageContext, margin: int, width: int) -> Text:
    first, last = (matrix.columns[i].symbol for i in (0, -1))
    between = width - columns_of(first) - columns_of(last)
    names = f"{first}{' ' * max(between, 1)}{last}"
    return Text(" " * margin).append(names, context.palette.text(matrix.columns[0].role))


def _legend_width(matrix: Matrix, lines: Sequence[Text], context: PageContext) -> int:
    """A square picture keeps its width, so that another fits beside it."""
    return context.prose if matrix.shape[0] == 1 else max(width_of(lines), _BESIDE)


def _legend(
    picture: ShadedPicture, parts: PooledMatrix, context: PageContext, width: int
) -> list[Text]:
    palette = context.palette
    low, high = context.storyboard.numbers.ends(picture.low, picture.high)
    bar = styled(f"{low} ", palette.dim).append_text(picture.scale())
    bar.append(f" {high}", palette.dim)
    rows, columns = parts.block
    kind = "peak" if picture.role is Role.WEIGHT else "mean"
    said = context.phrase(kind, rows=rows, columns=columns)
    if picture.has_gaps:
        mark = "unshaded" if palette.shades else "dotted"
        what = "nothing" if picture.role is Role.WEIGHT else "hidden"
        said += context.phrase("between_sentences") + context.phrase(
            mark, what=context.phrase(what)
        )
    if columns_of(bar.plain) + GAP + columns_of(said) <= width:
        return [bar.append(" " * GAP).append(said, palette.dim)]
    return [bar, *wrapped_prose(styled(said, palette.dim), width)]
