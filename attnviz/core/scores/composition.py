"""The score modifications in their order: scale, softcap, bias, then whatever hides keys.

A new modification is one file with `apply` (or `visible`, if it hides keys), one field of `ScoreOptions`, and one entry
here; one that is a bias is only a file that makes the bias. The order follows the ONNX `Attention` operator (opset 23).
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import BoolArray, FloatArray
from attnviz.core.scores import bias, causal, mask, padding, scale, softcap, window
from attnviz.core.scores.fitting import check_broadcasts
from attnviz.core.scores.options import ScoreOptions, Window
from attnviz.errors import InputError

Modification = Callable[[FloatArray, ScoreOptions], FloatArray]
Visibility = Callable[[int, int, ScoreOptions], BoolArray | None]

MODIFICATIONS: tuple[tuple[str, tuple[Modification, ...]], ...] = (
    ("scaled_scores", (scale.apply,)),
    ("capped_scores", (softcap.apply,)),
    ("biased_scores", (bias.apply,)),
)
"""The stages before the mask, each with what makes it of the stage before, in order."""
_FARTHEST = 2**53
"""Positions this far away are still told apart, and far from where the counts of NumPy begin anew."""
MASKS: tuple[Visibility, ...] = (causal.visible, window.visible, padding.visible, mask.visible)
"""All that hides keys: a query sees a key that none of them hides."""


def modified(scores: FloatArray, options: ScoreOptions) -> dict[str, FloatArray]:
    """The scores after each stage of `MODIFICATIONS`, by its name; a stage that changes nothing is the same array."""
    stages = {}
    for stage, modifications in MODIFICATIONS:
        for apply in modifications:
            scores = apply(scores, options)
        stages[stage] = scores
    return stages


def masked(scores: FloatArray, options: ScoreOptions) -> FloatArray:
    """The scores, −inf where a key is hidden: (…, n_q, n_k); the same array where none is.

    Raises ShapeError for a mask, or lengths, that do not fit the scores.
    """
    seen = visible_keys(scores.shape[-2], scores.shape[-1], options)
    if options.mask is not None:
        check_broadcasts("mask", np.shape(options.mask), scores.shape)
    if seen is None:
        return scores
    if options.kv_length is not None:
        check_broadcasts("kv_length", seen.shape, scores.shape)
    # By choosing, never by adding: adding −inf would let a NaN through.
    return np.where(seen, scores, scores.dtype.type(-np.inf))


def visible_keys(n_q: int, n_k: int, options: ScoreOptions) -> BoolArray | None:
    """The keys that each query sees, by all `MASKS` together: (…, n_q, n_k); None where it sees them all.

    Raises ShapeError for a mask that does not fit, or is not boolean.
    """
    if abs(options.offset) > _FARTHEST:
        raise InputError(f"offset is {options.offset}, expected a number of keys, below 2**53")
    parts = [part for each in MASKS if (part := each(n_q, n_k, options)) is not None]
    return functools.reduce(np.logical_and, parts) if parts else None


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
    """`visible_keys` of options by name.

    >>> combined_mask(1, 2) is None
    True
    """
    options = ScoreOptions(
        mask=mask, causal=causal, offset=offset, window=window, kv_length=kv_length
    )
    return visible_keys(n_q, n_k, options)
