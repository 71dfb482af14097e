"""An outline as a LaTeX document that compiles as it is, with amsmath and geometry, and ctex for Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attnviz.export.latex_text import has_chinese, math, prose, width_of
from attnviz.export.outline import Outline, Section, Table, WrittenCalculation
from attnviz.lessons.storyboard import Label
from attnviz.lessons.writing import Run

_WIDEST_LINE = 72
"""Characters of arithmetic that fit the line."""
_WIDEST_TABLE = 84
"""Characters of a table that fit the line, the gaps between its columns counted as `_GAP`."""
_GAP = 3

_NUMBER_IN_BRACKETS = re.compile(r"\([−\d.e+∞]+\)")


def latex(outline: Outline) -> str:
    """The document."""
    body = "\n\n".join(_body(outline))
    chinese = has_chinese(body)
    engine = "XeLaTeX or LuaLaTeX" if chinese else "pdfLaTeX, XeLaTeX or LuaLaTeX"
    preamble = [
        f"% Compile with {engine}.",
        f"\\documentclass{{{'ctexart' if outline.language == 'zh' else 'article'}}}",
        # Chinese tokens in an English lesson need its fonts, but not its words.
        *(["\\usepackage[scheme=plain]{ctex}"] if chinese and outline.language != "zh" else []),
        "\\usepackage{amsmath}",
        "\\usepackage[margin=2.2cm]{geometry}",
        "\\allowdisplaybreaks",
        f"\\title{{{prose(outline.title)}}}",
        "\\date{}",
    ]
    return "\n".join(
        [*preamble, "\\begin{document}", "\\maketitle", "", body, "", "\\end{document}", ""]
    )


def _body(outline: Outline) -> Iterator[str]:
    if outline.warning:
        yield f"\\begin{{quote}}\n\\textbf{{{prose(outline.warning)}}}\n\\end{{quote}}"
    last = 0
    for section in outline.sections:
        if section.number != last + 1:
            yield f"\\setcounter{{section}}{{{section.number - 1}}}"
        last = section.number
        yield from _section(section)
    yield f"\\section*{{{prose(outline.notes_title)}}}"
    items = [f"\\item {prose(note)}" for note in outline.notes]
    yield "\n".join(["\\begin{itemize}", *items, "\\end{itemize}"])


def _section(section: Section) -> Iterator[str]:
    yield f"\\section{{{prose(section.title)}}}"
    yield f"\\[\n{section.formula.latex}\n\\]"
    for paragraph in section.paragraphs:
        lines = [line for each in paragraph.calculations for line in _lines(each)]
        if lines:
            # No empty line in between: it would part the words from their arithmetic.
            yield "\n".join(
                [prose(paragraph.text), "\\begin{align*}", " \\\\\n".join(lines), "\\end{align*}"]
            )
        else:
            yield prose(paragraph.text)
    if section.omitted:
        yield f"\\emph{{{prose(section.omitted)}}}"
    for table in section.tables:
        yield _table(table)


def _lines(calculation: WrittenCalculation) -> Iterator[str]:
    """One line, or as many as fit the page, broken at a sign."""
    left, *stages = calculation
    start = "".join(_run(run) for run in left)
    if sum(len(run.text) + 1 for stage in calculation for run in stage) <= _WIDEST_LINE:
        stages = [tuple(run for stage in stages for run in (*stage, Run(" ")))]
    for stage in stages:
        for line in _broken(stage):
            yield f"{start} & {line}"
            start = ""


def _broken(stage: Sequence[Run]) -> Iterator[str]:
    line, width = "", 0
    for run in stage:
        if run.text in (" + ", " − ") and width > _WIDEST_LINE:
            yield line
            line, width = "\\qquad ", 0
        line += _run(run)
        width += len(run.text)
    yield line.rstrip()


def _run(run: Run) -> str:
    said_in_words = run.text.startswith("(") and not _NUMBER_IN_BRACKETS.fullmatch(run.text)
    if said_in_words:
        return f"\\text{{{prose(run.text)}}}"
    if run.text.startswith("["):
        return "\\; ".join(map(math, run.text.split()))
    return math(run.text)


def _table(table: Table) -> str:
    # The star keeps a caption and its matrix on one page.
    caption = f"\\textbf{{${math(table.symbol)}$}} ({prose(table.caption)}) \\\\*[1ex]"
    parts = [_block(table, start, end) for start, end in _ranges(table)]
    if table.cut:
        parts.append(f"\\emph{{{prose(table.cut)}}}")
    return "\n".join(["\\begin{center}", caption, " \\\\[1ex]\n".join(parts), "\\end{center}"])


def _ranges(table: Table) -> list[tuple[int, int]]:
    """The columns, cut into blocks that fit the page."""
    names = max(
        (width_of(f"{label.symbol} {label.token or ''}") for label in table.rows), default=0
    )
    ranges, start, width = [], 0, names
    for j, label in enumerate(table.columns):
        texts = [label.symbol, label.token or "", *(row[j] for row in table.cells)]
        column = max(map(width_of, texts)) + _GAP
        if j > start and width + column > _WIDEST_TABLE:
            ranges.append((start, j))
            start, width = j, names
        width += column
    return [*ranges, (start, len(table.columns))]


def _block(table: Table, start: int, end: int) -> str:
    columns = table.columns[start:end]
    header = [_row("", [_symbol(label) for label in columns])]
    if any(label.token is not None for label in columns):
        header.append(_row("", [prose(label.token or "") for label in columns]))
    body = [
        _row(_name(label), [f"${math(cell)}$" for cell in cells[start:end]])
        for label, cells in zip(table.rows, table.cells, strict=True)
    ]
    lines = [f"\\begin{{tabular}}{{l|{'r' * len(columns)}}}", *header, "\\hline", *body]
    return "\n".join([*lines, "\\end{tabular}"])


def _row(name: str, cells: Sequence[str]) -> str:
    return f"{' & '.join([name, *cells])} \\\\"


def _name(label: Label) -> str:
    return " ".join([_symbol(label), *([] if label.token is None else [prose(label.token)])])


def _symbol(label: Label) -> str:
    return f"${math(label.symbol)}$" if label.symbol else ""
