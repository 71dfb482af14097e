"""Films planned from their chapters, and written with their captions beside them, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from attnviz.errors import InputError
from attnviz.lecture.own_words import with_own_words
from attnviz.lessons.registry import build_storyboard, lesson_named
from attnviz.library.files import atomic_file, check_writable
from attnviz.library.films.render_job import RenderJob, files_of, split_films
from attnviz.library.films.voice import recordings, voice_track, with_voice_seconds
from attnviz.library.lecture_plan import PlannedCard, PlannedChapter, PlannedLesson
from attnviz.records import record
from attnviz.story.i18n import words
from attnviz.story.pace import PACES
from attnviz.story.storyboard import Storyboard
from attnviz.story.title_card import card_storyboard

if TYPE_CHECKING:
    from attnviz.render.quality import Quality
    from attnviz.theme import Theme
    from attnviz.typeset.typefaces import Typeface
    from attnviz.views.film.production.film_service import FilmService
    from attnviz.views.film.video.assembly import About, Chapter, FilmPlan


@record
class Appearance:
    """The look of all chapters of a film."""

    theme: Theme
    quality: Quality
    font: Typeface | None


def appearance(theme: str, quality: str, fps: int | None, font: str | None) -> Appearance:
    """The look by its names. Raises InputError for a font that is none."""
    from attnviz.render.quality import quality as size
    from attnviz.theme import THEMES
    from attnviz.typeset.typefaces import chosen

    return Appearance(THEMES[theme], size(quality, fps), None if font is None else chosen(font))


def chapters_of(
    language: str, chapters: Mapping[str, Sequence[PlannedChapter]], look: Appearance
) -> tuple[Chapter, ...]:
    """The chapters of the film in that language; the other languages of `chapters` become subtitles."""
    others = [each for each in chapters if each != language]
    return tuple(
        _chapter(planned, language, {each: chapters[each][i] for each in others}, look)
        for i, planned in enumerate(chapters[language])
    )


def lesson_chapter(
    board: Storyboard,
    look: Appearance,
    pace: str,
    steps: Sequence[str] = (),
    others: Sequence[Storyboard] = (),
) -> Chapter:
    """One lesson as a chapter. `steps` are those to show, none is all; `others` are subtitles in other languages."""
    from attnviz.scenes import scene_of
    from attnviz.views.film.film import Film
    from attnviz.views.film.style import Style
    from attnviz.views.film.video.assembly import Chapter

    scene, style = scene_of(lesson_named(board.lesson)), Style(look.theme, PACES[pace])
    film = Film(scene, board, style, look.quality, tuple(steps), look.font)
    return Chapter(film, tuple(others))


def _chapter(
    planned: PlannedChapter, language: str, others: Mapping[str, PlannedChapter], look: Appearance
) -> Chapter:
    subtitles = [_in_language(planned, *each) for each in others.items()]
    if isinstance(planned, PlannedLesson):
        return lesson_chapter(planned.storyboard, look, planned.pace, planned.steps, subtitles)
    from attnviz.scenes.title_card import TitleCard
    from attnviz.views.film.film import Film
    from attnviz.views.film.style import Style
    from attnviz.views.film.video.assembly import Chapter

    board, style = card_storyboard(planned.title, planned.lines, language), Style(look.theme)
    film = Film(TitleCard, board, style, look.quality, font=look.font, card_seconds=planned.seconds)
    return Chapter(film, tuple(subtitles), is_card=True)


def _in_language(planned: PlannedChapter, language: str, other: PlannedChapter) -> Storyboard:
    """The words of a chapter in another language: built on the film's own input, not on that of the other film."""
    if isinstance(other, PlannedCard):
        return card_storyboard(other.title, other.lines, language)
    assert isinstance(planned, PlannedLesson)
    board = build_storyboard(planned.lesson.name, replace(planned.request, language=language))
    known = {f"{step.id}.{part}" for step in board.steps for part in step.narration}
    own = {name: text for name, text in other.words.items() if name in known}
    return with_own_words(board, own, "")


@record(eq=False)
class PlannedFilm:
    """One film, planned and not yet drawn."""

    film_plan: FilmPlan
    target: Path
    about: About
    sound: Path | None = None
    """A sound file that is heard from the beginning."""


