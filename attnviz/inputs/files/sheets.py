"""The first sheet with numbers of an .xlsx workbook, by openpyxl, as rows of text."""

from __future__ import annotations

import importlib
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

from attnviz.errors import EnvironmentFault, InputError
from attnviz.inputs.files.reading import MAX_FILE_BYTES
from attnviz.inputs.files.written_numbers import PLAIN, Commas, plain_number, style_of
from attnviz.records import record

MOST_CELLS = 4_000_000
"""Cells that are looked at, empty ones too: a sheet may claim to have a million rows of 16,384."""
_CHUNK = 2**16
_FORMULA = re.compile(rb"<(?:\w{1,9}:)?f[\s>/]")


@record
class Sheet:
    """The rows of a sheet, each with its number, all equally long."""

    name: str
    rows: Sequence[tuple[int, Sequence[str]]]
    is_one_of: int
    """The number of sheets in the workbook, charts aside."""
    left: int = 0
    """Empty columns before the first, which are left out."""
    ways: tuple[tuple[str, str], ...] = ()
    """The ways in which its numbers were read that are not the plain one."""


def read_sheet(data: bytes, where: str) -> Sheet:
    """The first sheet of a workbook that has numbers. A formula counts as the value that was saved with it.

    Raises InputError for what is no such workbook or too large, or for a formula without a value; EnvironmentFault
    without the package openpyxl.
    """
    try:
        importlib.import_module("openpyxl")
        excel: Any = importlib.import_module("openpyxl.reader.excel")  # it ships no types
    except ImportError as error:
        raise EnvironmentFault(
            f"{where}: reading .xlsx needs the package openpyxl: pip install 'attnviz[xlsx]', or save it as .csv"
        ) from error
    try:
        has_formulas = _check_parts(data, where)
        sheets = _sheets(excel, data, has_values=True)
        if not sheets:
            raise InputError(f"{where} has no sheet of cells: add one")
        formulas = _sheets(excel, data, has_values=False) if has_formulas else None
        index, rows = _first_with_numbers(sheets, formulas, where)
        return _sheet(sheets[index].title, rows, len(sheets))
    except InputError:
        raise
    # A damaged workbook fails anywhere in the zip, the XML or the types of cells.
    except Exception as error:
        reason = (str(error) or type(error).__name__).splitlines()[0][:100]
        raise InputError(
            f"{where} is a workbook that cannot be read ({reason}): save it anew, or as .csv"
        ) from error


_Row = tuple[int, list[object]]


def _sheets(excel: Any, data: bytes, *, has_values: bool) -> list[Any]:
    """The sheets of cells, with the values that were saved for formulas or with the formulas themselves."""

    class Reader(excel.ExcelReader):  # type: ignore[misc]
        def read_chartsheet(self, sheet: object, rel: object) -> None:
            """Leaves a sheet that is a chart out: it has no cells, and openpyxl fails at some."""

    reader = Reader(io.BytesIO(data), read_only=True, data_only=has_values, keep_links=False)
    reader.read()
    sheets = list(reader.wb.worksheets)
    for each in sheets:
        each.reset_dimensions()  # what a workbook says of its size need not be so
    return sheets


def _first_with_numbers(
    sheets: Sequence[Any], formulas: Sequence[Any] | None, where: str
) -> tuple[int, list[_Row]]:
    """The index and the rows of the first sheet with a number, or of the first that is not empty, or of the first.

    `formulas` are the same sheets with formulas in place of their values, None if there are none.
    """
    first: tuple[int, list[_Row]] | None = None
    for index, sheet in enumerate(sheets):
        rows = list(_rows(sheet, where))
        if formulas is not None:
            place = where if len(sheets) == 1 else f"{where}, sheet “{sheet.title}”"
            _check_formulas(formulas[index], rows, place)
        if any(_is_number(cell) for _, cells in rows for cell in cells):
            return index, rows
        if rows and first is None:
            first = index, rows
    return first or (0, [])


