"""What a lesson is asked to tell."""

from __future__ import annotations

from attnviz.core.trace import Trace
from attnviz.records import record
from attnviz.story.calculations import MOST


@record(eq=False)
class LessonRequest:
    """What is told, to whom, and how closely; a lesson takes from it what it needs.

    >>> LessonRequest(language="zh").precision is None
    True
    """

    trace: Trace | None = None
    """The user's sequence, computed; None for a lesson that takes none."""
    query: int = 0
    """The row that is worked in full, counted from 0."""
    language: str = "en"
    precision: int | None = None
    """Decimals; None is as many as the numbers need."""
    rounding: str = "sum-preserving"
    most: int = MOST
    """How many keys, terms and entries are worked out."""
    seed: int = 0
    """Where the lesson draws its own numbers."""
    key: int | None = None
    """The key that is followed through the product with that row, counted from 0; None is the strongest."""
    distance: int | None = None
    """How far apart the lesson `context` plants a match; None is its own choice."""

    @property
    def sequence(self) -> Trace:
        """The trace. Raises LookupError if there is none: a mistake in the program."""
        if self.trace is None:
            raise LookupError("this lesson is told on a sequence, and was given none")
        return self.trace
