"""A base for records that hold arrays."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from attnviz.core.arrays import as_float, frozen_copy
from attnviz.records import record


@record(eq=False)
class ArrayRecord:
    """A record whose arrays are copied and read-only, in other processes too."""

    def freeze(self, *names: str) -> None:
        """Replaces these arrays by read-only copies in floating point; for `__post_init__`. None stays.

        Raises ShapeError for what is no array of real numbers.
        """
        for name in names:
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, frozen_copy(as_float(value, name), name))

    def __reduce__(self) -> tuple[Any, ...]:
        """Makes the record anew where it is unpickled: NumPy hands arrays over that can be written to."""
        return type(self), tuple(getattr(self, each.name) for each in fields(self))
