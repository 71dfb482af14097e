"""attnviz explain: every product and sum, as text, JSON, Markdown or LaTeX."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
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
from attnviz.inputs.request import InputRequest
from attnviz.lessons.catalogue import DEFAULT, Lesson, told

if TYPE_CHECKING:
    from attnviz.cli.computed import Presentation
    from attnviz.lessons.request import LessonRequest
    from attnviz.lessons.storyboard import Storyboard

_OUTPUT = "Output"
_STDOUT = "-"
_NARROWEST = 40
_FORMATS = ("text", "json", "markdown", "latex")
_SUFFIXES = {
    "": "text",
    ".txt": "text",
    ".json": "json",
    ".md": "markdown",
    ".markdown": "markdown",
    ".tex": "latex",
}
_FILMS = (".mp4", ".mov", ".webm", ".gif")


@dataclass(frozen=True)
class Asked:
    """What the user asked of the presentation."""

    query: str | None
    distance: int | None
    precision: int | None
    rounding: str
    lang: str
    steps: tuple[str, ...]
    format: str
    output: str
    color: Any
    theme: str
    pause: bool
    width: int | None

    @property
    def presentation(self) -> Presentation:
        from attnviz.cli.computed import Presentation

        return Presentation(self.query, self.distance, self.lang, self.precision, self.rounding)

    @property
    def to_file(self) -> bool:
        return self.output != _STDOUT


@click.command(cls=SectionedCommand)
@input_options
@lesson_options
@view_options
@option(
    _OUTPUT,
    "--step",
    "steps",
    metavar="NAME",
    multiple=True,
    help="Only this step: inputs, scores, softmax, … May be given several times.",
)
@option(
    _OUTPUT,
    "--format",
    type=click.Choice(_FORMATS),
    help="Default text, or what the suffix of -o says. JSON is the whole trace, with all digits.",
)
@option(
    _OUTPUT,
    "-o",
    "--output",
    metavar="FILE",
    default=_STDOUT,
    help="Write to a file, which appears whole or not at all. Default stdout.",
)
@option(
    _OUTPUT,
    "--color",
    type=click.Choice(("auto", "always", "never")),
    default="auto",
    show_default=True,
    help="Colours; auto is on a terminal only, and obeys NO_COLOR and FORCE_COLOR.",
)
@option(
    _OUTPUT,
    "--theme",
    type=click.Choice(("dark", "light")),
    default="dark",
    show_default=True,
    help="The colours of the terminal they are meant for.",
)
@option(
    _OUTPUT, "--pause", is_flag=True, help="On a terminal, wait for Enter after each step; q stops."
)
@option(
    _OUTPUT,
    "--width",
    type=click.IntRange(min=_NARROWEST),
    metavar="N",
    help="Columns. Default the terminal's, or 80.",
)
def explain(request: InputRequest, lesson: Lesson, **asked: Any) -> None:
    """Explain self-attention on your own numbers: every product and sum, step by step.

    Without any input it is the built-in example "illustrated"; other lessons have their own.

    \b
    Examples:
      attnviz explain
      attnviz explain "the cat sat on the mat" --query cat
      attnviz explain "我爱猫" --lang zh --causal
      attnviz explain --vectors x.csv --weights w.npz --heads 2
      cat x.csv | attnviz explain --vectors -
      attnviz explain --step softmax --step output --pause
      attnviz explain --lesson masking "the cat sat"
      attnviz explain -o trace.json
    """
    from attnviz.cli.computed import lesson_request
    from attnviz.cli.steps import check_step_names, chosen_steps

    asked["format"] = asked["format"] or _format_of(asked["output"])
    view = Asked(**asked)
    check_step_names(lesson, view.steps)
    if view.steps and view.format == "json":
        raise InputError("--step does not go with JSON, which is the whole trace: leave it out")
    if view.to_file:
        from attnviz.cli.output import check_writable

        check_writable(view.output)
    wanted = lesson_request(lesson, request, view.presentation)
    if view.format == "json":
        _write(view, _json(lesson, wanted))
        return
    storyboard = told(lesson.name, wanted)
    steps = chosen_steps(storyboard, view.steps)
    if view.format == "text":
        _show(storyboard, steps, view)
        return
    from attnviz.export.markup import markup

    _write(view, markup(storyboard, view.format, steps))


def _format_of(output: str) -> str:
    """The format that the suffix of a file stands for."""
    suffix = PurePath(output).suffix.lower()
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    if suffix in _FILMS:
        raise InputError(f"{output}: {suffix} is a film: make it with attnviz render")
    known = " ".join(each for each in _SUFFIXES if each)
    raise InputError(
        f"{output}: no format has the suffix {suffix!r}: use one of {known}, or --format"
    )


def _json(lesson: Lesson, wanted: LessonRequest) -> str:
    """The whole trace in the main lesson; of the others all that they show."""
    if lesson.name != DEFAULT:
        from attnviz.export.data import storyboard_json

        return storyboard_json(told(lesson.name, wanted)) + "\n"
    trace = wanted.sequence
    if wanted.rounding == "article":
        from attnviz.core.rounding import article_rounded

        trace = article_rounded(trace)
    return trace.to_json() + "\n"


def _show(storyboard: Storyboard, steps: tuple[str, ...] | None, view: Asked) -> None:
    """The storyboard as text: on stdout page by page, in a file at once."""
    from attnviz.cli.screen import colours_of, show_pages, width_of_screen
    from attnviz.terminal.colour import Palette
    from attnviz.terminal.page import pages
    from attnviz.terminal.setting import Setting
    from attnviz.terminal.show import as_text
    from attnviz.theme import THEMES

    depth = colours_of(view.color, to_file=view.to_file)
    width = max(view.width or width_of_screen(), _NARROWEST)
    setting = Setting(storyboard, Palette(THEMES[view.theme], depth), width)
    texts = [as_text(page, depth) for page in pages(setting, steps)]
    if view.to_file:
        _write(view, "".join(texts))
    else:
        show_pages(texts, pause=view.pause, prompt=setting.say("pause"))


def _write(view: Asked, text: str) -> None:
    # Imported here, and so not for a page on the screen: it loads tempfile and what that stands on.
    from attnviz.cli.output import write_text

    write_text(view.output, text)
