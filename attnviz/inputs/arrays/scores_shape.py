"""The shape of the scores that a mask or a bias is for."""

from __future__ import annotations

from attnviz.records import record


@record
class ScoresShape:
    """The scores that options are for: n_q queries and n_k keys in each of the chosen heads."""

    n_q: int
    n_k: int
    heads: tuple[int, ...] = (0,)
    """The chosen heads, counted from 0."""
    of: int = 1
    """The number of heads that there are to choose from."""
    batch: int | None = None
    """The one of a batch that is asked for, counted from 0."""
    is_batch_chosen: bool = False
    """True where it has chosen one in another file already, so that this one need not have a batch."""

    @property
    def pairs(self) -> tuple[int, int]:
        """(n_q, n_k)."""
        return self.n_q, self.n_k
