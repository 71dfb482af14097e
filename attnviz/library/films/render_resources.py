"""Resources that a film is drawn with: processes here or on a cluster, and the cache of what was drawn earlier."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attnviz.errors import InputError
from attnviz.records import record
from attnviz.safe_text import safe_text

if TYPE_CHECKING:
    from attnviz.views.film.production.film_service import FilmService

MOST_JOBS = 256
"""The most processes that draw: each takes some 150 MB."""


def _warn(message: str) -> None:
    warnings.warn(safe_text(message, named=True), stacklevel=2)


@record
class RenderResources:
    """The processes that draw, and whether what they draw is kept."""

    jobs: int | None = None
    """Processes; None is one a core."""
    cache: bool = True
    cluster: str | None = None
    """The address of a dask scheduler whose workers draw."""

    def __post_init__(self) -> None:
        check_jobs(self.jobs, "jobs")

    @contextmanager
    def open_service(self, warn: Callable[[str], None] = _warn) -> Iterator[FilmService]:
        """A film service with these resources; its cache is brought to its limit at the end. `warn` is called with one
        line where a cache cannot be used.

        Raises EnvironmentFault if the cluster cannot be reached.
        """
        from attnviz.render.store import user_store
        from attnviz.views.film.production.film_service import film_service

        store = user_store() if self.cache else None
        fault = None if store is None else store.key_fault()
        if fault is not None:
            warn(fault)
        try:
            with film_service(self.jobs or cores(), store, self.cluster) as service:
                yield service
        finally:
            if store is not None:
                store.prune()


def check_jobs(jobs: int | None, name: str) -> None:
    """Raises InputError for more processes than any machine draws with, or none.

    >>> check_jobs(4, "--jobs")
    """
    if jobs is not None and not 1 <= jobs <= MOST_JOBS:
        raise InputError(f"{name} is {jobs}: give 1 to {MOST_JOBS} processes")


def cores() -> int:
    """The number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
