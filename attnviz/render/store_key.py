"""The secret of the user with which the cache is sealed: who cannot read it cannot plant a picture in a film."""

from __future__ import annotations

import os
import re
import secrets
import stat
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from attnviz.errors import reason_of
from attnviz.render.plain_files import read_plain_file

KEY_BYTES = 32
_NAME = "cache.key"
_LEFT_BEHIND = re.compile(rf"\.{re.escape(_NAME)}\.[0-9a-f]{{16}}")
"""The names of keys that are still being written."""
_MINUTE = 60.0
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class StoreKey:
    """A secret, and why it is not the one that the user has kept."""

    secret: bytes = field(repr=False)
    """32 bytes."""
    fault: str | None = None
    """None where the secret was kept and will be found again; else one line, with the cure."""


_known: dict[Path, StoreKey] = {}
_finding = threading.Lock()
"""Held while a key is found: all threads are to have the same."""


class _UnusableKeyError(Exception):
    """What lies in the place of the key, in words that go on from its name, with the cure."""


def key_file() -> Path:
    """The file of the key, whether or not it is there: in the user's folder for states, not in that for caches."""
    return platformdirs.user_state_path("attnviz", appauthor=False) / _NAME


def store_key() -> StoreKey:
    """The user's key, made if there is none. Where none can be kept it is one of this process, and has a fault.

    Raises nothing: without a key that is kept, nothing drawn by another process is believed.
    """
    path = key_file()
    with _finding:
        if path not in _known:
            _known[path] = _found_or_made(path)
        return _known[path]


def _found_or_made(path: Path) -> StoreKey:
    try:
        try:
            return StoreKey(_read(path))
        except FileNotFoundError:
            _make(path)
        return StoreKey(_read(path))
    except _UnusableKeyError as error:
        fault = f"the key of the cache, {path}, {error}"
    except OSError as error:
        fault = (
            f"the key of the cache cannot be kept as {path} ({reason_of(error)}), and nothing drawn earlier is used: "
            f"make {path.parent} writable, or name another folder in XDG_STATE_HOME"
        )
    return StoreKey(secrets.token_bytes(KEY_BYTES), fault)


def _read(path: Path) -> bytes:
    """Raises FileNotFoundError if there is no key, and _UnusableKeyError for what this user cannot have made."""
    cure = "and nothing drawn earlier is used: remove it, and a new one is made"
    if path.is_symlink():
        raise _UnusableKeyError(f"is a link, {cure}")
    try:
        secret, state = read_plain_file(path, KEY_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        raise _UnusableKeyError(f"cannot be read ({reason_of(error)}), {cure}") from error
    if len(secret) != KEY_BYTES:
        raise _UnusableKeyError(f"has {len(secret)} of {KEY_BYTES} bytes, {cure}")
    if hasattr(os, "geteuid"):
        if state.st_uid != os.geteuid():
            raise _UnusableKeyError(f"belongs to another user, {cure}")
        if state.st_mode & _OTHERS:
            raise _UnusableKeyError(f"is open to other users, {cure}")
    return secret


def _make(path: Path) -> None:
    """Puts a new key there, unless another process has just done so. Raises OSError if that cannot be done."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_left_behind(path.parent)
    temporary = path.with_name(f".{_NAME}.{secrets.token_hex(8)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    file = os.open(temporary, flags, 0o600)
    try:
        with os.fdopen(file, "wb") as opened:
            opened.write(secrets.token_bytes(KEY_BYTES))
        try:
            os.link(temporary, path)
        except FileExistsError:
            return
        except OSError:
            # a file system without links: of two processes at once, one may have to draw again what it drew
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _remove_left_behind(folder: Path) -> None:
    """Removes what processes left that were killed in the middle of `_make`."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if not _LEFT_BEHIND.fullmatch(entry.name) or not entry.is_file(follow_symlinks=False):
                continue
            if time.time() - entry.stat(follow_symlinks=False).st_mtime > _MINUTE:
                Path(entry.path).unlink(missing_ok=True)
