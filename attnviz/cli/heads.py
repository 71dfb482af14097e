"""attnviz heads: which head of a trained model is worth showing."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import click

from attnviz.cli.options import SectionedCommand, language_option, option
from attnviz.errors import InputError

if TYPE_CHECKING:
    from attnviz.lessons.heads import Survey

_MODEL, _PAIR, _OUTPUT = "Trained model", "A pair of tokens", "Output"
_NARROWEST = 40
_SCREEN, _SUFFIX = "-", ".svg"
_FINE = 64
"""Blocks of a map in a picture, at most."""


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
    "-o",
    "--output",
    metavar="FILE.svg",
    help="A picture of the maps, in place of the terminal; - is the terminal.",
)
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
    output: str | None,
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
      attnviz heads "the cat sat on the mat" --model minilm -o maps.svg
    """
    from attnviz.lessons.heads import BLOCKS
    from attnviz.theme import THEMES

    if output in (None, _SCREEN):
        from attnviz.cli.screen import colours_of, width_of_screen
        from attnviz.terminal.colour import Palette
        from attnviz.terminal.heads import survey_lines
        from attnviz.terminal.show import as_text

        survey = _survey(model, text, (query, key), BLOCKS)
        depth = colours_of(color, to_file=False)
        columns = max(width or width_of_screen(), _NARROWEST)
        lines = survey_lines(survey, Palette(THEMES[theme], depth), columns, lang, top)
        click.echo(as_text(lines, depth), nl=False, color=True)
        return
    from attnviz.cli.output import check_writable, write_text
    from attnviz.export.maps import maps_svg

    if PurePath(str(output)).suffix.lower() != _SUFFIX:
        raise InputError(f"{output}: maps are drawn as {_SUFFIX}: give the file that suffix")
    check_writable(str(output))
    survey = _survey(model, text, (query, key), _FINE)
    write_text(str(output), maps_svg(survey, THEMES[theme], lang))


def _survey(name: str, text: str, asked: tuple[str | None, str | None], blocks: int) -> Survey:
    """All heads of the model on the text, and for induction on the text without what the model adds, told twice."""
    from attnviz.inputs.selection import position_of
    from attnviz.lessons.heads import Survey, measured_heads
    from attnviz.models.model import open_model

    query, key = asked
    if (query is None) != (key is None):
        raise InputError("a pair is a query and a key: give --from and --to, or neither")
    model = open_model(name)
    read = model.pieces(text)
    pair = None
    if query is not None and key is not None:
        pair = position_of(read.names, query, "--from"), position_of(read.names, key, "--to")
    written = [each for each, word in zip(read.ids, read.words, strict=True) if word is not None]
    fits = 1 < len(written) <= model.longest // 2
    twice = model.weights(written * 2) if fits else ()
    found = measured_heads(model.weights(read.ids), read.ids, read.added, pair, twice, blocks)
    return Survey(model.title, model.revision, read.names, found, pair)
