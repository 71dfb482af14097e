"""The narration parts of each step of the lesson masking, in order."""

from __future__ import annotations

from enum import StrEnum


class Unmasked(StrEnum):
    WHY = "why"
    LEAK = "leak"


class BeforeSoftmax(StrEnum):
    HIDE = "hide"
    ZEROS = "zeros"
    SUM = "sum"


class AfterSoftmax(StrEnum):
    WHY = "why"
    SUM = "sum"
    SHOWS = "shows"


class Padding(StrEnum):
    WHY = "why"
    LEAK = "leak"


class PaddingHidden(StrEnum):
    HIDE = "hide"
    ZEROS = "zeros"
    SAME = "same"
