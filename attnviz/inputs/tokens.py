"""Text → tokens. No vocabulary.

A word is a run of letters, digits and the marks that belong to them, with an apostrophe inside ("don't") or a point
or comma between digits ("3.14"). A Chinese character is a word of its own. Every other visible character
is a token of its own, repeats of it together ("..."). What the eye sees as one character stays one: an accent
with its letter, an emoji with its skin tone, a family of emoji, a flag. A special token of a model ("[SEP]", "</s>")
is one token. White space and invisible characters separate.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attnviz.errors import InputError, closest

_KEYCAP = "\u20e3"
_CHINESE = (
    range(0x3005, 0x3008),
    range(0x3400, 0x4DC0),
    range(0x4E00, 0xA000),
    range(0xF900, 0xFB00),
    range(0x20000, 0x3FFFE),
)
_ALONE = re.compile(
    "[\\s -~\u00a0-\u02ff\u0391-\u03a1\u03a3-\u0482\u048a-\u052f\u2010-\u2027"
    "\u3000-\u3029\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uff01-\uff60]*"
)
"""Text of English, Russian, Greek, Chinese and Japanese none of whose characters joins another."""
_IN_WORDS = frozenset(["Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No", "Mn", "Mc"])
"""Categories of Unicode of the characters in words; some vowel signs of Burmese are graphemes of their own."""
_SPECIAL = re.compile(
    r"\[(?:CLS|SEP|MASK|PAD|UNK|BOS|EOS)\]|</?s>|<(?:pad|unk|mask|bos|eos|cls|sep)>|<\|[a-z_]{1,32}\|>"
    r"|(?<!\S)##\w+"
)
"""Tokens that tokenizers of models add to words, as models' outputs are often copied; `##ing` is the rest of a word."""
_WAYS = ("words", "chars")
_WAYS_ELSEWHERE = {
    **dict.fromkeys(("词", "单词", "按词", "分词", "詞", "word", "wörter", "mots"), "words"),
    **dict.fromkeys(("字", "字符", "按字", "逐字", "character", "characters", "letters"), "chars"),
}
"""What else people call the ways."""
_ESCAPES = {"\\n": "\n", "\\r\\n": "\n", "\\t": "\t"}
_COMMAS = re.compile("[^\\s,，、;；]+([,，、;；])(?:[^\\s,，、;；]+[,，、;；])*[^\\s,，、;；]+")
"""Tokens with commas between and no space."""
_NUMBER = re.compile(r"[\d.,]+")
_PYTHON_LIST = re.compile(r"\[\s*'[^']*'\s*(?:,\s*'[^']*'\s*)*,?\s*\]")


def split_text(text: str, splitting: str = "words") -> tuple[str, ...]:
    """The tokens of `text`: its "words", its "chars", or the parts between the separator `splitting`.

    Raises InputError if the text is empty.

    >>> split_text("Don't panic: 猫在这里!")
    ("Don't", 'panic', ':', '猫', '在', '这', '里', '!')
    >>> split_text("ab c", "chars")
    ('a', 'b', 'c')
    >>> split_text("New York|Rome", "|")
    ('New York', 'Rome')
    """
    if not splitting:
        raise InputError("--split is empty: say words, chars or the separator")
    if splitting == "words":
        tokens = list(_words(text))
    elif splitting == "chars":
        tokens = [each for each in characters(text) if not _is_gap(each)]
    else:
        splitting = _separator(splitting, text)
        tokens = [each.strip() for each in text.split(splitting) if each.strip()]
    if not tokens:
        raise InputError("the text is empty: give at least one word")
    return checked_tokens(tokens, "the text")


def _separator(splitting: str, text: str) -> str:
    r"""The separator as it is in the text: the two characters \n may mean a line end, \t a tab.

    Raises InputError for one that is nowhere in the text, but for a mark: a text of one part has no mark.

    >>> _separator("\\n", "a b\nc"), _separator("|", "one part")
    ('\n', '|')
    """
    if splitting in text:
        return splitting
    meant = _ESCAPES.get(splitting, splitting)
    if meant in text:
        return meant
    is_mark = len(splitting) == 1 and not splitting.isalnum()
    if is_mark and not closest(splitting, _WAYS):
        return splitting
    near = _WAYS_ELSEWHERE.get(splitting.strip().lower()) or closest(splitting, _WAYS)
    cure = f"did you mean {near!r}?" if near else "say words, chars or a separator that is in it"
    raise InputError(f"--split {splitting!r} is nowhere in the text: {cure}")


