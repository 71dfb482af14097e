"""Reading a file: not too large, and what its suffix says."""

from __future__ import annotations

import errno
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from attnviz.errors import InputError, closest
from attnviz.inputs.files.pipes import open_to_read
from attnviz.inputs.files.text_encodings import wide_codec
from attnviz.progress import report

STDIN = "-"
MAX_FILE_BYTES = 64 * 2**20
"""A file larger than this is refused, and an .npz that would unpack to more. 64 MiB is a million vectors of 8."""
_NUMBERS = re.compile(r"[\s\[({]*[-+]?\d[\d.]*[\s,;][-+\d.,;\s\[\](){}eE]*")
"""Numbers given in place of the name of a file."""
MOST_ROWS, MOST_COLUMNS = 20_000, 100_000
"""A table that is larger is refused before it is read: the trace of 10,363 tokens would already be too large."""

_NUMPY, _ZIP = b"\x93NUMPY", b"PK"
_WORKBOOK, _DIRECTORY = b"xl/workbook.xml", 2**16
"""A file of every workbook, and where a zip archive lists its files."""
_START = 4096
_ROWS_IN_BRACKETS = re.compile(
    rb"\[[\s\[]*[-+.\d]+\s+[-+.\d]|\[[^\[\]]*\][\s,;]*\[|\{[-+.\d\s,]+\}"
)
"""Numbers that spaces part, as NumPy prints them, and rows without brackets around them, which JSON has not."""
_RENAMED = (".txt", ".dat", ".md", ".tab", ".asc", ".data")
_SAVED_ANEW = (".xls", ".xlsm", ".xlsb", ".ods", ".numbers")
"""Suffixes of other tables."""
_BYTE_ORDER_MARKS = {
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_TEXT_SUFFIXES = (".csv", ".tsv", ".json", ".toml")
_CONTENT = {
    ".npy": "a NumPy array (.npy)",
    ".npz": "a zip archive, as .npz is",
    ".xlsx": "a workbook (.xlsx)",
    ".json": "JSON",
    "pickle": "a Python pickle, which is never loaded",
    "binary": "binary data",
    "text": "plain text",
}


def read_file(path: str, suffixes: Sequence[str], what: str) -> tuple[bytes, str]:
    """The bytes of a file or of stdin, and the suffix that says how to read them.

    The suffix of stdin ("-") and of a pipe is found from the content. `what` names the option in messages.
    Raises InputError: no such file, a folder, not readable, too large, empty, of a suffix not among
    `suffixes`, or with a content that belies its suffix.
    """
    if path == STDIN:
        if sys.stdin is None:
            raise InputError(f"stdin is closed: pipe the file into it, or name a file ({what})")
        # who types needs the terminal
        report("" if sys.stdin.isatty() else "Reading stdin")
        data = _read_limited(sys.stdin.buffer, "stdin")
        report("Reading stdin")
        return data, _sniffed(data, suffixes, "stdin")
    if "\0" in path:
        raise InputError(f"{path!r} is no name of a file: take the character U+0000 out ({what})")
    file = Path(path)
    report(f"Reading {file.name}")
    try:
        is_there = file.exists()
    except OSError as error:
        is_long = error.errno == errno.ENAMETOOLONG
        raise InputError(
            f"{path}: the name is too long for a file: choose a shorter one"
            if is_long
            else f"{path} could not be read: {(error.strerror or str(error)).lower()} ({what})"
        ) from error
    if not is_there:
        if _NUMBERS.fullmatch(path):
            raise InputError(
                f"{path}: no such file ({what}): numbers are read from a file, or from a pipe with -, as in "
                f"printf '1,2\\n3,4\\n' | attnviz explain {what} -"
            )
        raise InputError(f"{path}: no such file{_nearest(file)} ({what})")
    if file.is_dir():
        raise InputError(f"{path} is a folder: name a file in it ({what})")
    suffix = file.suffix.lower()
    if file.is_file() and suffix not in suffixes:
        raise InputError(_unknown_suffix(path, suffix, suffixes, what))
    try:
        with open_to_read(file, what) as stream:
            data = _read_limited(stream, path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{path} could not be read: {reason} ({what})") from error
    if suffix not in suffixes:
        return data, _sniffed(data, suffixes, path)
    _check_content(data, suffix, path)
    return data, suffix


def as_text(data: bytes, where: str) -> str:
    """UTF-8 text, with or without a byte order mark. Raises InputError, saying which byte is not."""
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            raise InputError(f"{where} is {encoding}, not UTF-8: save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{where}, line {line}: byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        ) from error
    if not text.strip():
        raise InputError(f"{where} is empty: it needs at least one row")
    return text


def check_table_size(rows: int, columns: int, where: str) -> None:
    """Raises InputError for more rows or columns than are read.

    >>> check_table_size(2, 3, "x.csv")
    """
    for found, most, name in ((rows, MOST_ROWS, "rows"), (columns, MOST_COLUMNS, "columns")):
        if found > most:
            raise InputError(
                f"{where} has {found:,} {name}, and at most {most:,} are read: keep only the {name} that are needed"
            )


def content_of(data: bytes) -> str:
    """The format that the bytes look like: ".npy", ".npz", ".json", "pickle", "binary" or "text".

    >>> content_of(b"[[1, 2]]"), content_of(b"1,2"), content_of(b"PK..")
    ('.json', 'text', '.npz')
    """
    if data.startswith(_NUMPY):
        return ".npy"
    if data.startswith(_ZIP):
        return ".xlsx" if _WORKBOOK in data[-_DIRECTORY:] else ".npz"
    if data[:1] == b"\x80" and data[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return "pickle"
    if b"\x00" in data[:4096] and wide_codec(data) is None:
        return "binary"
    start = data[:_START].removeprefix(b"\xef\xbb\xbf").lstrip()
    is_json = start[:1] in (b"[", b"{") and not _ROWS_IN_BRACKETS.match(start)
    return ".json" if is_json else "text"


def _read_limited(stream: BinaryIO, where: str) -> bytes:
    data = stream.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise InputError(
            f"{where} is larger than {MAX_FILE_BYTES // 2**20} MiB, the most that is read: "
            "keep only the rows or the arrays that are needed"
        )
    if not data:
        raise InputError(f"{where} is empty: it needs at least one row")
    return data


def _sniffed(data: bytes, suffixes: Sequence[str], where: str) -> str:
    content = content_of(data)
    suffix = ".csv" if content == "text" else content
    if suffix not in suffixes:
        raise InputError(
            f"{where} holds {_CONTENT[content]}, expected one of {', '.join(suffixes)}"
        )
    return suffix


def _check_content(data: bytes, suffix: str, path: str) -> None:
    content = content_of(data)
    if suffix in _TEXT_SUFFIXES:
        # Text that begins with "[" may still be a CSV; whether it is JSON, its own reader says.
        fits = content in ("text", ".json")
    elif suffix == ".safetensors":
        # It begins with a length, eight bytes that may look like anything but these.
        fits = content not in (".npy", ".npz", "text")
    else:
        fits = content == suffix
    if not fits and content == ".npz" and b".npy" not in data[-_DIRECTORY:]:
        found = "a zip archive; unpack it, or give it its right suffix"
        if b"opendocument" in data[:_START]:
            found = f"an OpenDocument file; open it in the program that wrote it and save it as {suffix}"
        raise InputError(f"{path} is not what its suffix says: it holds {found}")
    if not fits:
        cure = (
            f"rename it to {content}"
            if content.startswith(".")
            else f"save it as {suffix}, or give it its right suffix"
        )
        raise InputError(
            f"{path} is not what its suffix says: it holds {_CONTENT[content]}; {cure}"
        )


def _unknown_suffix(path: str, suffix: str, suffixes: Sequence[str], what: str) -> str:
    from attnviz.inputs.files.other_formats import advice_on  # only errors need it

    if advice := advice_on(path, suffix, what):
        return advice
    found = f"unknown suffix {suffix!r}" if suffix else "no suffix"
    near = closest(suffix, suffixes, likeness=0.5) if suffix else None
    hint = f"did you mean {near!r}? " if near else ""
    if ".csv" in suffixes and suffix in _RENAMED:
        hint = "if it is a table, rename it to .csv. "
    elif ".xlsx" in suffixes and suffix in _SAVED_ANEW:
        hint = "open it in a spreadsheet program and save it as .xlsx or .csv. "
    return f"{path} has {found}: {hint}Known: {', '.join(suffixes)}"


def _nearest(file: Path) -> str:
    """A hint at a file in the same folder with nearly the same name."""
    try:
        names = [each.name for each in file.parent.iterdir()]
    except OSError:
        return "" if file.parent.is_dir() else f"; there is no folder {file.parent}"
    near = closest(file.name, names, likeness=0.7)
    return f"; did you mean {file.parent / near}?" if near else ""
