"""Document formats: a record each, found in the folder `writers` or registered from outside the package."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from attnviz.errors import InputError, unknown_name
from attnviz.records import record
from attnviz.views.document import writers

if TYPE_CHECKING:
    from attnviz.story.storyboard import Storyboard

_FIRST = ("markdown", "latex")
"""The order in which formats are listed; others follow by name."""


@record
class DocumentFormat:
    """A format in which a storyboard is written as a document.

    A module of `writers` has one as `FORMAT`, under the name of the module.
    """

    name: str
    suffixes: tuple[str, ...]
    """Endings of files, with the dot: (".md", ".markdown")."""
    write: Callable[[Storyboard, Sequence[str] | None], str]
    """(storyboard, ids of steps in any order, None is all) → the text, which ends in a line break.

    Raises InputError for a step that does not exist.
    """
    about: str
    """A few words for a list of formats."""
    one_lesson: bool = False
    """True if a document holds one lesson, and not several behind one another."""


_REGISTERED: dict[str, DocumentFormat] = {}


def register_format(format: DocumentFormat) -> None:
    """Adds a format from outside the package. Raises InputError if its name is taken."""
    if format.name in format_names():
        raise InputError(f"there is a document format {format.name!r} already: take another name")
    _REGISTERED[format.name] = format


def format_names() -> tuple[str, ...]:
    """The names of all formats in order. Imports none of them, so that a command line starts fast."""
    found = {each.name for each in pkgutil.iter_modules(writers.__path__)}
    return (*sorted(found, key=_place), *_REGISTERED)


def _place(name: str) -> tuple[int, str]:
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST), name)


def format_named(name: str) -> DocumentFormat:
    """The format of that name. Raises InputError with the nearest name if there is none."""
    if name in _REGISTERED:
        return _REGISTERED[name]
    if name not in format_names():
        raise unknown_name("format", name, format_names())
    found: DocumentFormat = importlib.import_module(f"{writers.__name__}.{name}").FORMAT
    return found


def formats_by_suffix() -> dict[str, str]:
    """The name of a format for each suffix."""
    formats = map(format_named, format_names())
    return {suffix: each.name for each in formats for suffix in each.suffixes}
