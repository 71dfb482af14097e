"""Makes a Problem of the input options."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attnviz.core.arrays import MOST_BYTES, FloatArray
from attnviz.core.options import AttentionOptions
from attnviz.core.problem import Problem, given_heads
from attnviz.core.provenance import Provenance, Reading, Source
from attnviz.errors import AttnvizError, InputError
from attnviz.inputs.arrays.embedding import seeded_matrix, token_vectors
from attnviz.inputs.arrays.scores_shape import ScoresShape
from attnviz.inputs.conflicts import check_request
from attnviz.inputs.example_files import DEFAULT, load_example
from attnviz.inputs.files.reading import STDIN
from attnviz.inputs.model_problem import model_problem
from attnviz.inputs.request import InputRequest
from attnviz.inputs.score_options import score_options
from attnviz.inputs.tokens import listed_tokens, split_text
from attnviz.models.heads import ALL, heads_from
from attnviz.records import record

if TYPE_CHECKING:  # what reads files is loaded when there is a file
    from attnviz.inputs.arrays.qkv_file import QKVFile
    from attnviz.inputs.arrays.weights import Arrays

D_MODEL, D_K, D_V, HEADS, SEED = 4, 3, 3, 1, 0

_STAGES = 5  # arrays of (n, n) that the trace keeps for each head
_FLOAT = 8


def problem_from(request: InputRequest) -> Problem:
    """The Problem that `request` describes: an example, a text, or the user's own numbers.

    Without any source it is the example `illustrated`. A text becomes vectors by a seeded embedding, and
    weights that are not given are drawn from the seed; `provenance.untrained` then says which seed.
    All numbers are float64. With a model, text and weights are the model's, in float32.

    Raises InputError (a file, an option, or two that contradict), ShapeError (arrays that do not fit),
    EnvironmentFault (a package that is missing).

    >>> problem_from(InputRequest(text="the cat sat")).x.shape
    (3, 4)
    """
    check_request(request)
    if request.model is not None:
        problem = model_problem(request)
        _check_memory(problem.n, problem.d_model, problem.heads, drawn=0)
        return problem
    if request.qkv is not None:
        return _given(request, request.qkv)
    if request.text is None and request.tokens is None and request.vectors is None:
        problem = load_example(request.example or DEFAULT).problem
        shape = ScoresShape(
            problem.n, problem.n, tuple(range(problem.heads)), problem.heads, request.batch
        )
        options, readings = score_options(request, problem.options, shape)
        _check_batch(request, readings)
        provenance = replace(problem.provenance, readings=readings)
        return replace(problem, options=options, provenance=provenance)
    return _assembled(request)


def _given(request: InputRequest, path: str) -> Problem:
    from attnviz.inputs.arrays.qkv_file import read_qkv

    tokens, flag = _tokens(request)
    n = None if tokens is None else len(tokens)
    given = read_qkv(path, request.layout, request.batch, n)
    if tokens is None:
        tokens, flag = given.tokens, "its tokens"
    key_tokens, key_flag = given.key_tokens, "its key_tokens"
    if request.key_tokens is not None:
        key_flag = "--key-tokens"
        key_tokens = listed_tokens(request.key_tokens, key_flag)
    heads = heads_from(ALL if request.head is None else request.head, given.heads)
    for head in heads:
        if head >= given.heads:
            raise InputError(
                f"no head {head}: {path} has heads 0 to {given.heads - 1}, counted from 0 (--head)"
            )
    _check_names(given, path, tokens, flag, key_tokens, key_flag)
    _check_memory(given.n_q, 0, len(heads), drawn=0, n_k=given.n_k)
    is_batch_chosen = any(each.way == "batch" for each in given.readings)
    shape = ScoresShape(
        given.n_q, given.n_k, heads, given.heads, request.batch, is_batch_chosen=is_batch_chosen
    )
    options, readings = score_options(request, AttentionOptions(), shape)
    readings = (*given.readings, *readings)
    _check_batch(
        request,
        readings,
        ", or save (batch, n, d) of one head as array[:, None] in the file of --qkv",
    )
    return given_heads(
        *(given.q, given.k, given.v, heads),
        tokens=tokens,
        # keys under the names of the queries are the same positions: that is self-attention
        context_tokens=None if key_tokens == tokens else key_tokens,
        options=options,
        provenance=_provenance_of(given, heads, readings),
    )


def _check_names(
    given: QKVFile,
    path: str,
    tokens: tuple[str, ...] | None,
    flag: str,
    key_tokens: tuple[str, ...] | None,
    key_flag: str,
) -> None:
    """Raises InputError for names, given by these options, that are not as many as queries or keys."""
    if tokens is not None and len(tokens) != given.n_q:
        what = "positions" if given.n_q == given.n_k else "queries"
        of_keys = len(tokens) == given.n_k
        cure = "give one token a position" + (", and name keys with --key-tokens" * of_keys)
        raise InputError(
            f"{path} has {given.n_q} {what}, but {flag} has {len(tokens)} tokens: {cure}"
        )
    if key_tokens is not None and len(key_tokens) != given.n_k:
        raise InputError(
            f"{path} has {given.n_k} keys, but {key_flag} has {len(key_tokens)} tokens: give one token a key"
        )


def _provenance_of(
    given: QKVFile, heads: tuple[int, ...], readings: tuple[Reading, ...]
) -> Provenance:
    """The source of queries, keys and values, and the numbers of these heads where the file has several."""
    sources = dict.fromkeys(("q", "k", "v"), given.source)
    return Provenance(sources, heads=() if given.heads == 1 else heads, readings=readings)


def _check_batch(
    request: InputRequest, readings: tuple[Reading, ...], other_cure: str = ""
) -> None:
    """Raises InputError where --batch chose nothing."""
    if request.batch is not None and all(each.way != "batch" for each in readings):
        raise InputError(
            "--batch: no file has an axis of a batch, such as (batch, heads, n, d): leave it out"
            f"{other_cure}"
        )


@record(eq=False)
class _Sequence:
    """The sequence: tokens, vectors, or both."""

    n: int
    tokens: tuple[str, ...] | None
    x: FloatArray | None
    """None where the vectors are still to be drawn."""
    source: Source | None
    """The source of x."""
    readings: tuple[Reading, ...] = ()


def _assembled(request: InputRequest) -> Problem:
    sequence = _sequence(request)
    width = request.d_model if sequence.x is None else sequence.x.shape[1]
    weights, readings = None, sequence.readings
    if request.weights is not None:
        from attnviz.inputs.arrays.weights import read_weights

        read = read_weights(
            request.weights,
            width,
            request.transpose_weights,
            request.prefix,
            request.heads,
            request.fused,
        )
        weights, readings = read.arrays, (*readings, *read.readings)
        width = width or weights["w_q"].shape[0]
    width, heads, seed = width or D_MODEL, request.heads or HEADS, request.seed or SEED
    d_k, d_v = request.d_k or D_K, request.d_v or D_V
    _check_memory(sequence.n, width, heads, drawn=max(d_k, d_v) if weights is None else 0)
    x = token_vectors(sequence.tokens or (), width, seed) if sequence.x is None else sequence.x
    embedded = Source("other", f"seeded embedding of the tokens, seed {seed}")
    sources = {"x": sequence.source or embedded}
    if weights is None:
        weights = _seeded_weights(width, heads, d_k, d_v, seed)
        sources |= dict.fromkeys(weights, Source("seed", str(seed)))
        drawn = True
    else:
        sources |= dict.fromkeys(weights, Source("file", request.weights or ""))
        drawn = sequence.x is None
    untrained = Source("seed", str(seed)) if drawn else None
    kv_heads = _sharing_heads(weights, heads, request)
    if kv_heads is not None:
        shared = Reading(Path(request.weights or "").name, "shared_heads", f"{heads} / {kv_heads}")
        readings = (*readings, shared)
    shape = ScoresShape(sequence.n, sequence.n, tuple(range(heads)), heads, request.batch)
    options, read_as = score_options(request, AttentionOptions(), shape)
    _check_batch(request, read_as)
    named: dict[str, Any] = dict(weights)
    try:
        return Problem(
            x=x,
            **named,
            heads=heads,
            kv_heads=kv_heads,
            tokens=sequence.tokens,
            options=options,
            provenance=Provenance(sources, untrained=untrained, readings=(*readings, *read_as)),
        )
    except AttnvizError as error:
        where = f"{request.weights}: " if request.weights else ""
        raise type(error)(f"{where}{error}") from error


def _sequence(request: InputRequest) -> _Sequence:
    tokens, flag = _tokens(request)
    if request.vectors is None:
        return _Sequence(len(tokens or ()), tokens, None, None)
    from attnviz.inputs.arrays.vectors import read_vectors

    is_stdin = request.vectors == STDIN
    source = Source("other", "stdin") if is_stdin else Source("file", request.vectors)
    read = read_vectors(request.vectors)
    n = len(read.x)
    if tokens is None:
        tokens, flag = read.tokens, "its list of tokens"
    if tokens is not None and len(tokens) != n:
        raise InputError(
            f"{request.vectors} has {n} rows, but {flag} has {len(tokens)} tokens: give one token a row"
        )
    return _Sequence(n, tokens, read.x, source, read.readings)


def _tokens(request: InputRequest) -> tuple[tuple[str, ...] | None, str]:
    """The names of the positions, and the option that gave them."""
    if request.text is not None:
        return split_text(request.text, "words" if request.split is None else request.split), "TEXT"
    if request.tokens is not None:
        return listed_tokens(request.tokens), "--tokens"
    return None, "TEXT"


def _sharing_heads(weights: Arrays, heads: int, request: InputRequest) -> int | None:
    """The number of key heads where these are fewer than `heads`, as the widths of the matrices say; else None.

    Raises InputError where the widths say that heads share keys and nothing says how many there are.
    """
    queries, keys = weights["w_q"].shape[1], weights["w_k"].shape[1]
    if keys >= queries or queries % keys:
        return None
    if request.heads is None:
        raise InputError(
            f"{request.weights}: queries are {queries} numbers long and keys {keys}, so heads share keys: "
            "say how many heads there are with --heads"
        )
    count, rest = divmod(keys * heads, queries)
    # What cannot be so is reported with the shapes when the problem is made.
    return count if count and not rest and heads % count == 0 else None


def _seeded_weights(d_model: int, heads: int, d_k: int, d_v: int, seed: int) -> Arrays:
    weights = {
        "w_q": seeded_matrix("w_q", d_model, heads * d_k, seed),
        "w_k": seeded_matrix("w_k", d_model, heads * d_k, seed),
        "w_v": seeded_matrix("w_v", d_model, heads * d_v, seed),
    }
    if heads > 1:
        weights["w_o"] = seeded_matrix("w_o", heads * d_v, d_model, seed)
    return weights


def _check_memory(n: int, d_model: int, heads: int, drawn: int, n_k: int | None = None) -> None:
    """`drawn` is the larger of d_k and d_v where weights are to be drawn, else 0; `n_k` the number of keys, if it is
    not n.
    """
    scores = n * (n if n_k is None else n_k) * heads * _STAGES * _FLOAT
    matrices = (n * d_model + 4 * d_model * heads * drawn) * _FLOAT
    if scores + matrices > MOST_BYTES:
        cure = "use fewer tokens or heads" if scores > matrices else "use a smaller d_model or d_k"
        what = f"{n} tokens of d_model {d_model}" if n_k is None else f"{n} queries of {n_k} keys"
        raise InputError(
            f"{what} with {_heads(heads)} would need {gib_text(scores + matrices)}, "
            f"more than the {MOST_BYTES // 2**30} GiB allowed: {cure}"
        )


def gib_text(count: int) -> str:
    """A number of bytes in GiB, however large.

    >>> gib_text(5 * 2**30), gib_text(10**400)
    ('5.0 GiB', 'over 2**100 GiB')
    """
    return f"{count / 2**30:.1f} GiB" if count < 2**130 else "over 2**100 GiB"


def _heads(heads: int) -> str:
    return "1 head" if heads == 1 else f"{heads} heads"
