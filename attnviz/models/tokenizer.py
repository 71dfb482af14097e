"""A text as the pieces that a model knows, by its own tokenizer."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attnviz.errors import EnvironmentFault, InputError

FILE = "tokenizer.json"
_BLANKS = str.maketrans(" \n\t", "␣↵⇥")


@dataclass(frozen=True)
class Pieces:
    """A text taken apart; the three go together."""

    ids: tuple[int, ...]
    names: tuple[str, ...]
    """As they are shown: what stands in the text, with the mark of a piece that goes on ("##ing") or of one that the
    model adds ("[CLS]")."""
    words: tuple[int | None, ...]
    """The number of the word each belongs to; None for what the model adds."""
    kind: str
    """How it was taken apart: "WordPiece", "BPE", …"""

    @property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """The positions of each word, and of each piece that the model adds, in order."""
        groups: list[list[int]] = []
        before: int | None = None
        for i, word in enumerate(self.words):
            if word is not None and word == before:
                groups[-1].append(i)
            else:
                groups.append([i])
            before = word
        return tuple(map(tuple, groups))

    @property
    def added(self) -> tuple[int, ...]:
        """The positions of what the model adds."""
        return tuple(i for i, word in enumerate(self.words) if word is None)


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
    try:
        tokenizer = found.Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises nothing narrower
        raise InputError(
            f"{path} cannot be read as a tokenizer ({error}): download it anew"
        ) from error
    return as_written(tokenizer)


def as_written(tokenizer: Any) -> Any:
    """The tokenizer, by which texts are neither cut nor filled up: a file may say how they are made equally long."""
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def pieces(tokenizer: Any, text: str) -> Pieces:
    """The text as the `tokenizers.Tokenizer` takes it apart, with what it adds."""
    found = tokenizer.encode(text)
    return Pieces(
        ids=tuple(found.ids),
        names=tuple(_names(found, text)),
        words=tuple(found.word_ids),
        kind=type(tokenizer.model).__name__,
    )


def _names(found: Any, text: str) -> list[str]:
    return [
        _name(token, text[begin:end])
        for token, (begin, end) in zip(found.tokens, found.offsets, strict=True)
    ]


def _name(token: str, written: str) -> str:
    """What stands in the text, unless the token says more; a piece of one character's bytes has only itself.

    >>> _name("Ġcat", " cat"), _name("##ing", "ing"), _name("[CLS]", ""), _name("ĊĠ", "\\n ")
    ('cat', '##ing', '[CLS]', '↵␣')
    """
    word = written.strip()
    if token.startswith("##") or token.casefold() == word.casefold():
        return token
    return word or written.translate(_BLANKS).strip() or token


def library() -> Any:
    """The package tokenizers. Raises EnvironmentFault if it is missing."""
    try:
        return importlib.import_module("tokenizers")
    except ImportError as error:
        raise EnvironmentFault(
            "--model takes texts apart with the package tokenizers: pip install 'attnviz[models]'"
        ) from error
