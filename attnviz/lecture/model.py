"""The contents of a lecture file, read and checked; each language has a version of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import TypeAlias

from attnviz.inputs.request import InputRequest
from attnviz.lessons.lesson import Lesson
from attnviz.records import record
from attnviz.render.quality import DEFAULT_QUALITY
from attnviz.story.pace import DEFAULT_PACE
from attnviz.story.roundings import DEFAULT_ROUNDING
from attnviz.theme import DARK


@record(eq=False)
class LessonChapter:
    """A lesson, its input, and how it is presented."""

    where: str
    """File and number, as messages begin."""
    lesson: Lesson
    request: InputRequest
    """Its files are found from the working directory."""
    title: str | None = None
    """A title in place of the lesson's own."""
    query: str | None = None
    key: str | None = None
    distance: int | None = None
    precision: int | None = None
    rounding: str = DEFAULT_ROUNDING
    steps: tuple[str, ...] = ()
    """The steps to show; all where it is empty."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Own words by "step.part" and "step.title"; `attnviz.lecture.own_words.with_own_words` puts them in."""
    pace: str = DEFAULT_PACE


@record(eq=False)
class CardChapter:
    """A still title card."""

    where: str
    title: str
    lines: tuple[str, ...] = ()
    """The lines below the title."""
    seconds: float | None = None
    """The time that it is shown; None is as long as it takes to read."""
    pace: str = DEFAULT_PACE


Chapter: TypeAlias = LessonChapter | CardChapter


@record(eq=False)
class Version:
    """The lecture in one language: one film."""

    language: str
    title: str
    chapters: tuple[Chapter, ...]


@record(eq=False)
class Lecture:
    """A lecture file."""

    path: Path
    versions: Mapping[str, Version]
    """Versions by language, in the order in which they are filmed."""
    theme: str = DARK.name
    pace: str = DEFAULT_PACE
    quality: str = DEFAULT_QUALITY
    fps: int | None = None
    font: str | None = None
    """A font file, found from the working directory, or the name of a font of the system."""
    output: Path | None = None
    """The .mp4, found from the working directory; see `attnviz.lecture.output.check_inside`."""
    output_value: str | None = None
    """The same as the file has it, for messages."""

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.versions)
