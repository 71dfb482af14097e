"""attnviz heads: which head of a trained model is worth showing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from attnviz.cli.shared.help_sections import SectionedCommand, option
from attnviz.cli.shared.options import BACKEND, COLOURS, language_option
from attnviz.cli.shared.progress_line import progress_line
from attnviz.cli.shared.readings import print_notes
from attnviz.cli.shared.whole_numbers import WholeNumber
from attnviz.library.printing import page_width
from attnviz.theme import DARK, THEMES

if TYPE_CHECKING:
    from rich.text import Text

    from attnviz.library.head_survey import HeadsOptions
    from attnviz.survey.head_detail import HeadDetail
    from attnviz.survey.heads import Survey
    from attnviz.theme import Theme
    from attnviz.views.picture.drawing import Drawing
    from attnviz.views.terminal.colour import Palette

_SOURCE, _PAIR, _OUTPUT = "Whose heads", "A pair of tokens", "Output"
_SCREEN = "-"
_FINE = 64
"""Blocks of a map in a picture, at most."""


@click.command(cls=SectionedCommand)
@click.argument("text", required=False, metavar="[TEXT]")
@option(
    _SOURCE,
    "--model",
    metavar="NAME|PATH|HUB_ID",
    help="A trained model reads TEXT: one that attnviz models lists, a folder, a .gguf file, or the id of one in the "
    "hub's cache.",
)
@option(_SOURCE, "--backend", **BACKEND)
@option(
    _SOURCE,
    "--attention",
    metavar="FILE",
    help="In place of a model: weights that you have, (n, n), (heads, n, n), (layers, heads, n, n) or "
    "(layers, batch, heads, n, n), as .npy .npz .json .safetensors. The words of TEXT name the positions.",
)
@option(
    _SOURCE,
    "--batch",
    type=WholeNumber(min=0),
    metavar="N",
    help="Which text of a batch in --attention, counted from 0. With it four axes are (batch, heads, n, n).",
)
@option(
    _SOURCE,
    "--words",
    is_flag=True,
    help="Takes the pieces of a word together: summed over keys, averaged over queries.",
)
@option(
    _SOURCE,
    "--layer",
    type=WholeNumber(min=0),
    metavar="N",
    help="Only this layer, counted from 0 …",
)
@option(
    _SOURCE,
    "--head",
    type=WholeNumber(min=0),
    metavar="N",
    help="… and only this head of it, closely: its map larger, its strongest links, in a picture its arcs.",
)
@option(
    _PAIR,
    "--from",
    "query",
    metavar="TOKEN|N",
    help="Ranks the heads by what this query gives …",
)
@option(
    _PAIR,
    "--to",
    "key",
    metavar="TOKEN|N",
    help="… to this key. A word in several pieces counts as one, and so do positions as 3-5. "
    "With --head the query is followed, and needs no key.",
)
@option(
    _OUTPUT,
    "-o",
    "--output",
    metavar="FILE",
    default=_SCREEN,
    help="A picture in place of the terminal, .svg or .png, or .json with what is measured, or .txt; - is the "
    "terminal.",
)
@option(
    _OUTPUT,
    "--format",
    type=click.Choice(["text", "json"]),
    help="JSON has all digits, and with --head the weights. Default text, or what the suffix of -o says.",
)
@option(
    _OUTPUT,
    "--top",
    type=WholeNumber(1, 20),
    default=4,
    show_default=True,
    metavar="N",
    help="How many heads are named for each measure.",
)
@option(
    _OUTPUT,
    "--color",
    type=click.Choice(COLOURS),
    default="auto",
    show_default=True,
    help="Whether there are colours; auto is on a terminal only.",
)
@option(
    _OUTPUT,
    "--theme",
    type=click.Choice(tuple(THEMES)),
    default=DARK.name,
    show_default=True,
    help="What the background is: that of the terminal, or of the picture.",
)
@option(
    _OUTPUT,
    "--width",
    type=WholeNumber(min=1),
    metavar="N",
    help="Columns, in place of those of the terminal.",
)
@option(
    _OUTPUT,
    "--font",
    metavar="FILE|NAME",
    help="Draws the characters of a .png that Inter lacks, such as Chinese ones. Default the extra attnviz[zh], or a "
    "font of the system.",
)
@language_option
def heads(
    text: str | None,
    model: str | None,
    backend: str | None,
    attention: str | None,
    batch: int | None,
    words: bool,
    layer: int | None,
    head: int | None,
    query: str | None,
    key: str | None,
    output: str,
    format: str | None,
    top: int,
    color: Any,
    theme: str,
    width: int | None,
    font: str | None,
    lang: str,
) -> None:
    """Find the head worth showing: every layer and head of a trained model on TEXT, as a small map, and measured.

    Or of weights of your own.

    \b
    Examples:
      attnviz heads "The animal didn't cross the street" --model minilm
      attnviz heads "it was too tired" --model minilm --from it --to tired
      attnviz heads "the cat sat on the mat" --model minilm -o maps.svg
      attnviz heads "it was too tired" --model minilm --layer 3 --head 1 -o head.png
      attnviz heads --attention weights.npy
      attnviz heads "it was too tired" --model minilm -o heads.json
    """
    from attnviz.cli.shared.image_output import check_font, kind_of, write_drawing
    from attnviz.cli.shared.output import check_writable, write_text
    from attnviz.library.head_survey import HeadsOptions

    options = HeadsOptions(text, model, attention, words, query, key, layer, head, backend, batch)
    kind = format or kind_of(output)
    check_font(font, output, kind)
    check_writable(output)
    if kind == "json":
        write_text(output, _data(options) + "\n")
        return
    if kind == "picture":
        write_drawing(output, _drawing(options, THEMES[theme], lang), font)
        return
    from attnviz.cli.shared.screen import colours_of
    from attnviz.views.terminal.colour import Palette
    from attnviz.views.terminal.show import as_text

    depth = colours_of(color, to_file=output != _SCREEN)
    columns = page_width(width)
    shown = as_text(_lines(options, Palette(THEMES[theme], depth), columns, lang, top), depth)
    if output == _SCREEN:
        click.echo(shown, nl=False, color=True)
    else:
        write_text(output, shown)


def _lines(
    options: HeadsOptions, palette: Palette, width: int, language: str, top: int
) -> list[Text]:
    """All heads for the terminal, or the one that is chosen."""
    from attnviz.views.terminal import head_detail, heads

    if options.head is not None:
        close = _one_head(options, head_detail.blocks_in(width, palette), only_warnings=True)
        return head_detail.close_up_lines(close, palette, width, language)
    found = _survey(options, partial(heads.blocks_in, width), only_warnings=True)
    return heads.survey_lines(found, palette, width, language, top)


def _data(options: HeadsOptions) -> str:
    """JSON of all heads, or of the one that is chosen."""
    from attnviz.survey.heads import BLOCKS
    from attnviz.views.document.heads_json import close_up_json, survey_json

    if options.head is not None:
        return close_up_json(_one_head(options, BLOCKS))
    return survey_json(_survey(options, lambda heads: BLOCKS))


def _drawing(options: HeadsOptions, theme: Theme, language: str) -> Drawing:
    """The picture of all heads, or of the one that is chosen."""
    from attnviz.views.picture.head import BLOCKS, head_drawing
    from attnviz.views.picture.maps import maps_drawing

    if options.head is not None:
        return head_drawing(_one_head(options, BLOCKS), theme, language)
    return maps_drawing(_survey(options, lambda heads: _FINE), theme, language)


def _survey(
    options: HeadsOptions, blocks: Callable[[int], int], *, only_warnings: bool = False
) -> Survey:
    """All heads, and on stderr how the input was read."""
    from attnviz.library.head_survey import survey

    with progress_line():
        found = survey(options, blocks)
    print_notes(found.provenance.readings, only_warnings=only_warnings)
    return found


def _one_head(options: HeadsOptions, blocks: int, *, only_warnings: bool = False) -> HeadDetail:
    """The head that is chosen, and on stderr how the input was read."""
    from attnviz.library.head_survey import one_head

    with progress_line():
        close = one_head(options, blocks)
    print_notes(close.survey.provenance.readings, only_warnings=only_warnings)
    return close
