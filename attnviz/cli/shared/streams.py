"""Streams that were closed before the program began, as `attnviz explain >&-` does."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

from attnviz.errors import OutputError

_STANDARD = 3
"""stdin, stdout and stderr are the files 0, 1 and 2."""


class ClosedOutput(io.TextIOBase):
    """In the place of a stdout that is closed: nothing can be written, and whoever tries learns why."""

    encoding = "utf-8"
    errors = "strict"

    def write(self, text: object) -> int:
        raise OutputError(
            "stdout is closed, and nothing can be written to it: leave it open, or name a file with -o"
        )

    def writable(self) -> bool:
        return True


def replace_closed_streams() -> None:
    """Puts something in the place of each standard stream that is closed.

    The next file that is opened would take its number, and what a library writes to stderr would land in a film.
    """
    # most programs are started with all of them, and then there is nothing to open
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    while (number := os.open(os.devnull, os.O_RDWR)) < _STANDARD:
        os.set_inheritable(number, True)
    os.close(number)
    if sys.stdout is None:
        sys.stdout = ClosedOutput()
    if sys.stderr is None:
        # what is said there goes nowhere, as whoever closed it wishes
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
