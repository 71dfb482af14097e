"""Which key each query may see, as one boolean array. True means "may attend"."""

from __future__ import annotations

import functools
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import BoolArray, as_count
from attnviz.errors import InputError, ShapeError

Window: TypeAlias = tuple[int | None, int | None]
"""How many keys to the left and to the right of itself a query sees; None is no bound."""


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


def window_mask(
    n_q: int, n_k: int, left: int | None, right: int | None, offset: int = 0
) -> BoolArray:
    """Query i, which stands at p = i + offset, sees the keys p − left ≤ j ≤ p + right; None is no bound.

    Returns (n_q, n_k) booleans. Semantics: the ONNX `Attention` operator (opset 25), `left_window_size` and
    `right_window_size`. A sliding window of w tokens, as Beltagy et al. (2020) and Mistral have it, is left = w − 1.
    Raises InputError for a bound that is negative or no whole number.

    >>> window_mask(3, 3, left=1, right=0).astype(int)
    array([[1, 0, 0],
           [1, 1, 0],
           [0, 1, 1]])
    """
    left, right = checked_window((left, right))
    ahead = np.arange(n_k)[None, :] - (np.arange(n_q)[:, None] + offset)
    seen: BoolArray = np.ones_like(ahead, dtype=np.bool_)
    if left is not None:
        seen &= ahead >= -left
    if right is not None:
        seen &= ahead <= right
    return seen


def checked_window(window: Window) -> Window:
    """The window as a pair. Raises InputError unless each side is None or a whole number from 0.

    >>> checked_window([2, None])
    (2, None)
    """
    sides = tuple(window)
    if len(sides) != 2:
        raise InputError(
            f"window is {window!r}, expected (left, right): None where there is no bound"
        )
    names = ("the left side of the window", "the right side of the window")
    left, right = (
        None if side is None else as_count(side, name, 0)
        for side, name in zip(sides, names, strict=True)
    )
    return left, right


def length_mask(n_k: int, length: int | npt.ArrayLike) -> BoolArray:
    """Keys at or past the length are hidden: what is there is padding.

    Returns (…, 1, n_k) booleans, with the axes of `length` in front, one of length 1 for the heads between them.
    Raises ShapeError for lengths that are not whole numbers from 0.

    >>> length_mask(3, 2).astype(int)
    array([[1, 1, 0]])
    >>> length_mask(3, [2, 3]).shape
    (2, 1, 1, 3)
    """
    lengths = np.asarray(length)
    if lengths.dtype.kind not in "iu" or (lengths < 0).any():
        raise ShapeError(
            f"kv_length is {length!r}, expected whole numbers from 0: how many keys count"
        )
    if lengths.ndim == 0:
        return np.arange(n_k)[None, :] < lengths
    return np.arange(n_k) < lengths[..., None, None, None]


def combined_mask(
    n_q: int,
    n_k: int,
    *,
    mask: BoolArray | None = None,
    causal: bool = False,
    offset: int = 0,
    window: Window | None = None,
    kv_length: int | npt.ArrayLike | None = None,
) -> BoolArray | None:
    """Everything that hides a key, in one array; None when every query sees every key.

    `mask` (…, n_q, n_k) booleans, broadcast over leading axes and over axes of length 1; True = may attend. The others
    are those of `causal_mask`, `window_mask` and `length_mask`.
    Raises ShapeError if it does not fit, or is not boolean.

    >>> combined_mask(1, 2) is None
    True
    """
    parts: list[BoolArray] = []
    if causal:
        parts.append(causal_mask(n_q, n_k, offset))
    left, right = (None, None) if window is None else checked_window(window)
    if (left, right) != (None, None):
        parts.append(window_mask(n_q, n_k, left, right, offset))
    if kv_length is not None:
        parts.append(length_mask(n_k, kv_length))
    if mask is not None:
        parts.append(_checked(np.asarray(mask), n_q, n_k))
    return functools.reduce(np.logical_and, parts) if parts else None


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
