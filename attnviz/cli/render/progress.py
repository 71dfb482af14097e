"""Progress while a film is made: on stderr, and only where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from attnviz.cli.shared.lines import echo_line
from attnviz.records import record
from attnviz.safe_text import safe_text

if TYPE_CHECKING:
    from attnviz.render.quality import Quality


def summary(target: Path, seconds: float, size: Quality) -> str:
    """The line about a film that is done."""
    from attnviz.views.film.timing import clock_text

    return (
        f"{target}: {clock_text(seconds)}, {size.width}×{size.height}, {size.fps} frames a second"
    )


@record
class Bar:
    """A bar that counts frames, and lines above it."""

    advance: Callable[[int], None]
    print_line: Callable[[str], None]


@contextmanager
def drawing(frames: int, kept: Callable[[], int] = lambda: 0) -> Iterator[Bar]:
    """The frames done, the frames planned and the time left; where it is no terminal, only what is said.

    `kept` gives how many of those that are done took no time, as they came from the cache.
    """
    if not sys.stderr.isatty():
        yield Bar(lambda count: None, lambda text: echo_line(text, err=True))
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
    )
    from rich.text import Text

    class TimeLeft(ProgressColumn):
        """At the speed at which frames were drawn so far."""

        def render(self, task: Task) -> Text:
            drawn, left = task.completed - kept(), task.remaining
            if drawn <= 0 or left is None:
                return Text("-:--:--", style="progress.remaining")
            seconds = timedelta(seconds=round(left * (task.elapsed or 0) / drawn))
            return Text(str(seconds), style="progress.remaining")

    columns = (
        TextColumn("Rendering"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("frames"),
        TimeLeft(),
    )
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    to_screen = sys.stdout.isatty()
    with Progress(*columns, console=console, transient=True, redirect_stdout=to_screen) as bar:
        task = bar.add_task("", total=frames)
        yield Bar(
            lambda count: bar.advance(task, count),
            lambda text: console.print(safe_text(text), markup=False),
        )
