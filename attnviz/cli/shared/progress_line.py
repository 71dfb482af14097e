"""The line that shows that long work goes on: on stderr, where that is a terminal, and gone when the work is done."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from attnviz.progress import watched
from attnviz.safe_text import safe_text

_SHORT = 0.5
"""Seconds of work that are waited for without a line; what it is drawn with is not even imported before."""
_PAUSE = 0.1
"""Seconds between two pictures of the line."""


@contextmanager
def progress_line(work: str = "Working") -> Iterator[None]:
    """Inside, what is reported to `attnviz.progress` is shown, if it takes longer than half a second.

    Nothing may be written to the terminal inside but whole lines; they appear above.
    """
    if not _can_show():
        yield
        return
    line = _Line(work)
    # an interrupt that comes while this one ends must not leave it drawing
    thread = threading.Thread(target=line.draw, daemon=True)
    try:
        thread.start()
        with watched(line.update):
            yield
    finally:
        line.ended.set()
        thread.join()


def _can_show() -> bool:
    """True where a line can be drawn over: stderr is a terminal, and none that only writes on."""
    try:
        return sys.stderr.isatty() and os.environ.get("TERM", "") != "dumb"
    except ValueError:  # it is closed
        return False


class _Line:
    """The line, drawn by a thread of its own: to report costs the work no more than an assignment."""

    def __init__(self, work: str) -> None:
        self.ended = threading.Event()
        self._begun = time.monotonic()
        self._state = (work, 0, 0)

    def update(self, work: str, done: int, total: int) -> None:
        """Keeps what is to be drawn next."""
        self._state = (work, done, total)

    def draw(self) -> None:
        """Draws until the work has ended, then takes the line away."""
        if self.ended.wait(_SHORT):
            return
        with suppress(OSError, ValueError):  # the terminal is gone: that concerns the work itself
            while self._state[0] == "" and not self.ended.wait(_PAUSE):
                pass
            if not self.ended.is_set():
                self._draw()

    def _draw(self) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.spinner import Spinner
        from rich.text import Text

        console = Console(stderr=True)
        spinner = Spinner("dots", Text(self._text()), style="status.spinner")
        # what is written meanwhile, by a scene for instance, is a line above; into a file it goes as it is
        to_screen = sys.stdout.isatty()
        with Live(
            spinner,
            console=console,
            transient=True,
            auto_refresh=False,
            redirect_stdout=to_screen,
        ) as live:
            while not self.ended.wait(_PAUSE):
                spinner.update(text=Text(self._text()))
                live.refresh()

    def _text(self) -> str:
        work, done, total = self._state
        count = f", {done:,} of {total:,}" if total > 1 else ""
        minutes, seconds = divmod(int(time.monotonic() - self._begun), 60)
        return f"{safe_text(work, named=True)}{count} ({minutes}:{seconds:02})"
