"""One table of a lecture file: its values, each checked; messages name the place and the cure."""

from __future__ import annotations

import math
import reprlib
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attnviz.errors import InputError, unknown_name
from attnviz.inputs.files.reading import STDIN
from attnviz.records import record
from attnviz.story.i18n import language_codes
from attnviz.typeset.text_width import columns_of


@record
class TomlTable:
    """A table of the file, read for one language. A key that is absent is None."""

    values: Mapping[str, Any]
    where: str
    """The file, and the chapter in it: its messages begin so."""
    language: str

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def error(self, message: str) -> InputError:
        return InputError(f"{self.where}: {message}")

    def check_keys(self, known: Sequence[str]) -> None:
        """Raises InputError, with the nearest name, for a key that is not one of `known`."""
        for key in self.values:
            if key not in known:
                raise self.error(str(unknown_name("key", key, known)))

    def choice(self, key: str, known: Iterable[str]) -> str | None:
        """One of the names `known`."""
        value, names = self.values.get(key), tuple(known)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._expected(key, f"one of {', '.join(names)}, in quotation marks")
        if value not in names:
            raise self.error(str(unknown_name(key, value, names)))
        return value

    def whole(self, key: str, least: int, most: int | None = None) -> int | None:
        """A whole number from `least` to `most`."""
        value = self.values.get(key)
        if value is None:
            return None
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole or value < least or (most is not None and value > most):
            to = "" if most is None else f" to {most}"
            raise self._expected(key, f"a whole number from {least}{to}")
        return int(value)

    def seconds(self, key: str, most: float) -> float | None:
        """A duration: more than 0 and at most `most` seconds."""
        value = self.values.get(key)
        if value is None:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or not 0 < value <= most:
            raise self._expected(key, f"a number of seconds above 0, at most {most:g}")
        return float(value)

    def flag(self, key: str) -> bool | None:
        value = self.values.get(key)
        if value is not None and not isinstance(value, bool):
            raise self._expected(key, "true or false")
        return value

    def word(self, key: str) -> str | None:
        """A string that no viewer reads."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._expected(key, "text in quotation marks")
        return value

    def names(self, key: str) -> tuple[str, ...] | None:
        """A list of strings."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._expected(key, 'a list of names such as ["a", "b"]')
        return tuple(value)

    def file(
        self, key: str, folder: Path, is_file: Callable[[str], bool] = lambda value: True
    ) -> str | None:
        """A file, found from the lecture's folder; what is none, but a name, stays as it is."""
        value = self.word(key)
        if value is None:
            return None
        if "\0" in value:
            raise self.error(f"{key} holds the control character U+0000: remove it")
        if value == STDIN:
            raise self.error(f"{key} is stdin, which can be read only once: name a file")
        return str(folder / value) if is_file(value) else value

    def of_language(self, key: str) -> Any:
        """The value of `key`, or of this language in the table that it is."""
        value = self.values.get(key)
        return value if value is None else self._picked(value, key)

    def text(self, key: str, columns: int) -> str | None:
        """One line that a viewer reads, of at most that many columns (two for a Chinese character)."""
        value = self.values.get(key)
        return None if value is None else self.line(value, key, columns)

    def line(self, value: Any, key: str, columns: int) -> str:
        """The value of `key` as one line that a viewer reads."""
        viewer_text = self.viewer_text(value, key)
        if "\n" in viewer_text:
            raise self.error(f"{key} has several lines: write it in one")
        if columns_of(viewer_text) > columns:
            raise self.error(
                f"{key} takes {columns_of(viewer_text)} columns, and there is room for {columns} "
                "(a Chinese character takes two): shorten it"
            )
        return viewer_text

    def viewer_text(self, value: Any, key: str) -> str:
        """The value of `key` as text that a viewer reads, in one line or several."""
        viewer_text = self._picked(value, key)
        if not isinstance(viewer_text, str):
            raise self.error(
                f'{key} is {shown(viewer_text)}, expected text: write {key} = "…", '
                f'or {key}.en = "…" and {key}.zh = "…"'
            )
        viewer_text = viewer_text.strip()
        if not viewer_text:
            raise self.error(f"{key} is empty: write something, or leave it out")
        for character in viewer_text:
            if character != "\n" and unicodedata.category(character) in ("Cc", "Cs"):
                code = f"U+{ord(character):04X}"
                raise self.error(f"{key} holds the control character {code}: remove it")
        return viewer_text

    def _picked(self, value: Any, key: str) -> Any:
        if not isinstance(value, dict):
            return value
        for language in value:
            if language not in language_codes():
                error = unknown_name("language", language, language_codes())
                raise self.error(f"{key}: {error}")
        if self.language not in value:
            raise self.error(
                f'{key} has nothing for the language {self.language}: add {key}.{self.language} = "…"'
            )
        return value[self.language]

    def _expected(self, key: str, what: str) -> InputError:
        return self.error(f"{key} is {shown(self.values[key])}, expected {what}")


def shown(value: Any) -> str:
    """A value as the file has it, cut where it is long.

    >>> shown(True), shown("a"), shown([1] * 100)
    ('true', "'a'", '[1, 1, 1, 1, 1, 1, ...]')
    """
    return str(value).lower() if isinstance(value, bool) else reprlib.repr(value)
