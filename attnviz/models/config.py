"""The settings of config.json, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attnviz.core.json_text import load_json
from attnviz.errors import InputError, parsing
from attnviz.records import record

FILE = "config.json"
CURE = "download it anew"
MOST_BYTES = 32 * 2**20
"""No JSON file of a model that is larger is read, but its tokenizer."""

_LARGEST, _MOST, _LONGEST = 2**31, 1e30, 100


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
        if type(value) is not int or not 1 <= value <= _LARGEST:
            raise self.wrong(names[0], "a whole number from 1")
        return value

    def number(self, *names: str, default: float | None = None) -> float:
        """A number. Raises InputError."""
        value = self._first(names, default)
        if type(value) not in (int, float) or not abs(value) <= _MOST:  # nor NaN
            raise self.wrong(names[0], "a number")
        return float(value)

    def text(self, *names: str, default: str | None = None) -> str:
        """A word. Raises InputError."""
        value = self._first(names, default)
        if not isinstance(value, str) or len(value) > _LONGEST:
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
        import reprlib  # only errors need it

        return InputError(
            f"{self.path}: {name} is {reprlib.repr(self.values.get(name))}, expected {expected}: download the file anew"
        )

    def _first(self, names: tuple[str, ...], default: object) -> Any:
        there = [self.values[name] for name in names if self.values.get(name) is not None]
        if not there and default is None:
            raise InputError(f"{self.path} has no {names[0]}: this is not a whole model")
        return there[0] if there else default


def read_model_json(path: Path) -> Any:
    """The value of a JSON file of a model folder. Raises InputError for a file that cannot be read or is too large."""
    with parsing(f"{path}: the JSON", CURE), path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise ValueError(f"it is larger than {MOST_BYTES // 2**20} MiB")
        # Where a key is there twice, transformers takes the last, and who publishes the model has tried it so.
        return load_json(data.decode("utf-8"), whole_characters=True, keys_once=False)


def read_config(folder: Path) -> Config:
    """Reads the folder's config.json. Raises InputError if there is none, or it is none."""
    path = folder / FILE
    if not path.is_file():
        raise InputError(
            f"{folder} has no {FILE}: name a folder as it is downloaded from the hub, with {FILE}, "
            "model.safetensors and tokenizer.json"
        )
    values = read_model_json(path)
    if not isinstance(values, dict):
        raise InputError(f"{path} is no object of settings: download it anew")
    return Config(values, path)
