"""Copies of mobjects, as manim makes them and quicker: it copies what moves at least once a play."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, TypeVar

import numpy as np
from manim import ManimColor, Mobject
from manim.mobject.svg.svg_mobject import se as svg

_NEVER_CHANGED = (ManimColor, svg.Path, svg.Color)
"""Colours, and the path from which the outline of a glyph was made once: a string's are hundreds of small objects."""
_PLAIN = frozenset({type(None), bool, int, float, str, *_NEVER_CHANGED})
"""Whatever is exactly of such a type is shared by copies."""

_Thing = TypeVar("_Thing")


@contextmanager
def quick_copies() -> Iterator[None]:
    """Inside, copies share what nobody changes after it was made.

    >>> from copy import deepcopy
    >>> from manim import RED
    >>> with quick_copies():
    ...     deepcopy(RED) is RED
    True
    """
    copied_by = dict.fromkeys(_NEVER_CHANGED, _itself) | {Mobject: _copied}
    before = {each: vars(each).get("__deepcopy__") for each in copied_by}
    for each, copy in copied_by.items():
        each.__deepcopy__ = copy
    try:
        yield
    finally:
        for each, own in before.items():
            if own is None:
                del each.__deepcopy__
            else:
                each.__deepcopy__ = own


def _itself(thing: _Thing, memo: object) -> _Thing:
    return thing


def _copied(mobject: Mobject, memo: dict[int, Any]) -> Mobject:
    """As `Mobject.__deepcopy__`, without asking of each number and each word how it is copied."""
    kind = type(mobject)
    result: Mobject = kind.__new__(kind)  # type: ignore[call-overload]
    memo[id(mobject)] = result
    for name, value in vars(mobject).items():
        if type(value) in _PLAIN:
            setattr(result, name, value)
        elif type(value) is np.ndarray and id(value) not in memo:
            copied = memo[id(value)] = value.__deepcopy__(memo)
            setattr(result, name, copied)
        else:
            setattr(result, name, deepcopy(value, memo))
    result.original_id = str(id(mobject))
    return result
