"""Waiting for what has to happen: until it does, on a machine however busy, and never for a time that is guessed."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 600
"""Seconds after which what was to happen will not happen any more: many times what a busy machine takes."""


def wait_until(condition: Callable[[], T]) -> T:
    """Returns the result of the condition once that is true. Fails after `PATIENCE` seconds."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)
    return found
