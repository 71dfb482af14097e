"""The memory that the trace of a problem takes, known before anything is computed."""

from __future__ import annotations

from attnviz.core.arrays import MOST_BYTES
from attnviz.core.problem import Problem
from attnviz.errors import InputError

_STAGES = 5
"""Arrays of (n_q, n_k) that the trace keeps for each head."""
_FLOAT = 8


def trace_bytes(problem: Problem) -> int:
    """Bytes of the scores and weights of all heads.

    >>> import numpy as np
    >>> from attnviz.core.problem import given_problem
    >>> trace_bytes(given_problem(np.eye(2), np.eye(2), np.eye(2)))
    160
    """
    return problem.n_q * problem.n_k * problem.heads * _STAGES * _FLOAT


def check_memory(needed: int) -> None:
    """Raises InputError for more memory than a trace may take."""
    if needed > MOST_BYTES:
        raise InputError(
            f"it would need {needed / 2**30:.1f} GiB, more than the {MOST_BYTES // 2**30} GiB allowed: "
            "use fewer tokens or heads"
        )
