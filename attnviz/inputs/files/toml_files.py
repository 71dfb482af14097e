"""TOML that others wrote → plain values: not too much of it, and not too deep."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from attnviz.errors import InputError, reason_of

MOST_CHARACTERS = 8_000_000
"""A lecture or an example that is longer than this is refused: reading it would take minutes."""
MOST_KEYS, MOST_LISTS, MOST_VALUES = 20_000, 100_000, 2_000_000
MOST_PARTS = 16
"""Parts of a dotted key: tomllib keeps every beginning of it."""
_PART = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_LONG_KEY = re.compile(rf"(?<![\w.-]){_PART}(?:[ \t]*\.[ \t]*{_PART}){{{MOST_PARTS}}}")


def read_toml(text: str, where: str, what: str) -> dict[str, Any]:
    """The table of a TOML text. Its size is checked before it is read. `what` is what it should be: "a lecture".

    Raises InputError that begins with `where`: not TOML (with the line), nested too deeply, or too much of it.

    >>> read_toml("heads = 2", "x.toml", "an example")
    {'heads': 2}
    """
    _check_size(text, where, what)
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise InputError(f"{where} is not {what}: its brackets are nested too deep") from error
    except (
        Exception
    ) as error:  # tomllib raises more than its own error, for a date that is none, say
        raise InputError(f"{where} is not TOML: {reason_of(error)}") from error


def _check_size(text: str, where: str, what: str) -> None:
    for name, found, most in (
        ("characters", len(text), MOST_CHARACTERS),
        ("keys", text.count("="), MOST_KEYS),
        ("lists", text.count("[") + text.count("{"), MOST_LISTS),
        ("values", text.count(","), MOST_VALUES),
    ):
        if found > most:
            raise InputError(
                f"{where} is not {what}: it has {found:,} {name}, and at most {most:,} are read: "
                "keep large arrays in files of their own"
            )
    if found_key := _LONG_KEY.search(text):
        line = text.count("\n", 0, found_key.start()) + 1
        raise InputError(
            f"{where} is not {what}: line {line} has a key of more than {MOST_PARTS} parts: write tables"
        )
