"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attnviz.errors import AttnvizError, EnvironmentFault, OutputError


def is_disk_full(error: OSError) -> bool:
    """True if the disk, or the user's share of it, is full."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def atomic_file(path: str | Path) -> Iterator[Path]:
    """Yields a temporary path beside `path`, of the same suffix; it becomes `path` when the block ends well.

    When the block fails or is interrupted the temporary file is removed and `path` is as it was. A link is followed; a
    device (/dev/null) is written to, never replaced.

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
    is_special = target.exists() and not target.is_file()
    folder = Path(tempfile.gettempdir()) if is_special else target.parent
    temporary = _claimed(folder, target)
    try:
        yield temporary
        if is_special:
            with temporary.open("rb") as source, target.open("wb") as sink:
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
            raise EnvironmentFault(
                f"no space left on the disk for {path}: free some and run it again"
            ) from error
        raise OutputError(f"{path} could not be written: {_reason(error)}") from error
    finally:
        temporary.unlink(missing_ok=True)


def check_writable(path: str | Path) -> None:
    """Raises OutputError, before a long computation, if `path` cannot be written, saying what is in the way."""
    target = _checked(Path(path))
    if not target.exists() or target.is_file():
        _claimed(target.parent, target).unlink(missing_ok=True)


def write_bytes(path: str | Path, data: bytes) -> None:
    """Writes `data` to a file. Raises as `atomic_file` does."""
    with atomic_file(path) as temporary:
        temporary.write_bytes(data)


def _checked(path: Path) -> Path:
    """The file that is really meant, links followed, if it may be written at all."""
    target = Path(os.path.realpath(path))
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


def _claimed(folder: Path, target: Path) -> Path:
    """A new empty file in `folder`. Made with open, so that its rights follow the user's umask."""
    # A name of fixed length: the target's own could already be as long as a name may be.
    temporary = folder / f".attnviz-{secrets.token_hex(8)}{target.suffix}"
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except OSError as error:
        if is_disk_full(error):
            raise EnvironmentFault(
                f"no space left on the disk for {target}: free some and run it again"
            ) from error
        raise OutputError(
            f"{target} cannot be written: {_reason(error)} in {folder}; choose another place"
        ) from error
    return temporary


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
