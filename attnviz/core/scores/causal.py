"""Causal mask: no query sees what comes later."""

from __future__ import annotations

import numpy as np

from attnviz.core.arrays import BoolArray
from attnviz.core.scores.options import ScoreOptions


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


def visible(n_q: int, n_k: int, options: ScoreOptions) -> BoolArray | None:
    """The keys that come no later than each query: (n_q, n_k); None where attention is not causal."""
    return causal_mask(n_q, n_k, options.offset) if options.causal else None
