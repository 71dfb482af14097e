"""The narration parts of each step of the lesson scaling, in order."""

from __future__ import annotations

from enum import StrEnum


class Score(StrEnum):
    WHY = "why"
    WORKED = "worked"
    MORE = "more"


class Variance(StrEnum):
    WITHOUT = "without"
    WITH = "with"
    TABLE = "table"


class Weights(StrEnum):
    WHY = "why"
    WITHOUT = "without"
    WITH = "with"


class Saturation(StrEnum):
    LARGEST = "largest"
    ENTROPY = "entropy"
    WITH = "with"


class Gradient(StrEnum):
    WHY = "why"
    WITHOUT = "without"
    WITH = "with"


class Formula(StrEnum):
    WHY = "why"
    SCALE = "scale"
