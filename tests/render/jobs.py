"""Jobs for crews. Worker processes import this module, so it imports nothing that takes long."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from attnviz.errors import InputError
from attnviz.render.workers.executor import call_on_wait

FOREVER = 600
_done = [0]
_inside = [0]


def squared(number: int) -> int:
    return number * number


def process_and_turn(_: object) -> tuple[int, int]:
    """The id of this process, and the number of jobs it had before."""
    _done[0] += 1
    return os.getpid(), _done[0]


def together(_: object) -> int:
    """The number that are inside at a time."""
    _inside[0] += 1
    try:
        time.sleep(0.01)
        return _inside[0]
    finally:
        _inside[0] -= 1


def refused(what: str) -> None:
    raise InputError(f"{what} is not a scene: give another")


class UnsendableError(Exception):
    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what}: {why}")


def refused_unsendably(what: str) -> None:
    raise UnsendableError(what, "it cannot be read where it is sent")


def unsendable(_: object) -> object:
    return lambda: None


def has_loaded(module: str) -> bool:
    return module in sys.modules


def breathing(count: int) -> None:
    for _ in range(count):
        call_on_wait()


def tell(folder: Path) -> None:
    """Leaves a file that is named by the process."""
    (folder / f"{os.getpid()}-{time.monotonic_ns()}").touch()


def endless(folder: Path) -> None:
    tell(folder)
    time.sleep(FOREVER)


def until_there(path: Path) -> str:
    """Waits for the file."""
    if path.parent.exists():
        tell(path.parent)
    while not path.exists():
        time.sleep(0.01)
    return "there"


def deadly(folder: Path) -> None:
    tell(folder)
    os.kill(os.getpid(), signal.SIGKILL)


def leaving(status: int) -> None:
    os._exit(status)


def deadly_once(folder: Path) -> str:
    if not any(path.is_file() for path in folder.iterdir()):
        deadly(folder)
    return "done in the end"


def deadly_once_or_until_there(path: Path) -> str:
    """The first for a folder, the second for a file."""
    return deadly_once(path) if path.is_dir() else until_there(path)


def tell_and_wait(path: Path) -> str:
    """Tells in the folder above that of the file, then waits for it."""
    tell(path.parent.parent)
    return until_there(path)
