"""attnviz cache: what is kept of films, so that they need not be drawn again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from attnviz.cli.shared.help_sections import SectionedCommand, option
from attnviz.cli.shared.lines import echo_line
from attnviz.cli.shared.progress_line import progress_line
from attnviz.core.digits import plain_digits
from attnviz.errors import EnvironmentFault

if TYPE_CHECKING:
    from datetime import datetime

    from attnviz.render.store import Store

_PREFIXES = "kMGT"


class ByteSize(click.ParamType):  # type: ignore[type-arg]
    """A size as people write it: 500MB, 1.5 GB, 2GiB, 0. Becomes bytes."""

    name = "size"
    # no more digits than a disk will ever need; 500 alone may be meant in any unit
    _WRITTEN = re.compile(
        r"0|(\d{1,6}(?:\.\d{1,12})?)\s*(?:b|([kmgt])(?:b|(ib?))?)", re.ASCII | re.IGNORECASE
    )

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        match = self._WRITTEN.fullmatch(plain_digits(str(value)).strip())
        if match is None:
            self.fail(f"{value!r} is no size: write 500MB, 2GB, or 0 to keep nothing", param, ctx)
        number, prefix, binary = match.groups(default="")
        thousand = 1024 if binary else 1000
        power = (_PREFIXES.lower().index(prefix.lower()) + 1) if prefix else 0
        return int(Decimal(number or 0) * thousand**power)


def human(size: int) -> str:
    """A number of bytes with three digits and a unit.

    >>> human(0), human(999), human(1_234_567), human(999_999), human(2_000_000_000)
    ('0 B', '999 B', '1.23 MB', '1 MB', '2 GB')
    """
    value, prefix = float(size), ""
    for larger in _PREFIXES:
        if value < 999.5:
            break
        value, prefix = value / 1000, larger
    return f"{value:,.0f} {prefix}B" if value >= 999.5 else f"{value:.3g} {prefix}B"


@click.command(cls=SectionedCommand)
@option("Cache", "--clear", is_flag=True, help="Empty it.")
@option(
    "Cache",
    "--limit",
    type=ByteSize(),
    metavar="SIZE",
    help="Keep at most so much from now on: 500MB, 2GB, or 0 to keep nothing. "
    "What was not used for the longest time goes first.",
)
def cache(clear: bool, limit: int | None) -> None:
    """Show what is kept of films, so that only what has changed is drawn again; empty it, or limit its size.

    \b
    Examples:
      attnviz cache
      attnviz cache --limit 500MB
      attnviz cache --clear
    """
    from attnviz.render.store import unchecked_user_store

    if limit is not None:
        _keep_to(limit)
    store = unchecked_user_store()
    with progress_line("Looking through the cache"):
        if clear:
            lines = [f"{human(_cleared(store))} freed"]
        else:
            if limit is not None:
                store.prune()
            lines = [f"{name:12}{value}" for name, value in _lines(store)]
    for line in lines:
        echo_line(line)


def _keep_to(limit: int) -> None:
    from attnviz.library.files import is_disk_full
    from attnviz.render.store import save_limit, unchecked_user_store

    try:
        save_limit(limit)
    except OSError as error:
        if is_disk_full(error):
            raise
        raise _unwritable(unchecked_user_store().folder) from error


def _cleared(store: Store) -> int:
    """Empties the store; returns the number of bytes that were freed."""
    freed = store.clear()
    if not freed and store.contents().count:
        raise _unwritable(store.folder)
    return freed


def _unwritable(folder: Path) -> EnvironmentFault:
    return EnvironmentFault(
        f"the cache {folder} cannot be changed: make it writable, "
        "or name another folder for caches in XDG_CACHE_HOME"
    )


def _lines(store: Store) -> Iterator[tuple[str, str]]:
    """The name and the value of each line that is printed."""
    contents = store.contents()
    yield "Folder", str(store.folder)
    yield "Parts", f"{contents.count:,}"
    yield "Size", human(contents.bytes)
    yield "Limit", human(store.limit) if store.limit else "0 B: nothing is kept"
    if contents.newest and contents.oldest:
        yield "Last used", _minute(contents.newest)
        yield "Oldest use", _minute(contents.oldest)
    if store.limit and not store.usable():
        yield "Note", "the folder cannot be written: nothing new is kept"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
