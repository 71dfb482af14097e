"""Who does the work: this very process, worker processes on this machine, or those of a dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from typing import Protocol, TypeVar

from attnviz.render.job_codec import opened, packed

Argument = TypeVar("Argument")
Result = TypeVar("Result")

_BREATH = 0.05
"""Seconds between two looks at whether the work is to go on."""
_on_breath: ContextVar[Callable[[], None]] = ContextVar("_on_breath", default=lambda: None)


class Crew(Protocol):
    """Carries out jobs."""

    @property
    def workers(self) -> int:
        """How many jobs are carried out at a time."""

    def results(
        self,
        job: Callable[[Argument], Result],
        arguments: Iterable[Argument],
        on_wait: Callable[[], None],
    ) -> Generator[tuple[int, Result]]:
        """The index of an argument and what `job` returned for it, in the order in which they are done.

        Jobs are taken up in the order of the arguments. `job` is a function of a module; arguments and results
        are pickled. `on_wait` is called at least every tenth of a second while nothing else happens, and may raise:
        then, as when a job raises or the iterator is closed, nothing more is carried out.

        What has to be run again because its worker died comes as if nothing had happened.

        Raises what a job raises, TypeError if an argument cannot be sent to another process, and
        EnvironmentFault if workers keep dying of the same job or cannot be had.
        """


class Hands(Protocol):
    """Worker processes, wherever they are."""

    @property
    def workers(self) -> int: ...

    @property
    def room(self) -> int:
        """How many errands may be on their way at a time: it bounds memory, and what is taken up too early."""

    def submit(self, errand: bytes, place: int) -> Future[bytes]:
        """Sends an errand; those of a lower place are taken up earlier."""

    def outcome(self, done: Future[bytes]) -> bytes:
        """What came back. Raises EnvironmentFault if nothing did."""

    def check(self) -> None:
        """Raises EnvironmentFault if nothing will come back any more."""

    def abandon(self, errands: Sequence[Future[bytes]]) -> None:
        """Nobody waits for these any more, and none is on its way but these."""


@contextmanager
def crew(jobs: int, cluster: str | None = None) -> Generator[Crew]:
    """Whoever carries out jobs, `jobs` at a time; with `cluster`, the workers of the dask scheduler at that address.

    One job at a time needs no other process. Worker processes of this machine are gone when the block is left,
    however it is left, and when this process is killed. On a cluster, what waits is cancelled; a job that has begun
    there ends by itself, and its result goes nowhere.

    Raises EnvironmentFault if the cluster cannot be reached, has no workers, or has other versions than are here.

    >>> with crew(1) as alone:
    ...     list(alone.results(len, ["a", "word"], on_wait=lambda: None))
    [(0, 1), (1, 4)]
    """
    if cluster is not None:
        from attnviz.render.cluster import connected

        with connected(cluster) as hands:
            yield _Team(hands)
    elif jobs == 1:
        yield _Alone()
    else:
        from attnviz.render.processes import started

        with started(jobs) as hands:
            yield _Team(hands)


def breathe() -> None:
    """To be called by a long job now and then: if it is carried out in the caller's own process, `on_wait` is called.

    In a worker process nothing happens: that is simply ended.
    """
    _on_breath.get()()


class _Alone:
    """Everything is done here, when its result is asked for."""

    workers = 1

    def results(
        self,
        job: Callable[[Argument], Result],
        arguments: Iterable[Argument],
        on_wait: Callable[[], None],
    ) -> Generator[tuple[int, Result]]:
        for index, argument in enumerate(arguments):
            on_wait()
            before = _on_breath.set(on_wait)
            try:
                result = job(argument)
            finally:
                _on_breath.reset(before)
            yield index, result


class _Team:
    """Everything is done by worker processes."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands

    @property
    def workers(self) -> int:
        return self._hands.workers

    def results(
        self,
        job: Callable[[Argument], Result],
        arguments: Iterable[Argument],
        on_wait: Callable[[], None],
    ) -> Generator[tuple[int, Result]]:
        hands, waiting = self._hands, enumerate(arguments)
        sent: dict[Future[bytes], int] = {}
        try:
            while True:
                for index, argument in islice(waiting, max(0, hands.room - len(sent))):
                    sent[hands.submit(packed(job, argument), index)] = index
                if not sent:
                    return
                done, _ = wait(sent, timeout=_BREATH, return_when=FIRST_COMPLETED)
                on_wait()
                hands.check()
                for future in sorted(done, key=sent.__getitem__):
                    index = sent.pop(future)
                    yield index, opened(hands.outcome(future))
        finally:
            if sent:
                hands.abandon(list(sent))
