"""Delimited text (.csv, .tsv) and sheets (.xlsx) → numbers and labels, with the place of whatever is wrong.

The separator is found from the first line: a tab, a semicolon, a comma, or spaces between numbers; a first line `sep=;`
says it. A first row that holds no number is a header, and so is one of the numbers 0, 1, 2, … above a column of labels:
a table saved without names of columns has them. A first column that is mostly not numbers, or that the header calls a
token or a label or leaves nameless, is a column of labels.

Numbers may be written as spreadsheets and word processors write them: see `attnviz.inputs.files.written_numbers`.
A table of 16 MB is read a row at a time, so that it takes little more memory than its numbers.
"""

from __future__ import annotations

import io
import math
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.provenance import Reading
from attnviz.errors import InputError
from attnviz.inputs.files.reading import MOST_COLUMNS, MOST_ROWS, check_table_size
from attnviz.inputs.files.written_numbers import (
    PLAIN,
    Commas,
    plain_number,
    style_of,
    unusual_characters,
)
from attnviz.records import record

LABEL_HEADERS = frozenset({"", "token", "tokens", "label", "labels", "word", "words", "name"})

_LIKE_A_NUMBER = re.compile(
    r"[-+]?([.,]?\d[\d.,'_]*([eE][-+]?\d+)?|nan|inf(inity)?|∞)", re.IGNORECASE
)
_SEPARATOR_LINE = re.compile(r"\s*\"?sep=(.)\"?[,;\t ]*\Z", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*+"')
_MARKS = "\t;,"
_SHOWN = 8

ParseCell = Callable[[str], float]
"""The number that a cell's text stands for; raises ValueError, saying what is wrong with it, if none."""


@record
class NumberTable:
    """The numbers of a table, (rows, columns), the labels of its rows if it has any, and how it was read."""

    values: FloatArray
    labels: tuple[str, ...] | None
    readings: tuple[Reading, ...] = ()


@record
class _Line:
    line: int
    cells: Sequence[str]


@record(eq=False)
class _Source:
    """The rows of a table, read anew each time that they are asked for."""

    rows: Callable[[], Iterator[_Line]]
    where: str
    unit: str = "line"
    """"line" of a text, "row" of a sheet."""
    commas: Commas = PLAIN


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
    NumberTable(values=array([[1., 2.]]), labels=('cat',), readings=())
    """
    body, named = without_separator_line(text)
    mark = delimiter or named or sniffed_delimiter(body)
    if body.count("\n") + body.count("\r") > MOST_ROWS:
        check_table_size(sum(1 for line in io.StringIO(body) if line.strip()), 1, where)
    commas = PLAIN
    if mark != "," or '"' in body:
        cells = chain.from_iterable(each.cells for each in _rows(body, where, mark))
        commas = style_of(cells, mark, has_points="." in body)
    source = _Source(lambda: _rows(body, where, mark), where, commas=commas)
    table = _table(source, parse)
    ways: list[tuple[str, str]] = []
    if named is not None or commas.is_decimal:
        ways.append(("separator", "tab" if mark == "\t" else mark))
    if commas.is_decimal:
        ways.append(("decimal_commas", ""))
    elif commas.example:
        ways.append(("thousands", commas.example))
    return replace(table, readings=(*readings_of(where, ways), *table.readings))


def read_rows(
    rows: Sequence[tuple[int, Sequence[str]]], where: str, parse: ParseCell = number
) -> NumberTable:
    """The table of these rows of a sheet, each with its number. Raises InputError as `read_table` does."""
    lines = [_Line(*each) for each in rows if any(cell.strip() for cell in each[1])]
    check_table_size(len(lines), 1, where)
    if not lines:
        raise InputError(f"{where} is empty: it needs at least one row")
    return _table(_Source(lambda: iter(lines), where, "row"), parse)


def without_separator_line(text: str) -> tuple[str, str | None]:
    r"""The text with its first line left empty where that is `sep=;`, as Excel writes it, and the separator it says.

    >>> without_separator_line("sep=;\n1;2")
    ('\n1;2', ';')
    """
    first = text[: text.find("\n")] if "\n" in text else text
    match = _SEPARATOR_LINE.match(first.rstrip("\r"))
    return (text[len(first) :], match[1]) if match else (text, None)


def sniffed_delimiter(text: str) -> str:
    """The separator that the first line uses, outside of quotes.

    >>> sniffed_delimiter("1;2"), sniffed_delimiter("1 2"), sniffed_delimiter("cat"), sniffed_delimiter('"a;b",1')
    (';', ' ', ',', ',')
    """
    line = _first_line(text)
    plain = _QUOTED.sub("", line)
    found = next((mark for mark in _MARKS if mark in plain), None)
    if found:
        return found
    words = line.split()
    return " " if len(words) > 1 and all(_parses(word, number) for word in words) else ","


def _first_line(text: str) -> str:
    start = len(text) - len(text.lstrip())
    # the line may begin with a tab, which is a separator, before its first word
    start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    ends = [end for end in (text.find("\n", start), text.find("\r", start)) if end >= 0]
    return text[start : min(ends)] if ends else text[start:]


def readings_of(where: str, ways: Iterable[tuple[str, str]]) -> tuple[Reading, ...]:
    """The ways, each with its detail, as those of that file."""
    return tuple(Reading(Path(where).name, *each) for each in ways)


def _rows(text: str, where: str, delimiter: str) -> Iterator[_Line]:
    """The rows that are not blank, each as long as the first."""
    import csv  # here and not above: an example or a text needs no table

    lines = _lines(text, where, delimiter)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    first: _Line | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            # Runs of spaces at the end of a line are no cells.
            kept = [cell for cell in cells if cell] if delimiter == " " else cells
            row = _Line(reader.line_num, kept)
            if first is None:
                first = row
            _check_width(row, first, where)
            yield row
    except csv.Error as error:
        raise InputError(
            f"{where}, line {reader.line_num}: {error}; check the quotes there"
        ) from error
    if first is None:
        raise InputError(f"{where} is empty: it needs at least one row")


def _lines(text: str, where: str, delimiter: str) -> Iterator[str]:
    """The lines of a text, line ends as they are. Raises InputError for one of too many cells."""
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if len(line) > MOST_COLUMNS and line.count(delimiter) >= MOST_COLUMNS:
            raise InputError(
                f"{where}, line {number}: more than {MOST_COLUMNS:,} cells, the most that are read: "
                "keep only the columns that are needed"
            )
        yield line


def _check_width(row: _Line, first: _Line, where: str) -> None:
    found, expected = len(row.cells), len(first.cells)
    if found != expected:
        side = "is missing" if found < expected else "is one too many"
        raise InputError(
            f"{where}, line {row.line}: {found} cells where line {first.line} has {expected}; "
            f"column {min(found, expected) + 1} {side}"
        )


def _table(source: _Source, parse: ParseCell) -> NumberTable:
    """The numbers and the labels, in two passes over the rows: the first finds what is header and what is labels."""
    where = source.where
    first, labels = _first_column(source)
    parses = _parser(source, parse)
    ways: list[tuple[str, str]] = []
    labelled = _is_labelled(first, labels, parses)
    start = 1 if labelled else 0
    if not labelled and len(first.cells) > 1 and not any(labels):
        ways.append(("empty_column", ""))
        start = 1
    has_header = len(labels) > 1 and _is_header(first, start, labelled, parses)
    if has_header:
        columns = [cell.strip() for cell in first.cells[start:]]
        if any(_parses(name, parses) for name in columns):
            ways.append(("header", f"{source.unit} {first.line}: {_listed(columns)}"))
        labels = labels[1:]
    elif labelled and _names_labels(labels[0]) and len(labels) > 1:
        # a row of numbers is data, even where it stands below nothing
        labels[0] = labels[0] or "1"
        ways.append(("first_row", f"{source.unit} {first.line} (“{labels[0]}”)"))
    rows = source.rows()
    if has_header:
        next(rows)
    values, unusual = _numbers(rows, start, source, parse)
    if unusual:
        ways.append(("characters", ", ".join(unusual)))
    names = _checked_labels(labels, source, has_header) if labelled else None
    return NumberTable(values, names, readings_of(where, ways))


def _first_column(source: _Source) -> tuple[_Line, list[str]]:
    """The first row, and the first cell of each."""
    rows = source.rows()
    first = next(rows)
    return first, [first.cells[0].strip(), *(row.cells[0].strip() for row in rows)]


def _parser(source: _Source, parse: ParseCell) -> ParseCell:
    """Parses a cell that is written as numbers are in this table."""

    def parsed(cell: str) -> float:
        return parse(plain_number(cell, source.commas))

    return parsed


def _numbers(
    rows: Iterable[_Line], start: int, source: _Source, parse: ParseCell
) -> tuple[FloatArray, tuple[str, ...]]:
    """The numbers from that column on, and the characters in them that ASCII does not have."""
    found = array("d")
    lines = array("q")
    unusual: dict[str, None] = {}
    width = 0
    is_fast = parse is number
    is_decimal = source.commas.is_decimal
    for row in rows:
        cells = row.cells[start:] if start else row.cells
        if not cells:
            raise InputError(
                f"{source.where}, {source.unit} {row.line}: no numbers beside the label; add some"
            )
        width = len(cells)
        lines.append(row.line)
        joined = "".join(cells)
        if not joined.isascii():
            unusual |= dict.fromkeys(unusual_characters(joined))
        if is_fast and _is_plain(joined) and not (is_decimal and "." in joined):
            try:
                pointed = (each.replace(",", ".") for each in cells) if is_decimal else cells
                found.extend(map(float, pointed))
                continue
            except ValueError:  # reported below, with its place
                del found[(len(lines) - 1) * width :]
        for column, cell in enumerate(cells, start):
            found.append(_value(row, column, cell, source, parse))
    values = np.frombuffer(found, dtype=np.float64).reshape(len(lines), width)
    wrong = np.argwhere(~np.isfinite(values))
    if is_fast and len(wrong):
        index, column = wrong[0].tolist()
        raise InputError(
            f"{source.where}, {source.unit} {lines[index]}, column {start + column + 1}: "
            f"{_cell_there(source, lines[index], start + column)} is not finite: attention needs finite numbers"
        )
    return values, tuple(unusual)


def _is_plain(cells: str) -> bool:
    """Tells whether all that float takes there is a number for other programs too: it takes 1_000 and any digits."""
    return cells.isascii() and "_" not in cells


def _cell_there(source: _Source, line: int, column: int) -> str:
    row = next(each for each in source.rows() if each.line == line)
    return _shown(row.cells[column])


def _is_labelled(first: _Line, labels: Sequence[str], parse: ParseCell) -> bool:
    """Tells whether the first column holds labels. One bad number among numbers does not make it so."""
    is_words = not any(_parses(cell, parse) for cell in first.cells)
    if len(labels) > 1 and is_words and len(first.cells) > 1 and _names_labels(labels[0]):
        return True
    if len(labels) > 1 and not labels[0] and _is_numbered(first.cells[1:]) and all(labels[1:]):
        return True  # a table saved with numbered rows and columns: pandas does so
    body = labels[1:] if len(labels) > 1 and is_words else labels
    if len(first.cells) > 1 and not any(body):
        return False
    words = sum(not _parses(label, parse) for label in body)
    return 2 * words > len(body)


def _is_header(first: _Line, start: int, labelled: bool, parse: ParseCell) -> bool:
    names = first.cells[start:]
    if not any(_parses(cell, parse) for cell in names):
        return True
    # A table saved with its row names and without column names has them numbered from 0.
    return labelled and _is_numbered(names) and _names_labels(first.cells[0])


def _is_numbered(names: Sequence[str]) -> bool:
    return [cell.strip() for cell in names] == [str(i) for i in range(len(names))]


def _names_labels(cell: str) -> bool:
    return cell.strip().lower() in LABEL_HEADERS


def _value(row: _Line, column: int, cell: str, source: _Source, parse: ParseCell) -> float:
    place = f"{source.where}, {source.unit} {row.line}, column {column + 1}"
    if not cell.strip():
        raise InputError(f"{place}: the cell is empty: put a number there")
    try:
        return parse(plain_number(cell, source.commas))
    except ValueError as error:
        raise InputError(f"{place}: {_shown(cell)} {error}") from None


def _checked_labels(labels: Sequence[str], source: _Source, has_header: bool) -> tuple[str, ...]:
    if all(labels):
        return tuple(labels)
    at = next(i for i, label in enumerate(labels) if not label) + has_header
    row = next(each for i, each in enumerate(source.rows()) if i == at)
    raise InputError(
        f"{source.where}, {source.unit} {row.line}, column 1: the label is empty: name the row there"
    )


def _parses(cell: str, parse: ParseCell) -> bool:
    """Tells whether the cell is meant as a number, be it a bad one: a row of "nan" or of "1,5" is no header."""
    if _LIKE_A_NUMBER.fullmatch(cell.strip()):
        return True
    try:
        parse(cell)
    except ValueError:
        return False
    return True


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else cell[:40] + "…")
