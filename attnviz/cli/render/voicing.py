"""What is heard: captions spoken, or a recording of one's own."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from attnviz.errors import InputError

if TYPE_CHECKING:
    from attnviz.views.film.video.assembly import Chapter, Programme
    from attnviz.views.film.voice.speech import Recording

    Spoken = Mapping[tuple[int, str], Recording]
    """By chapter, counted from 0, and the name of the beat."""


def check_sound_options(narrate: str | None, *, voice: bool, languages: Sequence[str]) -> None:
    """Finds out before anything is planned whether it can be heard.

    Raises InputError for a file that is no sound, EnvironmentFault where there is no program that speaks.
    """
    if narrate is not None and voice:
        raise InputError("--narrate and --voice are two voices: leave one of them out")
    if narrate is not None:
        from attnviz.render.video.sound import check_sound

        check_sound(Path(narrate))
    if voice:
        from attnviz.views.film.voice.speech import voice_for

        for language in languages:
            voice_for(language)


def spoken(chapters: Sequence[Chapter], folder: Path) -> Spoken:
    """Every caption of the chapters, spoken into files in `folder`.

    Raises EnvironmentFault, which says how to get it, where there is no program for it.
    """
    from attnviz.views.film.voice.speech import spoken_lengths

    texts = {
        (i, f"{step.id}.{part}"): text
        for i, chapter in enumerate(chapters)
        for step in chapter.film.storyboard.steps
        if not chapter.film.only or step.id in chapter.film.only
        for part, text in step.narration.items()
    }
    language = chapters[0].film.storyboard.language
    inside = Path(tempfile.mkdtemp(dir=folder))
    return spoken_lengths(texts, language, inside)


def lasting_as_spoken(chapters: Sequence[Chapter], said: Spoken) -> tuple[Chapter, ...]:
    """The chapters, each beat as long as what is spoken in it."""
    return tuple(
        replace(
            chapter,
            film=replace(
                chapter.film,
                spoken={name: each.seconds for (at, name), each in said.items() if at == i},
            ),
        )
        for i, chapter in enumerate(chapters)
    )


def track(programme: Programme, chapters: Sequence[int], said: Spoken, target: Path) -> Path:
    """The voice of a film as one sound file; `chapters` says which of those spoken it has."""
    from attnviz.views.film.voice.narration import Placed, narration

    placed = [
        Placed(said[at, beat.name].path, start + beat.start)
        for at, start, plan in zip(chapters, programme.starts, programme.plans, strict=True)
        for beat in plan.beats
        if (at, beat.name) in said
    ]
    return narration(placed, programme.seconds, target)
