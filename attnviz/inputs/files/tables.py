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
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice, pairwise
from pathlib import Path

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.provenance import Reading
from attnviz.errors import InputError
from attnviz.inputs.files.reading import MOST_COLUMNS, MOST_ROWS, check_table_size
from attnviz.inputs.files.table_layout import NAMES, character_name, layout_of
from attnviz.inputs.files.written_numbers import (
    PLAIN,
    Commas,
    plain_number,
    style_of,
    unusual_characters,
)
from attnviz.records import record

_LABEL_HEADERS = frozenset(
    (
        *("token", "tokens", "label", "labels", "word", "words", "name", "names", "id", "ids"),
        *("index", "item", "key", "term", "text", "wort", "wörter", "mot", "mots", "palabra"),
        *("palavra", "parola", "слово", "词", "词语", "词元", "单词", "字", "字词", "标记", "标签"),
        *("名称", "编号", "序号", "詞", "詞語", "單詞", "標記", "標籤", "単語", "단어"),
    )
)
"""What columns of labels are usually called, beside nothing at all."""

_LIKE_A_NUMBER = re.compile(
    r"[-+]?([.,]?\d[\d.,'_\s，；、｜]*([eE][-+]?\d+)?|nan|inf(inity)?|∞)", re.IGNORECASE
)
_SEPARATOR_LINE = re.compile(r"\s*\"?sep=(.)\"?[,;\t ]*\Z", re.IGNORECASE)
_LIKE = {"；": ";", "，": ",", "、": ",", "|": "\t", "｜": "\t"}
"""The usual separators to which others are like in what a comma may be beside them."""
_ENDS_IN_CELL = re.compile("[，；、｜][-−－]?[0-9０-９.．]+\\s*\\Z")
_WIDE = re.compile("[，；、｜　（）［］【】]")
_SHOWN = 8
_LOOKED_AT = 100
"""Rows of a table that are looked at to tell whether its first row may be names."""
_WHOLE = re.compile(r"-?\d{1,9}", re.ASCII)

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


@record
class _Edges:
    """What is at the edges of a table besides its cells."""

    empty: int = 0
    """Empty cells at the end of each row but the first, where all have them."""
    empty_first: int = 0
    """Empty cells at the end of the first row."""
    is_short: bool = False
    """True where the first row has no cell above the labels."""


_PLAIN_EDGES = _Edges()


@record(eq=False)
class _Source:
    """The rows of a table, read anew each time that they are asked for."""

    rows: Callable[[], Iterator[_Line]]
    where: str
    unit: str = "line"
    """"line" of a text, "row" of a sheet."""
    commas: Commas = PLAIN
    left: int = 0
    """Columns before the first that were left out."""


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
        if _is_truth(cell):
            cure = "write 1 for true and 0 for false"
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
    layout = layout_of(body, where, delimiter or named)
    body, mark = layout.text, layout.mark
    if body.count("\n") + body.count("\r") > MOST_ROWS:
        check_table_size(sum(1 for line in io.StringIO(body) if line.strip()), 1, where)
    edges = _PLAIN_EDGES if layout.rows is not None else _edges(body, where, mark)
    if layout.rows is not None:
        listed = [_Line(*each) for each in layout.rows]
        source = _Source(lambda: _equally_long(listed, where), where)
    else:
        commas = PLAIN
        if mark not in ",，、" or '"' in body:
            cells = chain.from_iterable(each.cells for each in _rows(body, where, mark, edges))
            commas = style_of(cells, _LIKE.get(mark, mark), has_points=_has_points(body))
        source = _Source(lambda: _rows(body, where, mark, edges), where, commas=commas)
    table = _table(source, parse)
    ways: list[tuple[str, str]] = []
    if named is not None or source.commas.is_decimal:
        ways.append(("separator", NAMES.get(mark, mark)))
    ways += (each for each in layout.ways if each not in ways)
    if source.commas.is_decimal:
        ways.append(("decimal_commas", ""))
    elif source.commas.example:
        ways.append(("thousands", source.commas.example))
    if edges.empty:
        ways.append(("trailing", NAMES.get(mark, mark)))
    return replace(table, readings=(*readings_of(where, ways), *table.readings))


def _has_points(text: str) -> bool:
    return "." in text or "．" in text


