"""Files that may be pipes: read while somebody writes into them, and given up where nobody does."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from attnviz.errors import InputError

SECONDS_FOR_A_WRITER = 5.0


def open_to_read(path: Path, what: str) -> BinaryIO:
    """The file, open for the caller to read and close. Waits a few seconds for who writes into a named pipe.

    `what` names the option in messages. Raises InputError for a pipe into which nobody writes, OSError as open does.
    """
    if not path.is_fifo():
        return path.open("rb")
    import threading  # only pipes need it

    opened: list[BinaryIO] = []
    # to open a pipe is to wait for a writer, for ever
    waiting = threading.Thread(target=lambda: opened.append(path.open("rb")), daemon=True)
    waiting.start()
    waiting.join(SECONDS_FOR_A_WRITER)
    if not waiting.is_alive():
        return opened[0]
    os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))  # a writer at last, so that the thread ends
    waiting.join()
    opened[0].close()
    raise InputError(
        f"{path} is a pipe into which nobody writes: start the program that does, or name a file ({what})"
    )
