"""attnviz explain: every product and sum, as text, JSON, Markdown or LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import click

from attnviz.cli.shared.help_sections import SectionedCommand, option
from attnviz.cli.shared.options import given_options, input_options, lesson_options, view_options
from attnviz.errors import InputError
from attnviz.inputs.request import InputRequest
from attnviz.lecture.naming import is_lecture
from attnviz.lessons.catalogue import DEFAULT, Lesson
from attnviz.views.document.formats import format_names, formats_by_suffix

if TYPE_CHECKING:
    from attnviz.cli.explain.explain_request import Wanted
    from attnviz.cli.shared.computed import Presentation

_INPUT, _OUTPUT = "Input", "Output"
_STDOUT = "-"
_NARROWEST = 40
_FORMATS = ("text", "json", *format_names())
_SUFFIXES = {
    "": "text",
    ".txt": "text",
    ".json": "json",
}
_FILMS = (".mp4", ".mov", ".webm", ".gif")


@dataclass(frozen=True)
class Asked:
    """What the user asked of the presentation."""

    query: str | None
    key: str | None
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
        from attnviz.cli.shared.computed import Presentation

        return Presentation(
            self.query, self.key, self.distance, self.lang, self.precision, self.rounding
        )

    @property
    def to_file(self) -> bool:
        return self.output != _STDOUT


@click.command(cls=SectionedCommand)
@input_options
@lesson_options
@view_options
@option(
    _INPUT,
    "--from",
    "film",
    metavar="FILM",
    help="In place of all other input, that of a film which attnviz render made. It is told as the "
    "film told it; the options under View, --lesson and --step choose otherwise.",
)
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
    help="Default text, or what the suffix of -o says. JSON has all digits: the whole trace, "
    "or of another lesson all that it shows.",
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
def explain(request: InputRequest, lesson: Lesson, film: str | None, **asked: Any) -> None:
    """Explain self-attention on your own numbers: every product and sum, step by step.

    Without any input it is the built-in example "illustrated"; other lessons have their own. Where TEXT names a .toml
    file, that lecture is told; attnviz new writes one.

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
      attnviz explain --from self-attention.mp4
    """
    asked["format"] = asked["format"] or _format_of(asked["output"])
    view = Asked(**asked)
    if view.steps and view.format == "json":
        raise InputError("--step does not go with JSON, which is the whole trace: leave it out")
    lessons = _wanted(request, lesson, film, view)
    if view.format == "json":
        _write(view, _json(lessons))
    elif view.format == "text":
        _show(lessons, view)
    else:
        _write(view, _document(lessons, view.format))


def _wanted(
    request: InputRequest, lesson: Lesson, film: str | None, view: Asked
) -> tuple[Wanted, ...]:
    """The lessons to tell. What can be refused without a computation is refused first."""
    from attnviz.cli.explain.explain_request import (
        Wanted,
        from_film,
        from_lecture,
        only_lesson,
        only_steps,
    )

    source = film or (request.text if is_lecture(request.text) else None)
    if source is None:
        from attnviz.cli.shared.steps import check_step_names

        check_step_names(lesson, view.steps)
    if view.to_file:
        from attnviz.cli.shared.output import check_writable

        check_writable(view.output)
    if source is None:
        from attnviz.cli.shared.computed import lesson_request

        wanted = lesson_request(lesson, request, view.presentation)
        return (Wanted(lesson, wanted, view.steps),)
    given = given_options(click.get_current_context())
    tell = from_lecture if film is None else from_film
    lessons = tell(source, given, view.presentation)
    if "lesson" in given:
        lessons = only_lesson(lessons, lesson.name, source)
    return only_steps(lessons, view.steps)


def _format_of(output: str) -> str:
    """The format that the suffix of a file stands for."""
    suffix = PurePath(output).suffix.lower()
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    documents = formats_by_suffix()
    if suffix in documents:
        return documents[suffix]
    if suffix in _FILMS:
        raise InputError(f"{output}: {suffix} is a film: make it with attnviz render")
    known = " ".join(each for each in (*_SUFFIXES, *documents) if each)
    raise InputError(
        f"{output}: no format has the suffix {suffix!r}: use one of {known}, or --format"
    )


def _json(lessons: Sequence[Wanted]) -> str:
    """One lesson as it is, several as a list."""
    texts = [_json_of(each) for each in lessons]
    return f"{texts[0]}\n" if len(texts) == 1 else "[" + ",\n".join(texts) + "]\n"


def _json_of(wanted: Wanted) -> str:
    """The whole trace in the main lesson; of the others all that they show."""
    if wanted.lesson.name != DEFAULT:
        from attnviz.views.document.lesson_json import storyboard_json

        return storyboard_json(wanted.storyboard())
    trace = wanted.request.sequence
    if wanted.request.rounding == "article":
        from attnviz.core.rounding import article_rounded

        trace = article_rounded(trace)
    return trace.to_json()


def _one_of(lessons: Sequence[Wanted]) -> str:
    """How one of several lessons of a lecture is chosen."""
    names = [each.lesson.name for each in lessons]
    alone = next((name for name in names if names.count(name) == 1), None)
    if alone is None:
        return "make a lecture file of each chapter, or Markdown of all of them"
    return f"choose it with --lesson {alone}"


def _document(lessons: Sequence[Wanted], format: str) -> str:
    """Markdown or LaTeX."""
    from attnviz.cli.shared.steps import chosen_steps
    from attnviz.views.document.markup import markup

    if format == "latex" and len(lessons) > 1:
        raise InputError(
            f"there are {len(lessons)} lessons, and a LaTeX document holds one: {_one_of(lessons)}"
        )
    boards = [(each.storyboard(), each.steps) for each in lessons]
    return "\n".join(markup(board, format, chosen_steps(board, steps)) for board, steps in boards)


def _show(lessons: Sequence[Wanted], view: Asked) -> None:
    """The lessons as text: on stdout page by page, in a file at once."""
    from attnviz.cli.shared.screen import colours_of, show_pages, width_of_screen
    from attnviz.cli.shared.steps import chosen_steps
    from attnviz.theme import THEMES
    from attnviz.views.terminal.colour import Palette
    from attnviz.views.terminal.page import pages
    from attnviz.views.terminal.page_context import PageContext
    from attnviz.views.terminal.show import as_text

    depth = colours_of(view.color, to_file=view.to_file)
    width = max(view.width or width_of_screen(), _NARROWEST)
    palette = Palette(THEMES[view.theme], depth)
    boards = [(each.storyboard(), each.steps) for each in lessons]
    settings = [(PageContext(board, palette, width), steps) for board, steps in boards]
    texts = [
        [as_text(page, depth) for page in pages(each, chosen_steps(each.storyboard, steps))]
        for each, steps in settings
    ]
    if view.to_file:
        _write(view, "\n".join(map("".join, texts)))
    else:
        show_pages(_in_turn(texts), pause=view.pause, prompt=settings[0][0].say("pause"))


def _in_turn(lessons: Sequence[Sequence[str]]) -> list[str]:
    """The pages of all lessons as those of one, from its opening to its closing; an empty line parts two lessons."""
    texts = list(lessons[0])
    for opening, *rest in lessons[1:]:
        closing = texts.pop()
        texts[-1] += closing
        first, *others = rest
        texts += [f"\n{opening}{first}", *others]
    return texts


def _write(view: Asked, text: str) -> None:
    # Imported here, and so not for a page on the screen: it loads tempfile and what that stands on.
    from attnviz.cli.shared.output import write_text

    write_text(view.output, text)