def read_rows(
    rows: Sequence[tuple[int, Sequence[str]]],
    where: str,
    parse: ParseCell = number,
    *,
    file: str,
    left: int = 0,
) -> NumberTable:
    """The table of these rows of a sheet, each with its number. `where` names the sheet in messages, `file` the file.

    `left` columns were left out before the first. Raises InputError as `read_table` does.
    """
    lines = [_Line(*each) for each in rows if any(cell.strip() for cell in each[1])]
    check_table_size(len(lines), 1, where)
    if not lines:
        raise InputError(f"{where} is empty: it needs at least one row")
    table = _table(_Source(lambda: iter(lines), where, "row", left=left), parse)
    named = (replace(each, file=Path(file).name) for each in table.readings)
    return replace(table, readings=tuple(named))


def without_separator_line(text: str) -> tuple[str, str | None]:
    r"""The text with its first line left empty where that is `sep=;`, as Excel writes it, and the separator it says.

    >>> without_separator_line("sep=;\n1;2")
    ('\n1;2', ';')
    """
    first = text[: text.find("\n")] if "\n" in text else text
    match = _SEPARATOR_LINE.match(first.rstrip("\r"))
    return (text[len(first) :], match[1]) if match else (text, None)


def readings_of(where: str, ways: Iterable[tuple[str, str]]) -> tuple[Reading, ...]:
    """The ways, each with its detail, as those of that file."""
    return tuple(Reading(Path(where).name, *each) for each in ways)


def _rows(text: str, where: str, delimiter: str, edges: _Edges) -> Iterator[_Line]:
    """The rows that are not blank, each as long as the first."""
    return _equally_long(_raw_rows(text, where, delimiter), where, edges)


def _equally_long(
    rows: Iterable[_Line], where: str, edges: _Edges = _PLAIN_EDGES
) -> Iterator[_Line]:
    """The rows without what is beyond their edges. Raises InputError where one is longer or shorter than the first."""
    first: _Line | None = None
    for row in rows:
        if first is None:
            cells = ["", *row.cells] if edges.is_short else row.cells
            spare = edges.empty_first
        else:
            cells, spare = row.cells, edges.empty
        each = _Line(row.line, cells[:-spare]) if spare else _Line(row.line, cells)
        first = first or each
        _check_width(each, first, where)
        yield each
    if first is None:
        raise InputError(f"{where} is empty: it needs at least one row")


def _edges(text: str, where: str, delimiter: str) -> _Edges:
    """What is beyond the cells of numbers: empty cells at the end of each line, a first line one label short.

    Programs end each line with the separator, or each but the first; R names no column of labels.
    """
    top = list(islice(_raw_rows(text, where, delimiter), 2))
    if not top:
        return _PLAIN_EDGES
    first, last = top[0].cells, top[-1].cells
    is_longer = len(last) == len(first) + 1
    if delimiter != " " and len(last) > 1 and not last[-1].strip():
        counts = [_empty_at_end(row) for row in _raw_rows(text, where, delimiter)]
        rest = min(counts[1:], default=counts[0])
        least = min(counts)
        if least:
            return _Edges(least, least)
        if rest == 1 and is_longer:
            return _Edges(rest)
    is_named = first[0].strip() and not any(_parses(cell, number) for cell in first)
    if is_longer and is_named and not _names_labels(first[0]) and not _parses(last[0], number):
        return _Edges(is_short=True)
    return _PLAIN_EDGES


def _empty_at_end(row: _Line) -> int:
    return len(row.cells) - max((i for i, cell in enumerate(row.cells, 1) if cell.strip()))


