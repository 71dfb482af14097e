"""The workers of a dask cluster, on this machine or any number of others.

They need the same versions as are here and no disk in common: jobs are sent to them, and bytes come back. Dask
itself runs again what a worker that dies was at.

Workers run what is sent to them. What our own code takes of what comes back is bytes and JSON (`job_codec.py`), and
what runs there raises nothing; but dask's client unpickles by itself what a scheduler or a worker says in its messages,
so that they could run anything here all the same.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from attnviz.errors import EnvironmentFault
from attnviz.render.program import Program
from attnviz.render.versions import Versions, differences, versions
from attnviz.render.workers.isolation import ignore_manim_cfg
from attnviz.render.workers.job_codec import failed, returned, run_packed, unpacked

_SECONDS_TO_ANSWER = 5
_SECONDS_FOR_A_WORKER = 5
_SECONDS_BETWEEN_CHECKS = 2.0
_SECONDS_WITHOUT_WORKERS = 60.0
"""Seconds to wait for a worker where all have gone: a cluster may be starting new ones."""
_NOISY = ("distributed", "tornado", "asyncio")
"""Loggers that tell at length, on stderr, what is said here in one line."""


@dataclass(frozen=True)
class ClusterAddress:
    """The address of a dask scheduler, and the program that its workers need."""

    address: str
    """Such as "tcp://10.0.0.1:8786"."""
    program: Program


@contextmanager
def connected(cluster: ClusterAddress) -> Iterator[Cluster]:
    """The workers of the scheduler at that address, after a look at what they are.

    Raises EnvironmentFault if dask is not installed here, if no scheduler answers, if it has no workers, or if one of
    them has other versions than are here.
    """
    try:
        import distributed
    except ImportError:
        raise EnvironmentFault(
            f"a cluster needs dask, which is not installed: pip install '{cluster.program.package}[cluster]'"
        ) from None
    with _quiet():
        client = _client(distributed, cluster.address)
        try:
            yield Cluster(client, cluster)
        finally:
            client.close(timeout=_SECONDS_TO_ANSWER)


class Cluster:
    """A worker pool: the workers of one dask scheduler."""

    def __init__(self, client: Any, cluster: ClusterAddress) -> None:
        self._client, self._address, self._program = client, cluster.address, cluster.program
        self._executor = client.get_executor(pure=False)
        self.workers = len(_checked_workers(client, cluster))
        self._last_check = self._peopled = time.monotonic()

    @property
    def room(self) -> int:
        """As many as there are workers: what waits on one of several threads could not go to another worker."""
        return max(1, self.workers)

    def submit(self, job: bytes, place: int) -> Future[bytes]:
        """Sends a packed job; those of a lower place are run earlier."""
        future: Future[bytes] = self._executor.submit(
            run_if_same_versions, job, self._program, dict(versions(self._program)), priority=-place
        )
        return future

    def outcome(self, done: Future[bytes]) -> bytes:
        """Returns the packed outcome. Raises EnvironmentFault if dask has given the job up."""
        from distributed.scheduler import KilledWorker

        try:
            return done.result()
        except KeyboardInterrupt:
            raise
        except KilledWorker as error:
            raise EnvironmentFault(
                f"workers of the cluster died of the same part of the work, the last at {error.last_worker.address}: "
                "memory may be short, so give them more (dask worker --memory-limit) or start fewer on a machine"
            ) from error
        except CancelledError:
            raise EnvironmentFault(
                f"the dask scheduler at {self._address} is gone: start it again, then this"
            ) from None
        except BaseException as error:  # whatever dask has unpickled
            raise EnvironmentFault(
                f"the cluster at {self._address} cannot take up work ({_in_one_line(error)}): install the same "
                f"{self._program.package} for the scheduler and all workers"
            ) from error

    def check(self) -> None:
        """Counts the workers now and then. Raises EnvironmentFault if there have been none for a while."""
        now = time.monotonic()
        if now - self._last_check < _SECONDS_BETWEEN_CHECKS:
            return
        self._last_check = now
        self.workers = len(self._client.scheduler_info()["workers"])
        if self.workers:
            self._peopled = now
        elif now - self._peopled >= _SECONDS_WITHOUT_WORKERS:
            raise _no_workers(self._address)

    def cancel(self, jobs: Sequence[Future[bytes]]) -> None:
        """Cancels what has not begun. Dask cannot end a job that runs: it ends by itself."""
        for each in jobs:
            each.cancel()


def run_if_same_versions(job: bytes, program: Program, expected: Versions) -> bytes:
    """Does the job if versions agree here, in a worker that may have joined after the others were looked at.

    Returns a packed outcome, and raises nothing: dask would pickle an exception.
    """
    try:
        if other := differences(expected, versions(program)):
            from distributed import get_worker

            return failed(_version_mismatch(get_worker().address, other))
        ignore_manim_cfg()
        return run_packed(job)
    except BaseException as error:
        return failed(error)


def packed_versions(program: Program) -> bytes:
    """The versions where this runs, as a packed outcome. Raises nothing."""
    try:
        return returned(tuple(versions(program).items()))
    except BaseException as error:
        return failed(error)


def _versions_in(outcome: object) -> Versions:
    """Raises what `unpacked` raises, and EnvironmentFault for what are no versions."""
    found = unpacked(outcome)
    match found:
        case tuple():
            pairs = [each for each in found if isinstance(each, tuple) and len(each) == 2]
            if len(pairs) == len(found) and all(isinstance(each, str) for each in sum(pairs, ())):
                return dict(pairs)
    raise EnvironmentFault("what it says of its versions cannot be read")


def _client(distributed: Any, address: str) -> Any:
    from distributed.comm.addressing import resolve_address

    def connect() -> Any:
        # A Client that fails on its address closes itself when it is collected, and that can be while another client
        # begins: both wait for one lock then. So the address is looked at before there is a client.
        resolve_address(address)
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


def _checked_workers(client: Any, cluster: ClusterAddress) -> Mapping[str, Versions]:
    """The versions of all workers. Raises EnvironmentFault unless there are some and all are those from here."""
    try:
        client.wait_for_workers(1, timeout=_SECONDS_FOR_A_WORKER)
    except TimeoutError:
        raise _no_workers(cluster.address) from None
    program = cluster.program
    try:
        _versions_in(client.run_on_scheduler(packed_versions, program))
    except Exception as error:
        raise _without_program(program, f"the scheduler {cluster.address}", error) from error
    found = {}
    for worker, there in sorted(client.run(packed_versions, program, on_error="return").items()):
        try:
            if isinstance(there, Exception):
                raise there  # by dask: attnviz is not there to answer
            found[worker] = _versions_in(there)
        except Exception as error:
            raise _without_program(program, f"worker {worker}", error) from error
        if other := differences(versions(program), found[worker]):
            raise _version_mismatch(worker, other)
    return found


def _no_workers(address: str) -> EnvironmentFault:
    return EnvironmentFault(
        f"the dask scheduler at {address} has no workers: start some with `dask worker {address} --nthreads 1`"
    )


def _version_mismatch(worker: str, other: Sequence[str]) -> EnvironmentFault:
    return EnvironmentFault(
        f"worker {worker} has {'; '.join(other)}: install the same there, or parts of the film would look different"
    )


def _without_program(program: Program, whose: str, error: Exception) -> EnvironmentFault:
    name = program.package
    missing = f"No module named '{name}'"  # dask hands on what an exception looks like, and not the exception
    has = (
        f"has no {name}"
        if missing in str(error)
        else f"cannot use its {name} ({_in_one_line(error)})"
    )
    return EnvironmentFault(f"{whose} {has}: install {program} there, as it is here")


def _in_one_line(error: BaseException) -> str:
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
