"""Lines as text for a terminal, a pipe or a file."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.text import Text

from attnviz.safe_text import safe_text
from attnviz.views.terminal.colour import Depth


def harmless(line: Text) -> Text:
    """The line in its styles, with nothing in it that a terminal would obey."""
    safe = safe_text(line.plain)
    if safe is line.plain:
        return line
    # one character takes the place of one, so that the styles stay where they are
    shown = line.copy()
    shown.plain = safe
    return shown


def as_text(lines: Sequence[Text], depth: Depth | None) -> str:
    """The lines with the escape sequences of `depth` colours; with None they hold none at all.

    >>> as_text([Text("q₁", "red")], None)
    'q₁\\n'
    """
    if depth is None:
        return "".join(f"{safe_text(line.plain).rstrip()}\n" for line in lines)
    target = StringIO()
    console = Console(
        file=target, color_system=depth, force_terminal=True, legacy_windows=False, _environ={}
    )
    for line in lines:
        console.print(harmless(line), soft_wrap=True)
    return target.getvalue()
