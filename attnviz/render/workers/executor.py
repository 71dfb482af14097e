"""Runs jobs: in this very process, in worker processes on this machine, or in those of a dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from typing import TYPE_CHECKING, Protocol, TypeVar

from attnviz.render.workers.job_codec import packed, unpacked

if TYPE_CHECKING:
    from attnviz.render.workers.cluster import ClusterAddress

Argument = TypeVar("Argument")
Result = TypeVar("Result")

_POLL_SECONDS = 0.05
"""Seconds between two looks at whether the work is to go on."""
_current_on_wait: ContextVar[Callable[[], None]] = ContextVar(
    "_current_on_wait", default=lambda: None
)


class Executor(Protocol):
    """Runs jobs."""

    @property
    def workers(self) -> int:
        """Number of jobs that run at a time."""

    def results(
        self,
        job: Callable[[Argument], Result],
        arguments: Iterable[Argument],
        on_wait: Callable[[], None],
    ) -> Generator[tuple[int, Result]]:
        """The index of an argument and what `job` returned for it, in the order in which they are done.

        Jobs are started in the order of the arguments. `job` is a function of a module; arguments are pickled, and
        results come back as plain values, or as `sent_as` has it. `on_wait` is called at least every tenth of a second
        while nothing else happens, and may raise: then, as when a job raises or the iterator is closed, no more jobs
        are run.

        A job whose worker died is run again, without a sign of it.

        Raises what a job raises, TypeError if an argument cannot be sent to another process, and
        EnvironmentFault if workers keep dying of the same job or cannot be had.
        """


class WorkerPool(Protocol):
    """Worker processes, wherever they are."""

    @property
    def workers(self) -> int: ...

    @property
    def room(self) -> int:
        """Number of jobs that may be sent at a time: it bounds memory, and how early a job is started."""

    def submit(self, job: bytes, place: int) -> Future[bytes]:
        """Sends a packed job; those of a lower place are run earlier."""

    def outcome(self, done: Future[bytes]) -> bytes:
        """Returns the packed outcome. Raises EnvironmentFault if there is none."""

    def check(self) -> None:
        """Raises EnvironmentFault if no outcome can come any more."""

    def cancel(self, jobs: Sequence[Future[bytes]]) -> None:
        """Cancels these jobs; no others may be running."""


@contextmanager
def executor(jobs: int, cluster: ClusterAddress | None = None) -> Generator[Executor]:
    """An executor of `jobs` jobs at a time; with `cluster`, of as many as the dask scheduler there has workers.

    One job at a time needs no other process. Worker processes of this machine are gone when the block is left,
    however it is left, and when this process is killed. On a cluster, what waits is cancelled; a job that has begun
    there ends by itself, and its result goes nowhere.

    Raises EnvironmentFault if the cluster cannot be reached, has no workers, or has other versions than are here.

    >>> with executor(1) as alone:
    ...     list(alone.results(len, ["a", "word"], on_wait=lambda: None))
    [(0, 1), (1, 4)]
    """
    if cluster is not None:
        from attnviz.render.workers.cluster import connected

        with connected(cluster) as pool:
            yield _PoolExecutor(pool)
    elif jobs == 1:
        yield _LocalExecutor()
    else:
        from attnviz.render.workers.processes import started

        with started(jobs) as pool:
            yield _PoolExecutor(pool)


def call_on_wait() -> None:
    """Calls `on_wait` if the job that calls this runs in the caller's own process: long jobs do so now and then.

    Does nothing in a worker process: that is simply ended.
    """
    _current_on_wait.get()()


class _LocalExecutor:
    """Runs each job in this process, when its result is taken."""

    workers = 1

    def results(
        self,
        job: Callable[[Argument], Result],
        arguments: Iterable[Argument],
        on_wait: Callable[[], None],
    ) -> Generator[tuple[int, Result]]:
        for index, argument in enumerate(arguments):
            on_wait()
            before = _current_on_wait.set(on_wait)
            try:
                result = job(argument)
            finally:
                _current_on_wait.reset(before)
            yield index, result


class _PoolExecutor:
    """Runs all jobs in worker processes."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool

    @property
    def workers(self) -> int:
        return self._pool.workers

    def results(
        self,
        job: Callable[[Argument], Result],
        arguments: Iterable[Argument],
        on_wait: Callable[[], None],
    ) -> Generator[tuple[int, Result]]:
        pool, waiting = self._pool, enumerate(arguments)
        sent: dict[Future[bytes], int] = {}
        try:
            while True:
                for index, argument in islice(waiting, max(0, pool.room - len(sent))):
                    sent[pool.submit(packed(job, argument), index)] = index
                if not sent:
                    return
                done, _ = wait(sent, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
                on_wait()
                pool.check()
                for future in sorted(done, key=sent.__getitem__):
                    index = sent.pop(future)
                    yield index, unpacked(pool.outcome(future), job)
        finally:
            if sent:
                pool.cancel(list(sent))
