"""attnviz render: the same numbers as a film."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from attnviz.cli.options import (
    SectionedCommand,
    input_options,
    lesson_options,
    option,
    view_options,
)
from attnviz.errors import InputError
from attnviz.film.style import MOST_WORKED, PACES, Style
from attnviz.inputs.request import InputRequest
from attnviz.lessons.catalogue import Lesson, told

if TYPE_CHECKING:
    from attnviz.film.produce import Film

_FILM = "Film"
_QUALITIES = ("low", "medium", "high", "4k")


@click.command(cls=SectionedCommand)
@input_options
@lesson_options
@view_options
@option(
    _FILM,
    "-o",
    "--output",
    metavar="FILE",
    help="The film, an .mp4; its captions stand beside it as .srt. Default the lesson's name.",
)
@option(
    _FILM,
    "--quality",
    type=click.Choice(_QUALITIES),
    default="medium",
    show_default=True,
    help="480p15, 720p30, 1080p60 or 2160p60.",
)
@option(_FILM, "--fps", type=click.IntRange(1, 120), metavar="N", help="Other frames a second.")
@option(
    _FILM,
    "--theme",
    type=click.Choice(("dark", "light")),
    default="dark",
    show_default=True,
    help="Light on dark, or dark on light.",
)
@option(
    _FILM,
    "--pace",
    type=click.Choice(tuple(PACES)),
    default="normal",
    show_default=True,
    help="How long things move, and how long captions stand.",
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
def render(request: InputRequest, lesson: Lesson, output: str | None, **asked: Any) -> None:
    """Film self-attention on your own numbers: one query in full, then all, then the formula.

    Without any input it is the built-in example "illustrated"; other lessons have their own.

    \b
    Examples:
      attnviz render
      attnviz render "the cat sat on the mat" -o cat.mp4
      attnviz render "the cat sat" --query cat --quality high --theme light
      attnviz render --vectors x.csv --weights w.npz --causal -o mine.mp4
      attnviz render --step softmax --pace slow -o softmax.mp4
      attnviz render --lesson order "dog bites man" -o order.mp4
      attnviz render "我爱猫" --lang zh -o 猫.mp4
    """
    from attnviz.cli.output import check_writable
    from attnviz.cli.steps import check_step_names

    target = _checked_suffix(output or f"{lesson.name}.mp4")
    captions = target.with_suffix(".srt")
    check_step_names(lesson, asked["steps"])
    check_writable(target)
    check_writable(captions)
    film = _film(request, lesson, **asked)
    seconds = _draw(film, target, captions)
    click.echo(_summary(target, film, seconds), err=True)


def _film(
    request: InputRequest,
    lesson: Lesson,
    *,
    query: str | None,
    distance: int | None,
    precision: int | None,
    rounding: str,
    quality: str,
    fps: int | None,
    lang: str,
    theme: str,
    pace: str,
    font: str | None,
    steps: tuple[str, ...],
) -> Film:
    """What was asked for, computed and ready to be told. Bad input is found here, before manim is imported."""
    from attnviz.cli.computed import Presentation, lesson_request
    from attnviz.cli.steps import chosen_steps
    from attnviz.theme import THEMES

    how = Presentation(query, distance, lang, precision, rounding)
    wanted = replace(lesson_request(lesson, request, how), most=MOST_WORKED)
    storyboard = told(lesson.name, wanted)
    only = chosen_steps(storyboard, steps) or ()

    from attnviz.film.produce import QUALITIES, Film
    from attnviz.film.typefaces import chosen
    from attnviz.scenes import scene_of

    size = QUALITIES[quality] if fps is None else replace(QUALITIES[quality], fps=fps)
    style = Style(THEMES[theme], PACES[pace])
    named = None if font is None else chosen(font)
    return Film(scene_of(lesson), storyboard, style, size, only, named)


def _draw(film: Film, target: Path, captions: Path) -> float:
    """The film and its captions, each whole or not at all. Returns how many seconds it lasts."""
    from attnviz.cli.interrupts import obeyed_between_frames
    from attnviz.cli.output import whole_file
    from attnviz.film.produce import plan, produce

    # the film takes its place first: captions never stand without one
    with whole_file(captions) as beside, whole_file(target) as temporary:
        with obeyed_between_frames() as obey_interrupt:
            frames = plan(film, on_frames=lambda count: obey_interrupt()).frames
            with _progress(frames) as advance:

                def on_frames(count: int) -> None:
                    advance(count)
                    obey_interrupt()

                told = produce(film, temporary, on_frames)
        beside.write_text(told.captions(), encoding="utf-8")
    return told.seconds


def _checked_suffix(output: str) -> Path:
    path = Path(output)
    if path.name in ("", "..", ".mp4"):
        folder = path.parent if path.name == ".mp4" else path
        raise InputError(f"-o {output!r} names no file: write -o {folder / 'self-attention.mp4'}")
    if path.suffix.lower() != ".mp4":
        found = f"the suffix {path.suffix!r}" if path.suffix else "no suffix"
        raise InputError(
            f"{output} has {found}, and films are .mp4: write -o {path.with_suffix('.mp4')}"
        )
    return path


def _summary(target: Path, film: Film, seconds: float) -> str:
    size = film.quality
    minutes, rest = divmod(round(seconds), 60)
    return f"{target}: {minutes}:{rest:02d}, {size.width}×{size.height}, {size.fps} frames a second"


@contextmanager
def _progress(frames: int) -> Iterator[Callable[[int], None]]:
    """A bar on stderr with the frames done, the frames planned and the time left; nothing where it is no terminal."""
    import sys

    if not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("Rendering"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("frames"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=frames)
        yield lambda count: bar.advance(task, count)