def _check_formulas(sheet: Any, rows: Sequence[_Row], where: str) -> None:
    """Raises InputError for a formula that has no value among the rows."""
    known = dict(rows)
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        values = known.get(number, [])
        for column, cell in enumerate(cells):
            value = values[column] if column < len(values) else None
            if value is None and _is_formula(cell):
                raise InputError(
                    f"{where}, row {number}, column {column + 1}: the formula has no value saved with it: "
                    "open the workbook in Excel or LibreOffice and save it, or write the number"
                )


def _is_formula(cell: object) -> bool:
    # an array formula is an object of openpyxl's
    return (isinstance(cell, str) and cell.startswith("=")) or hasattr(cell, "ref")


def _sheet(title: str, rows: list[_Row], of: int) -> Sheet:
    left = min((_empty_at_start(cells) for _, cells in rows), default=0)
    width = max((len(cells) for _, cells in rows), default=0)
    kept = [(number, cells[left:] + [""] * (width - len(cells))) for number, cells in rows]
    ways: list[tuple[str, str]] = []
    top = rows[0][0] if rows else 1
    if left or top > 1:
        utils: Any = importlib.import_module("openpyxl.utils")
        ways.append(("margin", f"cell {utils.get_column_letter(left + 1)}{top}"))
    texts = [cell for _, cells in kept for cell in cells if isinstance(cell, str)]
    commas = style_of(texts, "\t", has_points=any("." in each for each in texts))
    if commas.is_decimal:
        ways.append(("decimal_commas", ""))
    elif commas.example:
        ways.append(("thousands", commas.example))
    start = int(any(not _is_number(cells[0]) for _, cells in kept[1:]))
    lines = [
        (number, [_text(cell, commas if i >= start else PLAIN) for i, cell in enumerate(cells)])
        for number, cells in kept
    ]
    return Sheet(f"“{title}”", lines, of, left, tuple(ways))


def _empty_at_start(cells: Sequence[object]) -> int:
    return next(i for i, cell in enumerate(cells) if not _is_empty(cell))


def _is_empty(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _is_number(cell: object) -> bool:
    if not isinstance(cell, str):
        return isinstance(cell, bool | int | float)
    try:
        float(plain_number(cell).replace(",", ""))
    except ValueError:
        return False
    return True


def _check_parts(data: bytes, where: str) -> bool:
    """Unpacks the parts once and forgets them; tells whether there may be formulas.

    Raises InputError where they are too large, or XML with entities.
    """
    import zipfile

    left = MAX_FILE_BYTES
    has_formulas = False
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise InputError(f"{where} is packed as no workbook is: save it anew, or as .csv")
            with archive.open(member) as stream:
                tail = b""
                while chunk := stream.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise InputError(
                            f"{where} unpacks to more than {MAX_FILE_BYTES // 2**20} MiB, the most that is read: "
                            "keep only the rows that are needed"
                        )
                    if b"<!DOCTYPE" in tail + chunk or b"<!ENTITY" in tail + chunk:
                        raise InputError(
                            f"{where} declares XML entities, as no workbook does: save it as .csv"
                        )
                    has_formulas = has_formulas or _FORMULA.search(tail + chunk) is not None
                    tail = chunk[-16:]
    return has_formulas


def _rows(sheet: Any, where: str) -> Iterator[_Row]:
    """The rows that are not empty, without the empty cells at their ends."""
    seen = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        seen += max(len(values), 1)
        if seen > MOST_CELLS:
            raise InputError(
                f"{where} has more than {MOST_CELLS:,} cells, the most that are read: keep only those that are needed"
            )
        cells = list(values)
        while cells and _is_empty(cells[-1]):
            cells.pop()
        if cells:
            yield number, cells


def _text(value: object, commas: Commas) -> str:
    """The text of a cell; a text with commas that is a number as programs write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and "," in value and commas != PLAIN:
        found = plain_number(value, commas)
        return found if _is_number(found) else value
    return repr(value) if isinstance(value, float) else str(value)
