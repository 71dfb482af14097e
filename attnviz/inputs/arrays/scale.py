"""Reads the scale of the scores from words."""

from __future__ import annotations

from attnviz.core.digits import plain_digits
from attnviz.errors import InputError


def scale_from(text: str, where: str = "--scale") -> float | None:
    """ "sqrt" is None (1/√d_k, which the Problem knows), "none" is 1, a number is itself.

    Raises InputError for anything else.

    >>> scale_from("none"), scale_from("0.25"), scale_from("sqrt")
    (1.0, 0.25, None)
    """
    word = plain_digits(text).strip().lower()
    if word == "sqrt":
        return None
    if word == "none":
        return 1.0
    from attnviz.inputs.files.tables import number  # here, as few say a number

    try:
        return number(word)
    except ValueError:
        raise InputError(f"{where} is {text!r}: say sqrt, none or a finite number") from None
