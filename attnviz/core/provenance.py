"""Provenance: the origin of the arrays of a problem, and the facts that every view says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields, replace
from types import MappingProxyType
from typing import Any, Literal

from attnviz.errors import InputError
from attnviz.records import record

ARRAY_NAMES = (
    *("x", "context", "w_q", "w_k", "w_v", "w_o", "b_q", "b_k", "b_v", "b_o"),
    *("q_norm", "k_norm", "rotation", "q", "k", "v"),
)
"""The arrays of which a source can be told; a plain mapping has one text for each."""
_MOST_DIGITS = 19
SourceKind = Literal["file", "seed", "other"]


@record
class Source:
    """The origin of an array: a file or a seed by name, or any other in a few words of English."""

    kind: SourceKind
    name: str

    def __str__(self) -> str:
        return self.name if self.kind == "other" else f"{self.kind} {self.name}"

    @classmethod
    def from_text(cls, text: str) -> Source:
        """The source that prints as this text.

        >>> Source.from_text("file w.npz"), Source.from_text("stdin")
        (Source(kind='file', name='w.npz'), Source(kind='other', name='stdin'))
        """
        kind, _, name = text.partition(" ")
        if name and kind == "file":
            return cls("file", name)
        if name and kind == "seed":
            return cls("seed", name)
        return cls("other", text)


@record
class ModelSource:
    """The trained model whose weights these are, and the layer, counted from 0."""

    name: str
    layer: int | None = None
    revision: str | None = None
    """The sha256 of the weights."""
    tokenizer: str | None = None
    """The kind of tokenizer: "WordPiece", "BPE", …"""


@record
class Quantisation:
    """The types in which weights are stored, from the most frequent, and the bits of one weight on average.

    The bits have one decimal.
    """

    stored: str
    bits: float

    @property
    def bits_text(self) -> str:
        """The bits with one decimal."""
        return f"{self.bits:.1f}"


@record
class UnknownTokens:
    """The number of tokens that the model does not know, of all tokens of the text."""

    count: int
    of: int


@record
class Backend:
    """The other program that ran the model, with its version, and how far its numbers are from those of the core."""

    name: str
    difference: float | None = None
    """The largest difference of a weight, or of an output as a share of the largest."""

    @property
    def difference_text(self) -> str:
        """The difference with one digit; "" where none was measured."""
        if self.difference is None:
            return ""
        return f"{self.difference:.0e}" if self.difference else "0"


WAYS = frozenset(
    (
        *("encoding", "sheet", "separator", "decimal_commas", "thousands", "characters"),
        *("guessed", "header", "first_row", "empty_column", "label_column"),
        *("trailing", "comments", "brackets", "row_marks", "margin"),
        *("out_in", "fused", "fused_by_head", "layer", "shared_heads", "unused"),
        *("left_out", "row_a_query", "hides_all", "in_out", "small_integers"),
        *("three_axes", "in_order", "heads_in_out", "in_heads_out"),
        *("batch", "four_axes", "hnd", "nhd"),
        *(
            "additive",
            "key_mask",
            "keys_seen",
            "key_bias",
            "of_each_head",
            "true_hidden",
            "hides_itself",
            "unseeing_rows",
            "upper_left",
            "not_one",
        ),
    )
)
"""The ways in which an input can be read that is not the plain one; words of every language exist for each."""
WARNINGS = frozenset(
    (
        "hides_all",
        "unused",
        "hides_itself",
        "unseeing_rows",
        "upper_left",
        "not_one",
        "small_integers",
    )
)
"""Those of the ways that may well be a mistake of the user."""
_MOST_READINGS = 64


@record
class Reading:
    """One way in which a file was read where there are others, such as "out_in": every view says it.

    >>> Reading("w.npz", "out_in", "(5, 2)").is_warning
    False
    """

    file: str
    """Its name, without the folder."""
    way: str
    """One of `WAYS`."""
    detail: str = ""
    """What there is to fill in: an encoding, a shape."""

    @property
    def is_warning(self) -> bool:
        """True for what may well be a mistake."""
        return self.way in WARNINGS


@record
class Provenance:
    """The origin of a problem's arrays, and the facts that every view must say of them.

    `from_plain` and `to_plain` convert from and to the mapping of texts that JSON holds.
    """

    sources: Mapping[str, Source] = field(default_factory=dict)
    """The source of each array, by its name in `Problem`."""
    citation: str | None = None
    """The publication that the numbers are from."""
    untrained: Source | None = None
    """The source of weights that were not learned; every view says so."""
    model: ModelSource | None = None
    heads: tuple[int, ...] = ()
    """The heads that were chosen among those of the model or the file, counted from 0; empty where all are meant."""
    quantisation: Quantisation | None = None
    unknown: UnknownTokens | None = None
    backend: Backend | None = None
    second_text: int | None = None
    """Of two texts that were read as a pair the position at which the second begins, counted from 0."""
    readings: tuple[Reading, ...] = ()
    """The ways in which files were read, where there were others."""
    other: Mapping[str, str] = field(default_factory=dict)
    """Texts under names that are not known here. They are kept and written down again."""

    def __post_init__(self) -> None:
        for name in ("sources", "other"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self) -> tuple[type[Provenance], tuple[Any, ...]]:
        """Makes it ready for other processes, to which a read-only mapping cannot be sent."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        values |= {name: dict(values[name]) for name in ("sources", "other")}
        return Provenance, tuple(values.values())

    def to_plain(self) -> dict[str, str]:
        """The mapping of texts that JSON holds.

        >>> Provenance({"x": Source("seed", "0")}, model=ModelSource("m", 2), heads=(0, 3)).to_plain()
        {'x': 'seed 0', 'model': 'm', 'layer': '2', 'heads': '0,3'}
        """
        model, unknown = self.model, self.unknown
        texts = {name: str(source) for name, source in self.sources.items()}
        facts: dict[str, object] = {"source": self.citation, "untrained": self.untrained}
        if model is not None:
            facts |= {"model": model.name, "revision": model.revision, "layer": model.layer}
        facts["heads"] = ",".join(map(str, self.heads)) if self.heads else None
        if model is not None:
            facts["tokenizer"] = model.tokenizer
        if self.quantisation is not None:
            facts |= {"stored": self.quantisation.stored, "bits": self.quantisation.bits_text}
        if unknown is not None:
            facts |= {"unknown": unknown.count, "tokens": unknown.of}
        if self.backend is not None:
            facts["backend"] = self.backend.name
            facts["difference"] = self.backend.difference_text or None
        facts["second_text"] = self.second_text
        facts["read"] = _readings_text(self.readings) if self.readings else None
        texts |= {name: str(fact) for name, fact in facts.items() if fact is not None}
        return texts | dict(self.other)

    @classmethod
    def from_plain(cls, texts: Mapping[str, str]) -> Provenance:
        """The provenance of a mapping of texts. What cannot be understood is kept in `other` as it is.

        Raises InputError for a value that is no text.

        >>> Provenance.from_plain({"w_q": "file w.npz", "layer": "first"}).other
        mappingproxy({'layer': 'first'})
        """
        for name, text in texts.items():
            if not isinstance(text, str):
                raise InputError(f"provenance {name} is {text!r}, expected a text")
        sources = {
            name: Source.from_text(text) for name, text in texts.items() if name in ARRAY_NAMES
        }
        made = cls(
            sources=sources,
            citation=texts.get("source"),
            untrained=Source.from_text(texts["untrained"]) if "untrained" in texts else None,
            model=_model_of(texts),
            heads=_heads_of(texts),
            quantisation=_quantisation_of(texts),
            unknown=_unknown_of(texts),
            backend=_backend_of(texts),
            second_text=_whole_number(texts.get("second_text")),
            readings=_readings_of(texts),
        )
        parsed = made.to_plain()
        other = {name: text for name, text in texts.items() if parsed.get(name) != text}
        return replace(made, other=other)


