"""The memory that the trace of a problem takes, known before anything is computed."""

from __future__ import annotations

from attnviz.core.arrays import MOST_BYTES
from attnviz.core.problem import Problem
from attnviz.errors import InputError

_STAGES = 5
"""Arrays of (n_q, n_k) that the trace keeps for each head."""
_COPIES = 2
"""Of queries, keys and values: those of all heads together, and those of each."""
_FLOAT = 8
_CURE = "use fewer tokens or heads"


def trace_bytes(problem: Problem) -> int:
    """Bytes of all that is computed of the problem: queries, keys and values, scores and weights, and the output.

    >>> import numpy as np
    >>> from attnviz.core.problem import given_problem
    >>> trace_bytes(given_problem(np.eye(2), np.eye(2), np.eye(2)))
    448
    """
    n_q, n_k, heads, d_k, d_v = (
        *(problem.n_q, problem.n_k, problem.heads),
        *(problem.d_k, problem.d_v),
    )
    scores = n_q * n_k * heads * _STAGES
    projected = n_q * heads * d_k + n_k * problem.n_kv_heads * (d_k + d_v)
    output = n_q * (heads * d_v if problem.w_o is None else int(problem.w_o.shape[-1]))
    return (scores + _COPIES * projected + 2 * n_q * heads * d_v + output) * _FLOAT


def check_memory(needed: int, what: str = "it", most: int | None = None, cure: str = _CURE) -> None:
    """Raises InputError, which ends with the cure, for more bytes than are allowed; `what` needs them.

    `most` are MOST_BYTES where it is None.

    >>> check_memory(2**20)
    """
    most = MOST_BYTES if most is None else most
    if needed > most:
        raise InputError(
            f"{what} would need {needed / 2**30:.1f} GiB, more than the {most / 2**30:g} GiB allowed: {cure}"
        )
