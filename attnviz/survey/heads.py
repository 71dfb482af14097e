"""A survey of the heads of a model: all of them measured, and the foremost by each measure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from attnviz.core.arrays import FloatArray
from attnviz.core.measures.head_measures import HeadMeasures, head_measures, induction
from attnviz.core.measures.word_pooling import between
from attnviz.core.problem import counted
from attnviz.core.provenance import Provenance
from attnviz.progress import part_of
from attnviz.records import record
from attnviz.story.i18n import words
from attnviz.story.labels import shown_token
from attnviz.story.pooled_map import PooledMatrix, pooled
from attnviz.story.reading_notes import reading_notes

MEASURES = ("previous", "following", "same", "first", "added")
"""Measures by which heads are ranked, in the order in which they are shown; fields of `HeadMeasures`."""
BLOCKS = 8
"""Rows and columns of a map, if nothing else is said."""
_REVISION = 12
"""Digits of a sha256 that are shown."""


@record
class Pair:
    """A query and a key to rank heads by: their positions, counted from 0, several where pieces make one word."""

    query: tuple[int, ...]
    key: tuple[int, ...]
    names: tuple[str, str]

    @property
    def is_merged(self) -> bool:
        """True if one of them is several positions."""
        return len(self.query) > 1 or len(self.key) > 1


@record(eq=False)
class MeasuredHead:
    """One head of a model on a text. Layer and head are counted from 0."""

    layer: int
    head: int
    map: PooledMatrix
    """Its weights in blocks."""
    measures: HeadMeasures
    between: float | None = None
    """The weight from the query to the key of the pair."""
    induction: float | None = None
    """`core.head_measures.induction`, on the text written twice in a row."""

    @property
    def name(self) -> str:
        """The name as papers write it: L3H1."""
        return f"L{self.layer}H{self.head}"


@record(eq=False)
class Survey:
    """All heads of a model on a text."""

    model: str
    revision: str
    """The sha256 of the weights."""
    tokens: tuple[str, ...]
    heads: tuple[MeasuredHead, ...]
    """Layer by layer."""
    pair: Pair | None = None
    is_merged: bool = False
    """True if pieces of words were merged: summed over keys, averaged over queries."""
    is_captured: bool = False
    """True if the weights come from somewhere else, and were not computed here."""
    layer: int | None = None
    """The only layer that was surveyed; None is all of them."""

    provenance: Provenance = field(default_factory=Provenance)
    """The quantisation of the weights, the tokens unknown to the model, and the other program that ran it."""

    def __repr__(self) -> str:
        layers, tokens = len(self.layers), len(self.tokens)
        heads = len(self.heads) // layers if layers else 0
        shape = f"{counted(layers, 'layer')}, {counted(heads, 'head')}"
        each = " each" if layers > 1 else ""
        return f"Survey({self.model}, {shape}{each}, {counted(tokens, 'token')})"

    def notes(self, *, measured: bool = True) -> tuple[str, ...]:
        """The notes on the weights, and with `measured` those on the measures: names of words of `heads`."""
        notes = ["captured_note"] if self.is_captured else []
        is_merged = self.is_merged or (self.pair is not None and self.pair.is_merged)
        notes += ["merged_note"] if is_merged else []
        notes += ["quantised_note"] if self.provenance.quantisation is not None else []
        notes += ["unknown_note"] if self.provenance.unknown is not None else []
        notes += ["pair_note"] if self._second is not None else []
        notes += ["watched_note"] if self.provenance.backend is not None else []
        if measured:
            notes.append("measured_note")
            notes += ["induction_note"] if self.foremost("induction", 1) else []
        return (*notes, "note")

    def note_texts(self, language: str, *, measured: bool = True) -> tuple[str, ...]:
        """The notes in words: how a file was read, if there were other ways, and those that `notes` names."""
        said = words(language)
        named = (said.phrase("heads", note, **self.facts) for note in self.notes(measured=measured))
        return (*reading_notes(self.provenance.readings, said), *named)

    def title(self, language: str) -> str:
        """The model, and how many heads are shown on how many tokens."""
        facts = {"model": self.model, "heads": len(self.layers[0])}
        facts["counted"] = self.counted(language)
        if self.layer is not None:
            return words(language).phrase("heads", "title_layer", layer=self.layer, **facts)
        return words(language).phrase("heads", "title", layers=len(self.layers), **facts)

    def counted(self, language: str) -> str:
        """The number of tokens, or of words where their pieces are merged."""
        name = "words" if self.is_merged else "tokens"
        return words(language).phrase("heads", name, n=len(self.tokens))

    @property
    def facts(self) -> Mapping[str, str]:
        """The facts that the notes mention."""
        named = {} if self._second is None else {"second": shown_token(self.tokens[self._second])}
        return {**self.provenance.to_plain(), **named, "revision": self.revision[:_REVISION]}

    @property
    def _second(self) -> int | None:
        """The position at which the second of two texts begins; None of one."""
        second = self.provenance.second_text
        return second if second is not None and 0 < second < len(self.tokens) else None

    @property
    def layers(self) -> tuple[tuple[MeasuredHead, ...], ...]:
        """The heads of each layer."""
        numbers = sorted({each.layer for each in self.heads})
        return tuple(tuple(each for each in self.heads if each.layer == layer) for layer in numbers)

    def foremost(self, measure: str, count: int) -> tuple[tuple[MeasuredHead, float], ...]:
        """The heads that have most of a measure, with how much of it; none where it cannot be had."""
        own = ("between", "induction")
        values = (
            getattr(each if measure in own else each.measures, measure) for each in self.heads
        )
        measured = [
            (each, value)
            for each, value in zip(self.heads, values, strict=True)
            if value is not None
        ]
        return tuple(sorted(measured, key=lambda each: -each[1])[:count])

    def focused(self, count: int) -> tuple[tuple[MeasuredHead, float], ...]:
        """The heads of the least entropy, with it."""
        return self.foremost("entropy", len(self.heads))[::-1][:count]


def measured_heads(
    layers: Iterable[Iterable[FloatArray]],
    tokens: Sequence[object],
    added: Sequence[int],
    pair: Pair | None = None,
    doubled: Iterable[Iterable[FloatArray]] = (),
    blocks: int = BLOCKS,
    first: int = 0,
) -> tuple[MeasuredHead, ...]:
    """The heads whose weights (n, n) these are, layer by layer; no more than one is in memory.

    `tokens` are compared with each other, `added` are positions of what the model adds to the text. `doubled` are the
    weights on the text without these, written twice in a row. A map has `blocks` rows and columns at most. `first` is
    the number of the first of these layers.
    """
    with part_of("The text twice in a row"):
        repeated = [
            [induction(weights, len(weights) // 2) for weights in layer] for layer in doubled
        ]
    return tuple(
        measured_head(
            *(weights, (first + number, head), tokens, added, pair),
            repeated[number][head] if repeated else None,
            blocks,
        )
        for number, layer in enumerate(layers)
        for head, weights in enumerate(layer)
    )


def measured_head(
    weights: FloatArray,
    place: tuple[int, int],
    tokens: Sequence[object],
    added: Sequence[int],
    pair: Pair | None,
    repeated: float | None,
    blocks: int,
) -> MeasuredHead:
    """The head at `place` (layer, head) of these weights (n, n); `repeated` is what is known of its induction."""
    return MeasuredHead(
        *place,
        pooled(weights, blocks, blocks),
        head_measures(weights, tokens, added),
        None if pair is None else between(weights, pair.query, pair.key),
        repeated,
    )
