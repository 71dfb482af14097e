"""attnviz lessons: what is taught."""

from __future__ import annotations

import click

from attnviz.cli.options import SectionedCommand, language_option


@click.command(cls=SectionedCommand)
@click.argument("name", required=False)
@language_option
def lessons(name: str | None, lang: str) -> None:
    """List the lessons with a line each, or the steps of one.

    \b
    Examples:
      attnviz lessons
      attnviz lessons masking
      attnviz explain --lesson masking
      attnviz render --lesson order -o order.mp4
    """
    from attnviz.lessons.catalogue import LESSONS, lesson_named
    from attnviz.lessons.words import words

    say = words(lang).say
    if name is not None:
        for step in lesson_named(name).steps:
            click.echo(f"{step:18}{say(name, step, 'title')}")
        return
    for each in LESSONS:
        click.echo(f"{each:16}{say(each, 'about')}")
