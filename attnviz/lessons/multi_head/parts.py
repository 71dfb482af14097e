"""The narration parts of each step of the lesson multi-head, in order."""

from __future__ import annotations

from enum import StrEnum


class OneHead(StrEnum):
    WHY = "why"
    MIXED = "mixed"


class Cut(StrEnum):
    WHY = "why"
    OWN = "own"


class Heads(StrEnum):
    FIRST = "first"
    SECOND = "second"


class Concat(StrEnum):
    WHY = "why"
    CONCAT = "concat"
    PLAIN = "plain"


class Formula(StrEnum):
    WHY = "why"
    HEADS = "heads"
    CONCAT = "concat"
    PROJECT = "project"


class Project(StrEnum):
    WHY = "why"
    WORKED = "worked"
