"""attnviz heads: which head of a trained model is worth showing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from attnviz.cli.options import SectionedCommand, language_option, option

if TYPE_CHECKING:
    from attnviz.lessons.heads import Survey
    from attnviz.models.model import Model

_MODEL, _PAIR, _OUTPUT = "Trained model", "A pair of tokens", "Output"
_NARROWEST = 40


@click.command(cls=SectionedCommand)
@click.argument("text")
@option(
    _MODEL,
    "--model",
    required=True,
    metavar="NAME|FOLDER|HUB_ID",
    help="One that attnviz models lists, a folder, or the id of one in the hub's cache.",
)
@option(
    _PAIR, "--from", "query", metavar="TOKEN|N", help="Ranks the heads by what this query gives …"
)
@option(_PAIR, "--to", "key", metavar="TOKEN|N", help="… to this key.")
@option(
    _OUTPUT,
    "--top",
    type=click.IntRange(1, 20),
    default=4,
    show_default=True,
    metavar="N",
    help="How many heads are named for each measure.",
)
@option(
    _OUTPUT,
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Whether there are colours; auto is on a terminal only.",
)
@option(
    _OUTPUT,
    "--theme",
    type=click.Choice(["dark", "light"]),
    default="dark",
    show_default=True,
    help="What the terminal's background is.",
)
@option(
    _OUTPUT,
    "--width",
    type=click.IntRange(min=1),
    metavar="N",
    help="Columns, in place of those of the terminal.",
)
@language_option
def heads(
    text: str,
    model: str,
    query: str | None,
    key: str | None,
    top: int,
    color: Any,
    theme: str,
    width: int | None,
    lang: str,
) -> None:
    """Find the head worth showing: every layer and head of a trained model on TEXT, as a small map, and measured.

    \b
    Examples:
      attnviz heads "The animal didn't cross the street" --model minilm
      attnviz heads "it was too tired" --model minilm --from it --to tired
    """
    from attnviz.cli.screen import colours_of, width_of_screen
    from attnviz.models.model import open_model
    from attnviz.terminal.colour import Palette
    from attnviz.terminal.heads import survey_lines
    from attnviz.terminal.show import as_text
    from attnviz.theme import THEMES

    survey = _survey(open_model(model), text, query, key)
    depth = colours_of(color, to_file=False)
    columns = max(width or width_of_screen(), _NARROWEST)
    lines = survey_lines(survey, Palette(THEMES[theme], depth), columns, lang, top)
    click.echo(as_text(lines, depth), nl=False, color=True)


def _survey(model: Model, text: str, query: str | None, key: str | None) -> Survey:
    """All heads of the model on the text, and for induction on the text without what the model adds, told twice."""
    from attnviz.errors import InputError
    from attnviz.inputs.selection import position_of
    from attnviz.lessons.heads import Survey, measured_heads

    if (query is None) != (key is None):
        raise InputError("a pair is a query and a key: give --from and --to, or neither")
    read = model.pieces(text)
    pair = None
    if query is not None and key is not None:
        pair = position_of(read.names, query, "--from"), position_of(read.names, key, "--to")
    written = [each for each, word in zip(read.ids, read.words, strict=True) if word is not None]
    fits = 1 < len(written) <= model.longest // 2
    found = measured_heads(
        model.weights(read.ids),
        read.ids,
        read.added,
        pair,
        model.weights(written * 2) if fits else (),
    )
    return Survey(model.title, model.revision, read.names, found, pair)
