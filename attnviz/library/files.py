"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from attnviz.errors import AttnvizError, EnvironmentFault, OutputError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


_TEMPORARY = ".attnviz-"
_NEW = ".attnviz-new-"
"""Begins the name of a temporary file until it is locked."""
_LEFT_BEHIND = re.compile(r"\.attnviz-(new-)?[0-9a-f]{16}(\.\w+)?")
_STREAMS = re.compile(r"/proc/(\d+)/fd|/dev/fd")
"""The folders in which a program finds its own open files: /dev/stdout is a link into them."""
_SECONDS_FOR_A_READER = 5.0
_LITTLE = 2**20
"""Bytes; a disk with fewer counts as full."""
_YOUNG = 60.0
"""Seconds in which the program that made a new temporary file may still be about to lock it."""


def is_disk_full(error: OSError) -> bool:
    """True if the disk, or the user's share of it, is full."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def disk_full_message(path: str | Path | None) -> str:
    """The line on a full disk: of the file `path`, or, where there is room for that, of a folder for work files."""
    for folder in _work_folders():
        if _free(folder) < _LITTLE and (
            path is None or _free(Path(path).absolute().parent) >= _LITTLE
        ):
            return (
                f"no space left on the disk in {folder}, where work files lie: free some, or set TMPDIR and "
                "XDG_CACHE_HOME to folders with room, and run it again"
            )
    where = "" if path is None else f" for {path}"
    return f"no space left on the disk{where}: free some and run it again"


def _work_folders() -> list[Path]:
    from attnviz.render.folders import user_folder

    cache = user_folder()
    while not cache.exists() and cache != cache.parent:
        cache = cache.parent
    folders = [cache]
    with suppress(FileNotFoundError):  # none can be written
        folders.append(Path(tempfile.gettempdir()))
    return folders


def _free(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return _LITTLE


@contextmanager
def atomic_file(path: str | Path) -> Iterator[Path]:
    """Yields a temporary path beside `path`, of the same suffix; it becomes `path` when the block ends well.

    When the block fails or is interrupted the temporary file is removed and `path` is as it was. A link is followed; a
    device (/dev/null), a pipe and a stream (/dev/stdout) are written to, never replaced.

    Raises OutputError where the file cannot be written, EnvironmentFault where the disk is full.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     target = Path(folder, "result.txt")
    ...     with atomic_file(target) as temporary:
    ...         _ = temporary.write_text("done")
    ...     (target.read_text(), len(list(Path(folder).iterdir())))
    ('done', 1)
    """
    target = _checked(Path(path))
    is_special = _is_special(target)
    folder = _temporary_folder(target) if is_special else target.parent
    _remove_left_behind(folder)
    temporary, lock = _claimed(folder, target)
    try:
        yield temporary
        if is_special:
            with temporary.open("rb") as source, _sink(target) as sink:
                shutil.copyfileobj(source, sink)
        else:
            if target.exists():
                shutil.copymode(target, temporary)
            temporary.replace(target)
    except BrokenPipeError:
        raise
    except OSError as error:
        if isinstance(error, AttnvizError):
            raise
        if is_disk_full(error):
            raise EnvironmentFault(disk_full_message(path)) from error
        raise OutputError(f"{path} could not be written: {_reason(error)}") from error
    finally:
        os.close(lock)
        temporary.unlink(missing_ok=True)


def check_writable(path: str | Path) -> None:
    """Raises OutputError, before a long computation, if `path` cannot be written, saying what is in the way."""
    target = _checked(Path(path))
    if not _is_special(target):
        temporary, lock = _claimed(target.parent, target)
        os.close(lock)
        temporary.unlink(missing_ok=True)


def write_bytes(path: str | Path, data: bytes) -> None:
    """Writes `data` to a file. Raises as `atomic_file` does."""
    with atomic_file(path) as temporary:
        temporary.write_bytes(data)


def _checked(path: Path) -> Path:
    """The file that is really meant, links followed, if it may be written at all."""
    if "\0" in str(path):
        raise OutputError(f"{path} cannot be written: no file has a NUL in its name; take it out")
    if stream_number(path) is not None:
        return path
    try:
        target = Path(os.path.realpath(path))
    except FileNotFoundError as error:
        raise OutputError(
            f"{path} cannot be written: the working directory is gone; change to one that exists"
        ) from error
    folder = target.parent
    if target.is_dir():
        raise OutputError(f"{path} is a folder: name a file in it")
    if not folder.exists():
        raise OutputError(
            f"{path} cannot be written: the folder {path.parent} does not exist; make it first"
        )
    if not folder.is_dir():
        raise OutputError(
            f"{path} cannot be written: {path.parent} is not a folder; choose another place"
        )
    if target.exists() and not os.access(target, os.W_OK):
        raise OutputError(f"{path} is write-protected: choose another name or lift the protection")
    return target


def stream_number(path: str | Path) -> int | None:
    """The number of the open file of this process that the path names, as /dev/stdout and /dev/fd/3 do; else None.

    >>> stream_number("/dev/stdout") if os.name == "posix" else 1
    1
    """
    place = Path(path)
    for _ in range(40):  # links, at most, as the system follows them
        try:
            streams = _STREAMS.fullmatch(os.path.realpath(place.parent))
            if streams and place.name.isdecimal() and streams[1] in (None, str(os.getpid())):
                return int(place.name)
            place = place.parent / place.readlink()
        except (OSError, ValueError):  # no link, or nothing at all
            return None
    return None


def _is_special(target: Path) -> bool:
    """True for what is written into and not replaced: a stream, a device, a pipe."""
    return stream_number(target) is not None or (target.exists() and not target.is_file())


def _sink(target: Path) -> BinaryIO:
    """The stream, the device or the pipe, open to be written into. Raises OSError, for a pipe that nobody reads too."""
    number = stream_number(target)
    if number is not None:
        if number == 1 and sys.stdout is not None:
            sys.stdout.flush()
        # opened anew, a file that stdout goes to would lose what is in it
        return os.fdopen(os.dup(number), "wb")
    if not target.is_fifo():
        return target.open("wb")
    end = time.monotonic() + _SECONDS_FOR_A_READER
    while True:
        try:
            pipe = os.open(target, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO or time.monotonic() > end:
                if error.errno == errno.ENXIO:
                    error.strerror = "nobody reads this pipe: start the program that does first"
                raise
            time.sleep(0.05)
        else:
            os.set_blocking(pipe, True)
            return os.fdopen(pipe, "wb")


def _temporary_folder(target: Path) -> Path:
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError as error:
        raise EnvironmentFault(
            f"{target} cannot be written: there is no folder for temporary files; set TMPDIR to one with room in it"
        ) from error


def _remove_left_behind(folder: Path) -> None:
    """Removes temporary files of programs that were killed. Those of programs at work are locked."""
    if fcntl is None:
        return
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _LEFT_BEHIND.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                _remove_unlocked(entry)


def _remove_unlocked(entry: os.DirEntry[str]) -> None:
    with suppress(OSError):
        age = time.time() - entry.stat(follow_symlinks=False).st_mtime
        if entry.name.startswith(_NEW) and age < _YOUNG:
            return
        file = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            Path(entry.path).unlink()
        finally:
            os.close(file)


def _claimed(folder: Path, target: Path) -> tuple[Path, int]:
    """A new empty file in `folder`, and its number, to be closed: until then it is locked.

    Made with open, so that its rights follow the user's umask.
    """
    # A name of fixed length: the target's own could already be as long as a name may be.
    name = f"{secrets.token_hex(8)}{target.suffix}"
    new, temporary = folder / f"{_NEW}{name}", folder / f"{_TEMPORARY}{name}"
    try:
        number = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    except OSError as error:
        if is_disk_full(error):
            raise EnvironmentFault(
                f"no space left on the disk for {target}: free some and run it again"
            ) from error
        raise OutputError(
            f"{target} cannot be written: {_reason(error)} in {folder}; choose another place"
        ) from error
    if fcntl is None:  # where a file that is open can be neither locked so nor renamed
        os.close(number)
        number = os.open(os.devnull, os.O_RDONLY)
    else:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    new.rename(temporary)
    return temporary, number


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
