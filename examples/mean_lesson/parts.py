"""What each step can say, in order."""

from enum import StrEnum


class Weights(StrEnum):
    WHY = "why"
    EQUAL = "equal"


class Mean(StrEnum):
    WHY = "why"
