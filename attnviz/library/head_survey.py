"""Attention heads measured: of a trained model on a text, or of weights in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field
from itertools import islice
from pathlib import Path

from attnviz.core.arrays import FloatArray
from attnviz.core.measures.head_measures import induction
from attnviz.core.measures.word_pooling import pool_words
from attnviz.core.provenance import Backend, Provenance
from attnviz.errors import InputError
from attnviz.inputs.arrays.attention_file import read_attention
from attnviz.inputs.selection import positions_of
from attnviz.inputs.tokens import split_text
from attnviz.models.model import NUMPY, open_model, unknown_tokens
from attnviz.models.revision import revision
from attnviz.models.tokenization import Span
from attnviz.records import record
from attnviz.survey.head_detail import HeadDetail, head_detail
from attnviz.survey.heads import MeasuredHead, Pair, Survey, measured_head, measured_heads

Layers = Iterable[Iterable[FloatArray]]


@record
class HeadsOptions:
    """The options of `attnviz heads` on what is surveyed, as given."""

    text: str | None
    model: str | None
    attention: str | None
    words: bool
    query: str | None
    key: str | None
    layer: int | None = None
    head: int | None = None
    backend: str | None = None
    batch: int | None = None


@record(eq=False)
class _Heads:
    """All heads on the text, none of them computed yet."""

    title: str
    revision: str
    names: tuple[str, ...]
    tokens: Sequence[object]
    """Values that are equal where tokens are equal."""
    added: tuple[int, ...]
    count: tuple[int, int]
    """Layers, and heads of each."""
    layers: Layers
    doubled: Layers
    """On the text written twice in a row; none where that is too short or too long."""
    is_merged: bool = False
    is_captured: bool = False
    provenance: Provenance = field(default_factory=Provenance)
    """The origin of the weights, for the notes; see `Survey.provenance`."""
    text: str = ""
    spans: Sequence[Span] = ()
    """The part of the text that each position is, where that is known."""

    def positions(self, name: str | None, flag: str) -> tuple[int, ...]:
        """The positions of a query or of a key; none where none is named."""
        if name is None:
            return ()
        return positions_of(self.names, name, flag, self.text, self.spans)

    def pair(self, options: HeadsOptions) -> Pair | None:
        """The query and the key, if both are named."""
        query, key = self.positions(options.query, "--from"), self.positions(options.key, "--to")
        return Pair(query, key, (self.name_at(query), self.name_at(key))) if query and key else None

    def name_at(self, positions: tuple[int, ...]) -> str:
        """The token there, or the text that several pieces in a row are together."""
        if len(positions) == 1:
            return self.names[positions[0]]
        if any(i >= len(self.spans) or not len(range(*self.spans[i])) for i in positions):
            return " ".join(self.names[i] for i in positions)
        return self.text[self.spans[positions[0]][0] : self.spans[positions[-1]][1]]

    def survey(
        self,
        heads: tuple[MeasuredHead, ...],
        pair: Pair | None,
        layer: int | None,
    ) -> Survey:
        """The survey of some of the heads."""
        return Survey(
            *(self.title, self.revision, self.names, heads, pair),
            *(self.is_merged, self.is_captured, layer, self.provenance),
        )

    def check(self, layer: int | None, head: int | None) -> None:
        """Raises InputError for a layer or a head that does not exist."""
        layers, heads = self.count
        if layer is not None and not 0 <= layer < layers:
            raise InputError(
                f"no layer {layer}: {self.title} has layers 0 to {layers - 1}, counted from 0 (--layer)"
            )
        if head is not None and not 0 <= head < heads:
            raise InputError(
                f"no head {head}: a layer of {self.title} has heads 0 to {heads - 1}, counted from 0 (--head)"
            )


def survey(options: HeadsOptions, blocks: Callable[[int], int]) -> Survey:
    """All heads, or those of one layer. `blocks(heads)` is the largest side of a map, in blocks, where a layer has so
    many heads.

    Raises InputError for options that do not go together, and what reading the model or the file raises.
    """
    _check(options)
    if (options.query is None) != (options.key is None):
        raise InputError("a pair is a query and a key: give --from and --to, or neither")
    read = _read(options)
    pair = read.pair(options)
    read.check(options.layer, None)
    layers, doubled = (_only(each, options.layer) for each in (read.layers, read.doubled))
    first = options.layer or 0
    most = blocks(read.count[1])
    found = measured_heads(layers, read.tokens, read.added, pair, doubled, most, first)
    return read.survey(found, pair, options.layer)


def one_head(options: HeadsOptions, blocks: int) -> HeadDetail:
    """One head in detail, its map of at most `blocks` a side. Without a layer it is a head of the only one.

    Raises InputError as `survey` does, and for a layer that is not given where there are several.
    """
    _check(options)
    if options.key is not None and options.query is None:
        raise InputError(f"--to {options.key} is a key: name the query with --from")
    read, head = _read(options), options.head or 0
    if options.layer is None and read.count[0] > 1:
        raise InputError(
            f"--head {head} of which layer? Say --layer 0 to --layer {read.count[0] - 1}"
        )
    layer = options.layer or 0
    read.check(layer, head)
    pair, followed = read.pair(options), read.positions(options.query, "--from")
    weights, doubled = (_at(each, layer, head) for each in (read.layers, read.doubled))
    assert weights is not None  # it was checked
    repeated = None if doubled is None else induction(doubled, len(doubled) // 2)
    measured = measured_head(
        weights, (layer, head), read.tokens, read.added, pair, repeated, blocks
    )
    found = read.survey((measured,), pair, layer)
    queries = (followed[0], followed[-1] + 1) if followed else None
    word = read.name_at(followed) if len(followed) > 1 else None
    return head_detail(weights, found, read.added, queries, word)


def _check(options: HeadsOptions) -> None:
    if options.backend is not None and options.model is None:
        raise InputError("--backend is for a trained model: say which with --model")
    if options.batch is not None and options.attention is None:
        raise InputError("--batch is about the file of --attention: give one, or leave it out")
    if options.model is not None and options.attention is not None:
        raise InputError(
            "--attention gives the weights that --model would compute: leave one of them out"
        )
    if options.model is None and options.attention is None:
        raise InputError(
            "whose heads? Give a trained model with --model, or weights with --attention"
        )


def _read(options: HeadsOptions) -> _Heads:
    return _of_model(options) if options.model is not None else _of_file(options)


def _of_model(options: HeadsOptions) -> _Heads:
    """Reads the text; for induction once more, without what the model adds, and twice in a row."""
    if options.text is None:
        raise InputError("--model needs a text to read: write it in quotation marks")
    model = open_model(options.model or "", options.backend or NUMPY)
    read = model.tokenize(options.text)
    in_text = [each for each, word in zip(read.ids, read.words, strict=True) if word is not None]
    fits = 1 < len(in_text) <= model.context_length // 2
    doubled = model.weights(in_text * 2) if fits else ()
    names, spans, added = list(read.names), list(read.spans), read.added
    tokens: list[object] = list(read.ids)
    layers: Iterator[Iterator[FloatArray]] = model.weights(read.ids, read.segments)
    second = read.second_text
    if options.words:
        groups = read.groups
        names = [read.name_of(group) for group in groups]
        spans = [read.span_of(group) for group in groups]
        tokens = [tuple(read.ids[i] for i in group) for group in groups]
        added = tuple(i for i, group in enumerate(groups) if group[0] in read.added)
        layers = ((pool_words(each, groups) for each in layer) for layer in layers)
        if second is not None:
            second = next(i for i, group in enumerate(groups) if group[0] >= second)
    program = model.runner.program
    return _Heads(
        *(model.title, model.revision, tuple(names), tokens, added),
        *((model.layers, model.heads), layers, doubled),
        is_merged=options.words,
        provenance=Provenance(
            quantisation=model.quantisation,
            unknown=unknown_tokens(read),
            backend=None if program is None else Backend(program),
            second_text=second,
        ),
        text=read.text,
        spans=spans,
    )


def _of_file(options: HeadsOptions) -> _Heads:
    """Reads the weights. Tokens are the words of the text, or those of the file, or numbers where there are none."""
    if options.words:
        raise InputError(
            "--words merges the pieces of a model's tokenizer: leave it out with --attention"
        )
    path = options.attention or ""
    read = read_attention(path, options.batch)
    weights, n = read.weights, read.weights.shape[-1]
    names = read.tokens or tuple(str(i + 1) for i in range(n))
    if options.text is not None:
        names = tuple(split_text(options.text, "words"))
        if len(names) != n:
            raise InputError(
                f"TEXT has {len(names)} words, {path} has weights of {n} positions: give a word for each, or no text"
            )
    return _Heads(
        *(Path(path).name, revision([Path(path)]), names, names, ()),
        *((weights.shape[0], weights.shape[1]), weights, ()),
        is_captured=True,
        provenance=Provenance(readings=read.readings),
    )


def _only(layers: Layers, layer: int | None) -> Layers:
    """The layer of that number, or all where it is None; no head of those before it is computed."""
    return layers if layer is None else islice(layers, layer, layer + 1)


def _at(layers: Layers, layer: int, head: int) -> FloatArray | None:
    """The weights of one head; None where there are no layers."""
    return next(
        (each for found in _only(layers, layer) for each in islice(found, head, None)), None
    )
