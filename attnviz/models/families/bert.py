"""The BERT family: attention in both directions, and normalisation after each part.

Devlin et al., "BERT" (2018); Liu et al., "RoBERTa" (2019), which counts positions from behind the padding; Sanh et al.,
"DistilBERT" (2019), which has no segments. The names of the tensors are those of transformers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

import numpy.typing as npt

from attnviz.core.arrays import FloatArray
from attnviz.core.norms import layer_norm
from attnviz.models.config import Config
from attnviz.models.families.dense import activation, linear
from attnviz.models.families.family import ModelFamily
from attnviz.models.layer import ModelLayer
from attnviz.models.tensors import Tensors
from attnviz.records import record


@record
class _Names:
    """The names of a model's tensors."""

    layer: str
    q: str
    k: str
    v: str
    o: str
    after_attention: str
    inner: str
    outer: str
    after: str


_BERT = _Names(
    layer="encoder.layer.{}.",
    q="attention.self.query",
    k="attention.self.key",
    v="attention.self.value",
    o="attention.output.dense",
    after_attention="attention.output.LayerNorm",
    inner="intermediate.dense",
    outer="output.dense",
    after="output.LayerNorm",
)
_DISTILBERT = _Names(
    layer="transformer.layer.{}.",
    q="attention.q_lin",
    k="attention.k_lin",
    v="attention.v_lin",
    o="attention.out_lin",
    after_attention="sa_layer_norm",
    inner="ffn.lin1",
    outer="ffn.lin2",
    after="output_layer_norm",
)


def layer_count(config: Config) -> int:
    """The number of layers."""
    return config.whole_number("num_hidden_layers", "n_layers")


def head_count(config: Config) -> int:
    """The number of heads of each layer."""
    return config.whole_number("num_attention_heads", "n_heads")


def context_length(config: Config) -> int:
    """The number of tokens that the model takes."""
    return config.whole_number("max_position_embeddings") - _first_position(config)


def layers(
    tensors: Tensors,
    config: Config,
    ids: Sequence[int],
    dtype: npt.DTypeLike,
    segments: Sequence[int] = (),
) -> Iterator[ModelLayer]:
    """The layers one after the other; nothing beyond what is asked for is computed or read.

    `segments` are those of a pair of texts, 0 or 1 a token; () where all tokens are of the first.
    """
    names = _DISTILBERT if config.kind == "distilbert" else _BERT
    prefix = next(
        (
            each
            for each in ("bert.", "roberta.", "distilbert.")
            if f"{each}{_WORDS}" in tensors.names
        ),
        "",
    )
    epsilon = config.number("layer_norm_eps", default=1e-12)
    act = activation(config, "hidden_act", "activation", default="gelu")
    heads = head_count(config)

    def get(name: str) -> FloatArray:
        return tensors.get(f"{prefix}{name}", dtype)

    def norm(x: FloatArray, name: str) -> FloatArray:
        return layer_norm(x, get(f"{name}.weight"), get(f"{name}.bias"), epsilon)

    x = _embedded(tensors, config, ids, prefix, dtype)
    x = norm(x + _segment_vectors(tensors, config, segments, prefix, dtype), "embeddings.LayerNorm")
    for number in range(layer_count(config)):
        at = names.layer.format(number)
        w_q, w_k, w_v, w_o = (
            get(f"{at}{each}.weight").T for each in (names.q, names.k, names.v, names.o)
        )
        b_q, b_k, b_v, b_o = (
            get(f"{at}{each}.bias") for each in (names.q, names.k, names.v, names.o)
        )
        layer = ModelLayer(x, heads, heads, w_q, w_k, w_v, w_o, b_q, b_k, b_v, b_o)
        yield layer
        x = norm(x + layer.output(), f"{at}{names.after_attention}")
        inner = act(linear(x, get(f"{at}{names.inner}.weight"), get(f"{at}{names.inner}.bias")))
        outer = linear(inner, get(f"{at}{names.outer}.weight"), get(f"{at}{names.outer}.bias"))
        x = norm(x + outer, f"{at}{names.after}")


_WORDS = "embeddings.word_embeddings.weight"


def _embedded(
    tensors: Tensors, config: Config, ids: Sequence[int], prefix: str, dtype: npt.DTypeLike
) -> FloatArray:
    """Words and positions, added up: (n, d_model)."""
    first = _first_position(config)
    x = tensors.rows(f"{prefix}{_WORDS}", ids, dtype)
    places = range(len(ids)) if first == 0 else _position_ids(ids, first)
    return x + tensors.rows(f"{prefix}embeddings.position_embeddings.weight", places, dtype)


def _segment_vectors(
    tensors: Tensors, config: Config, segments: Sequence[int], prefix: str, dtype: npt.DTypeLike
) -> FloatArray | float:
    """The vectors of the segments: (n, d_model), or (1, d_model) where all are the first; 0 of a model without any."""
    name = f"{prefix}embeddings.token_type_embeddings.weight"
    if name not in tensors.names:
        return 0.0
    has_second = config.get("type_vocab_size") != 1
    return tensors.rows(name, segments if segments and has_second else [0], dtype)


def _position_ids(ids: Sequence[int], first: int) -> list[int]:
    """The position of each token, where padding is not counted and has a position of its own before the first."""
    is_padding = [each == first - 1 for each in ids]
    counted = accumulate(not each for each in is_padding)
    return [
        first - 1 if skipped else first - 1 + count
        for count, skipped in zip(counted, is_padding, strict=True)
    ]


def _first_position(config: Config) -> int:
    if config.kind not in ("roberta", "xlm-roberta"):
        return 0
    padding = config.get("pad_token_id")
    return 1 + (padding if type(padding) is int else 1)


FAMILY = ModelFamily(
    "BERT",
    ("bert", "roberta", "xlm-roberta", "distilbert"),
    layer_count,
    head_count,
    context_length,
    layers,
    has_segments=True,
)
