"""Which key each query may see, as one boolean array. True means "may attend"."""

from __future__ import annotations

import numpy as np

from attnviz.core.arrays import BoolArray
from attnviz.errors import ShapeError


def causal_mask(n_q: int, n_k: int, offset: int = 0) -> BoolArray:
    """Query i sees the keys j ≤ i + offset.

    Returns (n_q, n_k) booleans. `offset` is the number of keys that lie before the first query (the
    length of a cache). Semantics: the ONNX `Attention` operator, `is_causal`; for offset 0 the mask of
    "Attention Is All You Need" (Vaswani et al., 2017, section 3.2.3).

    >>> causal_mask(2, 3).astype(int)
    array([[1, 0, 0],
           [1, 1, 0]])
    """
    return np.arange(n_k)[None, :] <= np.arange(n_q)[:, None] + offset


def combined_mask(
    n_q: int, n_k: int, *, mask: BoolArray | None = None, causal: bool = False, offset: int = 0
) -> BoolArray | None:
    """Everything that hides a key, in one array; None when every query sees every key.

    `mask` (…, n_q, n_k) booleans, broadcast over leading axes and over axes of length 1; True = may attend.
    Raises ShapeError if it does not fit, or is not boolean.

    >>> combined_mask(1, 2) is None
    True
    """
    seen: BoolArray | None = causal_mask(n_q, n_k, offset) if causal else None
    if mask is None:
        return seen
    mask = np.asarray(mask)
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
    return mask if seen is None else mask & seen
