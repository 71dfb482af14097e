"""The narration parts of each step of the lesson self-attention, in order."""

from __future__ import annotations

from enum import StrEnum


class Inputs(StrEnum):
    WHY = "why"


class Weights(StrEnum):
    WHY = "why"
    HEADS = "heads"


class Projection(StrEnum):
    WHY = "why"
    WORKED = "worked"
    REST = "rest"


class Scores(StrEnum):
    WHY = "why"
    WORKED = "worked"
    CONTRAST = "contrast"


class Softmax(StrEnum):
    WHY = "why"
    MAX = "max"
    EXP = "exp"
    MASKED = "masked"
    SINK = "sink"
    SUM = "sum"
    WEIGHT = "weight"


class WeightedValues(StrEnum):
    WORKED = "worked"


class Output(StrEnum):
    WORKED = "worked"
    MOST = "most"


class AllRows(StrEnum):
    REST = "rest"
    MATRIX = "matrix"


class Formula(StrEnum):
    WHY = "why"
    SCORES = "scores"
    SCALE = "scale"
    SOFTMAX = "softmax"
    VALUES = "values"


class WhyScale(StrEnum):
    WHY = "why"
    CONTRAST = "contrast"


class Change(StrEnum):
    WHY = "why"


class Heads(StrEnum):
    WHY = "why"
    CONCAT = "concat"
    PROJECT = "project"
    BIAS = "bias"


class DotProduct(StrEnum):
    WHY = "why"
    PRODUCTS = "products"
    GROUPS = "groups"


class Rope(StrEnum):
    NORM = "norm"
    TURNED = "turned"
    DISTANCE = "distance"


class Given(StrEnum):
    WHY = "why"
    CROSS = "cross"
    MEANING = "meaning"


class Links(StrEnum):
    WHY = "why"
    REST = "rest"
