"""The options of attention: how scores are treated between q kᵀ and softmax."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from attnviz.core.arrays import BoolArray, FloatArray, as_count, frozen_copy
from attnviz.core.frozen_record import FrozenRecord
from attnviz.core.masks import Window, checked_window
from attnviz.errors import InputError


@dataclass(frozen=True, eq=False)
class AttentionOptions(FrozenRecord):
    """How the scores are treated between q kᵀ and softmax. The fields are those of `attend`.

    Raises InputError for a scale that is not finite (no score would be a number, nor the scale one that JSON holds), a
    softcap that is not above 0, and a window or a length that is none.
    """

    scale: float | None = None
    """What the scores are multiplied with; None is 1/√d_k."""
    mask: BoolArray | None = None
    """(n_q, n_k), True = may attend."""
    bias: FloatArray | None = None
    """(n_q, n_k), or (h, n_q, n_k) with one a head, added to the scaled (and capped) scores."""
    causal: bool = False
    offset: int = 0
    softcap: float | None = None
    """Keeps the scaled scores within ±softcap."""
    window: Window | None = None
    """How many keys to the left and to the right of itself a query sees."""
    kv_length: int | None = None
    """Keys at or past it are hidden: they are padding."""
    sinks: FloatArray | None = None
    """(h,), one more logit a head, which takes weight and gives no value."""

    def __post_init__(self) -> None:
        self.freeze("bias", "sinks")
        if self.softcap is not None:
            object.__setattr__(self, "softcap", float(self.softcap))
            if not (math.isfinite(self.softcap) and self.softcap > 0):
                raise InputError(f"softcap is {self.softcap}: give a finite number above 0")
        if self.kv_length is not None:
            object.__setattr__(self, "kv_length", as_count(self.kv_length, "kv_length", 0))
        if self.window is not None:
            object.__setattr__(self, "window", checked_window(self.window))
        if self.scale is not None:
            object.__setattr__(self, "scale", float(self.scale))
            if not math.isfinite(self.scale):
                raise InputError(f"scale is {self.scale}: give a finite number")
        if self.mask is not None:
            object.__setattr__(self, "mask", frozen_copy(np.asarray(self.mask)))