def _raw_rows(text: str, where: str, delimiter: str) -> Iterator[_Line]:
    """The rows that are not blank, as they are."""
    import csv  # here and not above: an example or a text needs no table

    lines = _lines(text, where, delimiter)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                # Runs of spaces at the end of a line are no cells.
                kept = [cell for cell in cells if cell] if delimiter == " " else cells
                yield _Line(reader.line_num, kept)
    except csv.Error as error:
        raise InputError(
            f"{where}, line {reader.line_num}: {error}; check the quotes there"
        ) from error


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
    top, labels = _first_column(source)
    first = top[0]
    parses = _parser(source, parse)
    if _only_counts_rows(top, labels, parses):
        rest = replace(source, rows=lambda: _without_first_column(source), left=source.left + 1)
        table = _table(rest, parse)
        said = readings_of(where, [("margin", f"column {rest.left + 1}")])
        return replace(table, readings=(*said, *table.readings))
    ways: list[tuple[str, str]] = []
    labelled = _is_labelled(first, labels, parses)
    start = 1 if labelled else 0
    if not labelled and len(first.cells) > 1 and not any(labels):
        ways.append(("empty_column", ""))
        start = 1
    has_header = len(labels) > 1 and _is_header(top, labels, start, labelled, parses)
    columns = [cell.strip() for cell in first.cells[start:]]
    place = f"{source.unit} {first.line}"
    if has_header:
        name, *labels = labels
        if any(_parses(each, parses) for each in columns):
            ways.append(("header", f"{place}: {_listed(columns)}"))
        elif labelled and name and all(_parses(each, parses) for each in labels):
            ways.append(("label_column", f"column {1 + source.left} ({name})"))
    elif labelled and not labels[0] and len(labels) > 1:
        # a row of numbers is data, even where it has no label as others have
        labels[0] = "1"
        ways.append(("first_row", f"{place} (“1”)"))
    elif not labelled and _may_be_names(columns, source, start):
        ways.append(("first_row", f"{place}: {_listed(columns)}"))
    rows = source.rows()
    if has_header:
        next(rows)
    values, unusual = _numbers(rows, start, source, parse)
    if unusual:
        ways.append(("characters", ", ".join(unusual)))
    names = _checked_labels(labels, source, has_header) if labelled else None
    return NumberTable(values, names, readings_of(where, ways))


def _only_counts_rows(top: Sequence[_Line], labels: Sequence[str], parse: ParseCell) -> bool:
    """Tells whether the first column numbers rows from 0 or 1, beside a column of labels: pandas saves it so."""
    if len(top) < 2 or len(top[0].cells) < 3 or _parses(labels[0], parse):
        return False
    is_named = not top[0].cells[0].strip() or _names_labels(top[0].cells[0])
    is_beside_labels = top[0].cells[1].strip() and _names_labels(top[0].cells[1])
    if not (is_named and is_beside_labels) or _parses(top[1].cells[1], parse):
        return False
    return any(labels[1:] == [str(i + at) for i in range(len(labels) - 1)] for at in (0, 1))


def _without_first_column(source: _Source) -> Iterator[_Line]:
    return (_Line(row.line, row.cells[1:]) for row in source.rows())


def _first_column(source: _Source) -> tuple[list[_Line], list[str]]:
    """The first two rows, and the first cell of each of all."""
    rows = source.rows()
    top = list(islice(rows, 2))
    return top, [row.cells[0].strip() for row in chain(top, rows)]


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
                f"{source.where}, {source.unit} {row.line}: no numbers beside the label; "
                f"{_cure_of(row.cells[0]) or 'add some'}"
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
            f"{source.where}, {source.unit} {lines[index]}, column {source.left + start + column + 1}: "
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
    if len(labels) > 1 and len(first.cells) > 1:
        if _names_labels(labels[0]):
            return True
        names = first.cells[1:]
        if not labels[0] and any(labels) and not any(_parses(cell, parse) for cell in names):
            return True
        if not labels[0] and _is_numbered(names) and all(labels[1:]):
            return True  # a table saved with numbered rows and columns: pandas does so
        are_words = not any(_parses(label, parse) for label in labels[1:])
        if len(labels) > 2 and all(labels) and are_words and _counts(first.cells):
            return True  # with names of columns that count the labels too
    is_words = not any(_parses(cell, parse) for cell in first.cells)
    body = labels[1:] if len(labels) > 1 and is_words else labels
    if len(first.cells) > 1 and not any(body):
        return False
    words = sum(not _parses(label, parse) for label in body)
    return 2 * words > len(body)


