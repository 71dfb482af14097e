"""All words that any view shows, by language. `en.toml` and `zh.toml` hold what views and lessons share, by table and
key; the words of a lesson are files of its own folder (`lessons/self_attention/en.toml`), by step and part.

A word may hold {facts} that are filled in when it is said. A further language is one record, `register_language`, and
those of the same files that it has (the rest is English); a lesson from outside brings its words by `register_words`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from attnviz.records import record
from attnviz.story.captions import Caption, fill_template
from attnviz.story.languages import (
    ENGLISH,
    LANGUAGES,
    Language,
    language,
    language_codes,
    register_language,
)

__all__ = [
    "LANGUAGES",
    "Language",
    "Words",
    "language",
    "language_codes",
    "register_language",
    "register_words",
    "words",
]

_LESSON_FOLDERS: dict[str, Path] = {}
"""The folders with the words of lessons from outside, by lesson."""


@record
class Words:
    """The words of one language. Raises KeyError for a key that does not exist: a mistake in the program."""

    language: str
    table: Mapping[str, Any]

    def phrase(self, *key: str, **facts: object) -> Caption:
        """The words at that key, with the facts filled in; a fact that is a caption keeps its tokens.

        >>> words("en").phrase("common", "and")
        ' and '
        """
        entry: Any = self.table
        if key and key[0] not in self.table:
            entry = {key[0]: _of_lesson(language(self.language), key[0])}
        for part in key:
            entry = entry[part]
        if not isinstance(entry, str):
            raise KeyError(".".join(key))
        # a blank parts Chinese from Latin letters, but not from the bracket that closes a token
        return fill_template(entry, facts).replaced("） ", "）")

    def all_of(self, *tables: str) -> list[str]:
        """Every text of these tables, facts not filled in.

        >>> " and " in words("en").all_of("common")
        True
        """
        found: list[str] = []
        rest: list[Any] = [
            self.table[each] if each in self.table else _of_lesson(language(self.language), each)
            for each in tables
        ]
        while rest:
            entry = rest.pop()
            if isinstance(entry, str):
                found.append(entry)
            elif isinstance(entry, Mapping):
                rest += entry.values()
        return found


def words(code: str) -> Words:
    """The words of a language by its code. What it lacks is English. Raises InputError for an unknown code."""
    return _words(language(code))


def register_words(lesson: str, folder: Path) -> None:
    """Takes the words of a lesson from `folder`, which has a file a language: en.toml, zh.toml."""
    _LESSON_FOLDERS[lesson] = folder
    _of_lesson.cache_clear()


@cache
def _words(record: Language) -> Words:
    return Words(
        record.code, _over_english(record, record.common_words, lambda: _words(ENGLISH).table)
    )


@cache
def _of_lesson(record: Language, lesson: str) -> Mapping[str, Any]:
    """The table of a lesson. Raises KeyError if there is none."""
    folder = _LESSON_FOLDERS.get(lesson)
    path = record.lesson_words(lesson) if folder is None else folder / f"{record.code}.toml"
    if record is ENGLISH and not path.exists():
        raise KeyError(lesson)
    return _over_english(record, path, lambda: _of_lesson(ENGLISH, lesson))


def _over_english(
    record: Language, path: Path, english: Callable[[], Mapping[str, Any]]
) -> Mapping[str, Any]:
    """The words of the file; where it lacks a key, or there is no file, the English ones."""
    own = _read(path) if path.exists() else {}
    return own if record is ENGLISH else _merged(english(), own)


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> Mapping[str, Any]:
    merged = {**under, **over}
    for key in under.keys() & over.keys():
        if isinstance(under[key], Mapping) and isinstance(over[key], Mapping):
            merged[key] = _merged(under[key], over[key])
    return merged


def _read(path: Path) -> Mapping[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
