"""Times and memory of whole commands, and what they were measured on."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psutil

from attnviz.library.films.render_resources import cores

_SAMPLED = 0.02
"""Seconds between two looks at a command's memory."""
_STOCK_ENCODER = "libx264, crf 23 (manim's own), preset medium, a file a play, all cores"


@dataclass(frozen=True)
class Timing:
    """Seconds of the same thing, done several times."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def spread(self) -> str:
        """From the quickest to the slowest."""
        if len(self.seconds) == 1:
            return "once"
        return f"median of {len(self.seconds)}: {min(self.seconds):.1f}–{max(self.seconds):.1f}"


def interleaved(runs: Mapping[str, Callable[[], float]], times: int) -> dict[str, Timing]:
    """Seconds of each run. Runs are interleaved, so that a slow phase of the machine affects all alike."""
    rounds = [{name: run() for name, run in runs.items()} for _ in range(times)]
    return {name: Timing(tuple(each[name] for each in rounds)) for name in runs}


def environment(cache: Path | None = None) -> dict[str, str]:
    """Environment variables of a command. `cache` is its own cache directory."""
    return os.environ | ({} if cache is None else {"XDG_CACHE_HOME": str(cache)})


def seconds(command: Sequence[str], folder: Path, cache: Path | None = None) -> float:
    """Seconds of the command, run in that folder. Ends the program with its output if it fails."""
    began = time.perf_counter()
    ran = subprocess.run(
        command, cwd=folder, env=environment(cache), capture_output=True, text=True, check=False
    )
    took = time.perf_counter() - began
    if ran.returncode:
        sys.exit(f"{' '.join(command)}\n{ran.stdout}{ran.stderr}")
    return took


def peak_memory(command: Sequence[str], folder: Path) -> tuple[int, int]:
    """The most bytes that the command's own process has had in memory at a time, and any that it has started.

    Not what the system adds up for the children of a process: that counts what a child shares with the process that
    started it, before it becomes a program of its own.
    """
    own = others = 0
    with psutil.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            # any of them may be gone by now
            with suppress(psutil.Error, OSError):
                own = max(own, _resident(process))
                for each in process.children(recursive=True):
                    others = max(others, _resident(each))
            time.sleep(_SAMPLED)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed with status {process.returncode}")
    return own, others


def _resident(process: psutil.Process) -> int:
    """Bytes in memory: the most so far, where the system keeps that."""
    now: int = process.memory_info().rss
    with suppress(OSError):
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return max(now, int(line.split()[1]) * 1024)
    return now


def print_figure(what: str, value: str, *beside: str) -> None:
    """A line: a figure, and what belongs to it."""
    print(f"{what:<46}{value:>12}   {', '.join(beside)}".rstrip(), flush=True)


def print_machine() -> None:
    """Prints the machine and the versions that the figures were measured with."""
    import av
    import manim
    import numpy as np

    from attnviz.render.video.encoder import fingerprint

    libavcodec = ".".join(map(str, av.library_versions["libavcodec"]))
    print(f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}")
    print(f"{_processor()}, {cores()} cores, {platform.system()}, {_load()}")
    print(
        f"Python {platform.python_version()}, manim {manim.__version__}, numpy {np.__version__}, "
        f"PyAV {av.__version__}, libavcodec {libavcodec}"
    )
    print(f"encoder, ours: {fingerprint()}")
    print(f"encoder, stock: {_STOCK_ENCODER}", flush=True)


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _load() -> str:
    """Load of the machine before the run: figures of a busy one mean little."""
    return f"load before {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load unknown"
