"""Random numbers that a seed fixes, whatever version of NumPy draws them."""

from __future__ import annotations

import math

import numpy as np

from attnviz.core.arrays import FloatArray, as_count


def standard_normal(shape: tuple[int, ...], *seed: int) -> FloatArray:
    """Independent numbers with mean 0 and variance 1: float64 of the given shape, drawn from whole numbers ≥ 0.

    NumPy keeps the raw stream of a bit generator for good, but may change how it makes a distribution of it (its
    policy, NEP 19). So only the raw 64 bits of PCG64 are taken, as u in (0, 1], and two of them make two numbers:
    √(−2 ln u₁) · cos 2πu₂ and √(−2 ln u₁) · sin 2πu₂. What may still differ between machines is the last bit of a
    logarithm or a cosine.

    Raises InputError for a seed that is no whole number of at least 0.
    Source: Box & Muller, "A Note on the Generation of Random Normal Deviates" (1958).

    >>> standard_normal((2, 2), 0).round(6)
    array([[0.918484, 1.609997],
           [0.241825, 0.167796]])
    """
    entropy = [as_count(each, "seed", 0) for each in seed]
    count = math.prod(shape)
    pairs = -(-count // 2)
    raw = np.random.PCG64(np.random.SeedSequence(entropy)).random_raw(2 * pairs)
    # 53 bits are what a float64 holds; half a step up keeps u from 0, which has no logarithm.
    u1, u2 = (((raw >> np.uint64(11)) + 0.5) / 2.0**53).reshape(2, pairs)
    radius, angle = np.sqrt(-2 * np.log(u1)), 2 * math.pi * u2
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])[:count].reshape(shape)
