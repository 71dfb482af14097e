"""The narration parts of each step of the lesson context, in order."""

from __future__ import annotations

from enum import StrEnum


class ReceptiveField(StrEnum):
    LOCAL = "local"
    GROW = "grow"
    ATTENTION = "attention"


class Layers(StrEnum):
    COUNT = "count"
    FAR = "far"
    DILATION = "dilation"
    REACH = "reach"


class Planted(StrEnum):
    WHY = "why"
    MEASURE = "measure"
    CONVOLUTION = "convolution"
    ATTENTION = "attention"


class Sweep(StrEnum):
    WHY = "why"
    SILENT = "silent"
    FLAT = "flat"
    SIZE = "size"


class InductiveBias(StrEnum):
    PICTURE = "picture"
    SEQUENCE = "sequence"
    PLACE = "place"
    ORDER = "order"
