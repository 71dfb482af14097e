"""Positional encodings: attention has no notion of order, and learns from these where a vector stands."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import FloatArray, as_count, as_float, cast_like, to_compute_dtype
from attnviz.errors import InputError, ShapeError


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


def rotary_angles(n: int, d: int, base: float = 10000.0) -> FloatArray:
    """The angles of rotary position embedding, for each pair of entries: angles[p, i] = p · base^(−2i/d), in radians.

    Returns (n, d / 2): one row a position, counted from 0. `d` is how many entries of a query or a key are turned.

    Raises InputError unless n ≥ 0, d is even and at least 2, and base > 0.
    Source: Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding" (2021), section 3.2.2.

    >>> rotary_angles(3, 4).round(4)
    array([[0.  , 0.  ],
           [1.  , 0.01],
           [2.  , 0.02]])
    """
    n, d = as_count(n, "n", 0), as_count(d, "d", 2)
    if d % 2:
        raise InputError(f"d is {d}, expected an even number: entries are turned in pairs")
    if not (math.isfinite(base) and base > 0):
        raise InputError(f"base is {base!r}, expected a positive number: 10000 is the usual one")
    pairs = np.arange(d // 2)
    return np.arange(n)[:, None] * float(base) ** (-2 * pairs / d)


def rotated(x: npt.ArrayLike, angles: npt.ArrayLike, *, interleaved: bool = False) -> FloatArray:
    """Queries or keys turned by rotary position embedding: x (…, n, d), angles (n, r) with 2r ≤ d; shape unchanged.

    Entry i is turned together with entry i + r, or, if `interleaved`, entries 2i and 2i + 1 together; what lies past 2r
    stays. The dot product of a turned query and a turned key depends on how far apart they are, and not on where.
    float16 is computed in float32.

    Raises ShapeError if the two do not fit.
    Source: Su et al. (2021), section 3.4.2, equation 34; halves and pairs as in the ONNX `RotaryEmbedding` operator.

    >>> rotated([[1.0, 0.0], [1.0, 0.0]], [[0.0], [np.pi / 2]]).round(3) + 0
    array([[1., 0.],
           [0., 1.]])
    """
    values, turns = as_float(x, "x"), as_float(angles, "angles")
    if values.ndim < 2 or turns.ndim != 2:
        raise ShapeError(
            f"x has shape {values.shape} and angles {turns.shape}, expected (…, n, d) and (n, r)"
        )
    n, d = values.shape[-2:]
    r = turns.shape[1]
    if turns.shape[0] != n or 2 * r > d:
        raise ShapeError(
            f"angles has shape {turns.shape}, expected ({n}, r) with r at most {d // 2}: x has shape {values.shape}"
        )
    given = to_compute_dtype(values)
    cos, sin = (turn(turns).astype(given.dtype, copy=False) for turn in (np.cos, np.sin))
    first, second = (
        (slice(0, 2 * r, 2), slice(1, 2 * r, 2)) if interleaved else (slice(0, r), slice(r, 2 * r))
    )
    turned = given.copy()
    turned[..., first] = given[..., first] * cos - given[..., second] * sin
    turned[..., second] = given[..., second] * cos + given[..., first] * sin
    return cast_like(turned, values)


def rotated_back(pair: tuple[float, float], angle: float) -> tuple[float, float]:
    """A pair of entries as it was before `rotated` turned it by `angle`, in radians.

    >>> first, second = rotated_back((0.0, 1.0), np.pi / 2)
    >>> round(first, 12), round(second, 12)
    (1.0, 0.0)
    """
    first, second = pair
    cos, sin = math.cos(angle), math.sin(angle)
    return first * cos + second * sin, second * cos - first * sin
