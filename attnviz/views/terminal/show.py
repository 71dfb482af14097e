"""Lines as text for a terminal, a pipe or a file."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.text import Text

from attnviz.safe_text import safe_text
from attnviz.typeset.directions import END, ISOLATE, right_to_left
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
    lines = [isolated(harmless(line)) for line in lines]
    if depth is None:
        return "".join(f"{line.plain.rstrip()}\n" for line in lines)
    target = StringIO()
    console = Console(
        file=target, color_system=depth, force_terminal=True, legacy_windows=False, _environ={}
    )
    for line in lines:
        console.print(line, soft_wrap=True)
    return target.getvalue()


def isolated(line: Text) -> Text:
    """The line in its styles, with what `directions.isolated` puts around words from right to left.

    >>> isolated(Text("k₁ חתול 0.5")).plain == "k₁ \u2068חתול\u2069 0.5"
    True
    """
    stretches = right_to_left(line.plain)
    if not stretches:
        return line
    whole = Text(style=line.style)
    parts = line.divide([edge for stretch in stretches for edge in stretch])
    for i, part in enumerate(parts):
        whole.append_text(Text(ISOLATE) + part + Text(END) if i % 2 else part)
    return whole
