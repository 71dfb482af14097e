"""Colours for a terminal: roles blended into the background, and text that stays readable on them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal, TypeAlias

from rich.color import Color
from rich.style import Style

from attnviz.records import record
from attnviz.theme import Role, Theme, blend, fill_share, most_readable
from attnviz.views.terminal.xterm import nearest_xterm, xterm_hex

Depth: TypeAlias = Literal["truecolor", "256", "standard"]
"""The number of colours of a terminal; None, where this type is optional, is none at all."""
Choice: TypeAlias = Literal["auto", "always", "never"]

_LEVELS = 24
_PLAIN_TERMINALS = ("dumb", "unknown")


def colour_depth(
    choice: Choice, *, is_terminal: bool, environment: Mapping[str, str]
) -> Depth | None:
    """The colours to write with; None for text without any escape sequence.

    "auto" is colours on a terminal only, unless NO_COLOR (none at all) or FORCE_COLOR (always) is set. Colours that are
    forced are never the 16 of old terminals: the reader is unknown, and cells need more.

    >>> colour_depth("auto", is_terminal=True, environment={"TERM": "xterm-256color"})
    '256'
    >>> colour_depth("auto", is_terminal=True, environment={"TERM": "xterm-256color", "NO_COLOR": "1"})
    """
    kind, declared = environment.get("TERM", ""), environment.get("COLORTERM", "")
    if choice == "never" or (choice == "auto" and environment.get("NO_COLOR")):
        return None
    forced = choice == "always" or environment.get("FORCE_COLOR", "0") not in ("", "0")
    if not forced and (not is_terminal or kind in _PLAIN_TERMINALS):
        return None
    if declared.lower() in ("truecolor", "24bit") or kind.endswith("-direct"):
        return "truecolor"
    if kind.endswith("256color"):
        return "256"
    return "truecolor" if forced else "standard"


@record(eq=False)
class Palette:
    """A theme on a terminal with `depth` colours."""

    theme: Theme
    depth: Depth | None

    @property
    def shades(self) -> bool:
        """True if cells have backgrounds. 16 colours are too few to show a magnitude."""
        return self.depth in ("truecolor", "256")

    def text(self, role: Role | None, *, bold: bool = False) -> Style:
        """Text of a role; None is the terminal's own colour of text."""
        return self._style(self.theme.roles[role] if role is not None else None, bold=bold)

    @property
    def dim(self) -> Style:
        return self._style(self.theme.dim)

    @property
    def hairline(self) -> Style:
        return self._style(self.theme.hairline)

    def cell(self, role: Role, share: float) -> Style:
        """A number on its shade: `share` is how large it is, 0 to 1."""
        if not self.shades:
            return Style.null()
        ground = self.shade(role, share)
        return self._style(self._readable_on(ground), ground)

    @property
    def hidden(self) -> Style:
        """A score that is hidden: no shade at all."""
        return self._style(self.theme.dim, self.theme.background if self.shades else None)

    def pixels(self, upper: str, lower: str | None) -> Style:
        """Two shades in one character, one above the other, for ▀; one alone for █."""
        return self._style(upper, lower)

    def shade(self, role: Role, share: float) -> str:
        """The background of a magnitude from 0 to 1, as the terminal shows it."""
        level = round(min(max(share, 0.0), 1.0) * _LEVELS) / _LEVELS
        return self.shown(blend(self.theme.background, self.theme.roles[role], fill_share(level)))

    def shown(self, colour: str) -> str:
        """The colour that the terminal makes of `colour`: with 256, the nearest of them."""
        return xterm_hex(nearest_xterm(colour)) if self.depth == "256" else colour

    def _style(self, colour: str | None, ground: str | None = None, *, bold: bool = False) -> Style:
        return _style(colour, ground, bold, self.depth == "256")

    def _readable_on(self, ground: str) -> str:
        return most_readable(
            (self.shown(self.theme.ink), self.shown(self.theme.background)), ground
        )


@cache
def _style(colour: str | None, ground: str | None, bold: bool, of_256: bool) -> Style:
    front, back = (
        None if each is None else _rich_colour(each, of_256) for each in (colour, ground)
    )
    return Style.from_color(front, back) + Style(bold=bold or None)


def _rich_colour(colour: str, of_256: bool) -> Color:
    # rich would take another of the 256: it rounds each channel by itself, and dark shades lose their hue.
    return Color.from_ansi(nearest_xterm(colour)) if of_256 else Color.parse(colour)
