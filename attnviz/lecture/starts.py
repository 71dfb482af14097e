"""The commented start of a lecture file, a language each."""

from __future__ import annotations

from attnviz.story.i18n import language


def start(code: str) -> str:
    """A lecture file that renders as it is, with every setting in it explained in that language.

    Raises InputError for a language that there is none in.

    >>> start("en").splitlines()[0]
    '# A lecture for attnviz. It becomes a film by:  attnviz render FILE'
    """
    return language(code).lecture_start.read_text(encoding="utf-8")