def listed_tokens(names: str, flag: str = "--tokens") -> tuple[str, ...]:
    """Tokens already taken apart: separated by white space, or a JSON list of words. `flag` gave them.

    A list as Python prints it is one too. Raises InputError for words with commas between and no space: they may be
    one token or several.

    >>> listed_tokens("the cat"), listed_tokens('["New York", "Rome"]'), listed_tokens("['a b', 'c']")
    (('the', 'cat'), ('New York', 'Rome'), ('a b', 'c'))
    """
    tokens: list[str] = names.split()
    given = names.strip()
    if _PYTHON_LIST.fullmatch(given):
        tokens = [each[1:-1] for each in re.findall("'[^']*'", given)]
    elif names.lstrip().startswith("["):
        from attnviz.core.json_text import load_json

        try:
            value = load_json(names)
        except (ValueError, RecursionError):
            value = None
        # "[CLS] the cat" begins like a list and is none.
        if isinstance(value, list):
            if not all(isinstance(each, str) for each in value):
                raise InputError(f'{flag} is a JSON list of something else: write ["a", "b"]')
            tokens = value
    elif (mark := _COMMAS.fullmatch(given)) and not _NUMBER.fullmatch(given):
        several = " ".join(re.split("[,，、;；]", given))
        raise InputError(
            f"{flag} {given!r} has {mark[1]!r} and no space: write {several!r} for several tokens, "
            f"or '[\"{given}\"]' for one"
        )
    if not tokens:
        raise InputError(f"{flag} is empty: give at least one token")
    return checked_tokens(tokens, flag)


def checked_tokens(tokens: Sequence[str], where: str) -> tuple[str, ...]:
    """The tokens as they are. Raises InputError for one that is blank or that a screen cannot show."""
    for position, token in enumerate(tokens, start=1):
        if not token.strip():
            raise InputError(f"{where}, token {position}: it is blank; name it")
        for character in token:
            if unicodedata.category(character) in ("Cc", "Cs"):
                raise InputError(
                    f"{where}, token {position}: it holds the control character "
                    f"U+{ord(character):04X}; remove it"
                )
    return tuple(tokens)


def tokens_in(value: Mapping[str, Any], where: str, name: str = "tokens") -> tuple[str, ...] | None:
    """The tokens of that name in an object of JSON; None if it has none. Raises InputError for what are none."""
    tokens = value.get(name)
    if tokens is None:
        return None
    if not (isinstance(tokens, list) and all(isinstance(token, str) for token in tokens)):
        raise InputError(f'{where}, {name}: not a list of words: write ["a", "b"]')
    return checked_tokens(tokens, where if name == "tokens" else f"{where}, {name}")


def characters(text: str) -> Iterator[str]:
    r"""Splits a text into visible characters, in order: Unicode's extended grapheme clusters (UAX #29).

    >>> [len(each) for each in characters("e\u0301👍🏽")]
    [2, 2]
    """
    if _ALONE.fullmatch(text):
        yield from text
        return
    from wcwidth import iter_graphemes  # takes 20 ms

    for each in iter_graphemes(text):
        # a mark after a blank is no part of it
        yield from (each[0], each[1:]) if len(each) > 1 and each[0].isspace() else (each,)


def _words(text: str) -> Iterator[str]:
    end = 0
    for special in _SPECIAL.finditer(text):
        yield from _plain_words(text[end : special.start()])
        yield special.group()
        end = special.end()
    yield from _plain_words(text[end:])


def _plain_words(text: str) -> Iterator[str]:
    pieces = list(characters(text))
    token = ""
    for i, piece in enumerate(pieces):
        following = pieces[i + 1] if i + 1 < len(pieces) else ""
        joins = (
            _is_word(piece) or _holds_together(token, piece, following)
            if _is_word(token)
            else piece == token[:1]
        )
        if token and not (joins and not _is_chinese(piece) and not _is_chinese(token)):
            yield token
            token = ""
        if not _is_gap(piece):
            token += piece
    if token:
        yield token


def _holds_together(before: str, piece: str, after: str) -> bool:
    """An apostrophe between letters, a point or comma between digits."""
    if piece in "'’":
        return before[-1:].isalpha() and after[:1].isalpha()
    return piece in ".,．" and before[-1:].isdigit() and after[:1].isdigit()


def _is_word(piece: str) -> bool:
    return (
        piece != ""
        and (piece[0] == "_" or unicodedata.category(piece[0]) in _IN_WORDS)
        and _KEYCAP not in piece
    )


def _is_chinese(piece: str) -> bool:
    return piece != "" and any(ord(piece[0]) in block for block in _CHINESE)


def _is_gap(piece: str) -> bool:
    """White space, or an invisible character that stands alone."""
    return piece.isspace() or unicodedata.category(piece[0]) in ("Cf", "Zs", "Zl", "Zp")
