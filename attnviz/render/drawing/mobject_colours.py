"""Colours of mobjects, as manim works them out and quicker: it does so for every member that is made or faded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from manim import ManimColor, VMobject

_ONE_COLOUR = frozenset({ManimColor, type(None)})
_ONE_OPACITY = frozenset({float, int, np.float64, type(None)})


@contextmanager
def quick_colours() -> Iterator[None]:
    """Inside, `VMobject.generate_rgbas_array` gives what it always gives, without lists of one colour and one opacity.

    >>> from manim import RED, VMobject
    >>> mobject = VMobject()
    >>> before = mobject.generate_rgbas_array(RED, 0.5)
    >>> with quick_colours():
    ...     bool((mobject.generate_rgbas_array(RED, 0.5) == before).all())
    True
    """
    manims = VMobject.generate_rgbas_array

    def rgbas(mobject: VMobject, color: Any, opacity: Any) -> Any:
        if (
            type(color) not in _ONE_COLOUR
            or type(opacity) not in _ONE_OPACITY
            or mobject.sheen_factor != 0
        ):
            return manims(mobject, color, opacity)
        row = np.zeros((1, 4))  # black, and not to be seen
        if color is not None:
            row[0] = color._internal_value
        row[0, 3] = 0.0 if opacity is None else opacity
        return row

    VMobject.generate_rgbas_array = rgbas
    try:
        yield
    finally:
        VMobject.generate_rgbas_array = manims
