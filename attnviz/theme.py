"""Roles and their colours: one source for every view. Imports nothing of attnviz.

A role has one colour in every step and every view, in a dark and in a light theme. The colours have a contrast of at
least 4.5:1 on their background; any two of attention's own are at least 15 apart in CAM02-UCS (Luo, Cui, Li, 2006)
for normal, protan, deutan and tritan sight, and those of other lessons at least 10 from what stands beside them;
`tests/test_theme.py` measures all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from attnviz.records import record


class Role(StrEnum):
    """The role of an array in attention. Colour is never alone: each role has its letter too."""

    INPUT = "input"
    QUERY = "query"
    KEY = "key"
    VALUE = "value"
    SCORE = "score"
    WEIGHT = "weight"
    OUTPUT = "output"
    KERNEL = "kernel"
    """The weights of a convolution."""
    RED = "red"
    GREEN = "green"
    BLUE = "blue"
    """Channels of a picture, and what belongs to them."""
    PLAIN = "plain"
    """Anything without a role of its own: the colour of lesser text."""


ATTENTION = tuple(Role)[:7]
"""The roles of attention itself."""
COMPANIONS = (
    (*ATTENTION, Role.KERNEL),
    (Role.INPUT, Role.OUTPUT, Role.KERNEL, Role.RED, Role.GREEN, Role.BLUE),
)
"""Roles that stand on one screen, beyond those of attention."""


@record
class Theme:
    """Colours as #RRGGBB."""

    name: str
    background: str
    ink: str
    """Text."""
    dim: str
    """Text of less weight, still 4.5:1."""
    hairline: str
    """Lines and borders that carry no meaning."""
    roles: dict[Role, str]


def _roles(*colours: str) -> dict[Role, str]:
    return dict(zip(Role, colours, strict=True))


DARK = Theme(
    name="dark",
    background="#10131A",
    ink="#E9EDF2",
    dim="#8A93A3",
    hairline="#2A303B",
    roles=_roles(
        *("#37BEAC", "#DE6F4F", "#FCB13C", "#CE9AFB", "#5C75F3", "#FDF6A7", "#CCECE3"),
        *("#9ACA8B", "#DD574B", "#51FE34", "#3E7BE8", "#8A93A3"),
    ),
)

LIGHT = Theme(
    name="light",
    background="#FBFAF6",
    ink="#1B1F27",
    dim="#5F6673",
    hairline="#D9D6CC",
    roles=_roles(
        *("#113450", "#581C27", "#986A0F", "#BA1096", "#0A6BEF", "#5B4804", "#086C52"),
        *("#010135", "#8C0A0A", "#5E7A00", "#2A5BE0", "#5F6673"),
    ),
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


def blend(background: str, colour: str, share: float) -> str:
    """`colour` laid over `background` with that opacity, 0 to 1, as #RRGGBB.

    >>> blend("#000000", "#FFFFFF", 0.5)
    '#808080'
    """
    pairs = zip(_channels(background), _channels(colour), strict=True)
    return "#" + "".join(f"{round(below + (above - below) * share):02X}" for below, above in pairs)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21. Source: WCAG 2.2, "contrast ratio".

    >>> round(contrast("#000000", "#FFFFFF"))
    21
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


READABLE = 4.5
"""The least contrast of text on its background: WCAG 2.2, success criterion 1.4.3."""
_LEAST_FILL, _MOST_FILL = 0.14, 0.76


def readable_on(fill: str, theme: Theme) -> str:
    """The text colour for that fill: ink or background, whichever reads better, if either reads well."""
    return most_readable((theme.ink, theme.background), fill)


def most_readable(colours: Sequence[str], fill: str) -> str:
    """The one of `colours` that reads best on `fill`; white or black where none reaches 4.5:1.

    One of these two always does: their contrasts on any colour multiply to 21.
    """
    best = max(colours, key=lambda colour: contrast(colour, fill))
    if contrast(best, fill) >= READABLE:
        return best
    return max(("#FFFFFF", "#000000"), key=lambda colour: contrast(colour, fill))


def fill_share(size: float) -> float:
    """The share of the role's colour in a cell that is as full as `size`, 0 to 1: 14 % to 76 %."""
    return _LEAST_FILL + (_MOST_FILL - _LEAST_FILL) * size


def shade(share: float, role: Role, theme: Theme) -> str:
    """The fill of a cell that is as full as that, 0 to 1."""
    return blend(theme.background, theme.roles[role], fill_share(share))


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    linear = [
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
