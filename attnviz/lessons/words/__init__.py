"""All words that any view shows, by language: `en.toml` and `zh.toml`, keyed by lesson, step and part.

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
        for part in key:
            entry = entry[part]
        if not isinstance(entry, str):
            raise KeyError(".".join(key))
        said = entry.format_map(facts)
        # a blank parts Chinese from Latin letters, but not from the bracket that closes a token
        return said.replace("） ", "）")


@cache
def words(language: str) -> Words:
    """The words of `language`, "en" or "zh". Raises InputError for any other."""
    if language not in LANGUAGES:
        raise unknown_name("language", language, LANGUAGES)
    text = Path(__file__).with_name(f"{language}.toml").read_text(encoding="utf-8")
    return Words(language, tomllib.loads(text))
