"""The attention of one layer as another program handed it over, computed again by the core."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from attnviz.core.arrays import BoolArray, FloatArray
from attnviz.core.options import AttentionOptions
from attnviz.core.problem import Problem, given_heads
from attnviz.core.provenance import Backend, Provenance, Source
from attnviz.core.scores.composition import combined_mask
from attnviz.core.scores.options import Window
from attnviz.core.self_attention import trace_of
from attnviz.errors import InputError
from attnviz.records import record

TOLERANCE = 1e-4
"""The largest difference of weights, and of outputs as a share of the largest, from the model's own program."""


@record(eq=False)
class CapturedLayer:
    """Queries, keys and values after norms and positions, what was done with them, and what came of it."""

    name: str
    """The program's name of the layer: "layers.3.self_attn"."""
    q: FloatArray
    """(h, n, d_k)."""
    k: FloatArray
    """(h_kv, n, d_k)."""
    v: FloatArray
    """(h_kv, n, d_v)."""
    scale: float
    program_weights: FloatArray
    """The program's own: (h, n, n)."""
    program_output: FloatArray
    """(h, n, d_v)."""
    program: str
    """The program that handed it over, with its version."""
    x: FloatArray | None = None
    """The vectors of which the queries were made: (n, d_model)."""
    added: FloatArray | None = None
    """The numbers added to the scores, huge and negative where a key is hidden: (1 or h, n, n)."""
    softcap: float | None = None
    window: int | None = None
    """The number of tokens that a query sees at most, with itself; None for no limit."""
    sinks: FloatArray | None = None
    """(h,)."""

    @property
    def heads(self) -> int:
        return len(self.q)

    def problem(
        self,
        heads: Sequence[int],
        tokens: Sequence[str] | None = None,
        provenance: Provenance | None = None,
    ) -> Problem:
        """The attention of these heads, counted from 0.

        Raises InputError for a head whose weights or outputs, computed here, are not those of the program.
        """
        chosen = list(heads)
        provenance = self._provenance(provenance or Provenance())
        problem = given_heads(
            *(self.q, self.k, self.v, chosen),
            x=self.x,
            tokens=tokens,
            options=self._options(chosen),
            provenance=provenance,
        )
        difference = self._difference(problem, chosen)
        backend = Backend(self.program, float(_rounded_up(difference)))
        return replace(problem, provenance=replace(provenance, backend=backend))

    def weights(self, head: int) -> FloatArray:
        """The weights (n, n) of a head, computed here. Raises InputError as `problem` does."""
        return trace_of(self.problem([head])).heads[0].stages.weights

    def _provenance(self, given: Provenance) -> Provenance:
        """Adds to the provenance that queries, keys and values come from the program."""
        made = dict.fromkeys(("q", "k", "v"), Source("other", self.program))
        return replace(given, sources={**given.sources, **made})

    def _difference(self, problem: Problem, heads: Sequence[int]) -> float:
        """The largest difference to what the program computed. Raises InputError where it is too large."""
        largest = 0.0
        for head, trace in zip(heads, trace_of(problem).heads, strict=True):
            size = float(np.abs(self.program_output[head]).max(initial=0.0)) or 1.0
            of_weights = np.abs(trace.stages.weights - self.program_weights[head]).max(initial=0.0)
            of_outputs = (
                np.abs(trace.stages.output - self.program_output[head]).max(initial=0.0) / size
            )
            difference = float(max(of_weights, of_outputs))
            if not difference <= TOLERANCE:
                raise InputError(
                    f"{self.name}, head {head}: computed here, its numbers are {difference:.1g} from the model's own, "
                    f"more than {TOLERANCE:g}: this model does more than softmax(q kᵀ) v, and is not shown as that"
                )
            largest = max(largest, difference)
        return largest

    def _options(self, heads: Sequence[int]) -> AttentionOptions:
        rule, bias = self._rule, self._bias
        if bias is not None:
            own = bias if len(bias) == 1 else bias[list(heads)]
            bias = own[0] if len(own) == 1 else own
        mask = None if rule is not None or self._visible.all() else self._visible
        if mask is not None and mask.ndim > 2:
            mask = mask[list(heads)]
            mask = mask[0] if (mask == mask[0]).all() else mask
        return AttentionOptions(
            scale=None if np.isclose(self.scale, self.q.shape[-1] ** -0.5) else self.scale,
            softcap=self.softcap,
            bias=bias,
            causal=rule is not None,
            window=rule,
            mask=mask,
            sinks=None if self.sinks is None else self.sinks[list(heads)],
        )

    @cached_property
    def _visible(self) -> BoolArray:
        """The mask of all heads: (n, n), or (h, n, n) where heads differ, True = may attend."""
        n = self.q.shape[1]
        if self.added is None:
            return np.ones((n, n), dtype=bool)
        every = self.added > _HIDES
        seen: BoolArray = every[0] if (every == every[0]).all() else every
        return seen

    @property
    def _rule(self) -> Window | None:
        """The window of a causal mask; (None, None) where it is causal alone, None where it is neither."""
        n = self.q.shape[1]
        windows: list[Window] = [(None, None)]
        if self.window is not None:
            windows.append((self.window - 1, None))
        for each in windows:
            mask = combined_mask(n, n, causal=True, window=each)
            if n > 1 and mask is not None and np.array_equal(mask, self._visible):
                return each
        return None

    @cached_property
    def _bias(self) -> FloatArray | None:
        """The bias on scores that are not hidden: (1 or h, n, n); None where nothing is."""
        if self.added is None:
            return None
        bias = np.where(self._visible, self.added, 0)
        return bias if bias.any() else None


def _rounded_up(difference: float) -> str:
    """The difference rounded up to one digit.

    >>> _rounded_up(1.4e-8), _rounded_up(0.0)
    ('2e-08', '0')
    """
    if not difference:
        return "0"
    digits = f"{difference:.0e}"
    if float(digits) >= difference:
        return digits
    power = math.floor(math.log10(difference))
    return f"{(math.floor(difference / 10**power) + 1) * 10.0**power:.0e}"


_HIDES = -1e30
"""The bound below which a number added to a score hides its key: models add the least number of a type, or −∞."""
