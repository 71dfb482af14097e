"""A text as the pieces that a model knows, by its own tokenizer."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, repeat
from pathlib import Path
from typing import Any

from attnviz.errors import EnvironmentFault, InputError, parsing
from attnviz.models.config import CURE
from attnviz.models.tokenization import WORD_BEGINS, Span, TokenizedText, stripped

FILE = "tokenizer.json"
_SEPARATOR = "[SEP]"
MOST_BYTES = 256 * 2**20
"""No tokenizer.json that is larger is read."""
_BLANKS = str.maketrans(" \n\t", "␣↵⇥")


def read_tokenizer(folder: Path) -> Any:
    """The `tokenizers.Tokenizer` of the folder's tokenizer.json.

    Raises InputError for a folder without a tokenizer.json, or whose tokenizer.json is none; EnvironmentFault if the
    package tokenizers is missing.
    """
    path = folder / FILE
    if not path.is_file():
        raise InputError(
            f"{folder} has no {FILE}: name a folder as it is downloaded from the hub; from a mere vocabulary, "
            "AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER) of transformers writes it"
        )
    found = library()
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"{path} is larger than {MOST_BYTES // 2**20} MiB: download it anew")
    with parsing(str(path), CURE, "cannot be read as a tokenizer"):
        return without_truncation(found.Tokenizer.from_file(str(path)))


def without_truncation(tokenizer: Any) -> Any:
    """The tokenizer without truncation and padding, which a tokenizer.json may define."""
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def tokenize(tokenizer: Any, text: str, title: str = "the model") -> TokenizedText:
    """The text as the `tokenizers.Tokenizer` takes it apart, with what it adds. `title` names the model in messages.

    Two texts with a [SEP] between them are a pair, as BERT knows it: what comes after it is the second segment.
    Raises InputError for a text with half a character in it, and for a tokenizer that fails on the text, as one does
    whose vocabulary lacks its own token for what is unknown.
    """
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise InputError("the text holds half a character (a lone surrogate): write it in UTF-8")
    cure = f"{CURE}, or take a model with a whole vocabulary"
    with parsing(f"the tokenizer of {title}", cure, "cannot take the text apart"):
        return _tokenized(tokenizer, text)


def _tokenized(tokenizer: Any, text: str) -> TokenizedText:
    found = tokenizer.encode(text)
    segments = _segments(tokenizer, found.ids)
    spans = tuple(map(_span, found.tokens, found.offsets, repeat(text)))
    blanks = (
        _blank(tokenizer, token, text[slice(*span)])
        for token, span in zip(found.tokens, found.offsets, strict=True)
    )
    nothing = getattr(tokenizer.model, "unk_token", None)
    unknown = tuple(i for i, token in enumerate(found.tokens) if token == nothing)
    names = list(map(_name, found.tokens, _written(text, spans), blanks))
    for i in unknown:  # what is written there, the model does not see
        names[i] = f"{nothing} {names[i]}" if names[i] != nothing else names[i]
    return TokenizedText(
        ids=tuple(found.ids),
        names=tuple(names),
        unknown=unknown,
        words=tuple(
            None if segments and id_ == tokenizer.token_to_id(_SEPARATOR) else word
            for id_, word in zip(found.ids, found.word_ids, strict=True)
        ),
        kind=type(tokenizer.model).__name__,
        text=text,
        spans=spans,
        segments=segments,
    )


def _segments(tokenizer: Any, ids: Sequence[int]) -> tuple[int, ...]:
    """The segment of each token; () for one text, and for a tokenizer that gives both texts of a pair the same."""
    separator = tokenizer.token_to_id(_SEPARATOR)
    if separator not in ids[:-1] or 1 not in tokenizer.encode("", "").type_ids:
        return ()
    first = ids.index(separator)
    return tuple(int(i > first) for i in range(len(ids)))


def _span(token: str, span: Span, text: str) -> Span:
    """The span of a piece; the library gives a mark of SentencePiece the character that it stands before."""
    is_mark = not token.strip(WORD_BEGINS) and text[slice(*span)].strip(f" {WORD_BEGINS}")
    return (span[0], span[0]) if is_mark else stripped(text, span)


def _written(text: str, spans: Sequence[Span]) -> Iterator[str]:
    """The text at each span: of a character that several share, its part, as "猫 1/3"."""
    shared = Counter(at for span in spans for at in range(*span))
    told: Counter[int] = Counter()
    for span in spans:
        told.update(range(*span))
        runs = groupby(range(*span), lambda at: (told[at], shared[at]))
        yield "".join(
            text[slice((chosen := list(run))[0], chosen[-1] + 1)]
            + (f" {part}/{of}" if of > 1 else "")
            for (part, of), run in runs
        )


def _name(token: str, written: str, blank: str) -> str:
    """The text at the span, unless the token says more: a token of bytes alone is not readable."""
    if token.startswith("##") or token.casefold() == written.casefold():
        return token
    return written or blank or token


def _blank(tokenizer: Any, token: str, raw: str) -> str:
    """The blanks that a piece is, where it is nothing else; some tokenizers leave them out of where it stands."""
    if not raw and tokenizer.decoder is not None:
        raw = tokenizer.decoder.decode([token])
    return raw.translate(_BLANKS) if raw.isspace() else ""


def library() -> Any:
    """The package tokenizers. Raises EnvironmentFault if it is missing."""
    try:
        return importlib.import_module("tokenizers")
    except ImportError as error:
        raise EnvironmentFault(
            "--model takes texts apart with the package tokenizers: pip install 'attnviz[models]'"
        ) from error
