"""A matrix as a grid of shaded numbers, cut into blocks of columns where it is wider than the page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from rich.style import Style
from rich.text import Text

from attnviz.core.arrays import FloatArray
from attnviz.records import record
from attnviz.story.exhibits import Region
from attnviz.story.labels import LONGEST
from attnviz.story.matrix import Label, Matrix
from attnviz.typeset.text_width import columns_of, cut_to_columns
from attnviz.views.terminal.lines import by_point, filled, styled
from attnviz.views.terminal.page_context import PageContext

_MARK = "▸"
_PAD = 1
_HEADING = 8
"""Columns that a token may take above a column of numbers."""
_SHORTEST_TOKEN = 6


def grid(matrix: Matrix, context: PageContext, marks: Sequence[Region] = ()) -> list[Text]:
    """The lines of a matrix, without its caption. All numbers are aligned by their decimal point.

    Marked blocks are put in brackets, row by row.
    """
    texts = _aligned(context.storyboard.numbers.cells(matrix))
    body = _Grid(matrix, texts, _shares(matrix.values), context, tuple(marks))
    blocks = body.blocks()
    if len(blocks) == 1:
        return body.lines(blocks[0])
    lines: list[Text] = []
    for block in blocks:
        where = context.phrase(
            "columns" if len(block) > 1 else "column",
            first=block.start + 1,
            last=block.stop,
            count=matrix.shape[1],
        )
        lines += [styled(where, context.palette.dim), *body.lines(block)]
    return lines


def _aligned(cells: Sequence[Sequence[str]]) -> list[list[str]]:
    """All texts of the same width, their decimal points at the same place."""
    every = iter(by_point([text for row in cells for text in row]))
    return [[next(every) for _ in row] for row in cells]


def _shares(values: FloatArray) -> FloatArray:
    """The magnitude of each entry as a share of the largest, 0 to 1; −1 where it is hidden."""
    magnitudes = np.where(np.isfinite(values), np.abs(values), 0.0)
    largest = magnitudes.max(initial=0.0)
    shares: FloatArray = magnitudes / largest if largest > 0 else magnitudes
    return np.where(np.isneginf(values), -1.0, shares)


@record(eq=False)
class _Grid:
    matrix: Matrix
    texts: list[list[str]]
    shares: FloatArray
    context: PageContext
    marks: tuple[Region, ...]

    def blocks(self) -> list[range]:
        """The columns in as few blocks as fit the page, of equal width where that fits too."""
        room, count = self.context.inner - self._label_width, len(self._widths)
        blocks, start, used = [], 0, 0
        for j, width in enumerate(self._widths):
            if used and used + width > room:
                blocks.append(range(start, j))
                start, used = j, 0
            used += width
        blocks.append(range(start, count))
        each = max(-(-count // len(blocks)), 1)
        even = [range(start, min(start + each, count)) for start in range(0, count, each)]
        fits = all(sum(self._widths[j] for j in block) <= room for block in even)
        return even if fits and count else blocks

    def lines(self, block: range) -> list[Text]:
        heading = self._heading(block) if self.matrix.columns else []
        return heading + [self._row(i, block) for i in range(self.matrix.shape[0])]

    @property
    def _number_width(self) -> int:
        return len(self.texts[0][0]) if self.texts and self.texts[0] else 0

    @cached_property
    def _widths(self) -> list[int]:
        """Columns that each column of the matrix takes, with its padding."""
        heads = [
            max(columns_of(label.symbol), columns_of(_heading_token(label)))
            for label in self.matrix.columns
        ] or [0] * self.matrix.shape[1]
        return [max(self._number_width, head) + 2 * _PAD for head in heads]

    @cached_property
    def _label_parts(self) -> tuple[int, int, int]:
        """Columns of the mark, the symbols and the tokens before each row."""
        labels = self.matrix.rows
        marked = any(self.context.is_worked(label, self.matrix) for label in labels)
        mark = len(_MARK) + 1 if marked else 0
        symbols = max((columns_of(label.symbol) for label in labels), default=0)
        longest = max((columns_of(label.token or "") for label in labels), default=0)
        widest = max(self._widths, default=0)
        room = self.context.inner - mark - symbols - 2
        # Tokens give way, down to a readable start, before columns go into another block.
        width = min(longest, LONGEST, max(room - sum(self._widths), _SHORTEST_TOKEN))
        tokens = min(width, room - widest)
        return mark, symbols, tokens if tokens > 1 else 0

    @property
    def _label_width(self) -> int:
        mark, symbols, tokens = self._label_parts
        gap = 1 if symbols else 0
        return mark + symbols + gap + (tokens + gap if tokens else 0)

    def _heading(self, block: range) -> list[Text]:
        """The symbols of the columns, and their tokens where they have any."""
        labels = self.matrix.columns
        names = Text(" " * self._label_width)
        tokens = names.copy()
        for j in block:
            width, style = self._widths[j], self.context.palette.text(labels[j].role)
            names.append(_centred(labels[j].symbol, width), style)
            tokens.append(_centred(_heading_token(labels[j]), width))
        return [names, tokens] if any(labels[j].token for j in block) else [names]

    def _row(self, i: int, block: range) -> Text:
        line = self._label(self.matrix.rows[i]) if self.matrix.rows else Text()
        for j in block:
            line.append(self._cell(i, j, block), self._style(i, j))
        return line

    def _cell(self, i: int, j: int, block: range) -> str:
        """The number, with the brackets of marks that begin or end here; a mark cut by the page ends with the block."""
        cell = _centred(self.texts[i][j], self._widths[j])
        before = (self._widths[j] - self._number_width + 1) // 2
        after = before + self._number_width
        for columns in self._marked(i, block):
            if columns[0] == j:
                cell = f"{cell[: before - 1]}[{cell[before:]}"
            if columns[-1] == j:
                cell = f"{cell[:after]}]{cell[after + 1 :]}"
        return cell

    def _marked(self, i: int, block: range) -> list[range]:
        """The marked stretches of a row of a block; marks that share an entry are one."""
        stretches: list[range] = []
        for start, stop in sorted(m.columns for m in self.marks if i in range(*m.rows)):
            start, stop = max(start, block.start), min(stop, block.stop)
            if stretches and start < stretches[-1].stop:
                start, stop = stretches[-1].start, max(stop, stretches.pop().stop)
            if start < stop:
                stretches.append(range(start, stop))
        return stretches

    def _label(self, label: Label) -> Text:
        mark, symbols, tokens = self._label_parts
        worked = self.context.is_worked(label, self.matrix)
        palette = self.context.palette
        line = Text()
        if mark:
            line.append(filled(_MARK if worked else "", mark), palette.text(label.role))
        style, token = palette.text(label.role, bold=worked), label.token or ""
        if tokens < columns_of(token) <= symbols - columns_of(label.symbol) + tokens:
            # out of line with the other tokens, but whole
            line.append(f"{label.symbol} ", style)
            return line.append(filled(token, symbols - columns_of(label.symbol) + tokens + 1))
        line.append(filled(label.symbol, symbols + 1), style)
        if tokens:
            line.append(filled(cut_to_columns(token, tokens), tokens + 1))
        return line

    def _style(self, i: int, j: int) -> Style:
        share = float(self.shares[i, j])
        palette = self.context.palette
        return palette.hidden if share < 0 else palette.cell(self.matrix.role, share)


def _heading_token(label: Label) -> str:
    return cut_to_columns(label.token or "", _HEADING)


def _centred(text: str, width: int) -> str:
    before = (width - columns_of(text) + 1) // 2
    return filled(" " * before + text, width)
