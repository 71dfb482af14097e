"""attnviz lessons: what is taught, in which steps, in which words."""

from __future__ import annotations

from collections.abc import Iterator

import click

from attnviz.cli.shared.help_sections import SectionedCommand, option
from attnviz.cli.shared.lines import echo_line
from attnviz.cli.shared.options import language_option


@click.command(cls=SectionedCommand)
@click.argument("name", required=False)
@option(
    "View",
    "--words",
    "with_words",
    is_flag=True,
    help="Every caption of the lesson NAME on its own example, as [chapter.words] of a lecture file takes it. "
    "Another input may have other captions.",
)
@language_option
def lessons(name: str | None, with_words: bool, lang: str) -> None:
    """List the lessons with a line each, or the steps of one, or all that it says.

    \b
    Examples:
      attnviz lessons
      attnviz lessons masking
      attnviz lessons masking --words
      attnviz explain --lesson masking
      attnviz render --lesson order -o order.mp4
    """
    from attnviz.errors import InputError
    from attnviz.lessons.registry import LESSONS, lesson_named
    from attnviz.story.i18n import words

    phrase = words(lang).phrase
    if with_words:
        if name is None:
            raise InputError("--words needs a lesson: write attnviz lessons self-attention --words")
        for line in _captions(name, lang):
            echo_line(line)
    elif name is not None:
        for step in lesson_named(name).steps:
            echo_line(f"{step:18}{phrase(name, step, 'title')}")
    else:
        for each in LESSONS.values():
            echo_line(f"{each.name:16}{phrase(each.name, 'about')}")


def _captions(name: str, language: str) -> Iterator[str]:
    """The captions of the lesson on its own example, a line of TOML each: step.part = "caption"."""
    import json

    from attnviz.inputs.request import InputRequest
    from attnviz.lecture.own_words import TITLE
    from attnviz.lessons.registry import build_storyboard, lesson_named
    from attnviz.library.lesson_input import Presentation, lesson_request

    request = lesson_request(lesson_named(name), InputRequest(), Presentation(lang=language))
    for step in build_storyboard(name, request).steps:
        for part, caption in {TITLE: step.title, **step.narration}.items():
            # a JSON string is a TOML string too
            yield f"{step.id}.{part} = {json.dumps(caption, ensure_ascii=False)}"
