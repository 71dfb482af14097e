"""Whether the arrays of a `Problem` fit each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attnviz.core.arrays import FloatArray
from attnviz.errors import ShapeError

if TYPE_CHECKING:
    from attnviz.core.problem import Problem

_GIVEN = ("q", "k", "v")
_PROJECTING = ("w_q", "w_k", "w_v", "b_q", "b_k", "b_v", "q_norm", "k_norm", "rotation")


def check_fits(problem: Problem) -> None:
    """Raises ShapeError, naming an array that does not fit and what asks for another shape."""
    x, heads = problem.x, problem.heads
    if x.ndim != 2:
        raise ShapeError(f"x has shape {x.shape}, expected (n, d_model): one row a position")
    if heads < 1:
        raise ShapeError(f"heads is {heads}, expected 1 or more")
    if problem.groups < 1 or heads % problem.groups:
        raise ShapeError(
            f"kv_heads is {problem.groups}, expected a number that divides the {heads} heads: each is shared by as many"
        )
    if all(getattr(problem, name) is None for name in _GIVEN):
        _check_projections(problem)
    else:
        _check_given(problem)
    if problem.w_o is not None:
        _check_joining(problem, problem.w_o)
    _check_vectors(problem)
    _check_places(problem)
    if problem.tokens is not None and len(problem.tokens) != problem.n:
        raise ShapeError(
            f"{len(problem.tokens)} tokens for {problem.n} rows of x: give one token a row"
        )


def _check_projections(problem: Problem) -> None:
    """The matrices fit x and each other."""
    x, groups = problem.x, problem.groups
    for name, count in (("w_q", problem.heads), ("w_k", groups), ("w_v", groups)):
        _check_projection(name, getattr(problem, name), x.shape[1], f"x has shape {x.shape}", count)
    keys = (x.shape[1], problem.d_k * groups)
    if problem.w_k.shape != keys:
        asked = "that shape" if keys == problem.w_q.shape else f"shape {problem.w_q.shape}"
        raise ShapeError(
            f"w_k has shape {problem.w_k.shape}, expected {keys}: "
            f"w_q has {asked}, and queries are compared with keys"
        )


def _check_joining(problem: Problem, w_o: FloatArray) -> None:
    """The output projection fits the heads."""
    name, values = ("w_v", problem.w_v) if problem.v is None else ("v", problem.v)
    says = f"{name} has shape {values.shape}, the heads together"
    _check_projection("w_o", w_o, problem.heads * problem.d_v, says, 1)


def _check_given(problem: Problem) -> None:
    """Queries, keys and values from elsewhere fit x and each other, and nothing else would make them."""
    missing = [name for name in _GIVEN if getattr(problem, name) is None]
    if missing:
        raise ShapeError(f"{', '.join(missing)} not given: give q, k and v together, or none")
    for name in _PROJECTING:
        there = getattr(problem, name)
        if there is not None and there.shape != (problem.d_model, 0):
            raise ShapeError(
                f"{name} has shape {there.shape}, but q, k and v are given: there is nothing to be projected"
            )
    n, heads, groups = problem.n, problem.heads, problem.groups
    for name, count in (("q", heads), ("k", groups), ("v", groups)):
        array = getattr(problem, name)
        if array.ndim != 2 or len(array) != n or array.shape[1] % count:
            raise ShapeError(
                f"{name} has shape {array.shape}, expected ({n}, d), one row a position, "
                f"where {count} heads share d equally"
            )
    assert problem.k is not None
    if problem.k.shape[1] != problem.d_k * groups:
        raise ShapeError(
            f"k has shape {problem.k.shape}, expected {(n, problem.d_k * groups)}: "
            f"queries have {problem.d_k} entries a head, and are compared with keys"
        )


def _check_vectors(problem: Problem) -> None:
    """What is added to a projection, or multiplied with a query or a key, is as long as these."""
    last = ("w_v" if problem.v is None else "v", problem.heads * problem.d_v)
    if problem.w_o is not None:
        last = ("w_o", problem.w_o.shape[1])
    widths = {"b_q": ("w_q", problem.w_q.shape[1]), "b_k": ("w_k", problem.w_k.shape[1])}
    widths |= {"b_v": ("w_v", problem.w_v.shape[1]), "b_o": last}
    widths |= {"q_norm": ("a query", problem.d_k), "k_norm": ("a key", problem.d_k)}
    for name, (matrix, width) in widths.items():
        vector = getattr(problem, name)
        if vector is not None and vector.shape != (width,):
            raise ShapeError(
                f"{name} has shape {vector.shape}, expected ({width},): {matrix} has {width} columns"
            )


def _check_places(problem: Problem) -> None:
    """What is asked of each position or each head is there for all of them."""
    turns, most = problem.rotation, problem.d_k // 2
    if turns is not None and (turns.ndim != 2 or len(turns) != problem.n or turns.shape[1] > most):
        raise ShapeError(
            f"rotation has shape {turns.shape}, expected ({problem.n}, r) with r at most {most}: "
            f"half of d_k, and x has shape {problem.x.shape}"
        )
    bias = problem.options.bias
    if bias is not None and bias.ndim > 2 and bias.shape != (problem.heads, problem.n, problem.n):
        raise ShapeError(
            f"bias has shape {bias.shape}, expected ({problem.n}, {problem.n}) or "
            f"({problem.heads}, {problem.n}, {problem.n}): one a head"
        )
    sinks = problem.options.sinks
    if sinks is not None and sinks.shape != (problem.heads,):
        raise ShapeError(
            f"sinks has shape {sinks.shape}, expected ({problem.heads},): one logit a head"
        )


def _check_projection(name: str, w: FloatArray, rows: int, says: str, heads: int) -> None:
    if w.ndim != 2 or w.shape[0] != rows:
        turned = w.ndim == 2 and w.shape[1] == rows
        hint = "; it would fit transposed" if turned else ""
        columns = w.shape[-1] if w.ndim == 2 and not turned else w.shape[0] if turned else "d"
        raise ShapeError(f"{name} has shape {w.shape}, expected ({rows}, {columns}): {says}{hint}")
    if w.shape[1] % heads:
        raise ShapeError(
            f"{name} has shape {w.shape}, expected a number of columns that {heads} heads share equally: "
            f"{w.shape[1]} is not a multiple of {heads}"
        )
