"""Files that others may have put there, read without trust in what a name leads to."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_NEITHER_FOLLOW_NOR_WAIT = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)
"""A link may lead anywhere, and opening a pipe would wait for a writer. Windows has neither flag."""


def read_plain_file(path: Path, most: int) -> tuple[bytes, os.stat_result]:
    """The bytes of the file at `path`, at most `most`, and its state: both of what was opened, once.

    Raises OSError for a link, a pipe, a folder, a device, and for more bytes.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "limit")
    ...     _ = path.write_bytes(b"500")
    ...     read_plain_file(path, 10)[0]
    b'500'
    """
    file = os.open(path, _NEITHER_FOLLOW_NOR_WAIT)
    try:
        state = os.fstat(file)
        if not stat.S_ISREG(state.st_mode):
            raise OSError(errno.EINVAL, "it is no file", str(path))
        if state.st_size > most:
            raise OSError(errno.EFBIG, "it is too large", str(path))
        with os.fdopen(file, "rb", closefd=False) as opened:
            return opened.read(state.st_size), state
    finally:
        os.close(file)