def provenance_of(given: Provenance | Mapping[str, str] | None) -> Provenance:
    """A provenance, whether it is one, a mapping of texts, or None for nothing known."""
    return given if isinstance(given, Provenance) else Provenance.from_plain(given or {})


def _model_of(texts: Mapping[str, str]) -> ModelSource | None:
    if "model" not in texts:
        return None
    layer = _whole_number(texts.get("layer"))
    return ModelSource(texts["model"], layer, texts.get("revision"), texts.get("tokenizer"))


def _heads_of(texts: Mapping[str, str]) -> tuple[int, ...]:
    numbers = [_whole_number(each) for each in texts.get("heads", "").split(",")]
    known = tuple(each for each in numbers if each is not None)
    return known if len(known) == len(numbers) else ()


def _quantisation_of(texts: Mapping[str, str]) -> Quantisation | None:
    bits = _decimal(texts.get("bits"))
    return None if bits is None or "stored" not in texts else Quantisation(texts["stored"], bits)


def _unknown_of(texts: Mapping[str, str]) -> UnknownTokens | None:
    count, of = _whole_number(texts.get("unknown")), _whole_number(texts.get("tokens"))
    return None if count is None or of is None else UnknownTokens(count, of)


def _backend_of(texts: Mapping[str, str]) -> Backend | None:
    if "backend" not in texts:
        return None
    return Backend(texts["backend"], _decimal(texts.get("difference")))


def _readings_text(readings: tuple[Reading, ...]) -> str:
    import json  # only files that are not read plainly need it

    plain = [[each.file, each.way, each.detail] for each in readings]
    return json.dumps(plain, ensure_ascii=False)


def _readings_of(texts: Mapping[str, str]) -> tuple[Reading, ...]:
    """The readings that a text lists; none where it is not what `_readings_text` writes."""
    if "read" not in texts:
        return ()
    import json

    try:
        listed = json.loads(texts["read"])
    except (ValueError, RecursionError):
        return ()
    if not isinstance(listed, list) or len(listed) > _MOST_READINGS:
        return ()
    is_whole = all(
        isinstance(each, list)
        and len(each) == 3
        and all(isinstance(part, str) for part in each)
        and each[1] in WAYS
        for each in listed
    )
    return tuple(Reading(*each) for each in listed) if is_whole else ()


def _whole_number(text: str | None) -> int | None:
    is_whole = text is not None and text.isascii() and text.isdigit() and len(text) < _MOST_DIGITS
    return int(text) if text is not None and is_whole else None


def _decimal(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
