"""Folders for files of films: the user's cache directory, and in it folders that go when the work is done."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

import platformdirs

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_LOCK = ".in-use"
"""A file in a work folder that is locked for as long as its program lives, however that ends."""
_WORK = "work-"
_ABANDONED = 3 * 24 * 3600
"""Seconds after which nobody works any more in a folder in which nothing has happened: whoever did was killed."""

_chosen_folder: ContextVar[str | None] = ContextVar("_chosen_folder", default=None)
"""A folder for work files that somebody else removes."""


def user_folder() -> Path:
    """The user's cache directory for attnviz, whether or not it is there."""
    return platformdirs.user_cache_path("attnviz", appauthor=False)


def cache_folder() -> Path | None:
    """The same, made if need be; None if it cannot be written."""
    folder = user_folder()
    return folder if is_writable(folder) else None


def is_writable(folder: Path) -> bool:
    """Makes the folder, and returns whether files can be made in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@contextmanager
def temporary_work_folder() -> Iterator[str]:
    """A folder in which all work files lie until the block is left; those of killed programs go now."""
    for each in user_folder().glob(f"{_WORK}*"):
        if not each.is_symlink() and _is_abandoned(each):
            shutil.rmtree(each, ignore_errors=True)
    with (
        tempfile.TemporaryDirectory(prefix=_WORK, dir=work_folder()) as folder,
        use_work_folder(folder),
        _locked(Path(folder)),
    ):
        yield folder


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    if fcntl is None:
        yield
        return
    new = folder / f"{_LOCK}.new"
    file = os.open(new, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        with suppress(OSError):  # a file system without locks: then its age decides
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            new.rename(folder / _LOCK)
        yield
    finally:
        os.close(file)


@contextmanager
def use_work_folder(folder: str | None) -> Iterator[None]:
    """Inside, work files lie in that folder, if it is there: whoever made it removes it, though this process be killed.

    None changes nothing.
    """
    token = _chosen_folder.set(folder or _chosen_folder.get())
    try:
        yield
    finally:
        _chosen_folder.reset(token)


def work_folder() -> str:
    """A folder for work files: that of `use_work_folder`, the user's cache directory, or, if that is read-only, the
    system's for temporary files.
    """
    chosen = _chosen_folder.get()
    if chosen is not None and Path(chosen).is_dir() and is_writable(Path(chosen)):
        return chosen
    return str(cache_folder() or tempfile.gettempdir())


def _is_abandoned(folder: Path) -> bool:
    """True if the program that worked in the folder is gone; where that cannot be known, if it was still for days."""
    try:
        if fcntl is not None and (folder / _LOCK).is_file():
            file = os.open(folder / _LOCK, os.O_RDWR)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False
            finally:
                os.close(file)
            return True
        return time.time() - folder.stat().st_mtime > _ABANDONED
    except OSError:
        return False
