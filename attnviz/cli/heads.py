"""attnviz heads: which head of a trained model is worth showing."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import click

from attnviz.cli.options import SectionedCommand, language_option, option
from attnviz.errors import InputError

_SOURCE, _PAIR, _OUTPUT = "Whose heads", "A pair of tokens", "Output"
_NARROWEST = 40
_SCREEN, _SUFFIX = "-", ".svg"
_FINE = 64
"""Blocks of a map in a picture, at most."""


@click.command(cls=SectionedCommand)
@click.argument("text", required=False, metavar="[TEXT]")
@option(
    _SOURCE,
    "--model",
    metavar="NAME|FOLDER|HUB_ID",
    help="A trained model reads TEXT: one that attnviz models lists, a folder, or the id of one in the hub's cache.",
)
@option(
    _SOURCE,
    "--attention",
    metavar="FILE",
    help="In place of a model: weights that you have, (n, n), (heads, n, n) or (layers, heads, n, n), as .npy .npz "
    ".json. The words of TEXT name the positions.",
)
@option(
    _SOURCE,
    "--words",
    is_flag=True,
    help="Takes the pieces of a word together: summed over keys, averaged over queries.",
)
@option(
    _PAIR, "--from", "query", metavar="TOKEN|N", help="Ranks the heads by what this query gives …"
)
@option(
    _PAIR,
    "--to",
    "key",
    metavar="TOKEN|N",
    help="… to this key. A word in several pieces counts as one, and so do positions as 3-5.",
)
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
    text: str | None,
    model: str | None,
    attention: str | None,
    words: bool,
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

    Or of weights of your own.

    \b
    Examples:
      attnviz heads "The animal didn't cross the street" --model minilm
      attnviz heads "it was too tired" --model minilm --from it --to tired
      attnviz heads "the cat sat on the mat" --model minilm -o maps.svg
      attnviz heads --attention weights.npy
    """
    from attnviz.cli.surveyed import Asked, survey
    from attnviz.lessons.heads import BLOCKS
    from attnviz.theme import THEMES

    asked = Asked(text, model, attention, words, query, key)
    if output in (None, _SCREEN):
        from attnviz.cli.screen import colours_of, width_of_screen
        from attnviz.terminal.colour import Palette
        from attnviz.terminal.heads import survey_lines
        from attnviz.terminal.show import as_text

        found = survey(asked, BLOCKS)
        depth = colours_of(color, to_file=False)
        columns = max(width or width_of_screen(), _NARROWEST)
        lines = survey_lines(found, Palette(THEMES[theme], depth), columns, lang, top)
        click.echo(as_text(lines, depth), nl=False, color=True)
        return
    from attnviz.cli.output import check_writable, write_text
    from attnviz.export.maps import maps_svg

    if PurePath(str(output)).suffix.lower() != _SUFFIX:
        raise InputError(f"{output}: maps are drawn as {_SUFFIX}: give the file that suffix")
    check_writable(str(output))
    found = survey(asked, _FINE)
    write_text(str(output), maps_svg(found, THEMES[theme], lang))
