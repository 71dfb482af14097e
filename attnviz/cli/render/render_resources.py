"""Where a film is made, as the user asked for it: in how many processes, and with what is kept from earlier."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attnviz.cli.render.render_job import Asked

if TYPE_CHECKING:
    from attnviz.views.film.production.film_service import FilmService


@contextmanager
def opened_studio(view: Asked) -> Iterator[FilmService]:
    """A film service; what it stores is brought to its limit at the end.

    Raises EnvironmentFault if the cluster that was asked for cannot be had.
    """
    from attnviz.render.store import user_store
    from attnviz.views.film.production.film_service import film_service

    store = None if view.no_cache else user_store()
    try:
        with film_service(view.jobs or cores(), store, view.cluster) as place:
            yield place
    finally:
        if store is not None:
            store.prune()


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
