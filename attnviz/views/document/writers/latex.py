"""An outline as a LaTeX document that compiles as it is: amsmath, geometry, amssymb for ✓, and ctex for Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from attnviz.safe_text import safe_text
from attnviz.story.caption_tokens import Run
from attnviz.story.handlers import Handlers
from attnviz.story.languages import language
from attnviz.story.matrix import Label
from attnviz.views.document.figure_model import CharacterPicture, TextTable
from attnviz.views.document.formats import DocumentFormat
from attnviz.views.document.latex_figures import picture, preamble_of, tabulars
from attnviz.views.document.latex_scripts import scripts_preamble
from attnviz.views.document.latex_text import has_chinese, math, prose, width_of
from attnviz.views.document.matrix_table import MatrixTable
from attnviz.views.document.outline import (
    Figure,
    Outline,
    Paragraph,
    Section,
    WrittenCalculation,
    outline_of,
)

_WIDEST_LINE = 72
"""Characters of arithmetic that fit the line."""
_WIDEST_TABLE = 84
"""Characters of a table that fit the line, the gaps between its columns counted as `_GAP`."""
_GAP = 3

Write: TypeAlias = Callable[[Any, Figure], str]
"""(item, its figure) → a block of LaTeX."""

_WRITE = Handlers[Write]("attnviz.views.document.writers.latex.register")
register = _WRITE.register
"""Adds a type of figure to this format: `register(Kind, write)`, a `Write`."""

_NUMBER_IN_BRACKETS = re.compile(r"\([−\d.e+∞]+\)")


_CODES = "% A character that there is no font for is written as its code point, such as U+1F600."


def latex(outline: Outline) -> str:
    """The document."""
    body = "\n\n".join(_body(outline))
    chinese, record = has_chinese(body), language(outline.language)
    engine = "XeLaTeX or LuaLaTeX" if chinese else "pdfLaTeX, XeLaTeX or LuaLaTeX"
    preamble = [
        f"% Compile with {engine}.",
        *([_CODES] if "\\texttt{U+" in body else []),
        f"\\documentclass{{{record.latex_class}}}",
        # Chinese tokens in an English lesson need its fonts, but not its words.
        *(
            ["\\usepackage[scheme=plain]{ctex}"]
            if chinese and record.latex_class != "ctexart"
            else []
        ),
        *record.latex_packages,
        "\\usepackage{amsmath}",
        "\\usepackage[margin=2.2cm]{geometry}",
        "\\allowdisplaybreaks",
        f"\\title{{{prose(outline.title)}}}",
        "\\date{}",
        *preamble_of(body),
        *scripts_preamble(body),
    ]
    lines = [*preamble, "\\begin{document}", "\\maketitle", "", body, "", "\\end{document}", ""]
    return safe_text("\n".join(lines), lines=True)


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
    if section.formula.latex:
        yield f"\\[\n{section.formula.latex}\n\\]"
    for paragraph in section.paragraphs:
        yield from _paragraph(paragraph)
    if section.omitted:
        yield f"\\emph{{{prose(section.omitted)}}}"
    for table in section.tables:
        yield _table(table)


def _paragraph(paragraph: Paragraph) -> Iterator[str]:
    lines = [line for each in paragraph.calculations for line in _lines(each)]
    arithmetic = ["\\begin{align*}", " \\\\\n".join(lines), "\\end{align*}"] if lines else []
    if paragraph.figures:
        yield prose(paragraph.text)
        for figure in paragraph.figures:
            yield _WRITE.of(figure.item)(figure.item, figure)
        if arithmetic:
            yield "\n".join(arithmetic)
        return
    # No empty line in between: it would part the words from their arithmetic.
    yield "\n".join([prose(paragraph.text), *arithmetic])


def _heading(figure: Figure) -> str:
    return " ".join(filter(None, [_formula(figure.joint), prose(figure.name or "")]))


@_WRITE.handles(MatrixTable)
def _matrix_figure(table: MatrixTable, figure: Figure) -> str:
    heading = _heading(figure)
    return _table(table, f"{heading}:" if figure.name else heading)


@_WRITE.handles(TextTable)
def _text_figure(table: TextTable, figure: Figure) -> str:
    return _centred(figure, tabulars(table), prose(table.caption))


@_WRITE.handles(CharacterPicture)
def _picture_figure(drawn: CharacterPicture, figure: Figure) -> str:
    omitted = [f"\\emph{{{prose(drawn.omitted)}}}"] if drawn.omitted else []
    return _centred(figure, [picture(drawn), *omitted])


def _centred(figure: Figure, parts: Sequence[str], caption: str = "") -> str:
    """Parts one below the other, with the heading and the caption above."""
    heading = _heading(figure)
    above = [f"\\textbf{{{heading}}}" if heading else "", f"({caption})" if caption else ""]
    # The star keeps a heading and its figure on one page.
    start = f"{' '.join(filter(None, above))} \\\\*[1ex]\n" if any(above) else ""
    body = " \\\\[1ex]\n".join(parts)
    return f"\\begin{{center}}\n{start}{body}\n\\end{{center}}"


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


def _table(table: MatrixTable, heading: str = "") -> str:
    named = " ".join(filter(None, [heading, _formula(table.symbol)]))
    # The star keeps a caption and its matrix on one page.
    caption = f"\\textbf{{{named}}} ({prose(table.caption)}) \\\\*[1ex]"
    parts = [_block(table, start, end) for start, end in _ranges(table)]
    if table.cut:
        parts.append(f"\\emph{{{prose(table.cut)}}}")
    return "\n".join(["\\begin{center}", caption, " \\\\[1ex]\n".join(parts), "\\end{center}"])


def _ranges(table: MatrixTable) -> list[tuple[int, int]]:
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


def _block(table: MatrixTable, start: int, end: int) -> str:
    columns = table.columns[start:end]
    header = [_row("", [_symbol(label) for label in columns])]
    if any(label.token is not None for label in columns):
        header.append(_row("", [prose(label.token or "") for label in columns]))
    body = [
        _row(_name(label), [_cell(cells[j], (i, j) in table.marked) for j in range(start, end)])
        for i, (label, cells) in enumerate(zip(table.rows, table.cells, strict=True))
    ]
    lines = [f"\\begin{{tabular}}{{l|{'r' * len(columns)}}}", *header, "\\hline", *body]
    return "\n".join([*lines, "\\end{tabular}"])


def _row(name: str, cells: Sequence[str]) -> str:
    return f"{' & '.join([name, *cells])} \\\\"


def _cell(cell: str, is_marked: bool) -> str:
    return f"$\\boldsymbol{{{math(cell)}}}$" if is_marked else f"${math(cell)}$"


def _name(label: Label) -> str:
    return " ".join([_symbol(label), *([] if label.token is None else [prose(label.token)])])


def _symbol(label: Label) -> str:
    return _formula(label.symbol)


def _formula(text: str) -> str:
    return f"${math(text)}$" if text else ""


FORMAT = DocumentFormat(
    "latex",
    (".tex",),
    lambda storyboard, steps: latex(outline_of(storyboard, steps)),
    "a LaTeX document that compiles as it is",
    one_lesson=True,
)
