"""How files were read, on stderr: for those who do not see the notes of a view, or should see them at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from attnviz.cli.shared.lines import echo_line

if TYPE_CHECKING:
    from attnviz.core.provenance import Reading
    from attnviz.core.trace import Trace


def print_readings(traces: Iterable[Trace | None], *, only_warnings: bool = False) -> None:
    """Prints each reading of the inputs of these traces once, a line a file; with `only_warnings` what may be wrong."""
    found = [each for trace in traces if trace for each in trace.problem.provenance.readings]
    print_notes(dict.fromkeys(found), only_warnings=only_warnings)


def print_notes(readings: Iterable[Reading], *, only_warnings: bool = False) -> None:
    """Prints these readings on stderr, a line a file and a line a warning."""
    listed = list(readings)
    if not listed:
        return  # words are loaded where they are needed
    from attnviz.story.i18n import words
    from attnviz.story.reading_notes import reading_notes

    notes = [each for each in listed if not each.is_warning]
    for line in () if only_warnings else reading_notes(notes, words("en")):
        echo_line(f"Note: {line}", err=True)
    for line in reading_notes([each for each in listed if each.is_warning], words("en")):
        echo_line(f"Warning: {line}", err=True)
