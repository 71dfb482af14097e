"""The problem: the inputs of attention, its heads and its options. A `Trace` is its result.

Dimension key, used everywhere: `n_q, n_k` query and key positions (equal in self-attention) · `d_model` · `d_k` · `d_v`
per head · `h` heads · `h_kv` key and value heads. Rows are queries, columns are keys, softmax runs along the last axis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from attnviz.core.argument_kinds import checked_arguments
from attnviz.core.arrays import FloatArray, as_float, frozen_copy
from attnviz.core.attention_inputs import (
    AttentionInputs,
    GivenQKV,
    Projections,
    check_matrix,
    check_vector,
)
from attnviz.core.options import AttentionOptions
from attnviz.core.provenance import Provenance, provenance_of
from attnviz.core.scores.scale import default_scale
from attnviz.errors import ShapeError
from attnviz.records import record

_GIVEN = ("q", "k", "v")
_PROJECTED = ("x", "w_q", "w_k", "w_v")


@record(eq=False)
class Problem:
    """One attention to be computed. Arrays are copied and read-only; integers become float64.

    The inputs are either `Projections` or a `GivenQKV`. Their fields can be handed over by name instead, and read here:
    `Problem(x, w_q, w_k, w_v)`, `problem.w_q`.

    Raises ShapeError if the arrays do not fit each other; the message names both.
    """

    inputs: AttentionInputs
    w_o: FloatArray | None
    """The projection of the concatenated heads: (h·d_v, d_out); None leaves them as they are."""
    b_o: FloatArray | None
    """(d_out,), added to the output."""
    heads: int
    kv_heads: int | None
    """The number of key and value heads, which divides `heads`: heads that follow each other share one. None is one for
    each head."""
    tokens: tuple[str, ...] | None
    """The names of the queries, one a row of x, and in self-attention of the keys; None if they have no names."""
    context_tokens: tuple[str, ...] | None
    """The names of the keys of cross-attention, one a row of the context; None if they have no names."""
    options: AttentionOptions
    provenance: Provenance

    @checked_arguments
    def __init__(
        self,
        x: npt.ArrayLike | None = None,
        w_q: npt.ArrayLike | None = None,
        w_k: npt.ArrayLike | None = None,
        w_v: npt.ArrayLike | None = None,
        w_o: npt.ArrayLike | None = None,
        b_q: npt.ArrayLike | None = None,
        b_k: npt.ArrayLike | None = None,
        b_v: npt.ArrayLike | None = None,
        b_o: npt.ArrayLike | None = None,
        heads: int = 1,
        kv_heads: int | None = None,
        q_norm: npt.ArrayLike | None = None,
        k_norm: npt.ArrayLike | None = None,
        norm_epsilon: float | None = None,
        rotation: npt.ArrayLike | None = None,
        q: npt.ArrayLike | None = None,
        k: npt.ArrayLike | None = None,
        v: npt.ArrayLike | None = None,
        tokens: Sequence[str] | None = None,
        options: AttentionOptions | None = None,
        provenance: Provenance | Mapping[str, str] | None = None,
        *,
        context: npt.ArrayLike | None = None,
        context_tokens: Sequence[str] | None = None,
        inputs: Projections | GivenQKV | None = None,
    ) -> None:
        """Takes the inputs whole or by field; a field beside whole inputs takes the place of theirs."""
        named = {"x": x, "w_q": w_q, "w_k": w_k, "w_v": w_v, "b_q": b_q, "b_k": b_k, "b_v": b_v}
        named |= {"q_norm": q_norm, "k_norm": k_norm, "norm_epsilon": norm_epsilon}
        named |= {"rotation": rotation, "context": context, "q": q, "k": k, "v": v}
        values: dict[str, Any] = {
            "inputs": _inputs_from(inputs, {n: a for n, a in named.items() if a is not None}),
            "w_o": _frozen(w_o, "w_o"),
            "b_o": _frozen(b_o, "b_o"),
            "heads": heads,
            "kv_heads": kv_heads,
            "tokens": _names(tokens),
            "context_tokens": _names(context_tokens),
            "options": options or AttentionOptions(),
            "provenance": provenance_of(provenance),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        _check_fits(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Makes it anew where it is unpickled, so that its arrays are read-only there too."""
        return _problem_of, ({each.name: getattr(self, each.name) for each in fields(self)},)

    @property
    def projections(self) -> Projections:
        """The inputs, where they are projected. Raises AttributeError where queries, keys and values were given."""
        if not isinstance(self.inputs, Projections):
            raise AttributeError("queries, keys and values were given: nothing is projected")
        return self.inputs

    @property
    def given(self) -> GivenQKV | None:
        """The queries, keys and values, where they were given; None where they are projected."""
        return self.inputs if isinstance(self.inputs, GivenQKV) else None

    @property
    def projects(self) -> bool:
        """True where queries, keys and values are projected, False where they were given."""
        return isinstance(self.inputs, Projections)

    @property
    def is_cross_attention(self) -> bool:
        """True where keys are other positions than queries."""
        context = self.inputs.context if isinstance(self.inputs, Projections) else None
        return context is not None or self.n_q != self.n_k or self.context_tokens is not None

    @property
    def key_tokens(self) -> tuple[str, ...] | None:
        """The names of the keys: in self-attention those of the queries; None if they have no names."""
        return self.context_tokens if self.is_cross_attention else self.tokens

    def __repr__(self) -> str:
        counts = f"{counted(self.n, 'token')}, {counted(self.heads, 'head')}"
        return f"Problem({counts}, d_model {self.d_model}, d_k {self.d_k})"

    @property
    def n(self) -> int:
        """The number of positions of self-attention, where there are as many keys as queries."""
        return self.n_q

    @property
    def n_q(self) -> int:
        """The number of queries."""
        return self.inputs.n_q

    @property
    def n_k(self) -> int:
        """The number of keys."""
        return self.inputs.n_k

    @property
    def d_model(self) -> int:
        """Entries of a vector; 0 where queries, keys and values were given alone."""
        return int(self.x.shape[1])

    @property
    def d_k(self) -> int:
        """Entries of a query or a key of one head."""
        return self.inputs.d_k(self.heads)

    @property
    def d_v(self) -> int:
        """Entries of a value of one head."""
        return self.inputs.d_v(self.n_kv_heads)

    @property
    def n_kv_heads(self) -> int:
        """The number of key and value heads."""
        return self.heads if self.kv_heads is None else self.kv_heads

    @property
    def x(self) -> FloatArray:
        """The vectors of which queries are made: (n_q, d_model); without a column where they are not known."""
        made = self.inputs
        if isinstance(made, GivenQKV) and made.x is None:
            return np.zeros((self.n_q, 0), made.q.dtype)
        assert made.x is not None
        return made.x

    @property
    def w_q(self) -> FloatArray:
        """`Projections.w_q`. Raises AttributeError where nothing is projected."""
        return self.projections.w_q

    @property
    def w_k(self) -> FloatArray:
        """`Projections.w_k`. Raises AttributeError where nothing is projected."""
        return self.projections.w_k

    @property
    def w_v(self) -> FloatArray:
        """`Projections.w_v`. Raises AttributeError where nothing is projected."""
        return self.projections.w_v

    @property
    def b_q(self) -> FloatArray | None:
        """`Projections.b_q`; None where nothing is projected."""
        return self._optional("b_q")

    @property
    def b_k(self) -> FloatArray | None:
        """`Projections.b_k`; None where nothing is projected."""
        return self._optional("b_k")

    @property
    def b_v(self) -> FloatArray | None:
        """`Projections.b_v`; None where nothing is projected."""
        return self._optional("b_v")

    @property
    def q_norm(self) -> FloatArray | None:
        """`Projections.q_norm`; None where nothing is projected."""
        return self._optional("q_norm")

    @property
    def k_norm(self) -> FloatArray | None:
        """`Projections.k_norm`; None where nothing is projected."""
        return self._optional("k_norm")

    @property
    def rotation(self) -> FloatArray | None:
        """`Projections.rotation`; None where nothing is projected."""
        return self._optional("rotation")

    @property
    def context(self) -> FloatArray | None:
        """`Projections.context`; None where nothing is projected."""
        return self._optional("context")

    @property
    def q(self) -> FloatArray | None:
        """`GivenQKV.q`; None where queries are projected."""
        return self._optional("q")

    @property
    def k(self) -> FloatArray | None:
        """`GivenQKV.k`; None where keys are projected."""
        return self._optional("k")

    @property
    def v(self) -> FloatArray | None:
        """`GivenQKV.v`; None where values are projected."""
        return self._optional("v")

    def _optional(self, name: str) -> FloatArray | None:
        array: FloatArray | None = getattr(self.inputs, name, None)
        return array

    def bias_of(self, head: int) -> FloatArray | None:
        """The bias on the scores of that head, as the options have it."""
        return self.options.bias_of(head)

    @property
    def scale(self) -> float:
        """The number with which scores are multiplied."""
        if self.options.scale is not None:
            return self.options.scale
        return default_scale(self.d_k)


