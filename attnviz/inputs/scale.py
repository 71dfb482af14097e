"""What the scores are multiplied with, from words."""

from __future__ import annotations

import math

from attnviz.errors import InputError


def scale_from(text: str, where: str = "--scale") -> float | None:
    """ "sqrt" is None (1/√d_k, which the Problem knows), "none" is 1, a number is itself.

    Raises InputError for anything else.

    >>> scale_from("none"), scale_from("0.25"), scale_from("sqrt")
    (1.0, 0.25, None)
    """
    word = text.strip().lower()
    if word == "sqrt":
        return None
    if word == "none":
        return 1.0
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{where} is {text!r}: say sqrt, none or a finite number")
    return value
