"""What a written document holds, in order, before any markup: the same for every format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from attnviz.story.calculation_text import written
from attnviz.story.caption_tokens import Run
from attnviz.story.captions import in_one_line
from attnviz.story.exhibits import Exhibit, Plot, Region
from attnviz.story.exhibits import Table as TableOfFacts
from attnviz.story.i18n import Words, words
from attnviz.story.storyboard import Calculation, Formula, Label, Matrix, Step, Storyboard
from attnviz.views.document.figure_model import (
    Facts,
    Picture,
    facts_of_plot,
    facts_of_table,
    picture_of,
)

LARGEST = 24
"""Rows or columns that are still printed whole."""
_FIRST = 8
"""Components that are printed of a longer axis that has no names."""
_NAMED = re.compile(r"[XQKVAOY]|(c·)?S([/ ].*)?")
"""Symbols whose role says what they are; W_Q has the role of the queries, but is none."""

WrittenCalculation = tuple[tuple[Run, ...], ...]
"""The stages of a calculation; see `attnviz.story.calculation_text.written`."""


@dataclass(frozen=True)
class Table:
    """A matrix as text."""

    symbol: str
    caption: str
    rows: tuple[Label, ...]
    columns: tuple[Label, ...]
    cells: tuple[tuple[str, ...], ...]
    cut: str | None
    """In words, what of the matrix is left out; None if nothing is."""
    marked: frozenset[tuple[int, int]] = frozenset()
    """Which of `cells`, by row and column, a reader is to look at."""


@dataclass(frozen=True)
class Shown:
    """What is shown with a narration part."""

    item: Table | Facts | Picture
    name: str | None
    joint: str
    """What stands between what was shown before and this: → ∗ = + ≠, or nothing."""


@dataclass(frozen=True)
class Paragraph:
    """One narration part, what is shown with it, and the calculations that belong to it."""

    text: str
    shown: tuple[Shown, ...]
    calculations: tuple[WrittenCalculation, ...]


@dataclass(frozen=True)
class Section:
    """One step, numbered as in the whole lesson."""

    number: int
    title: str
    formula: Formula
    paragraphs: tuple[Paragraph, ...]
    omitted: str | None
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Outline:
    """A document."""

    language: str
    title: str
    warning: str | None
    """What a reader must know first: that the weights are untrained."""
    sections: tuple[Section, ...]
    notes_title: str
    notes: tuple[str, ...]


def outline_of(storyboard: Storyboard, steps: Sequence[str] | None = None) -> Outline:
    """The document of the steps wanted. Raises InputError for a step that does not exist."""
    spoken = words(storyboard.language)
    wanted = None if steps is None else {storyboard.step(name).id for name in steps}
    shown: list[Matrix] = []
    sections = []
    for number, step in enumerate(storyboard.steps, start=1):
        if wanted is None or step.id in wanted:
            matrices = _new(step, shown)
            tables = tuple(_table(matrix, storyboard, spoken) for matrix in matrices)
            sections.append(_section(number, step, tables, storyboard))
            shown += matrices
    warning = storyboard.warning
    return Outline(
        language=storyboard.language,
        title=storyboard.title,
        warning=warning,
        sections=tuple(sections),
        notes_title=spoken.say("markup", "notes"),
        notes=tuple(note for note in storyboard.notes if note != warning),
    )


def _section(number: int, step: Step, tables: tuple[Table, ...], storyboard: Storyboard) -> Section:
    spoken = words(storyboard.language)
    paragraphs = tuple(
        Paragraph(
            in_one_line(text, spoken.say("common", "space")),
            tuple(_shown(each, storyboard, spoken) for each in step.exhibits if each.part == part),
            tuple(written(each, spoken) for each in _belonging(step.worked, part)),
        )
        for part, text in step.narration.items()
    )
    return Section(number, step.title, step.formula, paragraphs, step.omitted, tables)


def _shown(exhibit: Exhibit, storyboard: Storyboard, spoken: Words) -> Shown:
    item = exhibit.item
    shown: Table | Facts | Picture
    if isinstance(item, Matrix):
        shown = _table(item, storyboard, spoken, exhibit.marks)
    elif isinstance(item, Plot):
        shown = facts_of_plot(item)
    elif isinstance(item, TableOfFacts):
        shown = facts_of_table(item)
    else:
        shown = picture_of(item, spoken)
    return Shown(shown, exhibit.name, exhibit.joint)


def _belonging(worked: Iterable[Calculation], part: str) -> list[Calculation]:
    return [calculation for calculation in worked if calculation.part == part]


def _new(step: Step, shown: Sequence[Matrix]) -> list[Matrix]:
    """The matrices of the step that are not on the page yet: what a step starts from mostly is."""
    operands = [each for each in step.operands if not any(_same(each, other) for other in shown)]
    return [*operands, *step.results]


def _same(one: Matrix, other: Matrix) -> bool:
    return (one.symbol, one.head) == (other.symbol, other.head) and np.array_equal(
        one.values, other.values, equal_nan=True
    )


def _table(
    matrix: Matrix, storyboard: Storyboard, spoken: Words, marks: Sequence[Region] = ()
) -> Table:
    height, width = matrix.shape
    # Entries that add up along a column are few, and would not add up any more.
    whole = matrix.sums == "columns"
    rows = list(range(height)) if whole else _kept(height, storyboard, [m.rows for m in marks])
    columns = _kept(width, storyboard, [mark.columns for mark in marks])
    row_labels = matrix.rows or _components(height if height > 1 else 0) or (Label(""),)
    column_labels = matrix.columns or _components(width)
    # Rounded before columns are cut: a row of weights adds up as a whole.
    cells = storyboard.numbers.cells(replace(matrix, values=matrix.values[rows]))
    cut = None
    if len(rows) < height or len(columns) < width:
        sizes = {"rows": len(rows), "columns": len(columns)}
        cut = spoken.say("markup", "cut", all_rows=height, all_columns=width, **sizes)
    return Table(
        symbol=matrix.symbol,
        caption=_caption(matrix, spoken),
        rows=tuple(row_labels[i] for i in rows),
        columns=tuple(column_labels[j] for j in columns),
        cells=tuple(tuple(row[j] for j in columns) for row in cells),
        cut=cut,
        marked=frozenset(
            (i, j)
            for i, row in enumerate(rows)
            for j, column in enumerate(columns)
            if any(row in range(*mark.rows) and column in range(*mark.columns) for mark in marks)
        ),
    )


def _kept(size: int, storyboard: Storyboard, marked: Sequence[tuple[int, int]]) -> list[int]:
    """Which rows or columns are printed. Of many positions: the worked query, and the keys that it is worked on.

    The ends of what is marked are among them.
    """
    if size <= LARGEST:
        return list(range(size))
    ends = {each for start, stop in marked for each in (start, stop - 1)}
    if storyboard.told_on is None or size != storyboard.trace.problem.n:
        return sorted(ends | set(range(_FIRST)))
    return sorted(ends | _keys(storyboard) | {storyboard.query})


def _keys(storyboard: Storyboard) -> set[int]:
    """The keys that the query is worked on; the first, where the lesson works out none."""
    steps = (step for step in storyboard.steps if step.id == "weighted-values")
    worked = next((step.worked for step in steps), ())
    return {calculation.position for calculation in worked} or set(range(_FIRST))


def _components(count: int) -> tuple[Label, ...]:
    """Names for entries that have none: as the calculations count them, q₁[1]."""
    return tuple(Label(f"[{i}]") for i in range(1, count + 1))


def _caption(matrix: Matrix, spoken: Words) -> str:
    parts: list[str] = (
        [spoken.say("matrix", matrix.role)] if _NAMED.fullmatch(matrix.symbol) else []
    )
    if matrix.head is not None:
        parts.append(spoken.say("common", "head", head=matrix.head))
    parts.append("{} × {}".format(*matrix.shape))
    return ", ".join(parts)
