"""Ctrl-C during long work that must end cleanly: heard at once, obeyed at the next safe point."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def obeyed_between_frames() -> Iterator[Callable[[], None]]:
    """Gives a function that raises KeyboardInterrupt if Ctrl-C was pressed; leaving the block does so too.

    Python raises the interrupt wherever the program happens to be, and where that is a callback of the garbage
    collector, it is printed and forgotten, and the work goes on. A second Ctrl-C is raised at once: the first may
    wait for something that does not end.
    """
    before = signal.getsignal(signal.SIGINT)
    in_main_thread = threading.current_thread() is threading.main_thread()
    if before is not signal.default_int_handler or not in_main_thread:
        yield lambda: None
        return
    pressed = False

    def remember(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            signal.default_int_handler(number, frame)
        pressed = True

    def obey() -> None:
        if pressed:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, remember)
    try:
        yield obey
    finally:
        signal.signal(signal.SIGINT, before)
    obey()
