"""The narration parts of each step of the lesson cnn-limits, in order."""

from __future__ import annotations

from enum import StrEnum


class Convolution(StrEnum):
    PICTURE = "picture"
    KERNEL = "kernel"
    WORKED = "worked"
    LOCAL = "local"


class Sharing(StrEnum):
    SLIDE = "slide"
    CONTRAST = "contrast"
    COUNT = "count"


class Channels(StrEnum):
    PICTURE = "picture"
    SLICES = "slices"
    PRODUCTS = "products"
    SUM = "sum"


class Features(StrEnum):
    FIRST = "first"
    SECOND = "second"


class WrongChannels(StrEnum):
    TRAINED = "trained"
    ONE = "one"
    SIX = "six"


class Remedies(StrEnum):
    WHY = "why"
    CONTRAST = "contrast"
    PROJECT = "project"


class FixedSize(StrEnum):
    NETWORK = "network"
    REFUSED = "refused"
    FIXED = "fixed"


class AnySize(StrEnum):
    FREE = "free"
    TIED = "tied"
    UPSAMPLE = "upsample"


class Attention(StrEnum):
    MAPS = "maps"
    WIDTH = "width"
