"""Results on stdout, which "-" stands for, or in a file that appears whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from attnviz.library import files

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
        for text in _gathered(pieces):
            click.echo(text, nl=False)
        return
    with files.atomic_file(path) as temporary, temporary.open("wb") as file:
        for text in _gathered(pieces):
            file.write(text.encode("utf-8"))


def _gathered(pieces: Iterable[str]) -> Iterator[str]:
    """The same text in pieces that are worth a call of the system."""
    gathered: list[str] = []
    length = 0
    for piece in pieces:
        gathered.append(piece)
        length += len(piece)
        if length > _WORTH_WRITING:
            yield "".join(gathered)
            gathered, length = [], 0
    yield "".join(gathered)


def write_bytes(path: str | Path, data: bytes) -> None:
    """Writes `data`. Raises as `attnviz.library.files.atomic_file` does."""
    if _is_stdout(path):
        click.echo(data, nl=False)
    else:
        files.write_bytes(path, data)
