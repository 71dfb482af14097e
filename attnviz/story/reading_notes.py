"""Notes on how files were read where there were other ways, in words of one language."""

from __future__ import annotations

from collections.abc import Sequence

from attnviz.core.provenance import Reading
from attnviz.story.i18n import Words


def reading_notes(readings: Sequence[Reading], words: Words, length: str = "") -> tuple[str, ...]:
    """A note for each file that was not read in the plain way, and one for each warning; with `length` "_brief" in a
    few words, without the name of the file.

    >>> from attnviz.story.i18n import words
    >>> reading_notes([Reading("w.npz", "out_in"), Reading("w.npz", "layer", "h.0")], words("en"))
    ('w.npz read as (out, in), h.0.',)
    """
    ways: dict[str, list[str]] = {}
    warnings = []
    for each in readings:
        facts = {"file": each.file, "detail": each.detail}
        if each.is_warning:
            warnings.append(words.phrase(f"read{length}", each.way, **facts))
        else:
            ways.setdefault(each.file, []).append(words.phrase("read", each.way, **facts).strip())
    comma = words.phrase("common", "comma")
    plain = (
        words.phrase(f"read{length}", "line", file=file, how=comma.join(how))
        for file, how in ways.items()
    )
    return (*plain, *warnings)
