"""The terminal that stdout is, if it is one: its colours, its width, and waiting for the reader."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TextIO

import click

from attnviz.views.terminal.colour import Choice, Depth, colour_depth

_STOP = ("q", "quit")
_CLEAR_LINE_ABOVE = "\x1b[1A\x1b[2K"


def colours_of(choice: Choice, *, to_file: bool) -> Depth | None:
    """The colours to write with. A file has none but by --color: FORCE_COLOR is about the screen."""
    if to_file and choice == "auto":
        return None
    return colour_depth(choice, is_terminal=sys.stdout.isatty(), environment=os.environ)


def show_pages(texts: Sequence[str], *, pause: bool, prompt: str) -> None:
    """Writes an opening, the steps and a closing to stdout; with `pause`, waits between the steps for a reader."""
    waits = pause and sys.stdout.isatty() and len(texts) >= 3
    with _keyboard() if waits else nullcontext() as keyboard:
        if keyboard is None:
            for text in texts:
                click.echo(text, nl=False, color=True)
            return
        opening, *steps, closing = texts
        steps[0] = opening + steps[0]
        steps[-1] += closing
        for i, text in enumerate(steps):
            if i and not _goes_on(prompt, keyboard):
                return
            click.echo(text, nl=False, color=True)


def _keyboard() -> AbstractContextManager[TextIO | None]:
    """The keyboard of the reader: stdin, or the terminal behind it where stdin holds the vectors; None without one."""
    if sys.stdin is not None and sys.stdin.isatty():
        return nullcontext(sys.stdin)
    try:
        return Path("/dev/tty").open(encoding="utf-8", errors="replace")
    except OSError:
        return nullcontext()


def _goes_on(prompt: str, keyboard: TextIO) -> bool:
    """True if the reader wants the next step: on Enter, not on q or the end of the input."""
    click.echo(prompt, nl=False)
    try:
        answer = keyboard.readline()
    except KeyboardInterrupt:
        click.echo()
        raise
    if not answer:
        click.echo()
    elif os.environ.get("TERM", "dumb") != "dumb":
        click.echo(_CLEAR_LINE_ABOVE, nl=False)
    return bool(answer) and answer.strip().lower() not in _STOP
