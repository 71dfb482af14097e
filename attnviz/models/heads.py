"""Reads a choice of heads."""

from __future__ import annotations

from attnviz.core.digits import plain_digits
from attnviz.errors import InputError

ALL = "all"


def heads_from(text: str, count: int) -> tuple[int, ...]:
    """The heads of "1", "0,3" or "all", counted from 0. Raises InputError for anything else.

    >>> heads_from("0,3", 12), heads_from("all", 3)
    ((0, 3), (0, 1, 2))
    """
    if text.strip().casefold() == ALL:
        return tuple(range(count))
    parts = [each.strip() for each in plain_digits(text).split(",")]
    if not all(each.isascii() and each.isdigit() for each in parts):
        raise InputError(
            f"--head {text!r} is no head: give a number from 0, several as 0,3, or {ALL}"
        )
    heads = tuple(map(int, parts))
    if len(set(heads)) != len(heads):
        raise InputError(f"--head {text!r} names a head twice: name each once")
    return heads
