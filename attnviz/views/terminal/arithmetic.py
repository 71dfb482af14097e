"""Worked calculations, one below the other: equal parts stand below each other as far as the width allows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from rich.cells import cell_len
from rich.text import Text

from attnviz.story.calculation_text import written
from attnviz.story.caption_tokens import Run
from attnviz.story.i18n import Words
from attnviz.story.storyboard import Calculation
from attnviz.views.terminal.colour import Palette
from attnviz.views.terminal.wrapping import wrapped_arithmetic

_HANG = 2
_NUMBER = re.compile(r"−?\d+(\.\d+)?")
_RELATION = 2  # columns of "= "
_ENTRY = re.compile(r"\[|(?<=[\d∞]) (?!\])")
_SIGN = re.compile(r"(?<= )[+−] ")


def arithmetic(
    calculations: Sequence[Calculation], words: Words, palette: Palette, width: int
) -> list[Text]:
    """The lines of calculations that belong together, each at most `width` columns.

    They stand in one line each, sums aligned term by term, if all of them fit so; else every one is broken before the
    same "=" or "≈"; a stage that is too long by itself goes on below.
    """
    rows = [
        [_text(stage, palette) for stage in written(calculation, words)]
        for calculation in calculations
    ]
    if not rows:
        return []
    aligned = _aligned(rows)
    lines = [Text(" ").join(row) for row in aligned]
    if all(line.cell_len <= width for line in lines):
        for line in lines:
            line.rstrip()
        return lines
    breaks = _breaks([stage.cell_len for stage in aligned[0]], width)
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
    """Every stage padded so that its terms stand below each other in all rows."""
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
    """Where each term begins, after the relation and its sign, and each entry of a vector."""
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
    heads = [cell_len(each) - tail for each, tail in zip(plain, tails, strict=True)]
    return [
        Text(" " * (max(heads) - head)) + term + Text(" " * (max(tails) - tail))
        for term, head, tail in zip(terms, heads, tails, strict=True)
    ]


def _padded(stages: Sequence[Text]) -> list[Text]:
    width = max(stage.cell_len for stage in stages)
    return [stage + Text(" " * (width - stage.cell_len)) for stage in stages]


def _breaks(widths: Sequence[int], width: int) -> set[int]:
    """Before which stages a new line begins: before those that no longer fit, and after one that fills lines."""
    hang = _hang(widths[0], width)
    breaks, used = set(), widths[0]
    for i, stage in enumerate(widths[1:], start=1):
        if used + 1 + stage > width and used + 1 > hang:
            breaks.add(i)
            used = hang - 1
        used += 1 + stage
    return breaks


def _hang(left: int, width: int) -> int:
    """Where further lines begin: below the first "=", unless too little of the line would be left."""
    return left + 1 if left <= width // 3 else _HANG


def _broken(row: Sequence[Text], raw: Sequence[Text], breaks: set[int], width: int) -> list[Text]:
    hang = _hang(row[0].cell_len, width)
    lines = [row[0].copy()]
    if row[0].cell_len > width:
        lines = _indented(wrapped_arithmetic(row[0], width), "", " " * _HANG)
    for i, (stage, unpadded) in enumerate(zip(row[1:], raw[1:], strict=False), start=1):
        if i in breaks:
            lines.append(Text(" " * (hang - 1)))
        if hang + stage.cell_len <= width:
            lines[-1].append(" ").append_text(stage)
            continue
        relation, body = unpadded.divide([_RELATION])
        first, *more = wrapped_arithmetic(body, width - hang - _RELATION)
        lines[-1].append(" ").append_text(relation + first)
        lines += _indented(more, " " * (hang + _RELATION), " " * (hang + _RELATION))
    for line in lines:
        line.rstrip()
    return lines


def _indented(lines: Sequence[Text], first: str, further: str) -> list[Text]:
    return [Text(further if i else first) + line for i, line in enumerate(lines)]