def counted(number: int, thing: str, things: str | None = None) -> str:
    """A number of things, in English; `things` is the plural, where it is more than an s.

    >>> counted(1, "token"), counted(1234, "token"), counted(2, "query", "queries")
    ('1 token', '1,234 tokens', '2 queries')
    """
    return f"{number:,} {thing if number == 1 else things or f'{thing}s'}"


def given_problem(
    q: FloatArray,
    k: FloatArray,
    v: FloatArray,
    *,
    x: FloatArray | None = None,
    heads: int = 1,
    kv_heads: int | None = None,
    tokens: Sequence[str] | None = None,
    context_tokens: Sequence[str] | None = None,
    options: AttentionOptions | None = None,
    provenance: Provenance | Mapping[str, str] | None = None,
) -> Problem:
    """The attention of queries (n_q, h·d_k), keys (n_k, h_kv·d_k) and values (n_k, h_kv·d_v) made elsewhere.

    `x` (n_q, d_model) are the vectors of which the queries were made, if they are known. Raises ShapeError as `Problem`
    does.

    >>> import numpy as np
    >>> given_problem(np.eye(2), np.eye(2), np.ones((2, 3))).d_v
    3
    """
    return Problem(
        inputs=GivenQKV(q, k, v, x),
        heads=heads,
        kv_heads=kv_heads,
        tokens=tokens,
        context_tokens=context_tokens,
        options=options,
        provenance=provenance,
    )


