"""What was told, as chapters of a film; and films, each with its captions beside it, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from attnviz.cli.render.render_job import Order, files_of
from attnviz.cli.render.voicing import lasting_as_spoken, spoken, track
from attnviz.cli.shared.lecture_plan import Planned, PlannedCard, PlannedLesson
from attnviz.cli.shared.output import check_writable, whole_file
from attnviz.errors import InputError
from attnviz.lecture.own_words import overridden
from attnviz.lessons.catalogue import told
from attnviz.story.i18n import words
from attnviz.story.storyboard import Storyboard
from attnviz.story.title_card import card_storyboard

if TYPE_CHECKING:
    from attnviz.render.quality import Quality
    from attnviz.theme import Theme
    from attnviz.typeset.typefaces import Typeface
    from attnviz.views.film.production.film_service import FilmService
    from attnviz.views.film.video.assembly import About, Chapter, Programme


@dataclass(frozen=True)
class Look:
    """How all chapters of a film look."""

    theme: Theme
    quality: Quality
    font: Typeface | None


def chapters_of(
    language: str, told_in: Mapping[str, Sequence[Planned]], look: Look
) -> tuple[Chapter, ...]:
    """The chapters of the film in that language; the other languages in `told_in` become subtitles."""
    others = [each for each in told_in if each != language]
    return tuple(
        _chapter(planned, language, {each: told_in[each][i] for each in others}, look)
        for i, planned in enumerate(told_in[language])
    )


def _chapter(planned: Planned, language: str, others: Mapping[str, Planned], look: Look) -> Chapter:
    from attnviz.scenes import scene_of
    from attnviz.scenes.title_card import TitleCard
    from attnviz.views.film.film import Film
    from attnviz.views.film.style import PACES, Style
    from attnviz.views.film.video.assembly import Chapter

    if isinstance(planned, PlannedCard):
        board = card_storyboard(planned.title, planned.lines, language)
        style = Style(look.theme)
        film = Film(TitleCard, board, style, look.quality, font=look.font, standing=planned.seconds)
        return Chapter(film, tuple(_other(planned, *each) for each in others.items()), is_card=True)
    style = Style(look.theme, PACES[planned.pace])
    scene = scene_of(planned.lesson)
    film = Film(scene, planned.storyboard, style, look.quality, planned.steps, look.font)
    return Chapter(film, tuple(_other(planned, *each) for each in others.items()))


def _other(planned: Planned, language: str, other: Planned) -> Storyboard:
    """The words of the film in another language: told on the film's own input, not on the other film's."""
    if isinstance(other, PlannedCard):
        return card_storyboard(other.title, other.lines, language)
    assert isinstance(planned, PlannedLesson)
    board = told(planned.lesson.name, replace(planned.request, language=language))
    known = {f"{step.id}.{part}" for step in board.steps for part in step.narration}
    own = {name: text for name, text in other.words.items() if name in known}
    return overridden(board, own, "")


@dataclass(frozen=True, eq=False)
class Reel:
    """One film to be made."""

    programme: Programme
    target: Path
    about: About
    sound: Path | None = None
    """What is heard."""


def reels(
    order: Order,
    studio: FilmService,
    duration: float | None,
    voices: Path | None,
    on_frames: Callable[[int], None],
) -> tuple[Reel, ...]:
    """All films of an order, planned. `duration` is how long each of them is to last; a lecture that is
    split lasts so long in all. `voices` is a folder for what is spoken; None where nothing is.

    Raises InputError where that is too short, and where the typeface lacks a character; EnvironmentFault where there is
    no program that speaks.
    """
    from attnviz.render.quality import quality
    from attnviz.theme import THEMES
    from attnviz.typeset.typefaces import chosen
    from attnviz.views.film.video.assembly import planned

    look = Look(
        THEMES[order.theme],
        quality(order.quality, order.fps),
        None if order.font is None else chosen(order.font),
    )
    films: list[Reel] = []
    for language in order.languages:
        chapters = chapters_of(language, order.told_in, look)
        said = {} if voices is None else spoken(chapters, voices)
        programme = planned(
            lasting_as_spoken(chapters, said),
            studio,
            duration,
            on_frames,
            ahead=len(order.languages) == 1,
        )
        parts = _split(order.told_in[language]) if order.split else [tuple(range(len(chapters)))]
        for number, part in enumerate(parts, start=1):
            reel = _reel(
                programme.only(part), order, language, part, number if order.split else None
            )
            if voices is not None:
                target = Path(voices, f"{language}-{number}.wav")
                reel = replace(reel, sound=track(reel.programme, part, said, target))
            films.append(reel)
    return tuple(films)


def _reel(
    programme: Programme, order: Order, language: str, part: Sequence[int], number: int | None
) -> Reel:
    from attnviz.lessons.spec import Made, spec_of
    from attnviz.views.film.video.assembly import About

    told = [order.told_in[language][i] for i in part]
    lessons = [each for each in told if isinstance(each, PlannedLesson)]
    target, title = order.target(language), order.titles[language]
    if number is not None:
        name = lessons[0].lesson.name if lessons else "card"
        target = target.with_name(f"{target.stem}-{number:02d}-{name}{target.suffix}")
        if lessons:
            say = words(language).say
            title = say("common", "part", whole=title, part=lessons[0].storyboard.title)
    spec = spec_of(
        [
            Made(each.lesson, each.storyboard.title, each.request, each.steps, each.words)
            for each in lessons
        ]
    )
    return Reel(programme, target, About(title, _description(lessons, language), spec))


def _description(lessons: Sequence[PlannedLesson], language: str) -> str:
    """What the film shows, a line a lesson, and what its numbers are."""
    say = words(language).say
    lines = [
        say("common", "part", whole=each.storyboard.title, part=say(each.lesson.name, "about"))
        for each in lessons
    ]
    notes = dict.fromkeys(note for each in lessons for note in each.storyboard.notes)
    return "\n".join([*lines, *notes])


def under(films: Sequence[Reel], recording: str | None) -> tuple[Reel, ...]:
    """The films with that recording laid under them; as they are where there is none. Says on stderr what of it is
    not heard.

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
    (reel,) = films
    if warning := overrun(path, check_sound(path), reel.programme.seconds):
        click.echo(f"Warning: {warning}", err=True)
    return (replace(reel, sound=path),)


