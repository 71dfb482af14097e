"""Matrices with their captions, side by side where they fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.text import Text

from attnviz.story.storyboard import Matrix
from attnviz.theme import Role
from attnviz.views.terminal.grid import grid
from attnviz.views.terminal.heatmap import blocks, is_too_large, links
from attnviz.views.terminal.layout import packed
from attnviz.views.terminal.lines import styled
from attnviz.views.terminal.page_context import Setting
from attnviz.views.terminal.strips import are_strips, strips
from attnviz.views.terminal.wrapping import wrapped_prose


def matrices(shown: Sequence[Matrix], setting: Setting) -> list[Text]:
    """The lines of all matrices, in order, as many beside each other as fit; an empty line between."""
    lines: list[Text] = []
    for row in _rows(shown):
        blocks_ = [block for matrix in row for block in _blocks(matrix, setting)]
        for together in packed(blocks_, setting.inner):
            lines += [Text(), *together] if lines else together
    return lines


def _rows(shown: Sequence[Matrix]) -> Iterator[list[Matrix]]:
    """Matrices that may stand side by side: those of one head where a head has several, else all."""
    several_kinds = len({matrix.symbol for matrix in shown}) > 1
    for _, group in groupby(shown, key=lambda matrix: matrix.head if several_kinds else None):
        yield list(group)


def _blocks(matrix: Matrix, setting: Setting) -> Iterator[list[Text]]:
    """A matrix with its caption, and the strongest links of one that is too large to find them in."""
    above = wrapped_prose(caption(matrix, setting), setting.inner)
    if are_strips(matrix):
        yield above + strips(matrix, setting)
        return
    if not is_too_large(matrix):
        yield above + grid(matrix, setting)
        return
    yield above + blocks(matrix, setting)
    if matrix.role is Role.WEIGHT and matrix.columns and matrix.shape[0] > 1:
        yield links(matrix, setting)


def caption(matrix: Matrix, setting: Setting) -> Text:
    """Symbol, shape, and what it is in words: Q  3×4  queries."""
    rows, columns = matrix.shape
    palette = setting.palette
    lesser = [f"{rows}×{columns}", _what(matrix, setting)]
    if matrix.head is not None:
        lesser.append(setting.words.say("common", "head", head=matrix.head))
    text = styled(matrix.symbol, palette.text(matrix.role, bold=True))
    said = "  ".join(each for each in lesser if each)
    return text.append(f"  {said}" if matrix.symbol else said, palette.dim)


def _what(matrix: Matrix, setting: Setting) -> str:
    if matrix.role is Role.PLAIN or matrix.symbol.startswith("Σ"):
        return ""
    if matrix.role is Role.KERNEL and not matrix.symbol.startswith("w"):
        return ""  # what a kernel has made of something, not itself
    what = setting.words.say("matrix", matrix.role)
    for beginning, key in (("W_", "makes"), ("b_", "added"), ("α", "weighted")):
        if matrix.symbol.startswith(beginning):
            return setting.say(key, what=what)
    return what
