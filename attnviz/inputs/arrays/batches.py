"""Arrays of a batch of texts, of which one is used."""

from __future__ import annotations

from attnviz.core.arrays import FloatArray
from attnviz.errors import InputError


def without_batch(
    values: FloatArray, where: str, batch: int | None, ways: list[tuple[str, str]]
) -> FloatArray:
    """The one of the first axis that `batch` chooses, counted from 0, or the only one; adds a choice to `ways`.

    Raises InputError where there are several and none is chosen, and for one that is not there.

    >>> import numpy as np
    >>> without_batch(np.ones((1, 2, 3)), "a.npy", None, []).shape
    (2, 3)
    """
    count = len(values)
    if batch is None and count == 1:
        only: FloatArray = values[0]
        return only
    numbers = "--batch 0" if count == 1 else f"--batch 0 to --batch {count - 1}"
    if batch is None:
        raise InputError(f"{where} holds a batch of {count}: choose one with {numbers}")
    if batch >= count:
        raise InputError(f"no {batch} in the batch of {where}: choose one with {numbers}")
    ways.append(("batch", str(batch)))
    chosen: FloatArray = values[batch]
    return chosen
