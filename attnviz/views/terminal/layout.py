"""Blocks of lines beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from attnviz.typeset.text_width import columns_of

GAP = 3
"""Columns between two blocks."""
_FEW = 4


def packed(blocks: Sequence[list[Text]], width: int) -> Iterator[list[Text]]:
    """Blocks side by side, as many as `width` columns hold; then the next below.

    >>> wide = [Text("a" * 8)], [Text("b" * 8)]
    >>> [[line.plain for line in row] for row in packed(wide, 20)]
    [['aaaaaaaa   bbbbbbbb']]
    """
    row: list[list[Text]] = []
    used = 0
    for block in blocks:
        wide = width_of(block)
        if row and used + GAP + wide > width:
            yield beside(row)
            row, used = [], 0
        used += wide + (GAP if row else 0)
        row.append(block)
    if row:
        yield beside(row)


def beside(row: Sequence[list[Text]]) -> list[Text]:
    """Blocks side by side."""
    lines = []
    for i in range(max(len(block) for block in row)):
        line = Text()
        for j, block in enumerate(row):
            part = block[i] if i < len(block) else Text()
            line.append_text(part)
            if j < len(row) - 1:
                line.append(" " * (width_of(block) - columns_of(part.plain) + GAP))
        lines.append(line)
    return lines


def hanging_indent(first: Text, lines: Sequence[Text], by: int) -> list[Text]:
    """Lines moved in by `by` columns, with `first`, which is that wide, before the first of them."""
    return [(Text(" " * by) if i else first) + line for i, line in enumerate(lines)]


def in_columns(lines: Sequence[Text], width: int) -> list[Text]:
    """Many short lines in columns, read downwards; a few stay one below the other."""
    count = (width + GAP) // (width_of(lines) + GAP)
    if len(lines) <= _FEW or count < 2:
        return list(lines)
    height = max(-(-len(lines) // count), _FEW)
    return beside([list(lines[i : i + height]) for i in range(0, len(lines), height)])


def width_of(block: Sequence[Text]) -> int:
    """Columns of the longest line."""
    return max((columns_of(line.plain) for line in block), default=0)
