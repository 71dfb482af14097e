"""Exhibits: those of one line side by side where they fit, with their joints between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, TypeAlias

from rich.text import Text

from attnviz.records import record
from attnviz.story.exhibits import Exhibit, Field, Plot, Region, Table
from attnviz.story.handlers import Handlers
from attnviz.story.matrix import Matrix
from attnviz.typeset.text_width import columns_of
from attnviz.views.terminal.field import field
from attnviz.views.terminal.grid import grid
from attnviz.views.terminal.heatmap import is_too_large
from attnviz.views.terminal.layout import GAP, width_of
from attnviz.views.terminal.lines import styled
from attnviz.views.terminal.matrices import caption, matrices
from attnviz.views.terminal.page_context import PageContext
from attnviz.views.terminal.plot import plot
from attnviz.views.terminal.strips import are_strips
from attnviz.views.terminal.table import table
from attnviz.views.terminal.wrapping import widest_word, wrapped_prose

_LEAST_SHARE = 36
"""Columns below which a plot, a table or a field does not share its line."""
_LEAST_NAME = 24
"""Columns that a name may take above an exhibit that is narrower."""
_LONGEST_JOINT = 8
"""A longer one is written above its exhibit."""
_MOST_HEADINGS = 2
"""Lines above the rows of a matrix: the symbols of its columns, and their tokens."""


@record(eq=False)
class ExhibitLines:
    """An item as lines, each at most `PageContext.inner` columns wide."""

    body: list[Text]
    head: tuple[Text, ...] = ()
    """Lines above it that are not level with the rows of neighbours."""


Draw: TypeAlias = Callable[[Any, Exhibit, PageContext, int], ExhibitLines]
"""Draws an item: (item, its exhibit, the page, how many exhibits its line has)."""

_DRAW = Handlers[Draw]("attnviz.views.terminal.exhibits.register")
register = _DRAW.register
"""Adds a type of exhibit to this view: `register(Kind, draw)`, a `Draw`."""


def exhibits(shown: Sequence[Exhibit], context: PageContext) -> list[Text]:
    """The lines of exhibits that are shown at the same time, each at most `context.inner` columns.

    Raises UnknownExhibitError for a type that is not registered.
    """
    lines: list[Text] = []
    for _, group in groupby(shown, key=lambda exhibit: exhibit.line):
        line = list(group)
        blocks = [_block(exhibit, len(line), context) for exhibit in line]
        for row in _packed(blocks, context.inner):
            lines += [Text(), *_beside(row)] if lines else _beside(row)
    return lines


@record(eq=False)
class _Block:
    """An exhibit as lines: those above it, and itself."""

    joint: Text
    head: list[Text]
    body: list[Text]

    @property
    def width(self) -> int:
        return max(width_of(self.head), width_of(self.body))

    def lead(self, first: bool) -> int:
        """Columns before the block: its joint, with a gap on both sides or, at the edge, after it."""
        if not self.joint.plain:
            return 0 if first else GAP
        return columns_of(self.joint.plain) + (1 if first else 2)


def _block(exhibit: Exhibit, count: int, context: PageContext) -> _Block:
    """One of `count` exhibits of a line."""
    joint = styled(exhibit.joint, context.palette.text(None, bold=True))
    above: list[Text] = []
    if columns_of(joint.plain) > _LONGEST_JOINT:
        above, joint = wrapped_prose(joint, context.inner), Text()
    elif joint.plain:
        context = _narrowed(context, context.inner - columns_of(joint.plain) - 1)
    drawn = _DRAW.of(exhibit.item)(exhibit.item, exhibit, context, count)
    head = list(drawn.head)
    if exhibit.name:
        name = styled(" ".join(exhibit.name.split()), context.palette.text(None, bold=True))
        wide = max(width_of(head), width_of(drawn.body), _LEAST_NAME, widest_word(name.plain))
        head = wrapped_prose(name, min(wide, context.inner)) + head
    return _Block(joint, above + head, drawn.body)


def _narrowed(context: PageContext, inner: int) -> PageContext:
    return replace(context, width=context.width - context.inner + inner)


@_DRAW.handles(Matrix)
def _matrix(matrix: Matrix, exhibit: Exhibit, context: PageContext, count: int) -> ExhibitLines:
    """Caption and headings of a matrix, and its rows."""
    if exhibit.head is not None:  # its name says so already
        matrix = replace(matrix, head=None)
    if is_too_large(matrix) or are_strips(matrix):
        return ExhibitLines(matrices([matrix], context) + _marked(exhibit.marks, context))
    head = wrapped_prose(caption(matrix, context), context.inner)
    lines = grid(matrix, context, exhibit.marks)
    headings = len(lines) - matrix.shape[0]
    if headings > _MOST_HEADINGS:  # cut into blocks of columns, each with headings of its own
        return ExhibitLines(lines, tuple(head))
    return ExhibitLines(lines[headings:], (*head, *lines[:headings]))


@_DRAW.handles(Plot)
def _plot(item: Plot, exhibit: Exhibit, context: PageContext, count: int) -> ExhibitLines:
    return _sharing(lambda page: plot(item, page), context, count)


@_DRAW.handles(Table)
def _table(item: Table, exhibit: Exhibit, context: PageContext, count: int) -> ExhibitLines:
    return _sharing(lambda page: table(item, page), context, count)


@_DRAW.handles(Field)
def _field(item: Field, exhibit: Exhibit, context: PageContext, count: int) -> ExhibitLines:
    return _sharing(lambda page: field(item, page), context, count)


def _sharing(
    lines: Callable[[PageContext], list[Text]], context: PageContext, count: int
) -> ExhibitLines:
    """Lines in an equal share of the page, or in all of it where they need more room than that."""
    body = lines(context)
    share = (context.inner - (count - 1) * GAP) // count
    if count > 1 and share >= _LEAST_SHARE:
        narrow = lines(_narrowed(context, share))
        # Side by side only where it costs nothing: no line is broken, no position left out.
        body = narrow if len(narrow) == len(body) else body
    return ExhibitLines(body)


def _marked(marks: Sequence[Region], context: PageContext) -> list[Text]:
    """Marks in words, where a matrix is shown without its entries; those of the same rows in one sentence."""
    by_rows: dict[tuple[int, int], list[str]] = {}
    for mark in marks:
        by_rows.setdefault(mark.rows, []).append(_range_text(mark.columns))
    lines: list[Text] = []
    for rows, columns in by_rows.items():
        said = context.phrase("marked", rows=_range_text(rows), columns=", ".join(columns))
        lines += wrapped_prose(styled(said, context.palette.dim), context.prose)
    return lines


def _range_text(ends: tuple[int, int]) -> str:
    """Half-open positions, counted from 0, as they are said: from 1, with the last."""
    start, end = ends
    return f"{start + 1}–{end}" if end > start + 1 else f"{end}"


def _packed(blocks: Sequence[_Block], width: int) -> Iterator[list[_Block]]:
    """The blocks in rows, each as many as fit side by side."""
    row: list[_Block] = []
    used = 0
    for block in blocks:
        if row and used + block.lead(first=False) + block.width > width:
            yield row
            row, used = [], 0
        used += block.lead(first=not row) + block.width
        row.append(block)
    yield row


def _beside(row: Sequence[_Block]) -> list[Text]:
    """Blocks side by side, their first rows in one line.

    A joint is at half the height of the lower neighbour; that of the first block, which has none, above its rows.
    """
    heads = max(len(block.head) for block in row)
    lines: list[Text] = []
    for i, block in enumerate(row):
        lower = min(len(each.body) for each in row[max(i - 1, 0) : i + 1])
        # at the edge it would look like the mark of a row
        middle = heads + (lower - 1) // 2 if i else 0
        own = [Text()] * (heads - len(block.head)) + block.head + block.body
        lines += [Text() for _ in range(len(own) - len(lines))]
        start, lead = width_of(lines), block.lead(first=i == 0)
        for j, part in enumerate(own):
            joint = block.joint if j == middle else Text()
            if not part.plain and not joint.plain:
                continue
            blank = start - columns_of(lines[j].plain) + (1 if joint.plain and i else 0)
            after = lead - columns_of(joint.plain) - (1 if joint.plain and i else 0)
            lines[j] = Text().join([lines[j], Text(" " * blank), joint, Text(" " * after), part])
    return lines
