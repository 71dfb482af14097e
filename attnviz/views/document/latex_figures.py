"""Tables of text and pictures of characters in LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attnviz.views.document.figure_model import CharacterPicture, TextTable
from attnviz.views.document.latex_text import has_chinese, prose, width_of

_WIDEST = 84
"""Characters of a table that fit the line, the gaps between its columns counted as `_GAP`."""
_GAP = 3
_NARROWEST = 12
"""Characters that a column of words keeps."""
_MOST_ROWS = 40
_CELL = "\\cellwidth"
_PLAIN = re.compile(r"[\x21-\x7e]+| +|.", re.DOTALL)


def preamble_of(body: str) -> list[str]:
    """The lines of the preamble that this module's part of the body needs."""
    lines = ["\\usepackage{amssymb}"] if "\\checkmark" in body else []
    if _CELL in body:
        # Once the fonts are known: ctex sets them when the document begins.
        measured = f"\\AtBeginDocument{{\\settowidth{{{_CELL}}}{{\\texttt{{0}}}}}}"
        lines += [f"\\newlength{{{_CELL}}}", measured]
    return lines


def tabulars(table: TextTable) -> list[str]:
    """Tabulars, each of which fits a page; words in a table that is wider than the page are broken."""
    columns = list(zip(table.header, *table.rows, strict=True))
    natural = [max(map(width_of, column)) for column in columns]
    room = _WIDEST - _GAP * len(columns)
    widths = _shrunk(natural, table.numeric, room)
    kinds = "".join(
        "r" if right else "l" if width == wide else f"p{{{width / _WIDEST:.2f}\\linewidth}}"
        for width, wide, right in zip(widths, natural, table.numeric, strict=True)
    )
    header, *rows = [f"{' & '.join(map(prose, row))} \\\\" for row in (table.header, *table.rows)]
    parts = [rows[i : i + _MOST_ROWS] for i in range(0, len(rows), _MOST_ROWS)]
    return ["\n".join([f"\\begin{{tabular}}{{{kinds}}}", header, "\\hline", *part,
                       "\\end{tabular}"]) for part in parts]  # fmt: skip


def _shrunk(widths: Sequence[int], fixed: Sequence[bool], room: int) -> list[int]:
    """The widths, the widest that may be broken made narrower until all fit."""
    shrunk = list(widths)
    while sum(shrunk) > room:
        able = [j for j, wide in enumerate(shrunk) if wide > _NARROWEST and not fixed[j]]
        if not able:
            break
        shrunk[max(able, key=shrunk.__getitem__)] -= 1
    return shrunk


def picture(drawn: CharacterPicture) -> str:
    """The lines in one grid of characters, whatever fonts their signs come from."""
    lines = [f"{''.join(_cells(line))} \\\\" for line in drawn.lines]
    return "\n".join(["\\begin{tabular}{@{}l@{}}", *lines, "\\end{tabular}"])


def _cells(line: str) -> Iterator[str]:
    """Boxes as wide as their characters are in a terminal: fonts differ in how wide signs and blanks are."""
    for part in _PLAIN.findall(line):
        said = prose(part)
        if part.isspace():
            yield f"\\hspace*{{{len(part)}{_CELL}}}"
        elif part.isascii():
            yield f"\\makebox[{len(part)}{_CELL}][l]{{\\texttt{{{said}}}}}"
        elif said.startswith("$") or has_chinese(part):
            yield f"\\makebox[{width_of(part)}{_CELL}]{{{said}}}"
        else:
            yield said
