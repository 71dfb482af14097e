"""Copies of mobjects without copies of what never changes: manim copies what moves at least once a play."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from manim import ManimColor
from manim.mobject.svg.svg_mobject import se as svg

_NEVER_CHANGED = (ManimColor, svg.Path, svg.Color)
"""Colours, and the path from which the outline of a glyph was made once: a string's are hundreds of small objects."""

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
    before = {each: vars(each).get("__deepcopy__") for each in _NEVER_CHANGED}
    for each in _NEVER_CHANGED:
        each.__deepcopy__ = _itself
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