def _is_header(
    top: Sequence[_Line], labels: Sequence[str], start: int, labelled: bool, parse: ParseCell
) -> bool:
    """Tells whether the first row names columns. A row of numbers does where it stands beside the name of the labels,
    or counts up, has no label or a number that counts with it, and all others have labels.
    """
    first, name = top[0].cells, labels[0]
    names = first[start:]
    if not any(_parses(cell, parse) for cell in names):
        # a table of true and false has no other numbers to be told from names
        return not (names and all(map(_is_truth, (*names, *top[1].cells[start:]))))
    if not labelled:
        return False
    if _names_labels(name):
        return True
    if not all(labels[1:]):
        return False
    if not name:
        return _counts(names)
    is_number_above_words = _parses(name, parse) and not any(
        _parses(each, parse) for each in labels[1:]
    )
    return is_number_above_words and _counts(first)


def _is_numbered(names: Sequence[str]) -> bool:
    return [cell.strip() for cell in names] == [str(i) for i in range(len(names))]


def _counts(names: Sequence[str]) -> bool:
    """Tells whether whole numbers count up as names of columns do: 0, 1, 2 · 1, 2, 3 · 10, 20 · 2023, 2024.

    >>> _counts(["10", "20"]), _counts(["1", "0"]), _counts(["5", "9"])
    (True, False, False)
    """
    if _is_numbered(names):
        return True
    texts = [each.strip() for each in names]
    if len(texts) < 2 or not all(_WHOLE.fullmatch(each) for each in texts):
        return False
    numbers = list(map(int, texts))
    step = numbers[1] - numbers[0]
    is_even = all(b - a == step for a, b in pairwise(numbers))
    return step > 0 and is_even and (step in (1, numbers[0]) or len(numbers) > 2)


def _may_be_names(names: Sequence[str], source: _Source, start: int) -> bool:
    """Tells whether a first row of numbers may be names: 0, 1, 2 or 1, 2, 3 above rows that are not alike.

    Rows of whole numbers are alike that hold only 0 and 1, or go on counting. One row alone names nothing.
    """
    counted = _is_numbered(names) or names == [str(i + 1) for i in range(len(names))]
    if len(names) < 2 or not counted:
        return False
    rest = list(islice(source.rows(), 1, 1 + _LOOKED_AT))
    cells = [cell.strip() for row in rest for cell in row.cells[start:]]
    if not all(_WHOLE.fullmatch(cell) for cell in cells):
        return True
    if not rest or set(cells) <= {"0", "1"}:
        return False
    return names[0] == "0" and cells != [str(i + len(names)) for i in range(len(cells))]


def _names_labels(cell: str) -> bool:
    return cell.strip().lstrip("#").strip().lower() in _LABEL_HEADERS


def _is_truth(cell: str) -> bool:
    return cell.strip().lower() in ("true", "false")


def _value(row: _Line, column: int, cell: str, source: _Source, parse: ParseCell) -> float:
    place = f"{source.where}, {source.unit} {row.line}, column {source.left + column + 1}"
    if not cell.strip():
        raise InputError(f"{place}: the cell is empty: put a number there")
    try:
        return parse(plain_number(cell, source.commas))
    except ValueError as error:
        cure = _cure_of(cell) if _WIDE.search(cell) else ""
        raise InputError(
            f"{place}: {_shown(cell)} {'is not a number: ' + cure if cure else error}"
        ) from None


def _cure_of(cell: str) -> str:
    """What to do about a cell that holds a separator which is none in this table, or ""."""
    wide = _WIDE.search(cell)
    if wide:
        usual = unicodedata.normalize("NFKC", wide[0]).replace("、", ",")
        return f"it holds {character_name(wide[0])}, write {usual!r}"
    return "part cells with a comma, a semicolon or a tab" if any(map(str.isdigit, cell)) else ""


def _checked_labels(labels: Sequence[str], source: _Source, has_header: bool) -> tuple[str, ...]:
    if all(map(_ENDS_IN_CELL.search, labels)):  # 猫，1 before a comma is two cells
        row = next(islice(source.rows(), int(has_header), None))
        raise InputError(
            f"{source.where}, {source.unit} {row.line}, column {source.left + 1}: "
            f"{_shown(labels[0])} is a label and a number: {_cure_of(labels[0])}"
        )
    if all(labels):
        return tuple(labels)
    at = next(i for i, label in enumerate(labels) if not label) + has_header
    row = next(each for i, each in enumerate(source.rows()) if i == at)
    raise InputError(
        f"{source.where}, {source.unit} {row.line}, column {source.left + 1}: the label is empty: name the row there"
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
