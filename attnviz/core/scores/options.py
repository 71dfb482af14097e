"""The options of all score modifications, as `attend` takes them."""

from __future__ import annotations

from typing import TypeAlias

import numpy.typing as npt

from attnviz.core.arrays import BoolArray
from attnviz.records import record

Window: TypeAlias = tuple[int | None, int | None]
"""The number of keys to the left and to the right of itself that a query sees; None is no bound."""


@record(eq=False)
class ScoreOptions:
    """One field or two for each modification; each checks its own when it is applied."""

    scale: float | None = None
    """The factor of the scores; None is 1/√d_k."""
    mask: BoolArray | None = None
    """(…, n_q, n_k), True = may attend."""
    bias: npt.ArrayLike | None = None
    """(…, n_q, n_k), added to the scaled (and capped) scores."""
    causal: bool = False
    """True if query i sees only the keys j ≤ i + offset."""
    offset: int = 0
    """The number of keys before the first query."""
    softcap: float | None = None
    """The bound within which the scaled scores stay: ±softcap."""
    window: Window | None = None
    """The number of keys to the left and to the right of itself that a query sees."""
    kv_length: int | npt.ArrayLike | None = None
    """The number of keys, of one sequence or of each in a batch; those at or past it are padding, and hidden."""
    sinks: npt.ArrayLike | None = None
    """(h,), one more logit a head, which takes weight and gives no value."""
