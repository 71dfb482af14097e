"""The narration parts of each step of the lesson order, in order."""

from __future__ import annotations

from enum import StrEnum


class Permute(StrEnum):
    WHY = "why"
    SWAP = "swap"


class Attention(StrEnum):
    WHY = "why"
    WEIGHTS = "weights"
    OUTPUTS = "outputs"
    MEANING = "meaning"


class Convolution(StrEnum):
    WHY = "why"
    OUTPUTS = "outputs"
    WINDOW = "window"


class Positions(StrEnum):
    WHY = "why"
    WAVES = "waves"


class WithPositions(StrEnum):
    WHY = "why"
    OUTPUTS = "outputs"


class Compare(StrEnum):
    WHY = "why"
    CAUSAL = "causal"
    CAREFUL = "careful"
