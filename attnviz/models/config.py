"""The settings of config.json, read and checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attnviz.errors import InputError
from attnviz.records import record

FILE = "config.json"


@record
class Config:
    """The values of a config.json by name, each asked for with the type that it must have."""

    values: Mapping[str, Any]
    path: Path

    @property
    def kind(self) -> str:
        """The kind of model: "bert", "llama", …"""
        return self.text("model_type")

    def whole_number(self, *names: str, default: int | None = None) -> int:
        """A whole number of at least 1, under the first of the names that is there. Raises InputError."""
        value = self._first(names, default)
        if type(value) is not int or value < 1:
            raise self.wrong(names[0], "a whole number from 1")
        return value

    def number(self, *names: str, default: float | None = None) -> float:
        """A number. Raises InputError."""
        value = self._first(names, default)
        if type(value) not in (int, float):
            raise self.wrong(names[0], "a number")
        return float(value)

    def text(self, *names: str, default: str | None = None) -> str:
        """A word. Raises InputError."""
        value = self._first(names, default)
        if not isinstance(value, str):
            raise self.wrong(names[0], "a word")
        return value

    def is_true(self, name: str, *, default: bool) -> bool:
        """Yes or no. Raises InputError."""
        value = self._first((name,), default)
        if not isinstance(value, bool):
            raise self.wrong(name, "true or false")
        return value

    def get(self, name: str) -> Any:
        """Whatever is there; None if nothing is."""
        return self.values.get(name)

    def wrong(self, name: str, expected: str) -> InputError:
        """An error for a value that cannot be used."""
        return InputError(
            f"{self.path}: {name} is {self.values.get(name)!r}, expected {expected}: download the file anew"
        )

    def _first(self, names: tuple[str, ...], default: object) -> Any:
        there = [self.values[name] for name in names if self.values.get(name) is not None]
        if not there and default is None:
            raise InputError(f"{self.path} has no {names[0]}: this is not a whole model")
        return there[0] if there else default


def read_config(folder: Path) -> Config:
    """Reads the folder's config.json. Raises InputError if there is none, or it is none."""
    path = folder / FILE
    if not path.is_file():
        raise InputError(
            f"{folder} has no {FILE}: name a folder as it is downloaded from the hub, with {FILE}, "
            "model.safetensors and tokenizer.json"
        )
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as JSON ({error}): download it anew") from error
    if not isinstance(values, dict):
        raise InputError(f"{path} is no object of settings: download it anew")
    return Config(values, path)
