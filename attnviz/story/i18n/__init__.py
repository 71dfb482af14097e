"""All words that any view shows. `en.toml` and `zh.toml` hold what views and lessons share, by table and key; the
words of a lesson stand in files of their own (`self_attention.en.toml`), by step and part.

A word may hold {facts} that are filled in when it is said.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from attnviz.errors import unknown_name

LANGUAGES = ("en", "zh")
_LESSONS = Path(__file__).parents[2] / "lessons"


@dataclass(frozen=True)
class Words:
    """The words of one language. Raises KeyError for a key that does not exist: a mistake in the program."""

    language: str
    table: Mapping[str, Any]

    def say(self, *key: str, **facts: object) -> str:
        """The words at that key, with the facts filled in.

        >>> words("en").say("common", "and")
        ' and '
        """
        entry: Any = self.table
        if key and key[0] not in self.table:
            entry = {key[0]: _of_lesson(self.language, key[0])}
        for part in key:
            entry = entry[part]
        if not isinstance(entry, str):
            raise KeyError(".".join(key))
        said = entry.format_map(facts)
        # a blank parts Chinese from Latin letters, but not from the bracket that closes a token
        return said.replace("） ", "）")

    def all_of(self, *tables: str) -> list[str]:
        """Every text of these tables, facts not filled in.

        >>> " and " in words("en").all_of("common")
        True
        """
        found: list[str] = []
        rest: list[Any] = [
            self.table[each] if each in self.table else _of_lesson(self.language, each)
            for each in tables
        ]
        while rest:
            entry = rest.pop()
            if isinstance(entry, str):
                found.append(entry)
            elif isinstance(entry, Mapping):
                rest += entry.values()
        return found


@cache
def words(language: str) -> Words:
    """The words of `language`, "en" or "zh". Raises InputError for any other."""
    if language not in LANGUAGES:
        raise unknown_name("language", language, LANGUAGES)
    return Words(language, _read(Path(__file__).with_name(f"{language}.toml")))


@cache
def _of_lesson(language: str, lesson: str) -> Mapping[str, Any]:
    """The table of a lesson. Raises KeyError if there is none."""
    try:
        return _read(_LESSONS / lesson.replace("-", "_") / f"{language}.toml")
    except FileNotFoundError:
        raise KeyError(lesson) from None


def _read(path: Path) -> Mapping[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
