"""Softcap: a smooth bound on the scores, as Gemma 2 has it."""

from __future__ import annotations

import math

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.scores.options import ScoreOptions
from attnviz.errors import InputError


def apply(scores: FloatArray, options: ScoreOptions) -> FloatArray:
    """softcap · tanh(scores / softcap): (…, n_q, n_k). Raises InputError for a softcap that is not above 0.

    Source: Gemma 2 (2024), section 2.
    """
    softcap = options.softcap
    if softcap is None:
        return scores
    if not 0 < softcap < math.inf:
        raise InputError(
            f"softcap is {softcap}, expected a number above 0, below infinity: leave it out for no cap"
        )
    limit = scores.dtype.type(softcap)
    capped: FloatArray = np.tanh(scores / limit) * limit
    return capped
