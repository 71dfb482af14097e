"""Tables of files: .csv and .tsv in the encodings that there are, and .xlsx."""

from __future__ import annotations

from dataclasses import replace

from attnviz.errors import InputError
from attnviz.inputs.files.table_layout import sniffed_mark
from attnviz.inputs.files.tables import (
    NumberTable,
    ParseCell,
    number,
    read_rows,
    read_table,
    readings_of,
    without_separator_line,
)
from attnviz.inputs.files.text_encodings import decoded

SHEET = ".xlsx"
SUFFIXES = (".csv", ".tsv", SHEET)


def table_of(data: bytes, suffix: str, where: str, parse: ParseCell = number) -> NumberTable:
    """The table that a file of that suffix holds. Raises InputError, with line and column, for what is wrong."""
    if suffix == SHEET:
        from attnviz.inputs.files.sheets import read_sheet

        sheet = read_sheet(data, where)
        place = where if sheet.is_one_of == 1 else f"{where}, sheet {sheet.name}"
        table = read_rows(sheet.rows, place, parse, file=where, left=sheet.left)
        ways = [("sheet", sheet.name)] if sheet.is_one_of > 1 else []
        ways += sheet.ways
    else:
        text, encoding = decoded(data, where)
        delimiter = _delimiter(text, suffix, where)
        table = read_table(text, where, delimiter=delimiter, parse=parse)
        is_sure = encoding is None or encoding.startswith("UTF")
        ways = [] if encoding is None else [("encoding" if is_sure else "guessed", encoding)]
    return replace(table, readings=(*readings_of(where, ways), *table.readings))


def _delimiter(text: str, suffix: str, where: str) -> str | None:
    """The separator where the suffix says it. Raises InputError if a .tsv has other separators than tabs."""
    body, named = without_separator_line(text)
    if suffix != ".tsv" or named is not None:
        return None
    delimiter = sniffed_mark(body)
    if delimiter != "\t" and delimiter in body:
        raise InputError(
            f"{where} is not what its suffix says: line 1 has no tab but {delimiter!r}; rename it to .csv"
        )
    return "\t"
