"""Roles and their colours: one source for every view. Imports nothing of attnviz.

A role has one colour in every step and every view, in a dark and in a light theme. The colours have a contrast of at
least 4.5:1 on their background, and any two of them are at least 15 apart in CAM02-UCS (Luo, Cui, Li, 2006) for
normal, protan, deutan and tritan sight; `tests/test_theme.py` measures both.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an array is in attention. Colour is never alone: each role has its letter too."""

    INPUT = "input"
    QUERY = "query"
    KEY = "key"
    VALUE = "value"
    SCORE = "score"
    WEIGHT = "weight"
    OUTPUT = "output"


@dataclass(frozen=True)
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
    roles=_roles("#37BEAC", "#DE6F4F", "#FCB13C", "#CE9AFB", "#5C75F3", "#FDF6A7", "#CCECE3"),
)

LIGHT = Theme(
    name="light",
    background="#FBFAF6",
    ink="#1B1F27",
    dim="#5F6673",
    hairline="#D9D6CC",
    roles=_roles("#113450", "#581C27", "#986A0F", "#BA1096", "#0A6BEF", "#5B4804", "#086C52"),
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT)}
