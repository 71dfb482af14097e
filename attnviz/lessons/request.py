"""The request to a lesson."""

from __future__ import annotations

from attnviz.core.trace import Trace
from attnviz.records import record
from attnviz.story.calculations import MOST


@record(eq=False)
class LessonRequest:
    """The trace, the language and the detail of a lesson; each lesson uses the fields that it needs.

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
    """The number of keys, terms and entries that are worked out at most."""
    seed: int = 0
    """The seed of a lesson's own random numbers."""
    key: int | None = None
    """The key that is followed through the product with that row, counted from 0; None is the strongest."""
    distance: int | None = None
    """The distance of the match in the lesson `context`; None is its own choice."""

    @property
    def sequence(self) -> Trace:
        """The trace. Raises LookupError if there is none: a mistake in the program."""
        if self.trace is None:
            raise LookupError("this lesson is told on a sequence, and was given none")
        return self.trace
