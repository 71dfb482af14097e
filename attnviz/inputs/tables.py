"""Delimited text (.csv, .tsv) → numbers and labels, with the line and column of whatever is wrong.

The separator is found from the first line: a tab, a semicolon, a comma, or spaces between numbers. A first row that
holds no number is a header. A first column that is mostly not numbers, or that the header calls a
token or a label or leaves nameless, is a column of labels.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Sequence

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.errors import InputError
from attnviz.inputs.files import check_table_size
from attnviz.records import record

LABEL_HEADERS = frozenset({"", "token", "tokens", "label", "labels", "word", "words", "name"})

_LIKE_A_NUMBER = re.compile(
    r"[-+]?([.,]?\d[\d.,'_]*([eE][-+]?\d+)?|nan|inf(inity)?)", re.IGNORECASE
)

_BETWEEN = "\0"
"""Stands between the cells of a row: no number and no label holds it."""

ParseCell = Callable[[str], float]
"""The number that a cell's text stands for; raises ValueError, saying what is wrong with it, if none."""


@record
class NumberTable:
    """The numbers of a table, (rows, columns), and the labels of its rows if it has any."""

    values: FloatArray
    labels: tuple[str, ...] | None


@record
class _Line:
    line: int
    joined: str
    """Its cells in one text: a text for each cell would take ten times the memory."""

    @property
    def cells(self) -> list[str]:
        return self.joined.split(_BETWEEN)


def number(cell: str) -> float:
    """A finite number, written in ASCII digits and with nothing between them.

    >>> number(" 2.5 ")
    2.5
    """
    text = cell.strip()
    try:
        # float takes what no other program reads as a number: 1_000, and the digits of every script.
        value = float(text if text.isascii() and "_" not in text else "")
    except ValueError:
        cure = "write a decimal point" if "," in cell else "put a number such as 0.5 there"
        raise ValueError(f"is not a number: {cure}") from None
    if not math.isfinite(value):
        raise ValueError("is not finite: attention needs finite numbers")
    return value


def read_table(
    text: str, where: str, *, delimiter: str | None = None, parse: ParseCell = number
) -> NumberTable:
    """The table that `text` holds. `where` names the file in messages.

    Raises InputError, with line and column, where rows differ in length or a cell is not what `parse` takes.

    >>> read_table("token,a,b\\ncat,1,2\\n", "x.csv")
    NumberTable(values=array([[1., 2.]]), labels=('cat',))
    """
    delimiter = delimiter or sniffed_delimiter(text)
    _check_size(text, where, delimiter)
    rows = _rows(text, where, delimiter)
    labelled = _is_labelled(rows, parse)
    start = 1 if labelled else 0
    if len(rows) > 1 and _is_header(rows[0], start, parse):
        rows = rows[1:]
    values = [_values(row, start, parse, where) for row in rows]
    if not len(values[0]):
        raise InputError(f"{where}, line {rows[0].line}: no numbers beside the label; add some")
    labels = tuple(_label(row, where) for row in rows) if labelled else None
    return NumberTable(np.array(values, dtype=np.float64), labels)


def _check_size(text: str, where: str, delimiter: str) -> None:
    """Raises InputError for more than is read, before a text is made of each cell."""
    check_table_size(max(text.count("\n"), text.count("\r")), 1, where)
    widest = max(line[0].count(delimiter) for line in re.finditer(r"[^\r\n]+", text))
    check_table_size(1, widest + 1, where)


def sniffed_delimiter(text: str) -> str:
    """The separator that the first line uses.

    >>> sniffed_delimiter("1;2"), sniffed_delimiter("1 2"), sniffed_delimiter("cat")
    (';', ' ', ',')
    """
    lines = (each[0] for each in re.finditer(r"[^\r\n]+", text))  # one at a time
    line = next((each for each in lines if each.strip()), "")
    found = next((mark for mark in "\t;," if mark in line), None)
    if found:
        return found
    words = line.split()
    return " " if len(words) > 1 and all(_parses(word, number) for word in words) else ","


def _rows(text: str, where: str, delimiter: str) -> list[_Line]:
    import csv  # here and not above: an example or a text needs no table

    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True
    )
    rows: list[_Line] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(_Line(reader.line_num, _BETWEEN.join(cells)))
    except csv.Error as error:
        raise InputError(
            f"{where}, line {reader.line_num}: {error}; check the quotes there"
        ) from error
    if not rows:
        raise InputError(f"{where} is empty: it needs at least one row")
    if delimiter == " ":
        # Runs of spaces at the end of a line are no cells.
        rows = [_Line(row.line, _BETWEEN.join(filter(None, row.cells))) for row in rows]
    expected = len(rows[0].cells)
    for row in rows:
        found = len(row.cells)
        if found != expected:
            side = "is missing" if found < expected else "is one too many"
            raise InputError(
                f"{where}, line {row.line}: {found} cells where line {rows[0].line} has {expected}; "
                f"column {min(found, expected) + 1} {side}"
            )
    return rows


def _is_labelled(rows: Sequence[_Line], parse: ParseCell) -> bool:
    """Tells whether the first column holds labels. One bad number among numbers does not make it so."""
    first, rest = rows[0], rows[1:]
    is_words = not any(_parses(cell, parse) for cell in first.cells)
    if rest and is_words and len(first.cells) > 1 and _names_labels(first.cells[0]):
        return True
    body = rest if rest and is_words else rows
    words = sum(not _parses(row.cells[0], parse) for row in body)
    return 2 * words > len(body)


def _is_header(first: _Line, start: int, parse: ParseCell) -> bool:
    names = first.cells[start:]
    if not any(_parses(cell, parse) for cell in names):
        return True
    # A table saved with its row names and without column names has them numbered from 0.
    numbered = [cell.strip() for cell in names] == [str(i) for i in range(len(names))]
    corner = first.cells[0].strip()
    return start == 1 and (corner == "" or (numbered and _names_labels(corner)))


def _names_labels(cell: str) -> bool:
    return cell.strip().lower() in LABEL_HEADERS


def _values(row: _Line, start: int, parse: ParseCell, where: str) -> FloatArray:
    """The numbers of a row from that column on, counted from 0."""
    cells = row.cells
    numbers = (
        _value(row.line, column, cells[column], parse, where) for column in range(start, len(cells))
    )
    return np.fromiter(numbers, np.float64, len(cells) - start)


def _value(line: int, column: int, cell: str, parse: ParseCell, where: str) -> float:
    place = f"{where}, line {line}, column {column + 1}"
    if not cell.strip():
        raise InputError(f"{place}: the cell is empty: put a number there")
    try:
        return parse(cell)
    except ValueError as error:
        raise InputError(f"{place}: {_shown(cell)} {error}") from None


def _label(row: _Line, where: str) -> str:
    label = row.cells[0].strip()
    if not label:
        raise InputError(
            f"{where}, line {row.line}, column 1: the label is empty: name the row there"
        )
    return label


def _parses(cell: str, parse: ParseCell) -> bool:
    """Tells whether the cell is meant as a number, be it a bad one: a row of "nan" or of "1,5" is no header."""
    if _LIKE_A_NUMBER.fullmatch(cell.strip()):
        return True
    try:
        parse(cell)
    except ValueError:
        return False
    return True


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else cell[:40] + "…")
