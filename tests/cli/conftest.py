"""`attnviz` in this process, in an empty folder. Its films are tiny, so that drawing them takes hardly any time."""

import io
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path

import av
import psutil
import pytest

from attnviz.cli.failures import run as run_in_process
from tests.patience import PATIENCE

TINY = (160, 90, 5)
"""Width, height and frames a second of --quality low, in this process."""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def refusal(self) -> str:
        """The one line of a command that did nothing."""
        assert self.status != 0, self.err
        assert self.out == ""
        (line,) = self.err.splitlines()
        assert line.startswith("Error: ")
        return line.removeprefix("Error: ")


Run = Callable[..., Done]

STORED = r"attnviz(/models\.json|/segments(/[0-9a-f]{2}(/[0-9a-f]{40}(-\d+)?\.(mp4|json|png)\.[0-9a-f]{32})?)?)?"
"""What may be in a cache directory: parts of films, plans and posters, under their keys."""


def run(*arguments: object) -> Done:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = run_in_process([str(each) for each in arguments])
    return Done(status, out.getvalue(), err.getvalue())


@contextmanager
def at_work(home: Path) -> Iterator[Path]:
    """A new folder in `home` that commands run in, with a cache of their own beside it, and one core."""
    from attnviz.render.quality import QUALITIES, Quality

    folder = home / "work"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        patch.setitem(QUALITIES, "low", Quality(*TINY))
        patch.setattr("attnviz.library.films.render_resources.cores", lambda: 1)
        yield folder


@pytest.fixture
def work(tmp_path) -> Iterator[Path]:
    """The folder that `attnviz` runs in."""
    with at_work(tmp_path) as folder:
        yield folder


@pytest.fixture
def attnviz(work) -> Run:
    """Runs the program there: `attnviz("render", "talk.toml")`."""
    return run


def names(folder: Path) -> set[str]:
    """Of everything in the folder, however deep."""
    return {path.name for path in folder.rglob("*")}


def left_over(cache: Path) -> set[str]:
    """What is in the cache directory beside what is to be there."""
    inside = {path.relative_to(cache).as_posix() for path in cache.rglob("*")}
    return {each for each in inside if not re.fullmatch(STORED, each)}


def left_running(session: int) -> list[str]:
    """The processes of a session that are still there, after as long as it takes to notice an end."""
    end = time.monotonic() + PATIENCE
    while (left := _running_in(session)) and time.monotonic() < end:
        time.sleep(0.01)
    return left


def _running_in(session: int) -> list[str]:
    left = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                left.append(" ".join(process.cmdline()))
    return left


def stored(cache: Path) -> set[Path]:
    """The parts of films in the cache directory."""
    return set(cache.glob("attnviz/segments/*/*.mp4.*"))


def frames_of(path: Path) -> tuple[tuple[int, int], int, float]:
    """Size, number of frames, and frames a second, by decoding all of it."""
    with av.open(str(path)) as film:
        rate = float(film.streams.video[0].average_rate)
        sizes = [(frame.width, frame.height) for frame in film.decode(video=0)]
    (size,) = set(sizes)
    return size, len(sizes), rate


def read(film: Path) -> dict[str, str]:
    """What the film says of itself."""
    with av.open(str(film)) as opened:
        return dict(opened.metadata)


def marks(film: Path) -> list[tuple[str, float, float]]:
    """The chapters: title, start and end in seconds."""
    with av.open(str(film)) as opened:
        return [
            (
                each["metadata"]["title"],
                float(each["start"] * each["time_base"]),
                float(each["end"] * each["time_base"]),
            )
            for each in opened.chapters()
        ]
