"""All rows together."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from manim import LEFT, RIGHT, UP, FadeIn, LaggedStart, VGroup

from attnviz.lessons.self_attention import parts
from attnviz.records import record
from attnviz.story.labels import indexed
from attnviz.story.matrix import Matrix
from attnviz.story.numbers import Numbers
from attnviz.story.pooled_map import strongest_links
from attnviz.story.storyboard import Step
from attnviz.theme import Role
from attnviz.views.film.choreography import appear
from attnviz.views.film.components.matrix import (
    MOST_SIDE,
    MatrixView,
    names_width,
    number_width,
    sheet,
)
from attnviz.views.film.components.text import Line, label
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import CAPTION, STAGE, WIDE, Size

_GAP, _NARROW_GAP = 1.2, 0.42
_CELL, _NAMED_CELL = 0.8, 0.39
"""The most of a cell, and the least under the symbol of a column where there is room."""
_MOST_TOKENS = (1.6, 0.75)
"""The most that tokens at the left may take: that much while the numbers stay, else the less."""
_TITLED, _NAMED, _TOKENS = 0.5, 0.4, 0.35
"""Heights of headings, and of symbols and tokens over columns."""
_MOST_NAMED = 10
"""The most columns that have names."""
_FOOT = CAPTION.top + 0.14
_FOOT_LINE = 0.38
"""The baseline of the lowest line under the matrices, and how far the other is above it."""
_FOOT_TOP = _FOOT + _FOOT_LINE + Size.BODY.em
_UNDER = 0.25
"""The distance from the matrices to the lines under them."""


def all_rows(scene: Stage, step: Step) -> None:
    """S, A and O side by side: the worked row is there, the others follow, all at once."""
    matrices = step.results[:3]
    views = _side_by_side(scene, matrices)
    footnotes = _footnotes(scene, step, views)
    titles = _place_headings(views, footnotes)
    query = scene.storyboard.query
    rows = len(views[0].entries)
    by_row = rows == scene.storyboard.trace.problem.n_q
    if parts.AllRows.REST in step.narration:
        with scene.beat(step, parts.AllRows.REST):
            _show_other_rows(scene, views, titles, query if by_row else None)
    else:
        scene.move(*map(FadeIn, (*views, *titles)), seconds=0.8)
    with scene.beat(step, parts.AllRows.MATRIX):
        scene.move(appear(_between(scene, views)), seconds=1.4)
        if len(footnotes):
            scene.move(FadeIn(footnotes), seconds=0.5)
    scene.clear_stage()


def _side_by_side(scene: Stage, matrices: tuple[Matrix, ...]) -> list[MatrixView]:
    numbers = scene.storyboard.numbers
    shares = _shares(scene, matrices)
    named = len(matrices[0].columns) <= _MOST_NAMED
    over = _TITLED
    if named:
        over += _NAMED + (_TOKENS if any(each.token for each in matrices[0].columns) else 0.0)
    high = WIDE.top - over - _FOOT_TOP - _UNDER
    sheets = [
        sheet(matrix, numbers, width=share, height=high, most_cell=_CELL)
        for matrix, share in zip(matrices, shares.widths, strict=True)
    ]
    height = max(
        each.height for each in sheets
    )  # a row of one stands beside the same row of the others
    size = min((each.size for each in sheets if each.texts), default=Size.SMALL)
    views = [MatrixView(replace(each, height=height, size=size), scene.style) for each in sheets]
    if not views[0].sheet.pooled:
        views[0].label_rows(most=shares.tokens)
        if named:
            for view in views[:2]:
                view.label_columns()
    for left, right in pairwise(views):
        right.cells.next_to(left.cells, RIGHT, buff=shares.gap)
        _renew_column_labels(right)
    return views


def _place_headings(views: list[MatrixView], footnotes: VGroup) -> list[VGroup]:
    """Centres the views and their headings over the footnotes; returns the headings, on one baseline."""
    titles = [view.title() for view in views]
    level = max(title[0].baseline for title in titles)
    for title in titles:
        title.shift((level - title[0].baseline) * UP)
    everything = VGroup(*views, *titles)
    bottom = footnotes.get_top()[1] + _UNDER if len(footnotes) else WIDE.bottom
    middle = np.array([WIDE.middle[0], (bottom + WIDE.top) / 2, 0])
    everything.shift(middle - everything.get_center())
    return titles


def _renew_column_labels(view: MatrixView) -> None:
    """Writes the column labels anew after the cells of a view were moved."""
    marks = view.column_labels
    view.remove(*marks)
    view.column_labels = []
    if marks:
        view.label_columns()


@record
class _WidthShares:
    """The width of each matrix and of the gaps, what tokens may take, and how many matrices go without numbers."""

    widths: list[float]
    gap: float
    tokens: float
    bare: int


def _shares(scene: Stage, matrices: tuple[Matrix, ...]) -> _WidthShares:
    """Cells are snug, long tokens cut and decimals fewer only where a matrix would lose its numbers otherwise."""
    numbers = scene.storyboard.numbers
    levels = [(False, numbers), *((True, each) for each in (numbers, *numbers.narrower))]
    possible = [
        _shared(each, matrices, tokens, tight) for tight, each in levels for tokens in _MOST_TOKENS
    ]
    return min(possible, key=lambda each: each.bare)


def _shared(
    numbers: Numbers, matrices: tuple[Matrix, ...], tokens: float, tight: bool
) -> _WidthShares:
    """The widths that are left; where numbers do not fit in all matrices, the scores lose them first."""
    labels = matrices[0].rows
    side = names_width(labels, tokens) if len(labels) <= MOST_SIDE else 0.0
    widths = [number_width(matrix, numbers, tight=tight) for matrix in matrices]
    if not tight:
        widths = [
            width and max(width, _NAMED_CELL * m.shape[1])
            for width, m in zip(widths, matrices, strict=True)
        ]
    # cells as wide as they are high where there is room for that
    roomy = [
        width and max(width, _CELL * m.shape[1]) for width, m in zip(widths, matrices, strict=True)
    ]
    room = WIDE.width - 2 * _GAP - side
    natural_widths = roomy if sum(width or room for width in roomy) <= room else widths
    shaded = [min(0.4 * matrix.shape[1], 3.2) for matrix in matrices]
    for gap in (_GAP, _NARROW_GAP):
        room = WIDE.width - 2 * gap - side
        for without in (0, 1, 3):  # S, then all: how many from the left go without numbers
            shares = [
                bare if i < without or natural is None else natural
                for i, (natural, bare) in enumerate(zip(natural_widths, shaded, strict=True))
            ]
            if sum(shares) <= room and (without < 2 or gap == _NARROW_GAP):
                spare = min(1.3, room / sum(shares))
                return _WidthShares([share * spare for share in shares], gap, tokens, without)
    room = WIDE.width - 2 * _NARROW_GAP - side
    return _WidthShares([room * each / sum(shaded) for each in shaded], _NARROW_GAP, tokens, 3)


def _show_other_rows(
    scene: Stage, views: list[MatrixView], titles: list[VGroup], query: int | None
) -> None:
    labels = [mark for view in views for mark in (*view.row_labels, *view.column_labels)]
    labels += titles
    if query is None:
        scene.move(*map(FadeIn, (*views, *titles)), seconds=2.0)
        return
    worked = [view.row(query) for view in views]
    scene.move(*[FadeIn(mark) for mark in labels], *[FadeIn(row) for row in worked], seconds=0.8)
    for view in views:
        others = [view.row(i) for i in range(len(view.entries)) if i != query]
        scene.move(
            LaggedStart(*[FadeIn(row, scale=0.9) for row in others], lag_ratio=0.15), seconds=0.9
        )
        scene.add_as_group(view)


def _between(scene: Stage, views: list[MatrixView]) -> list[VGroup]:
    """The signs from one matrix to the next."""
    marks = []
    for (left, right), text in zip(pairwise(views), ("softmax", "· V"), strict=True):
        mark = label("→", scene.style.theme.dim, Size.LARGE)
        space = right.cells.get_left()[0] - left.cells.get_right()[0]
        x = left.cells.get_right()[0] + space / 2
        mark.move_to(np.array([x, left.cells.get_y(), 0]))
        word = label(text, scene.style.theme.dim, Size.SMALL).next_to(mark, UP, buff=0.12)
        marks.append(VGroup(mark, word) if word.width < space - 0.1 else VGroup(mark))
    return marks


def _footnotes(scene: Stage, step: Step, views: list[MatrixView]) -> VGroup:
    """The lines under the matrices: the strongest links where weights have no numbers, and the note on blocks.

    The lowest line already holds the note on omitted entries, at the right.
    """
    footnotes = VGroup()
    if any(view.sheet.pooled for view in views):
        note = _pooled_note(scene, views).on_baseline(_FOOT)
        footnotes.add(note.align_to((STAGE.left, 0, 0), LEFT) if step.omitted else note)
    if views[1].sheet.texts is None:
        taken = len(footnotes) or step.omitted
        footnotes.add(_strongest(scene).on_baseline(_FOOT + (_FOOT_LINE if taken else 0.0)))
    return footnotes


def _strongest(scene: Stage) -> Line:
    """The strongest links of the head that is shown: shades and blocks do not tell them apart."""
    weights = scene.storyboard.trace.heads[0].stages.weights
    style, numbers = scene.style, scene.storyboard.numbers
    runs: list[tuple[str, str]] = [(scene.words.phrase("film", "strongest"), style.theme.dim)]
    for link in strongest_links(weights, 3):
        runs += [
            ("   " + indexed("q", link.query), style.colour(Role.QUERY)),
            (" → ", style.theme.dim),
            (indexed("k", link.key), style.colour(Role.KEY)),
            (" " + numbers.weights.text(link.weight), style.colour(Role.WEIGHT)),
        ]
    return Line(runs, Size.BODY).set_x(WIDE.middle[0])


def _pooled_note(scene: Stage, views: list[MatrixView]) -> Line:
    """The note on what a block stands for."""
    view = next(view for view in views if view.sheet.pooled)
    n, blocks = scene.storyboard.trace.problem.n_q, len(view.entries)
    if n > blocks:
        text = scene.words.phrase("film", "pooled", count=n, blocks=blocks)
    else:  # every position has a row: only long vectors are in blocks
        text = scene.words.phrase("film", "large", blocks=MOST_SIDE)
    return label(text, scene.style.theme.dim, Size.SMALL).set_x(WIDE.middle[0])
