"""attnviz render: the same numbers as a film, of one lesson or of a whole lecture."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from attnviz.cli.render.duration import Duration
from attnviz.cli.render.own_scene import check_scene_options, film_scene, resources, warn
from attnviz.cli.render.progress import summary
from attnviz.cli.shared.help_sections import SectionedCommand, option
from attnviz.cli.shared.options import (
    BY_LESSON,
    READ_OUTSIDE,
    given_options,
    input_options,
    lesson_options,
    numbers_options,
)
from attnviz.cli.shared.progress_line import progress_line
from attnviz.cli.shared.readings import print_readings
from attnviz.cli.shared.whole_numbers import WholeNumber
from attnviz.errors import InputError
from attnviz.inputs.request import InputRequest
from attnviz.lecture.naming import is_lecture
from attnviz.lessons.lesson import Lesson
from attnviz.library.films.render_job import RenderJob, RenderOptions, lecture_job, lesson_job
from attnviz.render.quality import MOST_FPS, QUALITIES
from attnviz.render.scenes.scene_file import scene_file
from attnviz.render.workers.isolation import ignore_manim_cfg
from attnviz.story.i18n import language_codes
from attnviz.story.pace import PACES
from attnviz.theme import THEMES

if TYPE_CHECKING:
    from attnviz.library.films.film_writer import PlannedFilm

_FILM, _DRAWING = "Film", "Drawing"


@click.command(cls=SectionedCommand)
@input_options
@lesson_options
@numbers_options
@option(
    _FILM,
    "--lang",
    "languages",
    type=click.Choice(language_codes()),
    multiple=True,
    help="Language of the words. Given twice there are two films, each with subtitles in both. "
    "Default en, or the lecture's own.",
)
@option(
    _FILM,
    "-o",
    "--output",
    metavar="FILE",
    help="The film, an .mp4; its captions are written beside it as .srt and .vtt. "
    "Default the name of the lesson, or of the lecture.",
)
@option(
    _FILM,
    "--quality",
    type=click.Choice(tuple(QUALITIES)),
    help="480p15, 720p30, 1080p60 or 2160p60. Default medium, or the lecture's own.",
)
@option(_FILM, "--fps", type=WholeNumber(1, MOST_FPS), metavar="N", help="Other frames a second.")
@option(
    _FILM,
    "--theme",
    type=click.Choice(tuple(THEMES)),
    help="Light on dark, or dark on light. Default dark, or the lecture's own.",
)
@option(
    _FILM,
    "--pace",
    type=click.Choice(tuple(PACES)),
    help="How long things move, and how long captions stay. Default normal, or the lecture's own.",
)
@option(
    _FILM,
    "--duration",
    type=Duration(),
    metavar="90s|M:SS",
    help="How long the film is to last: holds change first, then moves, as far as captions can still be read.",
)
@option(
    _FILM,
    "--narrate",
    metavar="FILE",
    help="A recording that is heard from the beginning: .wav .mp3 .m4a .flac .ogg, or the sound of a film.",
)
@option(
    _FILM,
    "--voice",
    is_flag=True,
    help="Speaks the captions, with espeak-ng; each stays as long as it is spoken.",
)
@option(
    _FILM,
    "--font",
    metavar="FILE|NAME",
    help="Draws the characters that Inter lacks, such as Chinese ones. Default the extra "
    "attnviz[zh], or a font of the system.",
)
@option(
    _FILM,
    "--step",
    "steps",
    metavar="NAME",
    multiple=True,
    help="Only this step: inputs, scores, softmax, … May be given several times.",
)
@option(_FILM, "--read-outside", is_flag=True, help=READ_OUTSIDE)
@option(
    _DRAWING,
    "--jobs",
    type=WholeNumber(min=1),
    metavar="N",
    help="Draw in so many processes. Default as many as there are cores.",
)
@option(
    _DRAWING,
    "--no-cache",
    is_flag=True,
    help="Draw everything, and keep nothing for the next time. attnviz cache shows what is kept.",
)
@option(
    _DRAWING,
    "--cluster",
    metavar="ADDRESS",
    help="Draw on the workers of a dask scheduler, such as tcp://10.0.0.1:8786, with the extra attnviz[cluster]. "
    "Name only one that you trust: it can run anything here, as you can there.",
)
def render(request: InputRequest, lesson: Lesson, **options: Any) -> None:
    """Film self-attention on your own numbers: one query in full, then all, then the formula.

    Without any input it is the built-in example "illustrated"; other lessons have their own. Where TEXT names a .toml
    file, that lecture is filmed; attnviz new writes one. Where it names a scene that you wrote for manim, FILE.py:NAME,
    that is drawn, several times faster than by manim.

    \b
    Examples:
      attnviz render
      attnviz render "the cat sat on the mat" -o cat.mp4
      attnviz render "the cat sat" --query cat --quality high --theme light
      attnviz render --vectors x.csv --weights w.npz --causal -o mine.mp4
      attnviz render --step softmax --pace slow -o softmax.mp4
      attnviz render --lesson order "dog bites man" --duration 90s
      attnviz render "我爱猫" --lang zh -o 猫.mp4
      attnviz render lecture.toml --lang en --lang zh --split
      attnviz render my_scene.py:MyScene --quality high --jobs 4
    """
    ignore_manim_cfg()
    given = given_options(click.get_current_context())
    render_options = RenderOptions(**options)
    own = scene_file(request.text)
    if own is not None:
        check_scene_options(given)
        film_scene(own, render_options)
        return
    with progress_line():
        if is_lecture(request.text):
            job = _lecture_job(request, render_options, given)
        else:
            job = lesson_job(request, lesson, render_options)
    _make(job, render_options)


def _lecture_job(
    request: InputRequest, options: RenderOptions, given: Mapping[str, str]
) -> RenderJob:
    if request.split not in (None, BY_LESSON):
        raise InputError(
            "a lecture file says itself how text is taken apart: --split alone makes a film a lesson"
        )
    return lecture_job(str(request.text), options, given, split=request.split is not None)


def _make(job: RenderJob, options: RenderOptions) -> None:
    """Plans every film, so that what is wrong is known at once, then draws them one after the other."""
    from attnviz.cli.render.progress import drawing
    from attnviz.cli.shared.interrupts import deferred_interrupts
    from attnviz.library.films.film_writer import (
        check_films_writable,
        plan_films,
        with_recording,
        write_film,
    )
    from attnviz.library.lecture_plan import PlannedLesson

    planned = (each for chapters in job.chapters.values() for each in chapters)
    print_readings(each.request.trace for each in planned if isinstance(each, PlannedLesson))
    with (
        deferred_interrupts() as raise_if_interrupted,
        _folder_of_voices(options) as folder,
        resources(options).open_service(warn) as service,
    ):
        voices = None if folder is None else Path(folder)
        with progress_line("Planning"):
            films = plan_films(
                job, service, options.duration, voices, lambda count: raise_if_interrupted()
            )
        check_films_writable(films)
        films = with_recording(films, options.narrate, warn)
        with drawing(sum(film.film_plan.frames for film in films), lambda: service.kept) as bar:

            def on_frames(count: int) -> None:
                bar.advance(count)
                raise_if_interrupted()

            for film in films:
                write_film(film, service, on_frames)
                bar.print_line(_summary(film))


def _folder_of_voices(options: RenderOptions) -> AbstractContextManager[str | None]:
    """A folder for what is spoken, which the next film removes if this one is killed; none where nothing is."""
    from attnviz.render.folders import temporary_work_folder

    return temporary_work_folder() if options.voice else nullcontext()


def _summary(film: PlannedFilm) -> str:
    return summary(film.target, film.film_plan.seconds, film.film_plan.chapters[0].film.quality)
