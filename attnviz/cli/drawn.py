"""A drawing as the file that is asked for: .svg or .png."""

from __future__ import annotations

from pathlib import PurePath

from attnviz.cli.output import write_bytes, write_text
from attnviz.core.arrays import FloatArray
from attnviz.errors import InputError
from attnviz.export.drawing import Drawing

SVG, PNG = ".svg", ".png"


def check_drawn(path: str | None, font: str | None) -> None:
    """Raises InputError for a picture of another kind, or a font where none is drawn. None is the terminal."""
    if path is None:
        if font is not None:
            raise InputError(f"--font draws the text of {PNG}: give -o FILE{PNG}")
        return
    suffix = PurePath(path).suffix.lower()
    if suffix not in (SVG, PNG):
        raise InputError(
            f"{path}: maps are drawn as {SVG} or {PNG}: give the file one of these suffixes"
        )
    if font is not None and suffix != PNG:
        raise InputError(f"--font draws the text of {PNG}; of {path} it is drawn where it is shown")


def write_drawing(path: str, drawing: Drawing, font: str | None) -> None:
    """Writes the picture as the suffix says, which was checked, whole or not at all.

    Raises InputError for a font that is none, and for .png if no typeface at hand has a character.
    """
    if PurePath(path).suffix.lower() == SVG:
        from attnviz.export.svg import svg

        write_text(path, svg(drawing))
        return
    from attnviz.export.png import png
    from attnviz.film.fonts import Weight, check_characters, shape, typeface
    from attnviz.film.typefaces import chosen

    with typeface(None if font is None else chosen(font)):
        check_characters(drawing.texts, "the terminal and .svg show any character")

        def outlined(text: str) -> tuple[tuple[FloatArray, ...], float]:
            shaped = shape(text, Weight.MEDIUM)
            return shaped.outlines, shaped.width

        write_bytes(path, png(drawing, outlined))
