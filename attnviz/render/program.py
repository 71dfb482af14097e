"""The program that renders: its name, its version, and a digest of its files, given to this room by that program."""

from __future__ import annotations

import hashlib
import importlib
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_FILES = ("*.py", "*.toml", "*.json")


@dataclass(frozen=True)
class Program:
    """A program by the names of its packages: it can be sent to another machine and looked up there."""

    package: str
    """Has `__version__`."""
    parts: tuple[str, ...]
    """The packages whose files decide what it draws."""

    @property
    def version(self) -> str:
        return str(importlib.import_module(self.package).__version__)

    def __str__(self) -> str:
        return f"{self.package} {self.version}"

    def digest(self) -> str:
        """Hexadecimal, the same on every machine that has the same files."""
        return _digest(self)


@cache
def _digest(program: Program) -> str:
    summed = hashlib.sha256()
    for part in program.parts:
        for root in _folders(part):
            for path in sorted(each for pattern in _FILES for each in root.rglob(pattern)):
                summed.update(path.relative_to(root).as_posix().encode())
                summed.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return summed.hexdigest()


def _folders(package: str) -> list[Path]:
    spec = find_spec(package)
    return [] if spec is None else [Path(each) for each in spec.submodule_search_locations or ()]
