"""The tokenizer of a .gguf file, made of the vocabulary in it: such a file has no tokenizer.json."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attnviz.errors import InputError, parsing
from attnviz.models.config import CURE
from attnviz.models.gguf.file import GgufFile
from attnviz.models.tokenizer import library
from attnviz.records import record

_LONGEST_TOKEN = 1000
_NORMAL, _CONTROL, _BY_USER = 1, 3, 4
"""Kinds of tokens: parts of texts; marks such as the beginning of a text; words that are never taken apart."""


@record
class _Splitting:
    """The way a text is cut before its bytes are merged; the file only names it."""

    pattern: str | None = None
    """Each match is a word; None for the words of GPT-2."""
    single_digits: bool = False
    """Each digit is cut off first."""
    whole_words: bool = False
    """A word that is in the vocabulary is not merged of its parts."""
    begins: bool = False
    """A text begins with a mark, where the file does not say otherwise."""
    composed: bool = False
    """Letters and their accents become one character (NFC)."""


def _words_of_gpt4(digits: str) -> str:
    return (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
        + digits
        + r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )


_LLAMA3 = _Splitting(_words_of_gpt4(r"\p{N}{1,3}"), whole_words=True, begins=True)
_QWEN2 = _Splitting(_words_of_gpt4(r"\p{N}"), composed=True)
_SPLITTINGS = {
    "gpt-2": _Splitting(),
    "smollm": _Splitting(single_digits=True),
    **dict.fromkeys(("llama-bpe", "llama3", "llama-v3"), _LLAMA3),
    **dict.fromkeys(("qwen2", "deepseek-r1-qwen"), _QWEN2),
}
"""By `tokenizer.ggml.pre`. The patterns are those of the models' own tokenizer.json."""


def tokenizer_of(file: GgufFile) -> Any:
    """A `tokenizers.Tokenizer` that takes texts apart as the model was trained to read them.

    Raises InputError for a kind of tokenizer that is not known here, or a vocabulary that is not whole;
    EnvironmentFault if the package tokenizers is missing.
    """
    kind = file.word("tokenizer.ggml.model")
    if kind is None or kind not in _KINDS:
        raise InputError(
            f"{file.path}: tokenizers of the kind {kind!r} are not known here from GGUF, only {', '.join(_KINDS)}: "
            "name the folder that the hub has of the model, with its tokenizer.json"
        )
    found = library()
    with parsing(f"{file.path}: its vocabulary", CURE, "makes no tokenizer"):
        tokenizer, begins = _KINDS[kind](found, file)
        _add_marks(found, tokenizer, file, begins=begins)
    return tokenizer


def _byte_level(found: Any, file: GgufFile) -> tuple[Any, bool]:
    """Bytes that are merged, and whether a text begins with a mark."""
    name = _value(file, "pre", "gpt-2" if file.values["general.architecture"] == "gpt2" else None)
    if name not in _SPLITTINGS:
        raise InputError(
            f"{file.path}: how its tokenizer cuts texts ({name!r}) is not known here, only {', '.join(_SPLITTINGS)}: "
            "name the folder that the hub has of the model, with its tokenizer.json"
        )
    splitting, before = _SPLITTINGS[name], found.pre_tokenizers
    merges = [tuple(each.split(" ")) for each in _value(file, "merges")]
    tokenizer = found.Tokenizer(
        found.models.BPE(_ids(file), merges, ignore_merges=splitting.whole_words)
    )
    cuts = [before.Digits(individual_digits=True)] if splitting.single_digits else []
    if splitting.pattern is not None:
        cuts.append(before.Split(found.Regex(splitting.pattern), "isolated"))
    by_words = splitting.pattern is None
    cuts.append(before.ByteLevel(add_prefix_space=False, use_regex=by_words))
    tokenizer.pre_tokenizer = before.Sequence(cuts)
    if splitting.composed:
        tokenizer.normalizer = found.normalizers.NFC()
    return tokenizer, splitting.begins


def _sentence_piece(found: Any, file: GgufFile) -> tuple[Any, bool]:
    """Characters that are merged, the best piece first; what has no character in the vocabulary becomes its bytes."""
    unknown = file.values.get("tokenizer.ggml.unknown_token_id")
    tokenizer = found.Tokenizer(
        found.models.BPE(
            _ids(file),
            list(_merges_of(file)),
            unk_token=None if unknown is None else _value(file, "tokens")[unknown],
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    steps = [found.normalizers.Replace(" ", "▁")]
    if _value(file, "add_space_prefix", True):
        steps.insert(0, found.normalizers.Prepend("▁"))
    tokenizer.normalizer = found.normalizers.Sequence(steps)
    return tokenizer, True


_KINDS = {"gpt2": _byte_level, "llama": _sentence_piece}
"""By `tokenizer.ggml.model`."""


def _merges_of(file: GgufFile) -> Iterable[tuple[str, str]]:
    """Every two pieces that make a third, those of the highest score first: what SentencePiece merges in that order."""
    tokens, kinds = _value(file, "tokens"), _kinds(file)
    scores = {
        token: score
        for token, kind, score in zip(tokens, kinds, _value(file, "scores"), strict=True)
        if kind == _NORMAL
    }
    if max(map(len, scores), default=0) > _LONGEST_TOKEN:
        raise ValueError(f"it has a token of more than {_LONGEST_TOKEN:,} characters")
    pairs = [
        (score, (token[:i], token[i:]))
        for token, score in scores.items()
        for i in range(len(token) - 1, 0, -1)
        if token[:i] in scores and token[i:] in scores
    ]
    return (pair for _, pair in sorted(pairs, key=lambda each: -each[0]))


def _add_marks(found: Any, tokenizer: Any, file: GgufFile, *, begins: bool) -> None:
    """Adds the tokens that are never split, and those that the model adds to each text."""
    tokens = _value(file, "tokens")
    for kind, add in (
        (_CONTROL, tokenizer.add_special_tokens),
        (_BY_USER, tokenizer.add_tokens),
    ):
        marks = [token for token, each in zip(tokens, _kinds(file), strict=True) if each == kind]
        add([found.AddedToken(each, normalized=False, special=kind == _CONTROL) for each in marks])
    before, after = (
        [tokens[_value(file, f"{each}_token_id")]] if _value(file, f"add_{each}_token", add) else []
        for each, add in (("bos", begins), ("eos", False))
    )
    if before or after:
        tokenizer.post_processor = found.processors.TemplateProcessing(
            single=[*before, "$A", *after],
            special_tokens=[(each, tokens.index(each)) for each in (*before, *after)],
        )


def _ids(file: GgufFile) -> dict[str, int]:
    return {token: i for i, token in enumerate(_value(file, "tokens"))}


def _kinds(file: GgufFile) -> list[int]:
    """The kind of each token; where the file does not say, all are parts of texts."""
    kinds = file.values.get("tokenizer.ggml.token_type")
    return [_NORMAL] * len(_value(file, "tokens")) if kinds is None else kinds.tolist()


def _value(file: GgufFile, name: str, default: Any = None) -> Any:
    value = file.values.get(f"tokenizer.ggml.{name}", default)
    if value is None:
        raise InputError(f"{file.path} has no tokenizer.ggml.{name}: this is not a whole model")
    return value
