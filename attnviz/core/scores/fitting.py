"""The check that a modification fits the scores."""

from __future__ import annotations

import numpy as np

from attnviz.errors import ShapeError


def check_broadcasts(name: str, shape: tuple[int, ...], scores: tuple[int, ...]) -> None:
    """Raises ShapeError unless `shape` broadcasts to the shape of the scores."""
    try:
        fits = np.broadcast_shapes(shape, scores) == scores
    except (ValueError, RuntimeError):  # NumPy knows no more than 32 axes here
        fits = False
    if not fits:
        raise ShapeError(
            f"{name} has shape {shape}, expected {scores} or one that broadcasts to it: "
            "the scores q kᵀ have that shape"
        )
