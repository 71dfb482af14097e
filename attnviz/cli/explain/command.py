"""attnviz explain: every product and sum, as text, JSON, Markdown or LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from attnviz.cli.explain.formats import FormatChoice, format_of
from attnviz.cli.shared.help_sections import SectionedCommand, option
from attnviz.cli.shared.options import (
    COLOURS,
    READ_OUTSIDE,
    given_options,
    input_options,
    lesson_options,
    view_options,
)
from attnviz.cli.shared.progress_line import progress_line
from attnviz.cli.shared.readings import print_readings
from attnviz.cli.shared.whole_numbers import WholeNumber
from attnviz.errors import InputError
from attnviz.inputs.request import InputRequest
from attnviz.lecture.naming import is_lecture
from attnviz.lessons.lesson import Lesson
from attnviz.lessons.registry import DEFAULT
from attnviz.library.printing import NARROWEST, page_width
from attnviz.progress import part_of, report
from attnviz.records import record
from attnviz.theme import DARK, THEMES

if TYPE_CHECKING:
    from attnviz.cli.explain.explain_request import ExplainRequest
    from attnviz.library.lesson_input import Presentation

_INPUT, _OUTPUT = "Input", "Output"
_STDOUT = "-"
_Item = TypeVar("_Item")
_Made = TypeVar("_Made")


@record
class ExplainOptions:
    """The options of `attnviz explain` but for the input, as given."""

    query: str | None
    key: str | None
    distance: int | None
    precision: int | None
    rounding: str
    lang: str
    read_outside: bool
    steps: tuple[str, ...]
    format: str
    output: str
    color: Any
    theme: str
    pause: bool
    width: int | None

    @property
    def presentation(self) -> Presentation:
        from attnviz.library.lesson_input import Presentation

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
    help="In place of all other input, that of a film which attnviz render made. It is shown as the "
    "film shows it; the options under View, --lesson and --step choose otherwise.",
)
@option(_INPUT, "--read-outside", is_flag=True, help=READ_OUTSIDE)
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
    type=FormatChoice(),
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
    type=click.Choice(COLOURS),
    default="auto",
    show_default=True,
    help="Colours; auto is on a terminal only, and obeys NO_COLOR and FORCE_COLOR.",
)
@option(
    _OUTPUT,
    "--theme",
    type=click.Choice(tuple(THEMES)),
    default=DARK.name,
    show_default=True,
    help="The colours of the terminal they are meant for.",
)
@option(
    _OUTPUT, "--pause", is_flag=True, help="On a terminal, wait for Enter after each step; q stops."
)
@option(
    _OUTPUT,
    "--width",
    type=WholeNumber(min=NARROWEST),
    metavar="N",
    help="Columns. Default the terminal's, or 80.",
)
def explain(request: InputRequest, lesson: Lesson, film: str | None, **given: Any) -> None:
    """Explain self-attention on your own numbers: every product and sum, step by step.

    Without any input it is the built-in example "illustrated"; other lessons have their own. Where TEXT names a .toml
    file, that lecture is explained; attnviz new writes one.

    \b
    Examples:
      attnviz explain
      attnviz explain "the cat sat on the mat" --query cat
      attnviz explain "我爱猫" --lang zh --causal
      attnviz explain --vectors x.csv --weights w.npz --heads 2
      cat x.csv | attnviz explain --vectors -
      cat words.txt | attnviz explain -
      attnviz explain --step softmax --step output --pause
      attnviz explain --lesson masking "the cat sat"
      attnviz explain -o trace.json
      attnviz explain --from self-attention.mp4
    """
    given["format"] = given["format"] or format_of(given["output"])
    options = ExplainOptions(**given)
    if options.steps and options.format == "json":
        raise InputError("--step does not go with JSON, which is the whole trace: leave it out")
    with progress_line():
        lessons = _requests(request, lesson, film, options)
    shows_notes = options.format == "text" and not options.to_file
    print_readings((each.request.trace for each in lessons), only_warnings=shows_notes)
    if options.format == "json":
        from attnviz.cli.shared.output import write_pieces

        write_pieces(options.output, _json(lessons))
    elif options.format == "text":
        _show(lessons, options)
    else:
        with progress_line():
            text = _document(lessons, options.format)
        _write(options, text)


def _requests(
    request: InputRequest, lesson: Lesson, film: str | None, options: ExplainOptions
) -> tuple[ExplainRequest, ...]:
    """The lessons to explain. Options that can be refused without a computation are refused first."""
    from attnviz.cli.explain.explain_request import (
        ExplainRequest,
        from_film,
        from_lecture,
        only_lesson,
        only_steps,
    )

    source = film or (request.text if is_lecture(request.text) else None)
    if source is None:
        if options.read_outside:
            raise InputError("--read-outside is for a lecture file: leave it out")
        from attnviz.library.steps import check_step_names

        check_step_names(lesson, options.steps)
    if options.to_file:
        from attnviz.cli.shared.output import check_writable

        check_writable(options.output)
    if source is None:
        from attnviz.library.lesson_input import lesson_request

        lesson_input = lesson_request(lesson, request, options.presentation)
        return (ExplainRequest(lesson, lesson_input, options.steps),)
    given = given_options(click.get_current_context())
    read = from_lecture if film is None else from_film
    lessons = read(source, given, options.presentation)
    if "lesson" in given:
        lessons = only_lesson(lessons, lesson.name, source)
    return only_steps(lessons, options.steps)


def _json(lessons: Sequence[ExplainRequest]) -> Iterator[str]:
    """One lesson as it is, several as a list; in pieces. What can fail does before the first."""
    from itertools import chain

    with progress_line():
        texts = _of_each(lessons, _json_of)
    if len(texts) == 1:
        return chain(texts[0], "\n")
    others = (chain((",\n",), each) for each in texts[1:])
    return chain("[", texts[0], chain.from_iterable(others), "]\n")


def _json_of(request: ExplainRequest) -> Iterable[str]:
    """The whole trace in the main lesson; of the others all that they show."""
    if request.lesson.name != DEFAULT:
        from attnviz.views.document.lesson_json import storyboard_json

        return (storyboard_json(request.storyboard()),)
    trace = request.request.sequence
    if request.request.rounding == "article":
        from attnviz.core.rounding import article_rounded

        with request.naming_film():
            trace = article_rounded(trace)
    return trace.json_pieces()


def _one_of(lessons: Sequence[ExplainRequest]) -> str:
    """The advice on choosing one of several lessons of a lecture."""
    names = [each.lesson.name for each in lessons]
    alone = next((name for name in names if names.count(name) == 1), None)
    if alone is None:
        return "make a lecture file of each chapter, or Markdown of all of them"
    return f"choose it with --lesson {alone}"


def _document(lessons: Sequence[ExplainRequest], format: str) -> str:
    """The lessons in a document format."""
    from attnviz.library.steps import chosen_steps
    from attnviz.views.document.formats import format_named
    from attnviz.views.document.markup import markup

    if format_named(format).one_lesson and len(lessons) > 1:
        raise InputError(
            f"there are {len(lessons)} lessons, and a {format} document holds one: {_one_of(lessons)}"
        )
    boards = _of_each(lessons, lambda each: (each.storyboard(), each.steps))
    return "\n".join(markup(board, format, chosen_steps(board, steps)) for board, steps in boards)


def _show(lessons: Sequence[ExplainRequest], options: ExplainOptions) -> None:
    """The lessons as text: on stdout page by page, in a file at once."""
    from attnviz.cli.shared.screen import colours_of, show_pages
    from attnviz.library.steps import chosen_steps
    from attnviz.views.terminal.colour import Palette
    from attnviz.views.terminal.page import pages
    from attnviz.views.terminal.page_context import PageContext
    from attnviz.views.terminal.show import as_text

    depth = colours_of(options.color, to_file=options.to_file)
    width = page_width(options.width)
    palette = Palette(THEMES[options.theme], depth)
    with progress_line():
        boards = _of_each(lessons, lambda each: (each.storyboard(), each.steps))
        settings = [(PageContext(board, palette, width), steps) for board, steps in boards]
        texts = _of_each(
            settings,
            lambda each: [
                as_text(page, depth)
                for page in pages(each[0], chosen_steps(each[0].storyboard, each[1]))
            ],
        )
    if options.to_file:
        _write(options, "\n".join(map("".join, texts)))
    else:
        show_pages(_in_turn(texts), pause=options.pause, prompt=settings[0][0].phrase("pause"))


def _of_each(lessons: Sequence[_Item], make: Callable[[_Item], _Made]) -> list[_Made]:
    """What is made of each. Of several it is reported which one it is; of one there is nothing to count."""
    if len(lessons) == 1:
        return [make(lessons[0])]
    found = []
    for number, each in enumerate(lessons, start=1):
        with part_of(f"Chapter {number} of {len(lessons)}"):
            report("Writing")
            found.append(make(each))
    return found


def _in_turn(lessons: Sequence[Sequence[str]]) -> list[str]:
    """The pages of all lessons as those of one, from its opening to its closing; an empty line parts two lessons."""
    texts = list(lessons[0])
    for opening, *rest in lessons[1:]:
        closing = texts.pop()
        texts[-1] += closing
        first, *others = rest
        texts += [f"\n{opening}{first}", *others]
    return texts


def _write(options: ExplainOptions, text: str) -> None:
    # Imported here, and so not for a page on the screen: it loads tempfile and what that imports.
    from attnviz.cli.shared.output import write_text

    write_text(options.output, text)
