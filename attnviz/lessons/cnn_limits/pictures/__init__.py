"""Small real pictures as numbers: one JSON file each, with its source, its author and its licence."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np

from attnviz.core.arrays import FloatArray, read_only
from attnviz.records import record


@record(eq=False)
class SamplePicture:
    """A picture with its author, source and licence."""

    title: str
    author: str
    source: str
    licence: str
    changes: str
    """The changes to the original."""
    levels: int
    """The brightest that a number can be; 0 is dark."""
    channels: FloatArray
    """(channels, rows, columns), read-only."""


@cache
def picture(name: str) -> SamplePicture:
    """The picture of that name. Raises FileNotFoundError if there is none: a mistake in the program.

    >>> picture("flower").channels.shape
    (3, 6, 7)
    """
    text = Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8")
    facts = json.loads(text)
    channels = read_only(np.array(facts.pop("channels"), dtype=np.float64))
    return SamplePicture(**facts, channels=channels)
