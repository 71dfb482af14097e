"""Attention of one sequence to itself or to another: projections, heads, attention, the output projection."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from attnviz.core.argument_kinds import checked_arguments
from attnviz.core.arrays import (
    BoolArray,
    FloatArray,
    as_array,
    as_float,
    read_only,
    to_compute_dtype,
)
from attnviz.core.attention import attend_with
from attnviz.core.attention_inputs import NORM_EPSILON, Projections
from attnviz.core.head_trace import HeadTrace
from attnviz.core.norms import rms_norm
from attnviz.core.options import AttentionOptions
from attnviz.core.positions import rotated
from attnviz.core.problem import Problem
from attnviz.core.scores.options import Window
from attnviz.core.trace import Trace
from attnviz.progress import reporting


@checked_arguments
def self_attention(
    x: npt.ArrayLike,
    w_q: npt.ArrayLike,
    w_k: npt.ArrayLike,
    w_v: npt.ArrayLike,
    *,
    w_o: npt.ArrayLike | None = None,
    b_q: npt.ArrayLike | None = None,
    b_k: npt.ArrayLike | None = None,
    b_v: npt.ArrayLike | None = None,
    b_o: npt.ArrayLike | None = None,
    heads: int = 1,
    kv_heads: int | None = None,
    q_norm: npt.ArrayLike | None = None,
    k_norm: npt.ArrayLike | None = None,
    norm_epsilon: float = NORM_EPSILON,
    rotation: npt.ArrayLike | None = None,
    context: npt.ArrayLike | None = None,
    tokens: Sequence[str] | None = None,
    context_tokens: Sequence[str] | None = None,
    scale: float | None = None,
    softcap: float | None = None,
    mask: BoolArray | None = None,
    bias: npt.ArrayLike | None = None,
    causal: bool = False,
    offset: int = 0,
    window: Window | None = None,
    kv_length: int | None = None,
    sinks: npt.ArrayLike | None = None,
) -> Trace:
    """Every step of self-attention on one sequence, or of cross-attention to a `context`.

    x (n_q, d_model); w_q (d_model, h·d_k); w_k (d_model, h_kv·d_k); w_v (d_model, h_kv·d_v); w_o (h·d_v, d_out), where
    h_kv is `kv_heads`, or h. The biases are added after their projection. Head i uses the columns i·d_k to (i+1)·d_k.
    `q_norm`, `k_norm` and `rotation` are those of `Projections`; the other options are those of `attend`.

    With `context` (n_k, d_context) keys and values are made of it, by w_k (d_context, h_kv·d_k) and w_v
    (d_context, h_kv·d_v), and `context_tokens` name its rows.

    Raises ShapeError, naming the array, its shape, the shape that would fit, and the operand that asks for it.
    Source: Vaswani et al. (2017), sections 3.2.1 and 3.2.2.

    >>> trace = self_attention([[1, 0], [0, 2]], w_q=[[1, 0], [0, 1]], w_k=[[1, 0], [0, 1]], w_v=[[1], [3]])
    >>> trace.heads[0].stages.scores
    array([[1., 0.],
           [0., 4.]])
    >>> trace.output.shape
    (2, 1)
    """

    return trace_of(
        Problem(
            *(x, w_q, w_k, w_v, w_o),
            *(b_q, b_k, b_v, b_o),
            heads=heads,
            kv_heads=kv_heads,
            q_norm=q_norm,
            k_norm=k_norm,
            norm_epsilon=norm_epsilon,
            rotation=rotation,
            context=context,
            tokens=tokens,
            context_tokens=context_tokens,
            options=AttentionOptions(
                scale=scale,
                mask=None if mask is None else as_array(mask, "mask"),
                bias=None if bias is None else as_float(bias, "bias"),
                causal=causal,
                offset=offset,
                softcap=softcap,
                window=window,
                kv_length=kv_length,
                sinks=None if sinks is None else as_float(sinks, "sinks"),
            ),
        )
    )


@checked_arguments
def trace_of(problem: Problem) -> Trace:
    """Computes the problem; every stage is kept. Raises ShapeError as `self_attention` does."""
    made = problem.inputs
    if isinstance(made, Projections):
        all_q = _project(made.x, made.w_q, made.b_q)
        all_k = _project(made.key_vectors, made.w_k, made.b_k)
        all_v = _project(made.key_vectors, made.w_v, made.b_v)
    else:
        all_q, all_k, all_v = made.q, made.k, made.v
    q = _split(all_q, problem.heads)
    k, v = _split(all_k, problem.n_kv_heads), _split(all_v, problem.n_kv_heads)
    shared_by = problem.heads // problem.n_kv_heads
    heads = (
        _head(problem, i, q[i], k[i // shared_by], v[i // shared_by])
        for i in reporting(range(len(q)), "Computing", len(q))
    )
    return concat_and_project(problem, tuple(heads))


def _head(problem: Problem, i: int, q: FloatArray, k: FloatArray, v: FloatArray) -> HeadTrace:
    compared_q, compared_k = (
        _normed_and_rotated(problem, q, problem.q_norm),
        _normed_and_rotated(problem, k, problem.k_norm),
    )
    stages = attend_with(compared_q, compared_k, v, problem.options.of_head(i))
    return HeadTrace(
        read_only(compared_q),
        read_only(compared_k),
        read_only(v),
        stages,
        projected_q=None if compared_q is q else read_only(q),
        projected_k=None if compared_k is k else read_only(k),
    )


def _normed_and_rotated(
    problem: Problem, vectors: FloatArray, norm: FloatArray | None
) -> FloatArray:
    """Queries or keys as they are compared: normalised, then turned by where they stand."""
    if norm is not None:
        vectors = rms_norm(vectors, norm, problem.projections.norm_epsilon)
    return vectors if problem.rotation is None else rotated(vectors, problem.rotation)


def concat_and_project(
    problem: Problem, heads: tuple[HeadTrace, ...], rounded: str | None = None
) -> Trace:
    """The heads side by side, projected by w_o: "Attention Is All You Need", section 3.2.2."""
    concat = read_only(np.concatenate([head.stages.output for head in heads], axis=-1))
    output = concat if problem.w_o is None else _project(concat, problem.w_o, problem.b_o)
    if problem.w_o is None and problem.b_o is not None:
        output = concat + problem.b_o
    return Trace(problem, heads, concat, read_only(output), rounded)


def _project(x: FloatArray, w: FloatArray, b: FloatArray | None) -> FloatArray:
    with np.errstate(invalid="ignore", over="ignore"):
        projected = to_compute_dtype(x) @ to_compute_dtype(w)
        if b is not None:
            projected = projected + to_compute_dtype(b)
    given = (x, w) if b is None else (x, w, b)
    return projected.astype(np.result_type(*given), copy=False)


def _split(array: FloatArray, heads: int) -> list[FloatArray]:
    return [part.copy() for part in np.split(array, heads, axis=-1)]
