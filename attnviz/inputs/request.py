"""The input options, before anything is read."""

from __future__ import annotations

from attnviz.inputs.score_options import ScoreRequest
from attnviz.records import record


@record
class InputRequest(ScoreRequest):
    """The input options of the command line, as given; None is "not said". `problem_from` makes a Problem of it.

    Those about the scores are the fields of `ScoreRequest`.

    >>> InputRequest(text="the cat").text
    'the cat'
    """

    text: str | None = None
    example: str | None = None
    """A built-in example's name, or a .toml file of the same form."""
    split: str | None = None
    """"words", "chars", or the separator at which `text` is taken apart."""
    tokens: str | None = None
    """The tokens, already taken apart: separated by spaces, or a JSON list."""
    vectors: str | None = None
    """A .csv, .tsv, .json, .npy or .npz file, or "-" for standard input."""
    qkv: str | None = None
    """Queries, keys and values in place of vectors and weights: a .npz, .npy, .json or .safetensors file."""
    key_tokens: str | None = None
    """The names of the keys in `qkv`, written as `tokens` are, where keys are other positions than queries."""
    weights: str | None = None
    """A .npz, .json or .safetensors file."""
    transpose_weights: bool | None = None
    """True if the matrices of `weights` are (out, in)."""
    prefix: str | None = None
    """The beginning of the names of the layer in `weights` that is meant: "model.layers.0"."""
    fused: str | None = None
    """The layout of one array in `weights` that holds queries, keys and values: "stacked" or "by-head"."""
    layout: str | None = None
    """The order of the axes in `qkv`: "hnd" for (heads, n, d), "nhd" for (n, heads, d)."""
    batch: int | None = None
    """The one of a batch in `qkv` or `mask` that is meant, counted from 0."""
    seed: int | None = None
    d_model: int | None = None
    d_k: int | None = None
    d_v: int | None = None
    """Per head, as `d_k` is."""
    heads: int | None = None
    model: str | None = None
    """A trained model: "minilm", a folder, a .gguf file, or an id of the hub that lies in its cache."""
    backend: str | None = None
    """The program that runs the model: "numpy" for this one, or "transformers"."""
    layer: int | None = None
    """The layer, counted from 0."""
    head: str | None = None
    """The layer's heads, counted from 0: "1", "0,3" or "all"."""
