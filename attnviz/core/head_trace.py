"""The record of one head: its queries, keys and values, and every stage of its attention."""

from __future__ import annotations

from attnviz.core.arrays import FloatArray
from attnviz.core.attention import AttentionStages
from attnviz.records import record


@record(eq=False)
class HeadTrace:
    """One head: its queries, keys and values, and what attention made of them."""

    q: FloatArray
    """The queries as they are compared with the keys: (n_q, d_k)."""
    k: FloatArray
    """(n_k, d_k). Heads that share keys have the same."""
    v: FloatArray
    """(n_k, d_v)."""
    stages: AttentionStages
    """Each stage (n_q, n_k), the output (n_q, d_v)."""
    projected_q: FloatArray | None = None
    """The queries as they were projected, where they are normalised or turned before they are compared; else None."""
    projected_k: FloatArray | None = None
