"""Worked calculations, one below the other, their equal parts aligned as far as the width allows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from rich.text import Text

from attnviz.story.calculation import Calculation
from attnviz.story.calculation_text import written
from attnviz.story.caption_tokens import Run
from attnviz.story.i18n import Words
from attnviz.typeset.text_width import columns_of
from attnviz.views.terminal.colour import Palette
from attnviz.views.terminal.wrapping import wrapped_arithmetic

_INDENT = 2
_NUMBER = re.compile(r"−?\d+(\.\d+)?")
_RELATION = 2  # columns of "= "
_ENTRY = re.compile(r"\[|(?<=[\d∞]) (?!\])")
_SIGN = re.compile(r"(?<= )[+−] ")


def arithmetic(
    calculations: Sequence[Calculation], words: Words, palette: Palette, width: int
) -> list[Text]:
    """The lines of calculations that belong together, each at most `width` columns.

    Each takes one line, with sums aligned term by term, if all of them fit so. Else every one is broken before the same
    "=" or "≈", and a stage that is too long for a line is continued on the next.
    """
    rows = [
        [_text(stage, palette) for stage in written(calculation, words)]
        for calculation in calculations
    ]
    if not rows:
        return []
    aligned = _aligned(rows)
    lines = [Text(" ").join(row) for row in aligned]
    if all(columns_of(line.plain) <= width for line in lines):
        for line in lines:
            line.rstrip()
        return lines
    breaks = _breaks([columns_of(stage.plain) for stage in aligned[0]], width)
    return [
        line
        for row, raw in zip(aligned, rows, strict=True)
        for line in _broken(row, raw, breaks, width)
    ]


def _text(stage: tuple[Run, ...], palette: Palette) -> Text:
    text = Text()
    for run in stage:
        text.append(run.text, palette.text(run.role) if run.role is not None else None)
    return text


def _aligned(rows: Sequence[Sequence[Text]]) -> list[list[Text]]:
    """Every stage padded so that its terms are aligned in all rows."""
    names, *stages = zip_longest(*rows, fillvalue=Text())
    columns = [_padded(names), *map(_aligned_stage, stages)]
    return [list(row) for row in zip(*columns, strict=True)]


def _aligned_stage(stages: Sequence[Text]) -> list[Text]:
    parts = [stage.divide(_starts(stage.plain)) for stage in stages]
    if len({len(each) for each in parts}) > 1:
        return _padded(stages)
    columns = [_aligned_terms(column) for column in zip(*parts, strict=True)]
    return _padded([Text().join(row) for row in zip(*columns, strict=True)])


def _starts(plain: str) -> list[int]:
    """Offsets at which terms begin, after the relation and their signs, and entries of a vector."""
    signs = [place for match in _SIGN.finditer(plain) for place in match.span()]
    entries = [match.end() for match in _ENTRY.finditer(plain)] if "[" in plain else []
    return [_RELATION, *signs, *entries]


def _aligned_terms(terms: Sequence[Text]) -> list[Text]:
    """Numbers below each other by their decimal point, all else that holds numbers by its end."""
    plain = [term.plain.strip() for term in terms]
    if not all(any(map(str.isdigit, each)) for each in plain):
        return list(terms)
    if all(_NUMBER.fullmatch(each) for each in plain):
        tails = [len(each) - len(each.partition(".")[0]) for each in plain]
    else:
        tails = [0] * len(plain)
    heads = [columns_of(each) - tail for each, tail in zip(plain, tails, strict=True)]
    return [
        Text(" " * (max(heads) - head)) + term + Text(" " * (max(tails) - tail))
        for term, head, tail in zip(terms, heads, tails, strict=True)
    ]


def _padded(stages: Sequence[Text]) -> list[Text]:
    width = max(columns_of(stage.plain) for stage in stages)
    return [stage + Text(" " * (width - columns_of(stage.plain))) for stage in stages]


def _breaks(widths: Sequence[int], width: int) -> set[int]:
    """The stages that begin a new line: those that no longer fit, and those after one that fills its line."""
    indent = _indent_after(widths[0], width)
    breaks, used = set(), widths[0]
    for i, stage in enumerate(widths[1:], start=1):
        if used + 1 + stage > width and used + 1 > indent:
            breaks.add(i)
            used = indent - 1
        used += 1 + stage
    return breaks


def _indent_after(left: int, width: int) -> int:
    """The column at which further lines begin: below the first "=", unless too little of the line would be left."""
    return left + 1 if left <= width // 3 else _INDENT


def _broken(row: Sequence[Text], raw: Sequence[Text], breaks: set[int], width: int) -> list[Text]:
    indent = _indent_after(columns_of(row[0].plain), width)
    lines = [row[0].copy()]
    if columns_of(row[0].plain) > width:
        lines = _indented(wrapped_arithmetic(row[0], width), "", " " * _INDENT)
    for i, (stage, unpadded) in enumerate(zip(row[1:], raw[1:], strict=False), start=1):
        if i in breaks:
            lines.append(Text(" " * (indent - 1)))
        if indent + columns_of(stage.plain) <= width:
            lines[-1].append(" ").append_text(stage)
            continue
        relation, body = unpadded.divide([_RELATION])
        first, *more = wrapped_arithmetic(body, width - indent - _RELATION)
        lines[-1].append(" ").append_text(relation + first)
        lines += _indented(more, " " * (indent + _RELATION), " " * (indent + _RELATION))
    for line in lines:
        line.rstrip()
    return lines


def _indented(lines: Sequence[Text], first: str, further: str) -> list[Text]:
    return [Text(further if i else first) + line for i, line in enumerate(lines)]
