"""Reads from a file what is added to the scores: a bias of pairs, of keys, or one for each head."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.provenance import Reading
from attnviz.inputs.arrays.score_files import fitted, read_scores, score, unfit
from attnviz.inputs.files.tables import readings_of


def read_bias(
    path: str, shape: tuple[int, int], heads: Sequence[int], of: int, batch: int | None = None
) -> tuple[FloatArray, tuple[Reading, ...]]:
    """The bias of a file and how it was read: (n_q, n_k) as `shape` says, or one for each of the chosen `heads`,
    counted from 0, `of` so many.

    The file has (n_q, n_k), (n_k,) for all queries, or (heads, n_q, n_k), with an axis of the batch before them or not.
    Raises InputError for another shape, and for a number that is neither finite nor −∞.
    """
    values, readings = read_scores(path, "bias", score)
    ways: list[tuple[str, str]] = []
    of_heads = (of, *shape)
    if values.ndim == 4 and values.shape[1:] == of_heads and len(values) == 1:
        values = values[0]
    if values.shape == of_heads and of > 1:
        chosen: FloatArray = values[list(heads)]
        return chosen, readings
    if values.ndim == 3 and len(values) not in (1, of) and batch is None:
        raise unfit(values, of_heads, path)
    pairs = fitted(values, shape, path, batch, ways)
    if len(pairs) == 1 < shape[0]:
        ways.append(("key_bias", ""))
    whole = np.ascontiguousarray(np.broadcast_to(pairs, shape))
    return whole, (*readings, *readings_of(path, ways))
