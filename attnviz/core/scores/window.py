"""Sliding window: a query sees the keys near it."""

from __future__ import annotations

import numpy as np

from attnviz.core.argument_kinds import checked_kind
from attnviz.core.arrays import BoolArray, as_count
from attnviz.core.scores.options import ScoreOptions, Window


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
    sides = checked_kind("window", window, "Window")
    names = ("the left side of the window", "the right side of the window")
    left, right = (
        None if side is None else as_count(side, name, 0)
        for side, name in zip(sides, names, strict=True)
    )
    return left, right


def visible(n_q: int, n_k: int, options: ScoreOptions) -> BoolArray | None:
    """The keys within the window of each query: (n_q, n_k); None where it has no bound."""
    left, right = (None, None) if options.window is None else checked_window(options.window)
    if (left, right) == (None, None):
        return None
    return window_mask(n_q, n_k, left, right, options.offset)
