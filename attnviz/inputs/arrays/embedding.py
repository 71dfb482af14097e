"""Vectors for words and weights for projections, drawn from a seed. Nothing here was learned.

Every number comes from SHAKE-256 (FIPS 202) of a line of text, so that it is the same on every machine and with
every version of NumPy: for a token `"{seed}/token/{token}"`, for a matrix `"{seed}/{name}"`. Eight bytes make one
number u in [0, 1), little-endian; (2u − 1)·√3 is uniform with mean 0 and variance 1. Vectors are rounded to two
decimals, so that what is shown is what is computed with; weights are divided by the root of their row count first,
which keeps queries, keys and scores of order one (after Glorot and Bengio, 2010), and get one more decimal
with every digit of that count.

A vector follows from its token alone. The same word at two positions has the same vector: there is no position in
it, and attention by itself knows none.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence

import numpy as np

from attnviz.core.arrays import FloatArray

_BYTES = 8


def token_vectors(tokens: Sequence[str], d_model: int, seed: int) -> FloatArray:
    """A vector for each token: (n, d_model), numbers in (−1.74, 1.74), two decimals.

    The same token has the same vector in every sentence. Composed and decomposed spellings of a character are
    the same token; upper and lower case are not.

    >>> a, b = token_vectors(["cat", "cat"], d_model=4, seed=0)
    >>> bool((a == b).all())
    True
    """
    vectors = {
        token: np.round(
            _unit_variance(f"{seed}/token/{unicodedata.normalize('NFC', token)}", d_model), 2
        )
        for token in dict.fromkeys(tokens)
    }
    return np.array([vectors[token] for token in tokens]) + 0.0  # + 0.0 turns −0.0 into 0.0


def seeded_matrix(name: str, rows: int, columns: int, seed: int) -> FloatArray:
    """A projection matrix (rows, columns) of variance 1 / rows.

    >>> seeded_matrix("w_q", rows=4, columns=3, seed=0).shape
    (4, 3)
    """
    numbers = _unit_variance(f"{seed}/{name}", rows * columns) / math.sqrt(rows)
    return np.round(numbers.reshape(rows, columns), 1 + len(str(rows))) + 0.0


def _unit_variance(line: str, count: int) -> FloatArray:
    import hashlib  # loads OpenSSL: an example, or a user's own numbers, need not wait for it

    digest = hashlib.shake_256(line.encode("utf-8")).digest(_BYTES * count)
    uniform = np.frombuffer(digest, dtype="<u8").astype(np.float64) / 2.0**64
    return (2 * uniform - 1) * math.sqrt(3)
