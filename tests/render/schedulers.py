"""Real schedulers and workers of dask, on this machine."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import distributed
import psutil

from tests.patience import wait_until

ROOT = Path(__file__).parents[2]


class Scheduler:
    """`dask scheduler`, and what joins it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.programs: list[subprocess.Popen] = []
        card = folder / "scheduler.json"
        self.program = self._start(
            "scheduler", "--port", "0", "--host", "127.0.0.1", "--scheduler-file", card
        )
        wait_until(card.exists)
        wait_until(card.read_text)
        self.address: str = json.loads(card.read_text())["address"]

    def join(self, *options: str, before: str = "") -> subprocess.Popen:
        """Starts `dask worker`, after running a statement in its process."""
        return self._start("worker", self.address, "--nthreads", "1", *options, before=before)

    def workers(self) -> int:
        with distributed.Client(self.address, set_as_default=False) as client:
            return len(client.scheduler_info()["workers"])

    def end(self) -> None:
        programs = [psutil.Process(each.pid) for each in self.programs if each.poll() is None]
        for each in [each for program in programs for each in program.children(recursive=True)]:
            each.kill()
        for program in self.programs:
            program.kill()
            program.wait()

    def _start(self, kind: str, *options: object, before: str = "") -> subprocess.Popen:
        call = f"{before}from distributed.cli.dask_{kind} import main; main()"
        with (self._folder / f"{kind}.log").open("ab") as log:
            program = subprocess.Popen(
                [sys.executable, "-c", call, *map(str, options), "--no-dashboard"],
                env={
                    **os.environ,
                    "PYTHONPATH": str(ROOT),
                    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
                },
                cwd=self._folder,
                stdout=log,
                stderr=log,
            )
        self.programs.append(program)
        return program


@contextmanager
def scheduling(folder: Path) -> Iterator[Scheduler]:
    scheduler = Scheduler(folder)
    try:
        yield scheduler
    finally:
        scheduler.end()
