"""Resources that a film is drawn with: processes here or on a cluster, and the cache of what was drawn earlier."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attnviz.records import record

if TYPE_CHECKING:
    from attnviz.views.film.production.film_service import FilmService


@record
class RenderResources:
    """The processes that draw, and whether what they draw is kept."""

    jobs: int | None = None
    """Processes; None is one a core."""
    cache: bool = True
    cluster: str | None = None
    """The address of a dask scheduler whose workers draw."""

    @contextmanager
    def open_service(self) -> Iterator[FilmService]:
        """A film service with these resources; its cache is brought to its limit at the end.

        Raises EnvironmentFault if the cluster cannot be reached.
        """
        from attnviz.render.store import user_store
        from attnviz.views.film.production.film_service import film_service

        store = user_store() if self.cache else None
        try:
            with film_service(self.jobs or cores(), store, self.cluster) as service:
                yield service
        finally:
            if store is not None:
                store.prune()


def cores() -> int:
    """The number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
