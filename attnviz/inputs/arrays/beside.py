"""What lies beside the arrays of a file: the names of positions, which are read, and arrays that are not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from attnviz.errors import InputError
from attnviz.inputs.files.grids import shortened
from attnviz.inputs.tokens import tokens_in

TOKENS = ("tokens", "words", "labels")
"""The names under which a file of one sequence names its positions."""
_SHOWN = 3


def names_in(
    there: Mapping[str, Any], where: str, names: Sequence[str] = TOKENS
) -> tuple[str, ...] | None:
    """The names of positions in a file, a list of words or an array of them; None where it has none.

    `names` are those of the list, in small or capital letters; labels that are numbers are none. Raises InputError for
    what are no words, and for two lists.

    >>> names_in({"x": np.eye(2), "tokens": np.array(["the", "cat"])}, "x.npz")
    ('the', 'cat')
    """
    fitting = [name for name in there if _is_of_names(name, there, names)]
    if len(fitting) > 1:
        raise InputError(
            f"{where} holds both {fitting[0]} and {fitting[1]}: name the tokens once, as {names[0]}"
        )
    for name in fitting:
        found = there[name]
        words = found.tolist() if isinstance(found, np.ndarray) else found
        if isinstance(words, list):
            words = [_text(each) for each in words]
        return tokens_in({name: words}, where, name)
    return None


def other_names(there: Mapping[str, Any], names: Sequence[str] = TOKENS) -> list[str]:
    """The names of what else the file holds.

    >>> other_names({"x": 1, "tokens": 2})
    ['x']
    """
    return [name for name in there if not _is_of_names(name, there, names)]


def left_out(names: Iterable[str], used: Iterable[str]) -> list[tuple[str, str]]:
    """The way to say which of the `names` in a file were not used; empty where all were.

    >>> left_out(["w_q", "wo_"], ["w_q"])
    [('left_out', 'wo_')]
    """
    taken = set(used)
    others = [name for name in names if name not in taken]
    if not others:
        return []
    more = len(others) - _SHOWN
    shown = ", ".join(shortened(each) for each in others[:_SHOWN])
    return [("left_out", shown + (f", … (+{more})" if more > 0 else ""))]


def _is_of_names(name: str, there: Mapping[str, Any], names: Sequence[str]) -> bool:
    """True for one of the `names`; but "labels" that are numbers are classes, as data sets have them.

    Nothing else is read of the file.
    """
    if name.lower() not in names:
        return False
    if name.lower() != "labels":
        return True
    value = there[name]
    is_numbers = (
        value.dtype.kind in "fiub"
        if isinstance(value, np.ndarray)
        else isinstance(value, list) and bool(value) and isinstance(value[0], int | float)
    )
    return not is_numbers


def _text(value: Any) -> Any:
    """Bytes as text: NumPy keeps words in either."""
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else value
