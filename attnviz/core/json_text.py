"""JSON that others wrote → plain values: not too many of them, and not too deep."""

from __future__ import annotations

import re
from typing import Any

MOST_LISTS = 200_000
"""So many lists and objects are read from any text; more only from one that is long beside them."""
MOST_VALUES = 16_000_000
"""No more values than this are read from one text."""
MOST_DEPTH = 32
"""Lists and objects inside one another."""
_LEAST_PER_LIST = 8
"""Characters a list, where there are more than `MOST_LISTS`: an empty list takes 64 bytes, and two characters."""
_LONGEST_KEY = 40
"""Characters of a key that a message shows."""
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")


class DuplicateKeyError(ValueError):
    """An object that has a key twice: which value holds, no reader can know."""


def load_json(text: str, *, whole_characters: bool = False, keys_once: bool = True) -> Any:
    """The value of a JSON text. Its size is checked before anything is allocated. With `whole_characters` no text in it
    may hold a lone surrogate, which no file and no screen takes. Without `keys_once` the last of equal keys holds.

    Raises ValueError, of which `json.JSONDecodeError` is one, for what is no JSON, or too much of it, DuplicateKeyError
    for an object with one key twice, and RecursionError for lists that are nested too deeply.

    >>> load_json("[[1, 2], [3, 4]]")
    [[1, 2], [3, 4]]
    """
    import json  # explaining a text reads no JSON, and starts sooner without it

    _check_size(text)
    value = json.loads(text, object_pairs_hook=_object if keys_once else None)
    _check_depth(value)
    if whole_characters and _HALF_CHARACTER.search(text):
        _check_texts(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        seen: set[str] = set()
        name = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise DuplicateKeyError(f"an object in it has the key {name[:_LONGEST_KEY]!r} twice")
    return value


def _check_size(text: str) -> None:
    lists = text.count("[") + text.count("{")
    most = max(MOST_LISTS, len(text) // _LEAST_PER_LIST)
    if lists > most:
        raise ValueError(f"it holds {lists:,} lists, and at most {most:,} are read")
    values = text.count(",")
    if values > MOST_VALUES:
        raise ValueError(f"it holds {values:,} values, and at most {MOST_VALUES:,} are read")


def _check_depth(value: Any) -> None:
    """Level by level, without recursion."""
    level = [value]
    for _ in range(MOST_DEPTH + 1):
        level = [
            inner
            for each in level
            for inner in (
                each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
            )
            if isinstance(inner, list | dict)
        ]
        if not level:
            return
    raise RecursionError(f"more than {MOST_DEPTH} lists inside one another")


def _check_texts(value: Any) -> None:
    """Raises ValueError for a text with half of a pair of surrogates."""
    if isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError("a text in it holds half a character, a lone surrogate")
    elif isinstance(value, list):
        for each in value:
            _check_texts(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            _check_texts(name)
            _check_texts(each)
