"""The workers of a dask cluster, on this machine or any number of others.

They need the same versions as are here and no disk in common: errands are sent to them, and bytes come back. Dask
itself runs again what a worker that dies was at.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from typing import Any

from attnviz.errors import EnvironmentFault
from attnviz.render.isolation import ignore_manim_cfg
from attnviz.render.job_codec import carried_out, failed
from attnviz.render.versions import Versions, differences, versions

_SECONDS_TO_ANSWER = 5
_SECONDS_BETWEEN_CHECKS = 2.0
_SECONDS_WITHOUT_WORKERS = 60.0
"""How long to wait for a worker where all have gone: a cluster may be starting new ones."""
_NOISY = ("distributed", "tornado", "asyncio")
"""Loggers that tell at length, on stderr, what is said here in one line."""


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """The workers of the scheduler at `address`, such as "tcp://10.0.0.1:8786", after a look at what they are.

    Raises EnvironmentFault if dask is not installed here, if no scheduler answers, if it has no workers, or if one of
    them has other versions than are here.
    """
    try:
        import distributed
    except ImportError:
        raise EnvironmentFault(
            "a cluster needs dask, which is not installed: pip install 'attnviz[cluster]'"
        ) from None
    with _quiet():
        client = _client(distributed, address)
        try:
            yield Cluster(client, address)
        finally:
            client.close(timeout=_SECONDS_TO_ANSWER)


class Cluster:
    """Hands for a crew: the workers of one scheduler."""

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address
        self._executor = client.get_executor(pure=False)
        self.workers = len(_checked_workers(client, address))
        self._looked = self._peopled = time.monotonic()

    @property
    def room(self) -> int:
        """As many as there are workers: what waits on one of several threads could not go to another worker."""
        return max(1, self.workers)

    def submit(self, errand: bytes, place: int) -> Future[bytes]:
        """Sends an errand; those of a lower place are taken up earlier."""
        future: Future[bytes] = self._executor.submit(
            carried_out_alike, errand, dict(versions()), priority=-place
        )
        return future

    def outcome(self, done: Future[bytes]) -> bytes:
        """What came back. Raises EnvironmentFault if dask has given the errand up."""
        from distributed.scheduler import KilledWorker

        try:
            return done.result()
        except KilledWorker as error:
            raise EnvironmentFault(
                f"workers of the cluster died of the same part of the work, the last at {error.last_worker.address}: "
                "memory may be short, so give them more (dask worker --memory-limit) or start fewer on a machine"
            ) from error
        except CancelledError:
            raise EnvironmentFault(
                f"the dask scheduler at {self._address} is gone: start it again, then this"
            ) from None
        except Exception as error:
            raise EnvironmentFault(
                f"the cluster at {self._address} cannot take up work ({_in_one_line(error)}): install the same "
                "attnviz for the scheduler and all workers"
            ) from error

    def check(self) -> None:
        """Counts the workers now and then. Raises EnvironmentFault if there have been none for a while."""
        now = time.monotonic()
        if now - self._looked < _SECONDS_BETWEEN_CHECKS:
            return
        self._looked = now
        self.workers = len(self._client.scheduler_info()["workers"])
        if self.workers:
            self._peopled = now
        elif now - self._peopled >= _SECONDS_WITHOUT_WORKERS:
            raise _no_workers(self._address)

    def abandon(self, errands: Sequence[Future[bytes]]) -> None:
        """Takes back what has not begun. Dask cannot end a job that runs: it ends by itself."""
        for each in errands:
            each.cancel()


def carried_out_alike(errand: bytes, expected: Versions) -> bytes:
    """Does the job if versions agree here, in a worker that may have joined after the others were looked at."""
    if other := differences(expected, versions()):
        from distributed import get_worker

        return failed(_unlike(get_worker().address, other))
    ignore_manim_cfg()
    return carried_out(errand)


def _client(distributed: Any, address: str) -> Any:
    def connect() -> Any:
        return distributed.Client(address, timeout=_SECONDS_TO_ANSWER, set_as_default=False)

    try:
        try:
            return connect()
        except AssertionError:
            # dask gives its event loop ten seconds to begin, and a machine may stand still for so long
            return connect()
    except (ValueError, TypeError) as error:
        raise EnvironmentFault(
            f"{address!r} is not the address of a dask scheduler ({_in_one_line(error)}): it looks like "
            "tcp://10.0.0.1:8786, as `dask scheduler` prints it"
        ) from error
    except OSError as error:
        raise EnvironmentFault(
            f"no dask scheduler answers at {address}: start one with `dask scheduler`, or see whether a firewall is "
            "in between"
        ) from error


def _checked_workers(client: Any, address: str) -> Mapping[str, Versions]:
    """The versions of all workers. Raises EnvironmentFault unless there are some and all are those from here."""
    try:
        client.wait_for_workers(1, timeout=_SECONDS_TO_ANSWER)
    except TimeoutError:
        raise _no_workers(address) from None
    try:
        client.run_on_scheduler(versions)
    except Exception as error:
        raise _without_attnviz(f"the scheduler {address}", error) from error
    found = client.run(versions, on_error="return")
    for worker, there in sorted(found.items()):
        if isinstance(there, Exception):
            raise _without_attnviz(f"worker {worker}", there) from there
        if other := differences(versions(), there):
            raise _unlike(worker, other)
    return found


def _no_workers(address: str) -> EnvironmentFault:
    return EnvironmentFault(
        f"the dask scheduler at {address} has no workers: start some with `dask worker {address} --nthreads 1`"
    )


def _unlike(worker: str, other: Sequence[str]) -> EnvironmentFault:
    return EnvironmentFault(
        f"worker {worker} has {'; '.join(other)}: install the same there, or parts of the film would look different"
    )


def _without_attnviz(whose: str, error: Exception) -> EnvironmentFault:
    version, *_ = versions()["attnviz"].split()
    missing = "No module named 'attnviz'"  # dask hands on what an exception looks like, and not the exception
    has = (
        "has no attnviz"
        if missing in str(error)
        else f"cannot use its attnviz ({_in_one_line(error)})"
    )
    return EnvironmentFault(f"{whose} {has}: install attnviz {version} there, as it is here")


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask's own reports are not shown."""
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in _NOISY]
    levels = {each: each.level for each in map(logging.getLogger, {*_NOISY, *names})}
    with warnings.catch_warnings():
        # versions are compared here; and parts of a film may be larger than what dask thinks wise
        warnings.filterwarnings("ignore", message="(?s).*Mismatched versions")
        warnings.filterwarnings("ignore", message="Sending large graph")
        for logger in levels:
            logger.setLevel(logging.CRITICAL + 1)
        try:
            yield
        finally:
            for logger, level in levels.items():
                logger.setLevel(level)
