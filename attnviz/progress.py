"""Progress of long work: whoever does it reports it here, and whoever shows it watches. Else nothing happens.

So nothing that computes knows of screens, and a function need not pass a callback on to all that it calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias, TypeVar

Watcher: TypeAlias = Callable[[str, int, int], None]
"""Takes a name of the work, and how much of it is done of how much; 0 of 0 where that is not known."""
_Item = TypeVar("_Item")

_watcher: ContextVar[Watcher | None] = ContextVar("_watcher", default=None)


def report(work: str, done: int = 0, total: int = 0) -> None:
    """Says what is being worked at. An empty name says that a person is waited for, and that nothing is to be shown."""
    watcher = _watcher.get()
    if watcher is not None:
        watcher(work, done, total)


def reporting(items: Iterable[_Item], work: str, total: int) -> Iterator[_Item]:
    """The items, each reported when its turn comes.

    >>> with watched(lambda work, done, total: print(f"{work}: {done} of {total}")):
    ...     list(reporting("ab", "Letters", 2))
    Letters: 0 of 2
    Letters: 1 of 2
    ['a', 'b']
    """
    for done, item in enumerate(items):
        report(work, done, total)
        yield item


@contextmanager
def watched(watcher: Watcher | None) -> Iterator[None]:
    """Inside, every report goes to that watcher; None is nobody."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


@contextmanager
def part_of(whole: str) -> Iterator[None]:
    """Inside, reports are of a part, and begin with the name of the whole.

    >>> with watched(lambda work, done, total: print(work)), part_of("chapter 2 of 3"):
    ...     report("Computing")
    chapter 2 of 3: Computing
    """
    outer = _watcher.get()
    if outer is None:
        yield
        return
    with watched(lambda work, done, total: outer(work and f"{whole}: {work}", done, total)):
        yield
