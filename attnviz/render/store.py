"""A store of what was drawn before, by content: parts of films under keys that say all that they depend on.

Any number of processes may use the same store at once. A part appears whole or not at all, is checked when it is taken
out, and may be gone at any moment: who keeps to that needs no lock. The name of its file ends with a digest that only
who has the user's secret can make (`store_key.py`), of the key as well as of the bytes: what others put there, or
renamed, is not believed.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from attnviz.render.folders import is_writable, user_folder
from attnviz.render.plain_files import read_plain_file
from attnviz.render.store_key import store_key

DEFAULT_LIMIT = 2_000_000_000
"""Bytes."""

_TEMPORARY = "."
"""Begins the names of files that are still being written; keys do not begin so."""
_DIGEST_BYTES = 16
_ENDING = re.compile(r"[0-9a-f]{16}|[0-9a-f]{32}")
"""How the names of files of a store end: those of 16 digits are temporary, or from versions that did not seal them."""
_LONGEST_NUMBER = 100
"""Bytes of the file that has the limit."""
_PREFIX = 2
"""Characters of a key that name the folder of its file."""
_HOUR = 3600.0


@dataclass(frozen=True)
class Contents:
    """Number and size of the files in a store."""

    count: int
    bytes: int
    oldest: datetime | None
    """When the part that is to go first was used last; None where there is no part."""
    newest: datetime | None
    """When any part was used last."""


@dataclass(frozen=True)
class _File:
    """A file of a store, as it was when it was looked at."""

    path: Path
    size: int
    used: float
    """Seconds since the epoch."""

    @property
    def is_temporary(self) -> bool:
        return self.path.name.startswith(_TEMPORARY)


@dataclass(frozen=True)
class Store:
    """Bytes by key, in files below `folder`; those least recently used go where there are more than `limit` bytes.

    A key is a hex digest, of whatever the bytes depend on, and may have a suffix. Nothing but the cache is lost with a
    full disk or a folder that cannot be written: what cannot be kept is not kept, and nothing is raised.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     store = Store(Path(folder, "segments"), limit=1000)
    ...     store.put("ab12.mp4", b"frames")
    ...     (store.fetch("ab12.mp4", Path(folder, "part.mp4")), Path(folder, "part.mp4").read_bytes())
    (True, b'frames')
    """

    folder: Path
    """Need not exist. What is not the store's own in it stays: other files, links, and what they lead to."""
    limit: int
    """Bytes; 0 stores nothing. `prune` enforces it, not every `put`."""

    def usable(self) -> bool:
        """Makes the folder, and returns whether anything can be kept."""
        return self.limit > 0 and is_writable(self.folder)

    def key_fault(self) -> str | None:
        """Says why nothing that other processes kept is used, in one line with the cure; None where it is used."""
        return store_key().fault

    def holds(self, key: str) -> bool:
        """True if something is stored under the key. It may be gone, or turn out to be damaged, when it is fetched."""
        return bool(self._stored(key))

    def read(self, key: str) -> bytes | None:
        """Returns what is stored under the key; None if there is nothing, or nothing sound."""
        for stored in self._stored(key):
            data = self._sound(key, stored)
            if data is not None:
                with suppress(OSError):
                    os.utime(stored)
                return data
        return None

    def fetch(self, key: str, target: Path) -> bool:
        """Writes what is stored under the key to `target`, in place of what is there. False if there is none.

        What is written are the very bytes that were checked, and no later change of the store reaches them. What is
        damaged is removed, and never fetched. Raises OSError if `target` cannot be written.
        """
        data = self.read(key)
        if data is None:
            return False
        _write(target, data)
        return True

    def put(self, key: str, data: bytes) -> None:
        """Keeps the bytes under the key, whole or not at all, in place of what was there."""
        if len(data) > self.limit:
            return
        path = self._folder_of(key) / f"{key}.{_digest(key, data)}"
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.parent.is_symlink():
                return
            # looked up before anything is written: of two processes at once, one at most removes what the other wrote
            replaced = [each for each in self._stored(key) if each != path]
            _write(path, data)
            for each in replaced:
                each.unlink(missing_ok=True)

    def prune(self) -> None:
        """Removes the least recently used until the limit is kept, and what killed processes left half written."""
        parts = []
        for file in self._files():
            if not file.is_temporary:
                parts.append(file)
            elif time.time() - file.used > _HOUR:
                _is_gone(file.path)
        total = sum(part.size for part in parts)
        for part in sorted(parts, key=lambda each: each.used):
            if total <= self.limit:
                return
            if _is_gone(part.path):
                total -= part.size

    def clear(self) -> int:
        """Removes everything, and returns how many bytes of parts that was."""
        freed = 0
        for file in self._files():
            if _is_gone(file.path) and not file.is_temporary:
                freed += file.size
        for folder in self._folders():
            # another process may have put something there meanwhile
            with suppress(OSError):
                Path(folder).rmdir()
        return freed

    def contents(self) -> Contents:
        """Counts the files that there are at the moment."""
        parts = [file for file in self._files() if not file.is_temporary]
        used = [datetime.fromtimestamp(part.used).astimezone() for part in parts]
        return Contents(
            count=len(parts),
            bytes=sum(part.size for part in parts),
            oldest=min(used, default=None),
            newest=max(used, default=None),
        )

    def _folder_of(self, key: str) -> Path:
        return self.folder / key[:_PREFIX]

    def _stored(self, key: str) -> list[Path]:
        """The files of a key: as a rule one at most, two where two processes put it at the same moment."""
        folder = self._folder_of(key)
        if folder.is_symlink():
            return []
        return [
            folder / entry.name
            for entry in _entries(folder)
            # a pipe would be waited for, and a link may lead anywhere
            if entry.name.rpartition(".")[0] == key and entry.is_file(follow_symlinks=False)
        ]

    def _sound(self, key: str, stored: Path) -> bytes | None:
        """The bytes of the file, if they are what was put under the key, by this user.

        A machine that crashes leaves files without their end, and others may write into the folder.
        """
        try:
            data, _ = read_plain_file(stored, self.limit)
        except OSError:
            return None
        if stored.name.rpartition(".")[2] == _digest(key, data):
            return data
        _is_gone(stored)
        return None

    def _folders(self) -> list[os.DirEntry[str]]:
        return [
            each
            for each in _entries(self.folder)
            if len(each.name) == _PREFIX and each.is_dir(follow_symlinks=False)
        ]

    def _files(self) -> Iterator[_File]:
        for folder in self._folders():
            for entry in _entries(folder.path):
                try:
                    if not entry.is_file(follow_symlinks=False):
                        continue
                    if not _is_own(entry.name, folder.name):
                        continue
                    state = entry.stat(follow_symlinks=False)
                except OSError:
                    continue
                yield _File(Path(entry.path), state.st_size, state.st_mtime)


