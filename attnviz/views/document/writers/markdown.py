"""An outline in Markdown, as GitHub reads it: tables, code blocks that line up, formulas between $$."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from attnviz.safe_text import safe_text
from attnviz.story.handlers import Handlers
from attnviz.story.matrix import Label
from attnviz.typeset.directions import isolated
from attnviz.typeset.text_width import columns_of
from attnviz.views.document.figure_model import CharacterPicture, TextTable
from attnviz.views.document.formats import DocumentFormat
from attnviz.views.document.matrix_table import MatrixTable
from attnviz.views.document.outline import (
    Figure,
    Outline,
    Section,
    WrittenCalculation,
    outline_of,
)

_WIDEST_LINE = 100
"""Columns of a code block that GitHub shows without a scroll bar, about."""

_SPECIAL = re.compile(r"[\\*\[\]~#&<>$|`@]|(?<![^\W_])_+|_+(?![^\W_])|://|(?<=[wW]{3})\.")
_ROW = "| "
"""The beginning of each row of a table, and of no other line: text of others has no bar."""
_BACKSLASHED = frozenset("\\*[]~#_")

Write: TypeAlias = Callable[[Any, Figure], Iterator[str]]
"""(item, its figure) → blocks, which an empty line will part."""

_WRITE = Handlers[Write]("attnviz.views.document.writers.markdown.register")
register = _WRITE.register
"""Adds a type of figure to this format: `register(Kind, write)`, a `Write`."""


def markdown(outline: Outline) -> str:
    """The document. Words from right to left are isolated as on a terminal, but in cells, which stand alone."""
    lines = safe_text("\n\n".join(_blocks(outline)) + "\n", lines=True).split("\n")
    return "\n".join(line if line.startswith(_ROW) else isolated(line) for line in lines)


def escaped(text: str) -> str:
    """Text that reads as it is: no emphasis, link, tag, mention, table cell or formula begins in it.

    GitHub looks for formulas before it reads backslashes, and for mentions and links after: there only an entity helps.

    >>> escaped("*<b>* | $x$")
    '\\\\*&#60;b&#62;\\\\* &#124; &#36;x&#36;'
    """
    return _SPECIAL.sub(_harmless, text)


def _harmless(match: re.Match[str]) -> str:
    first, rest = match[0][0], match[0][1:]
    if first == "_":
        # each of them: an emphasis would begin at the one that is left
        return "\\_" * len(match[0])
    return f"\\{first}" if first in _BACKSLASHED else f"&#{ord(first)};{rest}"


def _blocks(outline: Outline) -> Iterator[str]:
    yield f"# {escaped(outline.title)}"
    if outline.warning:
        yield f"> **{escaped(_line(outline.warning))}**"
    for section in outline.sections:
        yield from _section(section)
    yield f"## {escaped(outline.notes_title)}"
    yield "\n".join(f"- {escaped(_line(note))}" for note in outline.notes)


def _line(text: str) -> str:
    return " ".join(text.split())


def _section(section: Section) -> Iterator[str]:
    yield f"## {section.number}. {escaped(section.title)}"
    if section.formula.latex:
        yield f"$$\n{section.formula.latex}\n$$"
    for paragraph in section.paragraphs:
        yield escaped(paragraph.text)
        for figure in paragraph.figures:
            yield from _WRITE.of(figure.item)(figure.item, figure)
        if paragraph.calculations:
            yield _code(paragraph.calculations)
    if section.omitted:
        yield f"*{escaped(section.omitted)}*"
    for table in section.tables:
        yield from _matrix(table)


def _heading(figure: Figure) -> str:
    return escaped(_line(f"{figure.joint} {figure.name or ''}"))


@_WRITE.handles(MatrixTable)
def _matrix_figure(table: MatrixTable, figure: Figure) -> Iterator[str]:
    heading = _heading(figure)
    return _matrix(table, f"{heading}:" if figure.name else heading)


@_WRITE.handles(TextTable)
def _text_figure(table: TextTable, figure: Figure) -> Iterator[str]:
    yield from _above(figure, table.caption)
    yield _text_table(table)


@_WRITE.handles(CharacterPicture)
def _picture_figure(picture: CharacterPicture, figure: Figure) -> Iterator[str]:
    yield from _above(figure)
    yield _picture(picture)
    if picture.omitted:
        yield f"*{escaped(picture.omitted)}*"


def _above(figure: Figure, caption: str = "") -> Iterator[str]:
    """The line above a figure, if it has a heading or a caption."""
    heading, caption = _heading(figure), escaped(_line(caption))
    above = [f"**{heading}**" if heading else "", f"({caption})" if caption else ""]
    if any(above):
        yield " ".join(filter(None, above))


def _matrix(table: MatrixTable, heading: str = "") -> Iterator[str]:
    named = " ".join(filter(None, [heading, escaped(table.symbol)]))
    caption = f"({escaped(table.caption)})"
    yield f"**{named}** {caption}" if named else caption
    yield _table(table)
    if table.cut:
        yield f"*{escaped(table.cut)}*"


def _text_table(table: TextTable) -> str:
    rule = _row(["--:" if right else ":--" for right in table.numeric])
    rows = [_row([escaped(_line(cell)) for cell in row]) for row in (table.header, *table.rows)]
    return "\n".join([rows[0], rule, *rows[1:]])


def _picture(picture: CharacterPicture) -> str:
    lines = [line.replace("\n", " ") for line in picture.lines]
    # A fence ends at a line of as many backticks: a name may be made of them.
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", "".join(lines))), default=0))
    return "\n".join([f"{fence}text", *lines, fence])


def _code(calculations: Sequence[WrittenCalculation]) -> str:
    """The calculations, one below the other, with the signs after the left sides in one column."""
    lines = [["".join(run.text for run in stage) for stage in each] for each in calculations]
    margin = max(columns_of(left) for left, *_ in lines)
    block = []
    for left, *stages in lines:
        start = left + " " * (margin - columns_of(left))
        whole = " ".join([start, *stages])
        if columns_of(whole) <= _WIDEST_LINE:
            block.append(whole)
        else:
            block.append(f"{start} {stages[0]}")
            block += [f"{' ' * margin} {stage}" for stage in stages[1:]]
    return "\n".join(["```text", *block, "```"])


def _table(table: MatrixTable) -> str:
    header = _row(["", *map(_name, table.columns)])
    rule = _row([":--", *["--:"] * len(table.columns)])
    body = [
        _row([_name(label), *(_cell(cell, (i, j) in table.marked) for j, cell in enumerate(cells))])
        for i, (label, cells) in enumerate(zip(table.rows, table.cells, strict=True))
    ]
    return "\n".join([header, rule, *body])


def _cell(cell: str, is_marked: bool) -> str:
    return f"**{cell}**" if is_marked else cell


def _row(cells: Sequence[str]) -> str:
    return f"{_ROW}{' | '.join(cells)} |"


def _name(label: Label) -> str:
    return escaped(label.symbol if label.token is None else f"{label.symbol} {label.token}")


FORMAT = DocumentFormat(
    "markdown",
    (".md", ".markdown"),
    lambda storyboard, steps: markdown(outline_of(storyboard, steps)),
    "Markdown, as GitHub reads it",
)
