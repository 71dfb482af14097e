"""Lines on the screen that may quote the names of others."""

from __future__ import annotations

import click

from attnviz.safe_text import safe_text


def echo_line(line: str, *, err: bool = False) -> None:
    """Writes one line to stdout, or to stderr, with nothing in it that a terminal would obey."""
    click.echo(safe_text(line), err=err)
