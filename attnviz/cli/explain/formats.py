"""Formats of `attnviz explain`: text, JSON, and the documents that the package can write, by name and suffix."""

from __future__ import annotations

from pathlib import PurePath

import click

from attnviz.errors import InputError

_OWN = {"text": ("", ".txt"), "json": (".json",)}
_FILMS = (".mp4", ".mov", ".webm", ".gif")


def suffixes() -> dict[str, tuple[str, ...]]:
    """The suffixes of every format, by its name.

    >>> suffixes()["markdown"]
    ('.md', '.markdown')
    """
    # Imported here: a page on the screen needs no document.
    from attnviz.views.document.formats import format_named, format_names

    return _OWN | {name: format_named(name).suffixes for name in format_names()}


def format_of(output: str) -> str:
    """The format that the suffix of a file means. Raises InputError, listing the suffixes, if there is none.

    >>> format_of("trace.json"), format_of("-")
    ('json', 'text')
    """
    suffix = PurePath(output).suffix.lower()
    if suffix in _OWN["text"]:
        return "text"
    formats = {each: name for name, known in suffixes().items() for each in known}
    if suffix in formats:
        return formats[suffix]
    if suffix in _FILMS:
        raise InputError(f"{output}: {suffix} is a film: make it with attnviz render")
    known = " ".join(each for each in formats if each)
    raise InputError(
        f"{output}: no format has the suffix {suffix!r}: use one of {known}, or --format"
    )


class FormatChoice(click.Choice[str]):
    """One of the formats. Names are looked up when they are needed: a start without --format loads no document."""

    def __init__(self) -> None:
        super().__init__(())

    @property
    def choices(self) -> tuple[str, ...]:
        from attnviz.views.document.formats import format_names

        return (*_OWN, *format_names())

    @choices.setter
    def choices(self, value: object) -> None:
        """Ignored: click sets it once, to what it was made with."""
