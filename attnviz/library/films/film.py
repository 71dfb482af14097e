"""Films for a Python program: a trace or a storyboard in, an .mp4 with its captions out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import ModuleType
from warnings import warn

from attnviz.core.argument_kinds import checked_arguments
from attnviz.core.trace import Trace
from attnviz.errors import InputError, unknown_name
from attnviz.lessons.registry import DEFAULT, build_storyboard, lesson_named
from attnviz.lessons.request import LessonRequest
from attnviz.library.arguments import naming_arguments
from attnviz.library.files import check_writable
from attnviz.library.films.render_job import files_of, film_path
from attnviz.library.films.render_resources import RenderResources
from attnviz.library.films.voice import check_sound_options
from attnviz.library.lesson_options import LessonOptions
from attnviz.library.printing import DEFAULT_THEME, theme_named
from attnviz.library.steps import check_step_names, chosen_steps
from attnviz.render.folders import temporary_work_folder
from attnviz.render.quality import DEFAULT_QUALITY, MOST_FPS, QUALITIES
from attnviz.safe_text import safe_text
from attnviz.story.pace import DEFAULT_PACE, PACES
from attnviz.story.storyboard import Storyboard
from attnviz.views.film.style import MOST_WORKED


@checked_arguments
def film(
    source: Trace | Storyboard | None,
    path: str | Path,
    *,
    lesson: str | None = None,
    language: str | None = None,
    query: int | str | None = None,
    key: int | str | None = None,
    precision: int | None = None,
    rounding: str | None = None,
    seed: int | None = None,
    distance: int | None = None,
    steps: Sequence[str] = (),
    quality: str = DEFAULT_QUALITY,
    fps: int | None = None,
    theme: str = DEFAULT_THEME,
    pace: str = DEFAULT_PACE,
    duration: float | None = None,
    narrate: str | Path | None = None,
    voice: bool = False,
    font: str | Path | None = None,
    jobs: int | None = None,
    cache: bool = True,
    cluster: str | None = None,
) -> Path:
    """Writes the film of a lesson, and its captions beside it, as `attnviz render` does. Returns the path of the .mp4.

    `source` is a trace, or a storyboard that `attnviz.lesson` built; None is the lesson's own input. The arguments from
    `lesson` to `steps` are those of `attnviz.explain`, the others those of `attnviz render`: `duration` is seconds,
    `narrate` a sound file, `voice` speaks the captions, `jobs` is how many processes draw, `cache` keeps what is drawn
    for the next time. A film of a trace carries its input, so that `attnviz explain --from` reads it; that of a
    storyboard, which a program may have changed, does not.

    Raises InputError as `attnviz.explain` does and for a film that is too short, OutputError where it cannot be
    written, EnvironmentFault for a program, a package or a cluster that is not there.

    >>> import attnviz
    >>> attnviz.film(attnviz.trace("the cat sat"), "cat.mov")
    Traceback (most recent call last):
        ...
    attnviz.errors.InputError: cat.mov has the suffix '.mov', and films are .mp4: write cat.mp4
    """
    options = LessonOptions(lesson, query, key, language, precision, rounding, seed, distance)
    theme_named(theme)
    for kind, name, known in (("quality", quality, QUALITIES), ("pace", pace, PACES)):
        if name not in known:
            raise unknown_name(kind, name, known)
    if fps is not None and not 1 <= fps <= MOST_FPS:
        raise InputError(f"fps is {fps}: give 1 to {MOST_FPS}")
    board, request = _board(source, options)
    check_step_names(lesson_named(board.lesson), steps)
    shown = chosen_steps(board, steps) or ()
    recording = None if narrate is None else str(narrate)
    with naming_arguments():
        target = film_path(str(path))
        for file in files_of(target):
            check_writable(file)
        check_sound_options(recording, voice=voice, languages=[board.language])
        _write(
            board,
            request,
            shown,
            target,
            RenderResources(jobs, cache, cluster),
            look=(theme, quality, fps, None if font is None else str(font)),
            pace=pace,
            duration=duration,
            recording=recording,
            voice=voice,
        )
    return target


@contextmanager
def _main_hidden() -> Iterator[None]:
    """Keeps new processes from running the script that calls this once more, as their main module: nothing that they
    need is in it, and without `if __name__ == "__main__"` each of them would make the film.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _board(
    source: Trace | Storyboard | None, options: LessonOptions
) -> tuple[Storyboard, LessonRequest | None]:
    """The storyboard, and the request that it was built on, if that is known."""
    if isinstance(source, Storyboard):
        options.check_none_given()
        return source, None
    request = options.request(source, MOST_WORKED)
    with naming_arguments():
        return build_storyboard(
            DEFAULT if options.lesson is None else options.lesson, request
        ), request


def _write(
    board: Storyboard,
    request: LessonRequest | None,
    steps: tuple[str, ...],
    target: Path,
    resources: RenderResources,
    *,
    look: tuple[str, str, int | None, str | None],
    pace: str,
    duration: float | None,
    recording: str | None,
    voice: bool,
) -> None:
    """Plans the film, draws it, and writes it whole or not at all."""
    from attnviz.lessons.spec import FilmLesson, spec_text
    from attnviz.library.films.film_writer import (
        PlannedFilm,
        appearance,
        description,
        lesson_chapter,
        with_recording,
        write_film,
    )
    from attnviz.library.films.voice import recordings, voice_track, with_voice_seconds
    from attnviz.views.film.video.assembly import About, planned

    spec = ""
    if request is not None:
        spec = spec_text([FilmLesson(lesson_named(board.lesson), board.title, request, steps)])
    about = About(board.title, description([board], board.language), spec)
    chapters = (lesson_chapter(board, appearance(*look), pace, steps),)
    spoken = temporary_work_folder() if voice else nullcontext()
    with spoken as folder, _main_hidden(), resources.open_service() as service:
        speech = {} if folder is None else recordings(chapters, Path(folder))
        film_plan = planned(with_voice_seconds(chapters, speech), service, duration, ahead=True)
        film = PlannedFilm(film_plan, target, about)
        if folder is not None:
            track = voice_track(film_plan, (0,), speech, Path(folder, "voice.wav"))
            film = PlannedFilm(film_plan, target, about, track)
        (film,) = with_recording(
            (film,), recording, lambda message: warn(safe_text(message, named=True), stacklevel=4)
        )
        write_film(film, service, lambda count: None)
