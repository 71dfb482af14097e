"""attnviz examples: what is built in."""

from __future__ import annotations

import click

from attnviz.cli.shared.help_sections import SectionedCommand
from attnviz.cli.shared.lines import echo_line
from attnviz.cli.shared.options import language_option


@click.command(cls=SectionedCommand)
@click.argument("name", required=False)
@language_option
def examples(name: str | None, lang: str) -> None:
    """List the built-in examples, or print the data file of one.

    \b
    Examples:
      attnviz examples
      attnviz examples retrieval > mine.toml     a start for your own
      attnviz explain --example mine.toml
    """
    from attnviz.inputs.example_files import example_names, example_text, load_example

    if name is not None:
        click.echo(example_text(name), nl=False)
        return
    for each in map(load_example, example_names()):
        problem = each.problem
        shape = f"{problem.n} × {problem.d_model}"
        heads = "1 head" if problem.heads == 1 else f"{problem.heads} heads"
        echo_line(f"{each.name:12}  {shape}  {heads:7}  {each.title_in(lang)}")
