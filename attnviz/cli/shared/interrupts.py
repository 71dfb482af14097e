"""Ctrl-C, or a request to end, during long work that must end cleanly: heard at once, obeyed at the next safe point."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from attnviz.cli.failures import end

_KILLED = 128
"""Added by a shell to the number of the signal that ended a program."""
_ENDING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
"""Ctrl-C, kill, and a terminal that is closed, as far as the system has them."""


@contextmanager
def deferred_interrupts() -> Iterator[Callable[[], None]]:
    """Gives a function that raises KeyboardInterrupt if Ctrl-C was pressed, and SystemExit if the program was asked to
    end otherwise; leaving the block does so too.

    Python raises the interrupt wherever the program happens to be, and where that is a callback of the garbage
    collector, it is printed and forgotten, and the work goes on. A second one is raised at once: the first may wait
    for something that does not end.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    heard: list[int] = []

    def remember(number: int, frame: FrameType | None) -> None:
        heard.append(number)
        if len(heard) > 1:
            raise_if_interrupted()

    def raise_if_interrupted() -> None:
        if heard:
            raise (
                KeyboardInterrupt if heard[0] == signal.SIGINT else SystemExit(_KILLED + heard[0])
            )

    usual = (signal.default_int_handler, signal.SIG_DFL, end)
    before = {each: signal.getsignal(each) for each in _ENDING if signal.getsignal(each) in usual}
    for each in before:
        signal.signal(each, remember)
    try:
        yield raise_if_interrupted
    except Exception:
        raise_if_interrupted()  # Ctrl-C reaches other programs as well: that they fail then is no fault
        raise
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    raise_if_interrupted()