def user_store() -> Store | None:
    """The user's store, with the limit that was saved; None where nothing can be kept, or nothing is to be."""
    store = unchecked_user_store()
    return store if store.usable() else None


def unchecked_user_store() -> Store:
    """The user's store, whether or not it can be used. Makes no folder."""
    return Store(user_folder() / "segments", _saved_limit())


def save_limit(limit: int) -> None:
    """Keeps the user's wish for the limit of the store, in bytes.

    Raises OSError if the cache directory cannot be written.
    """
    path = _limit_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, f"{limit}\n".encode())


def _limit_file() -> Path:
    return user_folder() / "segments.limit"


def _saved_limit() -> int:
    try:
        limit = int(read_plain_file(_limit_file(), _LONGEST_NUMBER)[0])
    # a file that somebody has spoilt is no reason to draw everything anew
    except (OSError, ValueError):
        return DEFAULT_LIMIT
    return limit if limit >= 0 else DEFAULT_LIMIT


def _digest(key: str, data: bytes) -> str:
    """Seals the bytes and the key that they are stored under, with the user's secret."""
    name = key.encode()
    sealed = hashlib.blake2b(key=store_key().secret, digest_size=_DIGEST_BYTES)
    sealed.update(len(name).to_bytes(8, "big") + name)
    sealed.update(data)
    return sealed.hexdigest()


def _is_own(name: str, folder: str) -> bool:
    """True for the name of a part in the folder, and of one that is still being written."""
    before, _, digest = name.rpartition(".")
    return _ENDING.fullmatch(digest) is not None and (not before or before.startswith(folder))


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    temporary = path.with_name(f"{_TEMPORARY}{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _is_gone(path: Path) -> bool:
    """Removes the file. Whether it is there no more, whoever removed it."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _entries(folder: str | Path) -> list[os.DirEntry[str]]:
    """Lists what is in the folder; nothing, where there is no such folder."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
