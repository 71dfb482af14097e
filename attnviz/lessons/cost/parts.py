"""The narration parts of each step of the lesson cost, in order."""

from __future__ import annotations

from enum import StrEnum


class Operations(StrEnum):
    LAYER = "layer"
    GROWTH = "growth"
    CROSSING = "crossing"
    OMITTED = "omitted"


class SequentialSteps(StrEnum):
    WAIT = "wait"
    AT_ONCE = "at_once"
    WORK = "work"


class PathLength(StrEnum):
    WHY = "why"
    GROW = "grow"
    ATTENTION = "attention"


class Memory(StrEnum):
    OUTPUTS = "outputs"
    WEIGHTS = "weights"
    AGAIN = "again"


class Comparison(StrEnum):
    ORDERS = "orders"
    COUNTS = "counts"
    TIME = "time"
