"""Worker processes on this machine: each runs one job after the other, and none outlives the program.

An executor of the standard library would not do: when one of its processes dies it ends the others too, so that nobody
knows whose job it was that cannot be done; and it has no way to end a process in the middle of a job.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import connection as pipes
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from queue import LifoQueue
from typing import Any

from attnviz.errors import EnvironmentFault
from attnviz.render.folders import work_folder
from attnviz.render.workers.isolation import (
    SAFE_PATH,
    ignore_manim_cfg,
    restore_safe_path,
    safe_path_for_helpers,
)
from attnviz.render.workers.job_codec import run_packed

PRELOADED = ("attnviz.render.workers.isolated", "attnviz.render.workers.worker")
"""Modules that all workers need and that take long to import: one process does so, and workers are forked from it."""

# macOS has libraries that must not be used after a fork, and Windows has no fork
_START_METHOD = "spawn" if sys.platform in ("darwin", "win32") else "forkserver"
_MOST_DEATHS = 3
"""Number of workers that may die of the same job."""
_SECONDS_TO_END = 1.0
_LONGEST_FOLDER = 80
"""Bytes: the name of a socket is a little longer, and has 103 on macOS, at most."""


@contextmanager
def started(count: int) -> Iterator[Processes]:
    """`count` worker processes, each started when there is work for it. They are gone when the block is left."""
    with _server() as context:
        processes = Processes(count, context)
        try:
            yield processes
        finally:
            processes.close()


class Processes:
    """A worker pool: a thread for each process waits for its results."""

    def __init__(self, count: int, context: BaseContext) -> None:
        self.workers = count
        self.room = 2 * count
        self._slots = [WorkerSlot(context) for _ in range(count)]
        # who has just worked has the scene at hand
        self._free: LifoQueue[WorkerSlot] = LifoQueue()
        for each in self._slots:
            self._free.put(each)
        self._threads = ThreadPoolExecutor(count)
        self._abandoned = threading.Event()

    def submit(self, job: bytes, place: int) -> Future[bytes]:
        """Sends a packed job. Jobs are run in the order in which they are sent, which is that of their places."""
        return self._threads.submit(self._run, job, self._abandoned)

    def outcome(self, done: Future[bytes]) -> bytes:
        """Returns the packed outcome. Raises EnvironmentFault if every worker that tried has died."""
        return done.result()

    def check(self) -> None:
        """Does nothing: every job has an outcome, as a worker that dies is seen at once."""

    def cancel(self, jobs: Sequence[Future[bytes]]) -> None:
        """Cancels these jobs and ends all processes; new ones are started for new jobs."""
        for each in jobs:
            each.cancel()
        self._abandoned.set()
        self._abandoned = threading.Event()
        for slot in self._slots:
            slot.terminate()
        for slot in self._slots:
            slot.wait_for_end()

    def close(self) -> None:
        """Ends all processes and threads."""
        self.cancel(())
        self._threads.shutdown(cancel_futures=True)
        for slot in self._slots:
            slot.clear()

    def _run(self, job: bytes, abandoned: threading.Event) -> bytes:
        slot = self._free.get()
        try:
            for _ in range(_MOST_DEATHS):
                try:
                    return slot.run(job, abandoned)
                except (EOFError, OSError) as error:
                    ended = slot.clear() or str(error)
                if abandoned.is_set():
                    raise CancelledError
        finally:
            self._free.put(slot)
        raise EnvironmentFault(
            f"{_MOST_DEATHS} worker processes died of the same part of the work, the last with {ended}: memory may be "
            f"short, so use fewer --jobs than {self.workers}"
        )


class WorkerSlot:
    """Holds one process at a time, and starts a new one when that has died."""

    def __init__(self, context: BaseContext) -> None:
        self._context = context
        self._process: BaseProcess | None = None
        self._pipe: pipes.Connection | None = None
        self._changing = threading.RLock()

    def run(self, job: bytes, abandoned: threading.Event) -> bytes:
        """Raises EOFError or OSError if the process dies of it or cannot be started."""
        with self._changing:
            if abandoned.is_set():
                raise CancelledError
            if self._process is not None and self._process.exitcode is not None:
                self.clear()
            pipe = self._pipe or self._start()
        pipe.send_bytes(job)
        return pipe.recv_bytes()

    def terminate(self) -> None:
        """Asks the process to end."""
        with self._changing:
            if self._process is not None:
                self._process.terminate()

    def wait_for_end(self) -> None:
        """Forces it if need be."""
        with self._changing:
            if self._process is None:
                return
            self._process.join(_SECONDS_TO_END)
            if self._process.exitcode is None:
                self._process.kill()
                self._process.join()

    def clear(self) -> str:
        """Makes place for a new process, and says how the last one ended. Nobody may be waiting for it any more."""
        with self._changing:
            self.wait_for_end()
            process, pipe = self._process, self._pipe
            self._process = self._pipe = None
            if process is None or pipe is None:
                return ""
            ended = _how_it_ended(process.exitcode)
            process.close()
            pipe.close()
            return ended

    def _start(self) -> pipes.Connection:
        here, there = self._context.Pipe()
        process = self._context.Process(  # type: ignore[attr-defined]
            target=serve, args=(there, os.environ.get(SAFE_PATH)), daemon=True
        )
        try:
            with safe_path_for_helpers(), _interrupts_held_back():
                process.start()
        except BaseException:
            here.close()
            raise
        finally:
            there.close()  # or the end of the process would not be heard
        self._process, self._pipe = process, here
        return here


def _how_it_ended(status: int | None) -> str:
    if status is not None and status < 0:
        return signal.Signals(-status).name
    return f"status {status}"


def serve(pipe: pipes.Connection, safe_path: str | None) -> None:
    """Runs jobs in a worker process until the pipe is closed. `safe_path` is the environment variable PYTHONSAFEPATH as
    the program was started with it.
    """
    restore_safe_path(safe_path)
    ignore_manim_cfg()
    # Ctrl-C reaches every process of the terminal; the one that started this ends it if it has to end
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            job = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        pipe.send_bytes(run_packed(job))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


@contextmanager
def _server() -> Iterator[BaseContext]:
    """Context that starts processes. Never by a fork of this process, which may have threads that hold locks.

    Where it can be done, a server is started at once: it imports what all need while the caller does something else,
    and forks workers from what it is then. Elsewhere every worker starts from nothing.
    """
    context = multiprocessing.get_context(_START_METHOD)
    if _START_METHOD == "spawn":
        yield context
        return
    from multiprocessing import forkserver

    server: Any = forkserver._forkserver
    if server._forkserver_pid is not None:  # somebody else's: it is theirs to end
        yield context
        return
    context.set_forkserver_preload(list(PRELOADED))
    with _sockets_in_work_folder():
        try:
            with safe_path_for_helpers(), _interrupts_held_back():
                forkserver.ensure_running()
        except OSError as error:
            if "AF_UNIX" not in str(error):
                raise
            raise EnvironmentFault(
                f"the name of the folder {tempfile.gettempdir()} is too long for worker processes to be reached in it: "
                "set TMPDIR to a folder with a shorter one, or draw with --jobs 1"
            ) from error
        try:
            yield context
        finally:
            # It would end with this process. That may have much to do yet, and needs the memory.
            if server._forkserver_pid is not None:
                # it may be in the middle of its imports
                os.kill(server._forkserver_pid, signal.SIGKILL)
                server._stop()


@contextmanager
def _sockets_in_work_folder() -> Iterator[None]:
    """Inside, sockets lie in the work folder, if its name is short enough: it goes even if this program is killed."""
    settings: Any = multiprocessing.current_process()._config  # type: ignore[attr-defined]
    folder = work_folder()
    if settings.get("tempdir") or len(os.fsencode(folder)) > _LONGEST_FOLDER:
        yield
        return
    settings["tempdir"] = folder
    try:
        yield
    finally:
        settings["tempdir"] = None


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Inside, processes that are started ignore Ctrl-C until they say otherwise: a new one would print a traceback."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # when it starts it lets interrupts through again, so it has to be there
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
