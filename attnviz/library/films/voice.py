"""The sound of a film: captions spoken by a program, or a recording of one's own."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from attnviz.errors import InputError

if TYPE_CHECKING:
    from attnviz.views.film.video.assembly import Chapter, FilmPlan
    from attnviz.views.film.voice.speech import Recording

    Speech = Mapping[tuple[int, str], Recording]
    """Recordings by chapter, counted from 0, and the name of the beat."""


def check_sound_options(narrate: str | None, *, voice: bool, languages: Sequence[str]) -> None:
    """Raises, before anything is planned, InputError for both kinds of sound at once and for a file that is no sound;
    EnvironmentFault where there is no program that speaks.
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


def recordings(chapters: Sequence[Chapter], folder: Path) -> Speech:
    """Speaks every caption of the chapters into a file in `folder`.

    Raises EnvironmentFault, which says how to get it, where there is no program for it.
    """
    from attnviz.views.film.voice.speech import record_beats

    texts = {
        (i, f"{step.id}.{part}"): text
        for i, chapter in enumerate(chapters)
        for step in chapter.film.storyboard.steps
        if not chapter.film.only or step.id in chapter.film.only
        for part, text in step.narration.items()
    }
    language = chapters[0].film.storyboard.language
    inside = Path(tempfile.mkdtemp(dir=folder))
    return record_beats(texts, language, inside)


def with_voice_seconds(chapters: Sequence[Chapter], speech: Speech) -> tuple[Chapter, ...]:
    """The chapters, each beat at least as long as its recording."""
    return tuple(
        replace(
            chapter,
            film=replace(
                chapter.film,
                voice_seconds={
                    name: each.seconds for (at, name), each in speech.items() if at == i
                },
            ),
        )
        for i, chapter in enumerate(chapters)
    )


def voice_track(film_plan: FilmPlan, chapters: Sequence[int], speech: Speech, target: Path) -> Path:
    """Writes the voice of a film as one sound file. `chapters` are the numbers of its chapters among those spoken."""
    from attnviz.views.film.voice.narration import VoiceClip, narration

    clips = [
        VoiceClip(speech[at, beat.name].path, start + beat.start)
        for at, start, plan in zip(chapters, film_plan.starts, film_plan.plans, strict=True)
        for beat in plan.beats
        if (at, beat.name) in speech
    ]
    return narration(clips, film_plan.seconds, target)
