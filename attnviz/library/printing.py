"""Pages as text, for a Python program: in the width and the colours of the terminal, or in those that are chosen."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from attnviz.errors import InputError, unknown_name
from attnviz.theme import DARK, THEMES

if TYPE_CHECKING:
    from rich.console import Console

    from attnviz.theme import Theme
    from attnviz.views.terminal.colour import Depth

NARROWEST = 40
"""Columns of a page, at least."""
_WIDEST = 10_000
_WIDTH_OF_A_PIPE = 80


def screen_width() -> int:
    """The columns of the terminal; 80 where there is none."""
    # as shutil.get_terminal_size, which comes with every kind of archive
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    try:
        terminal = os.get_terminal_size(sys.__stdout__.fileno()).columns if sys.__stdout__ else 0
    except (ValueError, OSError):  # stdout is closed, or is no terminal
        terminal = 0
    return terminal or _WIDTH_OF_A_PIPE


def check_width(width: int | None) -> None:
    """Raises InputError for a page of so many columns. A narrow one is no error: it is made `NARROWEST` columns wide.

    >>> check_width(None)
    """
    if width is not None and not 1 <= width <= _WIDEST:
        raise InputError(
            f"width is {width}: give 1 to {_WIDEST} columns, or None for the terminal's"
        )


def page_width(width: int | None) -> int:
    """The columns of a page; None is those of the terminal."""
    return max(screen_width() if width is None else width, NARROWEST)


def text_depth(colour: bool | None) -> Depth | None:
    """The colours of a text: none, unless `colour` is True. Where it goes is not known."""
    from attnviz.views.terminal.colour import colour_depth

    return colour_depth("always" if colour else "never", is_terminal=False, environment=os.environ)


def screen_depth(colour: bool | None) -> Depth | None:
    """The colours of stdout; None is those that the terminal has, if it is one."""
    from attnviz.views.terminal.colour import colour_depth

    if colour is not None:
        return text_depth(colour)
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    return colour_depth("auto", is_terminal=is_terminal, environment=os.environ)


def console_depth(console: Console, colour: bool | None) -> Depth | None:
    """The colours of a rich console."""
    if colour is False or console.color_system is None:
        return None
    depths: dict[str, Depth] = {"truecolor": "truecolor", "256": "256"}
    return depths.get(console.color_system, "standard")


def theme_named(name: str) -> Theme:
    """The theme of that name, "dark" or "light". Raises InputError for any other."""
    if name not in THEMES:
        raise unknown_name("theme", name, THEMES)
    return THEMES[name]


DEFAULT_THEME = DARK.name