def plan_films(
    job: RenderJob,
    service: FilmService,
    duration: float | None,
    voices: Path | None,
    on_frames: Callable[[int], None],
) -> tuple[PlannedFilm, ...]:
    """All films of a job, planned by the service. `duration`, in seconds, is that of each of them; of a lecture that is
    split it is that of all together. `voices` is a folder for speech; None leaves the films silent.

    Raises InputError where the duration is too short, and where the typeface lacks a character; EnvironmentFault where
    there is no program that speaks.
    """
    from attnviz.views.film.video.assembly import planned

    look = appearance(job.theme, job.quality, job.fps, job.font)
    films: list[PlannedFilm] = []
    for language in job.languages:
        chapters = chapters_of(language, job.chapters, look)
        speech = {} if voices is None else recordings(chapters, voices)
        film_plan = planned(
            with_voice_seconds(chapters, speech),
            service,
            duration,
            on_frames,
            ahead=len(job.languages) == 1,
        )
        for number, (target, part) in enumerate(_parts(job, language), start=1):
            film = PlannedFilm(film_plan.only(part), target, _about(job, language, part))
            if voices is not None:
                file = Path(voices, f"{language}-{number}.wav")
                film = replace(film, sound=voice_track(film.film_plan, part, speech, file))
            films.append(film)
    return tuple(films)


def _parts(job: RenderJob, language: str) -> Sequence[tuple[Path, tuple[int, ...]]]:
    """The films in one language, each with the numbers of its chapters."""
    target, chapters = job.target(language), job.chapters[language]
    if not job.split:
        return [(target, tuple(range(len(chapters))))]
    names = [each.lesson.name if isinstance(each, PlannedLesson) else None for each in chapters]
    return split_films(target, names)


def _about(job: RenderJob, language: str, part: Sequence[int]) -> About:
    from attnviz.lessons.spec import FilmLesson, spec_text
    from attnviz.views.film.video.assembly import About

    chapters = [job.chapters[language][i] for i in part]
    lessons = [each for each in chapters if isinstance(each, PlannedLesson)]
    title = job.titles[language]
    if job.split and lessons:
        phrase = words(language).phrase
        title = phrase("common", "part", whole=title, part=lessons[0].storyboard.title)
    spec = spec_text(
        [
            FilmLesson(each.lesson, each.storyboard.title, each.request, each.steps, each.words)
            for each in lessons
        ]
    )
    return About(title, description([each.storyboard for each in lessons], language), spec)


def description(boards: Sequence[Storyboard], language: str) -> str:
    """The text that a film says of itself: a line a lesson, then the notes on its numbers."""
    phrase = words(language).phrase
    lines = [
        phrase("common", "part", whole=board.title, part=phrase(board.lesson, "about"))
        for board in boards
    ]
    notes = dict.fromkeys(note for board in boards for note in board.notes)
    return "\n".join([*lines, *notes])


def with_recording(
    films: Sequence[PlannedFilm], recording: str | None, warn: Callable[[str], None]
) -> tuple[PlannedFilm, ...]:
    """The films with that sound file laid under them; as they are where there is none. `warn` gets one line where the
    recording is longer than the film.

    Raises InputError where there are several films, or the file is no sound.
    """
    if recording is None:
        return tuple(films)
    if len(films) > 1:
        raise InputError(
            f"--narrate is one recording, and this makes {len(films)} films: make them one by one"
        )
    from attnviz.render.video.sound import check_sound
    from attnviz.views.film.voice.narration import overrun

    path = Path(recording)
    (film,) = films
    if warning := overrun(path, check_sound(path), film.film_plan.seconds):
        warn(warning)
    return (replace(film, sound=path),)


def check_films_writable(films: Sequence[PlannedFilm]) -> None:
    """Raises OutputError, before anything is drawn, if one of the films or captions cannot be written."""
    for film in films:
        for path in files_of(film.target):
            check_writable(path)


def write_film(film: PlannedFilm, service: FilmService, on_frames: Callable[[int], None]) -> None:
    """Draws the film by the service and writes it with its captions beside it; all of it, or nothing.

    Raises OutputError where a file cannot be written, EnvironmentFault where the disk is full.
    """
    from attnviz.render.video.captions import subrip, webvtt
    from attnviz.views.film.video.assembly import make

    captions = film.film_plan.captions(film.film_plan.languages[0])
    target, *beside = files_of(film.target)
    with ExitStack() as stack:
        # entered first, they leave last: captions are never there without their film
        caption_files = [stack.enter_context(atomic_file(path)) for path in beside]
        drawn = stack.enter_context(atomic_file(target))
        make(film.film_plan, drawn, film.about, service, sound=film.sound, on_frames=on_frames)
        for path, write in zip(caption_files, (subrip, webvtt), strict=True):
            path.write_text(write(captions), encoding="utf-8")
        on_frames(0)  # the last moment to be interrupted in
