"""A job on its way to another process and back: packed here, run there, its outcome opened here.

Nothing is imported but the standard library: a dask scheduler, which only hands jobs on, has to import this.
"""

from __future__ import annotations

import pickle
import threading
import traceback
from collections.abc import Callable
from typing import Any

_ALONE = threading.Lock()
"""Held by the job that a process runs: manim's configuration is global, and a dask worker may have several threads."""


def packed(job: Callable[[Any], Any], argument: object) -> bytes:
    """The job and its argument as bytes, for `run_packed`.

    Raises TypeError if they cannot be sent to another process.

    >>> len(packed(len, "four")) < 100
    True
    """
    try:
        return pickle.dumps((job, argument), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # pickle lets through whatever the objects raise
        name = getattr(job, "__qualname__", repr(job))
        raise TypeError(
            f"{name} and its argument cannot be sent to another process: {error}"
        ) from error


def run_packed(packed_job: bytes) -> bytes:
    """Runs a packed job, one at a time in a process; returns what it gave or raised, for `unpacked`. Raises nothing."""
    with _ALONE:
        try:
            job, argument = pickle.loads(packed_job)
            return pickle.dumps((True, job(argument)), pickle.HIGHEST_PROTOCOL)
        except BaseException as error:
            return failed(error)


def failed(error: BaseException) -> bytes:
    """The outcome of a job that ended with `error`, for `unpacked`. Where it happened is added as a note."""
    note = f"In a worker process:\n{''.join(traceback.format_exception(error))}"
    for each in (error, RuntimeError(f"{type(error).__name__}: {error}")):
        each.add_note(note)
        try:
            outcome = pickle.dumps((False, each), pickle.HIGHEST_PROTOCOL)
            pickle.loads(outcome)  # an exception may be written and yet not be read
            return outcome
        except Exception:
            continue
    raise AssertionError("a RuntimeError can always be sent")


def unpacked(outcome: bytes) -> Any:
    """Returns what the job returned. Raises what it raised.

    >>> unpacked(run_packed(packed(len, "four")))
    4
    """
    succeeded, result = pickle.loads(outcome)
    if not succeeded:
        raise result
    return result