def check_writable_all(films: Sequence[Reel]) -> None:
    """Finds out before anything is drawn whether all can be written. Raises OutputError."""
    for reel in films:
        for path in files_of(reel.target):
            check_writable(path)


def write_film(reel: Reel, studio: FilmService, on_frames: Callable[[int], None]) -> None:
    """Draws the film and writes its captions beside it; all of it, or nothing."""
    from attnviz.render.video.captions import subrip, webvtt
    from attnviz.views.film.video.assembly import make

    said = reel.programme.said(reel.programme.languages[0])
    film, *beside = files_of(reel.target)
    with ExitStack() as stack:
        # entered first, they leave last: captions never stand without their film
        captions = [stack.enter_context(whole_file(path)) for path in beside]
        drawn = stack.enter_context(whole_file(film))
        make(reel.programme, drawn, reel.about, studio, sound=reel.sound, on_frames=on_frames)
        for path, write in zip(captions, (subrip, webvtt), strict=True):
            path.write_text(write(said), encoding="utf-8")
        on_frames(0)  # the last moment to be interrupted in


def _split(planned: Sequence[Planned]) -> list[tuple[int, ...]]:
    """The chapters of each film where there is one a lesson: title cards lead into the lesson that follows.

    >>> from attnviz.cli.shared.lecture_plan import PlannedCard
    >>> _split([PlannedCard("one", (), 3.0), PlannedCard("two", (), 3.0)])
    [(0, 1)]
    """
    films: list[list[int]] = [[]]
    for i, each in enumerate(planned):
        films[-1].append(i)
        if isinstance(each, PlannedLesson):
            films.append([])
    last = films.pop()
    if films:  # cards after the last lesson end its film
        films[-1] += last
    else:
        films.append(last)
    return [tuple(each) for each in films]
