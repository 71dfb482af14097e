"""The heads that are asked for, measured: of a trained model, or of weights in a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from attnviz.core.arrays import FloatArray
from attnviz.core.merging import merged
from attnviz.errors import InputError
from attnviz.inputs.attention_file import read_attention
from attnviz.inputs.selection import positions_of
from attnviz.inputs.tokens import split_text
from attnviz.lessons.heads import Pair, Survey, measured_heads
from attnviz.models.model import open_model
from attnviz.models.pieces import Span
from attnviz.models.revision import revision


@dataclass(frozen=True)
class Asked:
    """What the user said."""

    text: str | None
    model: str | None
    attention: str | None
    words: bool
    query: str | None
    key: str | None


def survey(asked: Asked, blocks: int) -> Survey:
    """All heads, with maps of so many blocks a side at most.

    Raises InputError for options that do not go together, and what reading the model or the file raises.
    """
    if (asked.model is None) == (asked.attention is None):
        raise InputError(
            "whose heads? Give a trained model with --model, or weights with --attention"
        )
    if (asked.query is None) != (asked.key is None):
        raise InputError("a pair is a query and a key: give --from and --to, or neither")
    return _of_model(asked, blocks) if asked.model is not None else _of_file(asked, blocks)


def _of_model(asked: Asked, blocks: int) -> Survey:
    """For induction the text is read once more: without what the model adds, and told twice."""
    if asked.text is None:
        raise InputError("--model needs a text to read: write it in quotation marks")
    model = open_model(asked.model or "")
    read = model.pieces(asked.text)
    written = [each for each, word in zip(read.ids, read.words, strict=True) if word is not None]
    fits = 1 < len(written) <= model.longest // 2
    twice = model.weights(written * 2) if fits else ()
    names, spans, added = list(read.names), list(read.spans), read.added
    tokens: list[object] = list(read.ids)
    layers: Iterator[Iterator[FloatArray]] = model.weights(read.ids)
    if asked.words:
        groups = read.groups
        names = [read.name_of(group) for group in groups]
        spans = [read.span_of(group) for group in groups]
        tokens = [tuple(read.ids[i] for i in group) for group in groups]
        added = tuple(i for i, group in enumerate(groups) if group[0] in read.added)
        layers = ((merged(each, groups) for each in layer) for layer in layers)
    pair = _pair(asked, names, read.text, spans)
    found = measured_heads(layers, tokens, added, pair, twice, blocks)
    return Survey(model.title, model.revision, tuple(names), found, pair, is_merged=asked.words)


def _of_file(asked: Asked, blocks: int) -> Survey:
    """Tokens are the words of the text, or numbers where there is none."""
    if asked.words:
        raise InputError(
            "--words merges the pieces of a model's tokenizer: leave it out with --attention"
        )
    path = asked.attention or ""
    weights = read_attention(path)
    n = weights.shape[-1]
    names = [str(i + 1) for i in range(n)]
    if asked.text is not None:
        names = list(split_text(asked.text, "words"))
        if len(names) != n:
            raise InputError(
                f"TEXT has {len(names)} words, {path} has weights of {n} positions: give a word for each, or no text"
            )
    pair = _pair(asked, names)
    found = measured_heads(weights, names, (), pair, blocks=blocks)
    return Survey(
        Path(path).name, revision([Path(path)]), tuple(names), found, pair, is_captured=True
    )


def _pair(
    asked: Asked, names: Sequence[str], text: str = "", spans: Sequence[Span] = ()
) -> Pair | None:
    """Without spans a query and a key are a position each."""
    if asked.query is None or asked.key is None:
        return None
    query, key = (
        positions_of(names, wanted, flag, text, spans)
        for wanted, flag in ((asked.query, "--from"), (asked.key, "--to"))
    )
    called = [
        names[each[0]] if len(each) == 1 else text[spans[each[0]][0] : spans[each[-1]][1]]
        for each in (query, key)
    ]
    return Pair(query, key, (called[0], called[1]))
