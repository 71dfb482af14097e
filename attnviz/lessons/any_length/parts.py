"""The narration parts of each step of the lesson any-length, in order."""

from __future__ import annotations

from enum import StrEnum


class SameWeights(StrEnum):
    WHY = "why"
    ROWS = "rows"
    SHAPES = "shapes"


class Map(StrEnum):
    WHY = "why"
    MORE = "more"
    PAIRS = "pairs"


class Append(StrEnum):
    WHY = "why"
    PROJECTIONS = "projections"
    SCORES = "scores"
    SAME = "same"


class Share(StrEnum):
    WHY = "why"
    WORKED = "worked"


class Causal(StrEnum):
    WHY = "why"
    SAME = "same"


class Generation(StrEnum):
    WHY = "why"
    ROW = "row"
    COUNT = "count"
    END = "end"
