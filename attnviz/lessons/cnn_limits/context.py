"""The context of the lesson cnn-limits: words, numbers, measurements, shapes as text."""

from __future__ import annotations

from collections.abc import Callable

from attnviz.core.arrays import FloatArray
from attnviz.errors import ShapeError
from attnviz.lessons.cnn_limits.measurements import CnnMeasurements
from attnviz.records import record
from attnviz.story.calculation import Number
from attnviz.story.i18n import Words
from attnviz.story.numbers import Numbers
from attnviz.theme import Role

LESSON = "cnn-limits"
CHANNELS = (("R", Role.RED), ("G", Role.GREEN), ("B", Role.BLUE))


@record(eq=False)
class LimitsContext:
    """The context of every step: measurements, numbers and words."""

    measured: CnnMeasurements
    numbers: Numbers
    words: Words

    def phrase(self, step: str, part: str, **facts: object) -> str:
        return self.words.phrase(LESSON, step, part, **facts)

    def narration(self, step: str, *parts: str, **facts: object) -> dict[str, str]:
        """The parts of a step in the order they are said; each takes the facts that it names."""
        return {part: self.phrase(step, part, **facts) for part in parts}

    def number(self, value: float, role: Role | None = None) -> Number:
        return Number(float(value), self.numbers.text(float(value)), role)

    def number_text(self, value: float) -> str:
        """A number in a table, with ≈ before it where it is rounded."""
        text = self.numbers.text(float(value))
        return text if self.numbers.exact(float(value)) else f"≈ {text}"


def shape_of(array: FloatArray) -> str:
    """A shape as a table writes it.

    >>> import numpy as np
    >>> shape_of(np.zeros((2, 3)))
    '2×3'
    """
    return "×".join(map(str, array.shape))


def refusal(call: Callable[[], object]) -> str:
    """The message of the error that this call of the core raises. Raises LookupError if it raises none."""
    try:
        call()
    except ShapeError as error:
        return str(error)
    raise LookupError("the shapes fit: there is no refusal to show")
