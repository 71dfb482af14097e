"""The commented start of a lecture file, a language each."""

from __future__ import annotations

from pathlib import Path

from attnviz.errors import unknown_name
from attnviz.story.i18n import LANGUAGES


def start(language: str) -> str:
    """A lecture file that renders as it is, with every setting in it explained in that language.

    Raises InputError for a language that there is none in.

    >>> start("en").splitlines()[0]
    '# A lecture for attnviz. It becomes a film by:  attnviz render FILE'
    """
    if language not in LANGUAGES:
        raise unknown_name("language", language, LANGUAGES)
    return Path(__file__).with_name(f"start.{language}.toml").read_text(encoding="utf-8")
