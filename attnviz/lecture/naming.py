"""The arguments that name a lecture file."""

from __future__ import annotations

SUFFIX = ".toml"


def is_lecture(text: str | None) -> bool:
    """True if an argument names a lecture file; any other is text.

    >>> is_lecture("talk.toml"), is_lecture("the cat sat"), is_lecture(None)
    (True, False, False)
    """
    return text is not None and text.lower().endswith(SUFFIX)
