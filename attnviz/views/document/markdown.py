"""An outline in Markdown, as GitHub reads it: tables, code blocks that line up, formulas between $$."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attnviz.story.storyboard import Label
from attnviz.typeset.text_width import columns_of
from attnviz.views.document.figure_model import Facts, Picture
from attnviz.views.document.outline import Outline, Section, Shown, Table, WrittenCalculation

_WIDEST_LINE = 100
"""Columns of a code block that GitHub shows without a scroll bar, about."""

_SPECIAL = re.compile(r"[\\*\[\]~#&<>$|`@]|(?<!\w)_|_(?!\w)|://|(?<=[wW]{3})\.")
_BACKSLASHED = frozenset("\\*[]~#_")


def markdown(outline: Outline) -> str:
    """The document."""
    return "\n\n".join(_blocks(outline)) + "\n"


def escaped(text: str) -> str:
    """Text that reads as it is: no emphasis, link, tag, mention, table cell or formula begins in it.

    GitHub looks for formulas before it reads backslashes, and for mentions and links after: there only an entity helps.

    >>> escaped("*<b>* | $x$")
    '\\\\*&#60;b&#62;\\\\* &#124; &#36;x&#36;'
    """
    return _SPECIAL.sub(_harmless, text)


def _harmless(match: re.Match[str]) -> str:
    first, rest = match[0][0], match[0][1:]
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
        for shown in paragraph.shown:
            yield from _shown(shown)
        if paragraph.calculations:
            yield _code(paragraph.calculations)
    if section.omitted:
        yield f"*{escaped(section.omitted)}*"
    for table in section.tables:
        yield from _matrix(table)


def _shown(shown: Shown) -> Iterator[str]:
    item = shown.item
    heading = escaped(_line(f"{shown.joint} {shown.name or ''}"))
    if isinstance(item, Table):
        yield from _matrix(item, f"{heading}:" if shown.name else heading)
        return
    caption = escaped(_line(item.caption)) if isinstance(item, Facts) else ""
    above = [f"**{heading}**" if heading else "", f"({caption})" if caption else ""]
    if any(above):
        yield " ".join(filter(None, above))
    yield _facts(item) if isinstance(item, Facts) else _picture(item)
    if isinstance(item, Picture) and item.said:
        yield f"*{escaped(item.said)}*"


def _matrix(table: Table, heading: str = "") -> Iterator[str]:
    named = " ".join(filter(None, [heading, escaped(table.symbol)]))
    caption = f"({escaped(table.caption)})"
    yield f"**{named}** {caption}" if named else caption
    yield _table(table)
    if table.cut:
        yield f"*{escaped(table.cut)}*"


def _facts(facts: Facts) -> str:
    rule = _row(["--:" if right else ":--" for right in facts.numeric])
    rows = [_row([escaped(_line(cell)) for cell in row]) for row in (facts.header, *facts.rows)]
    return "\n".join([rows[0], rule, *rows[1:]])


def _picture(picture: Picture) -> str:
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


def _table(table: Table) -> str:
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
    return f"| {' | '.join(cells)} |"


def _name(label: Label) -> str:
    return escaped(label.symbol if label.token is None else f"{label.symbol} {label.token}")
