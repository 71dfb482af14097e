"""Scale: scores times 1/√d_k, or another number."""

from __future__ import annotations

import math

from attnviz.core.arrays import FloatArray
from attnviz.core.scores.options import ScoreOptions
from attnviz.errors import InputError


def default_scale(d_k: int) -> float:
    """1/√d_k; 1 for queries without an entry.

    Source: Vaswani et al., "Attention Is All You Need" (2017), section 3.2.1.

    >>> default_scale(4), default_scale(0)
    (0.5, 1.0)
    """
    return 1 / math.sqrt(d_k) if d_k else 1.0


def apply(scores: FloatArray, options: ScoreOptions) -> FloatArray:
    """scores · scale: (…, n_q, n_k); the same array where nothing changes.

    Raises InputError for a scale that is not finite.
    """
    if options.scale is None or options.scale == 1:
        return scores
    if not math.isfinite(options.scale):
        raise InputError(f"scale is {options.scale}: give a finite number")
    return scores * scores.dtype.type(options.scale)