def given_heads(
    q: FloatArray, k: FloatArray, v: FloatArray, chosen: Sequence[int], **facts: Any
) -> Problem:
    """The attention of these heads, counted from 0: q (h, n_q, d_k), k (h_kv, n_k, d_k), v (h_kv, n_k, d_v).

    Heads that follow each other share keys and values; that is kept where all heads are chosen in order. `facts` are
    the options of `given_problem`. Raises ShapeError as `Problem` does.

    >>> import numpy as np
    >>> shared = given_heads(np.ones((4, 2, 3)), np.ones((2, 2, 3)), np.ones((2, 2, 1)), range(4))
    >>> shared.heads, shared.n_kv_heads
    (4, 2)
    """
    whole = list(chosen) == list(range(len(q)))
    shared_by = len(q) // len(k)
    keys = list(range(len(k))) if whole else [each // shared_by for each in chosen]
    columns = (
        np.concatenate(array[own], axis=-1)
        for array, own in ((q, list(chosen)), (k, keys), (v, keys))
    )
    kv_heads = len(k) if whole and len(k) != len(q) else None
    return given_problem(*columns, heads=len(chosen), kv_heads=kv_heads, **facts)


def _problem_of(values: dict[str, Any]) -> Problem:
    return Problem(**values)


def _frozen(array: npt.ArrayLike | None, name: str) -> FloatArray | None:
    return None if array is None else frozen_copy(as_float(array, name), name)


def _names(tokens: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if tokens is None else tuple(map(str, tokens))


def _inputs_from(inputs: AttentionInputs | None, named: dict[str, Any]) -> AttentionInputs:
    """The inputs with these fields. Raises ShapeError for q, k and v that are not whole, or beside projections."""
    if inputs is not None:
        return replace(inputs, **named) if named else inputs
    if not named.keys() & _GIVEN:
        missing = [name for name in _PROJECTED if name not in named]
        if missing:
            raise ShapeError(
                f"{', '.join(missing)} not given: give x, w_q, w_k and w_v, or q, k and v"
            )
        return Projections(**named)
    missing = [name for name in _GIVEN if name not in named]
    if missing:
        raise ShapeError(f"{', '.join(missing)} not given: give q, k and v together, or none")
    for name in named.keys() - {*_GIVEN, "x", "norm_epsilon"}:
        raise ShapeError(
            f"{name} has shape {np.shape(named[name])}, but q, k and v are given: there is nothing to be projected"
        )
    return GivenQKV(named["q"], named["k"], named["v"], named.get("x"))


def _check_fits(problem: Problem) -> None:
    """Raises ShapeError, naming an array that does not fit and the one that it would have to fit."""
    heads, n_kv_heads = problem.heads, problem.n_kv_heads
    if heads < 1:
        raise ShapeError(f"heads is {heads}, expected 1 or more")
    if n_kv_heads < 1 or heads % n_kv_heads:
        raise ShapeError(
            f"kv_heads is {n_kv_heads}, expected a number that divides the {heads} heads: each is shared by as many"
        )
    problem.inputs.check(heads, n_kv_heads)
    _check_output(problem)
    _check_options(problem)
    _check_tokens(problem)


def _check_output(problem: Problem) -> None:
    """The output projection fits the heads together, and its bias fits what it makes."""
    name, values = problem.inputs.values
    width = problem.heads * problem.d_v
    if problem.w_o is not None:
        reason = f"{name} has shape {values.shape}, the heads together"
        check_matrix("w_o", problem.w_o, width, reason, 1)
        name, width = "w_o", problem.w_o.shape[1]
    check_vector("b_o", problem.b_o, name, width)


def _check_options(problem: Problem) -> None:
    """A mask, a bias and a sink of each head are there for all heads."""
    n_q, n_k, heads = problem.n_q, problem.n_k, problem.heads
    for name in ("mask", "bias"):
        array = getattr(problem.options, name)
        if array is not None and array.ndim > 2 and array.shape != (heads, n_q, n_k):
            raise ShapeError(
                f"{name} has shape {array.shape}, expected ({n_q}, {n_k}) or ({heads}, {n_q}, {n_k}): one a head"
            )
    sinks = problem.options.sinks
    if sinks is not None and sinks.shape != (heads,):
        raise ShapeError(f"sinks has shape {sinks.shape}, expected ({heads},): one logit a head")


def _check_tokens(problem: Problem) -> None:
    """Each query, and each key of cross-attention, has a name, if any has."""
    tokens, n_q = problem.tokens, problem.n_q
    if tokens is not None and len(tokens) != n_q:
        raise ShapeError(f"{len(tokens)} tokens for {n_q} rows of x: give one token a row")
    key_vectors, n_k = problem.context_tokens, problem.n_k
    if key_vectors is None:
        return
    if problem.projects and problem.context is None:
        raise ShapeError(
            f"{len(key_vectors)} context_tokens, but no context: in self-attention tokens name the keys too"
        )
    if len(key_vectors) != n_k:
        raise ShapeError(
            f"{len(key_vectors)} context_tokens for {n_k} rows of context: give one token a row"
        )
