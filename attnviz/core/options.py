"""The options of attention: how scores are treated between q kᵀ and softmax."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any, Literal

from attnviz.core.argument_kinds import checked_kind
from attnviz.core.array_record import ArrayRecord
from attnviz.core.arrays import BoolArray, FloatArray, as_array, as_count, frozen_copy
from attnviz.core.scores.options import ScoreOptions
from attnviz.core.scores.window import checked_window
from attnviz.errors import InputError
from attnviz.records import record

_KINDS = {
    "causal": "bool",
    "offset": "int",
    "scale": "float | None",
    "softcap": "float | None",
    "window": "Window | None",
    "kv_length": "int | None",
}


@record(eq=False)
class AttentionOptions(ScoreOptions, ArrayRecord):
    """The options of a `Problem`, checked: how scores are treated between q kᵀ and softmax.

    Raises InputError for a scale that is not finite (no score would be a number, nor the scale one that JSON holds), a
    softcap that is not above 0, and a window or a length that is none. Mask and bias are (n_q, n_k), or (h, n_q, n_k).
    """

    mask: BoolArray | None = None
    """(n_q, n_k), or (h, n_q, n_k) with one a head, True = may attend."""
    bias: FloatArray | None = None
    """(n_q, n_k), or (h, n_q, n_k) with one a head, added to the scaled (and capped) scores."""
    kv_length: int | None = None
    """The number of keys that are no padding."""
    sinks: FloatArray | None = None
    """(h,), one more logit a head, which takes weight and gives no value."""

    def __post_init__(self) -> None:
        for name, kind in _KINDS.items():
            object.__setattr__(self, name, checked_kind(name, getattr(self, name), kind))
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
            object.__setattr__(self, "mask", frozen_copy(as_array(self.mask, "mask"), "mask"))

    def differs_by_head(self, name: Literal["mask", "bias"]) -> bool:
        """True if each of several heads has a mask, or a bias, of its own."""
        array = getattr(self, name)
        return array is not None and array.ndim > 2 and len(array) > 1

    def mask_of(self, head: int) -> BoolArray | None:
        """The mask of that head, counted from 0: (n_q, n_k), or what broadcasts to it; None where there is none."""
        return self.mask[head] if self.mask is not None and self.mask.ndim > 2 else self.mask

    def bias_of(self, head: int) -> FloatArray | None:
        """The bias on the scores of that head: (n_q, n_k), or what broadcasts to it; None where there is none."""
        return self.bias[head] if self.bias is not None and self.bias.ndim > 2 else self.bias

    def of_head(self, head: int) -> ScoreOptions:
        """The options of that head alone, counted from 0: its own mask, bias and sink."""
        sinks = None if self.sinks is None else self.sinks[head : head + 1]
        own: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(ScoreOptions)}
        own |= {"mask": self.mask_of(head), "bias": self.bias_of(head), "sinks": sinks}
        return ScoreOptions(**own)
