"""Measures of saturated attention weights, and of what 1/√d_k does: entropy, largest weight, gradient of softmax."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import FloatArray, as_count, as_float, read_only, to_compute_dtype
from attnviz.core.seeded import standard_normal
from attnviz.core.softmax import softmax
from attnviz.errors import InputError, ShapeError
from attnviz.records import record


@record(eq=False)
class ScoreMeasures:
    """Measures of scores and their softmax, one number for each d_k of a sweep. Arrays are read-only."""

    variance: FloatArray
    """The variance of the scores, over all queries and keys: (len(d_ks),)."""
    largest_weight: FloatArray
    """The largest weight of a row, mean over the queries: (len(d_ks),). From 1/n_keys to 1."""
    entropy: FloatArray
    """The entropy of a row of weights in nats, mean over the queries: (len(d_ks),). From 0 to ln n_keys."""
    gradient: FloatArray
    """gradient_size of a row of weights, mean over the queries: (len(d_ks),). From 0 to 1 − 1/n_keys."""


@record(eq=False)
class ScoreSweep:
    """The same queries and keys, scored without and with 1/√d_k."""

    d_ks: tuple[int, ...]
    n_keys: int
    samples: int
    """The number of queries drawn for each d_k, each with n_keys keys of its own."""
    seed: int
    unscaled: ScoreMeasures
    """The measures of q · k."""
    scaled: ScoreMeasures
    """The measures of q · k / √d_k."""


def entropy(weights: npt.ArrayLike) -> FloatArray:
    """−Σ p ln p along the last axis, in nats: (…, n_k) → (…). 0 · ln 0 is 0.

    0 if one key has all the weight, ln n_k if all have the same; exp of it is how many keys share the weight.
    Raises ShapeError without an axis to run along, InputError for a weight below 0.
    Source: Shannon, "A Mathematical Theory of Communication" (1948), section 6.

    >>> entropy([[1, 0], [0.5, 0.5]]).round(4)
    array([0.    , 0.6931])
    """
    p = _weights(weights)
    # The logarithm of 1 in the place of that of 0: a product with 0 either way, and no −inf on the way.
    sums = (p * np.log(np.where(p == 0, p.dtype.type(1), p))).sum(axis=-1)
    return np.asarray(0 - sums)  # 0 − 0 is 0 where −0 would be shown with its sign


def softmax_jacobian(weights: npt.ArrayLike) -> FloatArray:
    """∂p_i/∂s_j = p_i (δ_ij − p_j), that is diag(p) − p pᵀ, where p = softmax(s): (…, n_k) → (…, n_k, n_k).

    It follows from the weights alone. Symmetric, rows add up to 0. Raises ShapeError without an axis to run along,
    InputError for a weight below 0.
    Source: Goodfellow et al., "Deep Learning" (2016), section 6.2.2.3.

    >>> softmax_jacobian([0.75, 0.25])
    array([[ 0.1875, -0.1875],
           [-0.1875,  0.1875]])
    """
    p = _weights(weights)
    return p[..., None] * (np.eye(p.shape[-1], dtype=p.dtype) - p[..., None, :])


def gradient_size(weights: npt.ArrayLike) -> FloatArray:
    """The share of a gradient that softmax lets through: the trace of its Jacobian, Σ p_i (1 − p_i): (…, n_k) → (…).

    The Jacobian has no eigenvalue below 0, so the trace is their sum; it is also half the sum of the absolute values
    of all entries. It falls whenever weight moves from a smaller weight to a larger one: from 1 − 1/n_k where all are
    equal to 0 where one key has everything, and only there. The Frobenius norm does not: it is larger for two equal
    weights than for ten, and so would call a half saturated softmax more sensitive.

    Raises ShapeError without an axis to run along, InputError for a weight below 0.

    >>> gradient_size([[0.25, 0.25, 0.25, 0.25], [0, 1, 0, 0]])
    array([0.75, 0.  ])
    """
    p = _weights(weights)
    return np.asarray((p * (1 - p)).sum(axis=-1))


def score_sweep(
    d_ks: Sequence[int], n_keys: int = 16, samples: int = 512, seed: int = 0
) -> ScoreSweep:
    """Scores of random queries and keys as d_k grows, without and with 1/√d_k.

    The components of q and k are independent, with mean 0 and variance 1. Then q · k has mean 0 and variance d_k, and
    q · k / √d_k has variance 1: both are measured here, as is what softmax makes of the scores. The numbers of one
    d_k depend on nothing but it, n_keys, samples and seed, so that a sweep can be cut or extended.

    Raises InputError unless d_ks, n_keys and samples are whole numbers of at least 1 and seed of at least 0.
    Source: Vaswani et al., "Attention Is All You Need" (2017), section 3.2.1, footnote 4.

    >>> sweep = score_sweep([4, 64])
    >>> sweep.unscaled.variance.round(2), sweep.scaled.variance.round(2)
    (array([ 3.99, 65.05]), array([1.  , 1.02]))
    >>> sweep.unscaled.largest_weight.round(2), sweep.scaled.largest_weight.round(2)
    (array([0.42, 0.86]), array([0.23, 0.25]))
    """
    d_ks = tuple(as_count(each, "d_k", 1) for each in d_ks)
    n_keys, samples = as_count(n_keys, "n_keys", 1), as_count(samples, "samples", 1)
    seed = as_count(seed, "seed", 0)
    scores = [_scores(d_k, n_keys, samples, seed) for d_k in d_ks]
    return ScoreSweep(
        d_ks=d_ks,
        n_keys=n_keys,
        samples=samples,
        seed=seed,
        unscaled=_measured(scores),
        scaled=_measured([each / math.sqrt(d_k) for each, d_k in zip(scores, d_ks, strict=True)]),
    )


def _scores(d_k: int, n_keys: int, samples: int, seed: int) -> FloatArray:
    """(samples, n_keys): q · k of one query and n_keys keys a sample."""
    drawn = standard_normal((samples, 1 + n_keys, d_k), seed, d_k)
    scores: FloatArray = np.einsum("sd,snd->sn", drawn[:, 0], drawn[:, 1:])
    return scores


def _measured(scores: Sequence[FloatArray]) -> ScoreMeasures:
    weights = [softmax(each) for each in scores]
    return ScoreMeasures(
        variance=read_only(np.array([each.var() for each in scores])),
        largest_weight=read_only(np.array([each.max(axis=-1).mean() for each in weights])),
        entropy=read_only(np.array([entropy(each).mean() for each in weights])),
        gradient=read_only(np.array([gradient_size(each).mean() for each in weights])),
    )


def _weights(weights: npt.ArrayLike) -> FloatArray:
    values = to_compute_dtype(as_float(weights, "weights"))
    if values.ndim == 0:
        raise ShapeError("weights has shape (), expected (…, n_k): one weight a key")
    if np.any(values < 0):
        raise InputError(
            f"weights holds {values.min():g}, expected none below 0: pass what softmax gives, not the scores"
        )
    return values
