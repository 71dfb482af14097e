"""The table of commands. A command's module is imported when the command is run, not before."""

from __future__ import annotations

import importlib

import click

from attnviz import __version__
from attnviz.cli.shared.help_sections import CONTEXT
from attnviz.cli.shared.options import add_debug_option
from attnviz.errors import unknown_name

_COMMANDS = {
    "explain": (
        "attnviz.cli.explain.command:explain",
        "Every product and sum of self-attention, in the terminal.",
    ),
    "render": ("attnviz.cli.render.command:render", "The same numbers as a film."),
    "new": ("attnviz.cli.new:new", "Write a lecture file to start from."),
    "lessons": ("attnviz.cli.lessons:lessons", "List the lessons, or the steps of one."),
    "examples": ("attnviz.cli.examples:examples", "List the built-in examples, or print one."),
    "heads": (
        "attnviz.cli.heads.command:heads",
        "All heads of a trained model on a text: maps, and which do what.",
    ),
    "models": ("attnviz.cli.models:models", "List the trained models that are here, or get one."),
    "cache": ("attnviz.cli.cache:cache", "What is kept of films, how much, and its limit."),
}


class LazyGroup(click.Group):
    """A group that knows its commands' names and one-line help without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, attribute = _COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        add_debug_option(command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in _COMMANDS:
            raise unknown_name("command", args[0], _COMMANDS)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_) for name, (_, help_) in _COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings=CONTEXT, invoke_without_command=True)
@click.version_option(__version__, prog_name="attnviz")
@click.pass_context
def attnviz(ctx: click.Context, /) -> None:
    """See self-attention happen: every number in the terminal, every step in a film.

    \b
    Examples:
      attnviz explain                                 the article's worked example
      attnviz explain "the cat sat on the mat"        your own words
      attnviz explain --vectors x.csv --weights w.npz your own numbers
      attnviz render "the cat sat" -o cat.mp4         a film
      attnviz render lecture.toml                     a film of several lessons
      attnviz lessons                                 what is taught
      attnviz examples                                what is built in
      attnviz heads "the cat sat" --model minilm      which head does what
      attnviz models                                  which trained models are here
      attnviz cache                                   what is kept of films
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


add_debug_option(attnviz)
