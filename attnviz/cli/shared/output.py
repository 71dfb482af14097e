"""Results on stdout, which "-" stands for, or in a file that appears whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path

import click

from attnviz.cli.shared.progress_line import progress_line
from attnviz.library import files
from attnviz.progress import report

STDOUT = "-"
_WORTH_WRITING = 2**16


def _is_stdout(path: str | Path) -> bool:
    """True for "-", and for /dev/stdout and its like: they may be closed, or a pipe."""
    return str(path) == STDOUT or files.stream_number(path) == 1


def check_writable(path: str | Path) -> None:
    """Raises OutputError, before a long computation, if `path` cannot be written. "-" always can."""
    if not _is_stdout(path):
        files.check_writable(path)


def write_text(path: str | Path, text: str) -> None:
    """Writes `text` in UTF-8, line ends as they are. Raises as `attnviz.library.files.atomic_file` does."""
    if _is_stdout(path):
        # whether it has colours was decided when it was written
        click.echo(text, nl=False, color=True)
    else:
        files.write_bytes(path, text.encode("utf-8"))


def write_pieces(path: str | Path, pieces: Iterable[str]) -> None:
    """Writes a text piece by piece, as `write_text` does: it is never whole in memory."""
    if str(path) == STDOUT:
        with progress_line() if _is_stdout_a_file() else nullcontext():
            for text in _gathered(pieces):
                click.echo(text, nl=False)
        return
    with progress_line(), files.atomic_file(path) as temporary, temporary.open("wb") as file:
        for text in _gathered(pieces):
            file.write(text.encode("utf-8"))


def _is_stdout_a_file() -> bool:
    """False for a terminal, where the text itself shows that work goes on, and for a pipe, whose reader may use it."""
    try:
        return stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def _gathered(pieces: Iterable[str]) -> Iterator[str]:
    """The same text in pieces that are worth a call of the system."""
    gathered: list[str] = []
    length = whole = 0
    for piece in pieces:
        gathered.append(piece)
        length += len(piece)
        if length > _WORTH_WRITING:
            whole += length
            report(f"Writing, {whole / 1e6:,.0f} MB")
            yield "".join(gathered)
            gathered, length = [], 0
    yield "".join(gathered)


def write_bytes(path: str | Path, data: bytes) -> None:
    """Writes `data`. Raises as `attnviz.library.files.atomic_file` does."""
    if _is_stdout(path):
        click.echo(data, nl=False)
    else:
        files.write_bytes(path, data)
