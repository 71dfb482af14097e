"""Padding: keys past the end of a sequence."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from attnviz.core.argument_kinds import shown
from attnviz.core.arrays import BoolArray, as_array
from attnviz.core.scores.options import ScoreOptions
from attnviz.errors import ShapeError


def length_mask(n_k: int, length: int | npt.ArrayLike) -> BoolArray:
    """Keys at or past the length are hidden: what is there is padding.

    Returns (…, 1, n_k) booleans, with the axes of `length` in front, one of length 1 for the heads between them.
    Raises ShapeError for lengths that are not whole numbers from 0.

    >>> length_mask(3, 2).astype(int)
    array([[1, 1, 0]])
    >>> length_mask(3, [2, 3]).shape
    (2, 1, 1, 3)
    """
    lengths = as_array(length, "kv_length")
    if lengths.dtype.kind not in "iu" or (lengths < 0).any():
        raise ShapeError(
            f"kv_length is {shown(length)}, expected whole numbers from 0: how many keys count"
        )
    if lengths.ndim == 0:
        return np.arange(n_k)[None, :] < lengths
    return np.arange(n_k) < lengths[..., None, None, None]


def visible(n_q: int, n_k: int, options: ScoreOptions) -> BoolArray | None:
    """The keys that are no padding: (…, 1, n_k); None where no length is known."""
    return None if options.kv_length is None else length_mask(n_k, options.kv_length)
