"""The files of `attnviz heads`: their kind by suffix, and a drawing as .svg or .png."""

from __future__ import annotations

from pathlib import PurePath

from attnviz.cli.shared.output import STDOUT, write_bytes, write_text
from attnviz.core.arrays import FloatArray
from attnviz.errors import InputError
from attnviz.views.picture.drawing import Drawing

SVG, PNG = ".svg", ".png"
_KINDS = {SVG: "picture", PNG: "picture", ".json": "json", ".txt": "text"}


def kind_of(output: str) -> str:
    """The kind of file that a suffix means: "text", "json" or "picture"; "-" is the terminal.

    Raises InputError for any other.
    """
    if output == STDOUT:
        return "text"
    kind = _KINDS.get(PurePath(output).suffix.lower())
    if kind is None:
        raise InputError(
            f"{output}: heads are drawn as {SVG} or {PNG}, measured as .json, written as .txt: give the file one of "
            "these suffixes, or --format"
        )
    return kind


def check_font(font: str | None, output: str, kind: str) -> None:
    """Raises InputError for a font where no text is drawn."""
    if font is None:
        return
    if kind != "picture":
        raise InputError(f"--font draws the text of {PNG}: give -o FILE{PNG}")
    if PurePath(output).suffix.lower() != PNG:
        raise InputError(
            f"--font draws the text of {PNG}; of {output} it is drawn where it is shown"
        )


def write_drawing(path: str, drawing: Drawing, font: str | None) -> None:
    """Writes the picture as the suffix says, which was checked, whole or not at all.

    Raises InputError for a font that is none, and for .png if no typeface at hand has a character.
    """
    if PurePath(path).suffix.lower() == SVG:
        from attnviz.views.picture.svg import svg

        write_text(path, svg(drawing))
        return
    from attnviz.typeset.fonts import Weight, check_characters, shape, typeface
    from attnviz.typeset.typefaces import chosen
    from attnviz.views.picture.png import png

    with typeface(None if font is None else chosen(font)):
        check_characters(drawing.texts, "the terminal and .svg show any character")

        def outlined(text: str) -> tuple[tuple[FloatArray, ...], float]:
            shaped = shape(text, Weight.MEDIUM)
            return shaped.outlines, shaped.width

        write_bytes(path, png(drawing, outlined))
