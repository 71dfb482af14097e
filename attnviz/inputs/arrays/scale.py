"""Reads the scale of the scores from words."""

from __future__ import annotations

import re

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
        value = _meant(word)
        cure = f"write {value}" if value else "say sqrt, none or a finite number"
        raise InputError(f"{where} is {text!r}: {cure}") from None


def _meant(word: str) -> str:
    """The number that is written with a decimal comma or as a fraction, with a decimal point; "" for others.

    >>> _meant("0,5"), _meant("1/2"), _meant("1/0"), _meant("half")
    ('0.5', '0.5', '', '')
    """
    if match := re.fullmatch(r"([-+]?\d{1,9}),(\d{1,9})", word):
        return f"{match[1]}.{match[2]}"
    match = re.fullmatch(r"([-+]?\d{1,9})\s*/\s*(\d{1,9})", word)
    return f"{int(match[1]) / int(match[2]):.6g}" if match and int(match[2]) else ""
