"""Mask: any pattern of who may see whom, given as booleans."""

from __future__ import annotations

import numpy as np

from attnviz.core.arrays import BoolArray, as_array
from attnviz.core.scores.options import ScoreOptions
from attnviz.errors import ShapeError


def visible(n_q: int, n_k: int, options: ScoreOptions) -> BoolArray | None:
    """The mask, checked: (…, n_q, n_k); None where there is none. Raises ShapeError if it does not fit."""
    return None if options.mask is None else _checked(as_array(options.mask, "mask"), n_q, n_k)


def _checked(mask: BoolArray, n_q: int, n_k: int) -> BoolArray:
    if mask.dtype != np.bool_:
        raise ShapeError(
            f"mask holds {mask.dtype}, not booleans: pass True where a query may attend "
            "(for numbers that are added to the scores use bias=)"
        )
    fits = mask.ndim >= 2 and mask.shape[-2] in (1, n_q) and mask.shape[-1] in (1, n_k)
    if not fits:
        raise ShapeError(
            f"mask has shape {mask.shape}, expected (…, {n_q}, {n_k}): "
            f"{n_q} queries in q and {n_k} keys in k"
        )
    return mask
