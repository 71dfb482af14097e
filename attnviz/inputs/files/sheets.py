"""The first sheet of an .xlsx workbook, by openpyxl, as rows of text."""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterator, Sequence
from typing import Any

from attnviz.errors import EnvironmentFault, InputError
from attnviz.inputs.files.reading import MAX_FILE_BYTES
from attnviz.records import record

MOST_CELLS = 4_000_000
"""Cells that are looked at, empty ones too: a sheet may claim to have a million rows of 16,384."""
_CHUNK = 2**16


@record
class Sheet:
    """The rows of a sheet, each with its number, all equally long."""

    name: str
    rows: Sequence[tuple[int, Sequence[str]]]
    is_one_of: int
    """The number of sheets in the workbook."""


def read_sheet(data: bytes, where: str) -> Sheet:
    """The first sheet of a workbook. A formula counts as the value that was saved with it.

    Raises InputError for what is no such workbook or too large, EnvironmentFault without the package openpyxl.
    """
    try:
        openpyxl: Any = importlib.import_module("openpyxl")  # it ships no types
    except ImportError as error:
        raise EnvironmentFault(
            f"{where}: reading .xlsx needs the package openpyxl: pip install 'attnviz[xlsx]', or save it as .csv"
        ) from error
    try:
        _check_parts(data, where)
        book = openpyxl.load_workbook(
            io.BytesIO(data), read_only=True, data_only=True, keep_links=False
        )
        sheets = book.worksheets
        if not sheets:
            raise InputError(f"{where} has no sheet of cells: add one")
        sheets[0].reset_dimensions()  # what a workbook says of its size need not be so
        rows = list(_rows(sheets[0], where))
        return Sheet(f"“{sheets[0].title}”", _equally_long(rows), len(sheets))
    except InputError:
        raise
    # A damaged workbook fails anywhere in the zip, the XML or the types of cells.
    except Exception as error:
        reason = (str(error) or type(error).__name__).splitlines()[0][:100]
        raise InputError(
            f"{where} is a workbook that cannot be read ({reason}): save it anew, or as .csv"
        ) from error


def _check_parts(data: bytes, where: str) -> None:
    """Unpacks the parts once and forgets them. Raises InputError where they are too large, or XML with entities."""
    import zipfile

    left = MAX_FILE_BYTES
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
                    tail = chunk[-16:]


def _rows(sheet: Any, where: str) -> Iterator[tuple[int, list[str]]]:
    seen = 0
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        seen += max(len(cells), 1)
        if seen > MOST_CELLS:
            raise InputError(
                f"{where} has more than {MOST_CELLS:,} cells, the most that are read: keep only those that are needed"
            )
        texts = [_text(each) for each in cells]
        while texts and not texts[-1].strip():
            texts.pop()
        if texts:
            yield number, texts


def _equally_long(rows: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """The rows filled up with empty cells: a sheet has no end of a row, a cell at fault is named as empty."""
    width = max((len(cells) for _, cells in rows), default=0)
    return [(number, cells + [""] * (width - len(cells))) for number, cells in rows]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, float) else str(value)
