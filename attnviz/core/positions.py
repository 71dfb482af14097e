"""Positional encodings: what tells attention, which has no notion of order, where a vector stands."""

from __future__ import annotations

import math

import numpy as np

from attnviz.core.arrays import FloatArray, as_count
from attnviz.errors import InputError


def sinusoidal(n: int, d_model: int, base: float = 10000.0) -> FloatArray:
    """The encoding that is added to the vectors: PE[p, 2i] = sin(p / base^(2i/d_model)), PE[p, 2i+1] = cos of the same.

    Returns (n, d_model): one row a position, counted from 0. Sine and cosine alternate along the columns, each pair at
    its own wavelength, from 2π to nearly base · 2π positions. The dot product of two rows depends only on how far
    apart they are: it is Σ_i cos(distance / base^(2i/d_model)). An odd d_model ends with a sine without its cosine,
    as the formula has it; for that column the dot product is no function of the distance.

    Raises InputError unless n ≥ 0, d_model ≥ 1 and base > 0.
    Source: Vaswani et al., "Attention Is All You Need" (2017), section 3.5.

    >>> sinusoidal(3, 4).round(4)
    array([[ 0.    ,  1.    ,  0.    ,  1.    ],
           [ 0.8415,  0.5403,  0.01  ,  1.    ],
           [ 0.9093, -0.4161,  0.02  ,  0.9998]])
    """
    n, d_model = as_count(n, "n", 0), as_count(d_model, "d_model", 1)
    if not (math.isfinite(base) and base > 0):
        raise InputError(f"base is {base!r}, expected a positive number: 10000 is the usual one")
    columns = np.arange(d_model)
    pair = columns // 2 * 2
    angles = np.arange(n)[:, None] * float(base) ** (-pair / d_model)
    return np.where(columns % 2 == 0, np.sin(angles), np.cos(angles))
