"""The contents of a written document, in order, before any markup: the same for every format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attnviz.records import record
from attnviz.story.calculation import Calculation
from attnviz.story.calculation_text import written
from attnviz.story.caption_tokens import Run
from attnviz.story.captions import in_one_line
from attnviz.story.exhibits import Exhibit
from attnviz.story.formula import Formula
from attnviz.story.i18n import Words, words
from attnviz.story.matrix import Matrix
from attnviz.story.storyboard import Step, Storyboard
from attnviz.views.document.figure_model import figure_of
from attnviz.views.document.matrix_table import MatrixTable, table_of
from attnviz.views.document.matrix_table import MatrixTable as Table

WrittenCalculation = tuple[tuple[Run, ...], ...]
"""The stages of a calculation; see `attnviz.story.calculation_text.written`."""


@record
class Figure:
    """A figure that belongs to a narration part."""

    item: object
    """A `MatrixTable`, `TextTable` or `CharacterPicture`, or of a type that is registered in the formats."""
    name: str | None
    joint: str
    """The sign between the figure before this one and it: → ∗ = + ≠, or nothing."""


@record
class Paragraph:
    """One narration part, its figures, and its calculations."""

    text: str
    figures: tuple[Figure, ...]
    calculations: tuple[WrittenCalculation, ...]


@record
class Section:
    """One step, numbered as in the whole lesson."""

    number: int
    title: str
    formula: Formula
    paragraphs: tuple[Paragraph, ...]
    omitted: str | None
    tables: tuple[MatrixTable, ...]


@record
class Outline:
    """A document."""

    language: str
    title: str
    warning: str | None
    """The note that a reader must know first: that the weights are untrained."""
    sections: tuple[Section, ...]
    notes_title: str
    notes: tuple[str, ...]


def outline_of(storyboard: Storyboard, steps: Sequence[str] | None = None) -> Outline:
    """The document of the steps with these ids, None is all. Raises InputError for a step that does not exist."""
    spoken = words(storyboard.language)
    chosen = None if steps is None else {storyboard.step(name).id for name in steps}
    shown: list[Matrix] = []
    sections = []
    for number, step in enumerate(storyboard.steps, start=1):
        if chosen is None or step.id in chosen:
            matrices = _new(step, shown)
            tables = tuple(table_of(matrix, storyboard) for matrix in matrices)
            sections.append(_section(number, step, tables, storyboard))
            shown += matrices
    warning = storyboard.warning
    return Outline(
        language=storyboard.language,
        title=storyboard.title,
        warning=warning,
        sections=tuple(sections),
        notes_title=spoken.phrase("markup", "notes"),
        notes=tuple(note for note in storyboard.notes if note != warning),
    )


def _section(number: int, step: Step, tables: tuple[Table, ...], storyboard: Storyboard) -> Section:
    spoken = words(storyboard.language)
    paragraphs = tuple(
        Paragraph(
            in_one_line(text, spoken.phrase("common", "space")),
            tuple(
                _figure(each, storyboard, spoken)
                for each in step.beside_product
                if each.part == part
            ),
            tuple(written(each, spoken) for each in _calculations_with(step.worked, part)),
        )
        for part, text in step.narration.items()
    )
    return Section(number, step.title, step.formula, paragraphs, step.omitted, tables)


def _figure(exhibit: Exhibit, storyboard: Storyboard, spoken: Words) -> Figure:
    return Figure(figure_of(exhibit, storyboard), exhibit.name, exhibit.joint)


def _calculations_with(worked: Iterable[Calculation], part: str) -> list[Calculation]:
    return [calculation for calculation in worked if calculation.part == part]


def _new(step: Step, shown: Sequence[Matrix]) -> list[Matrix]:
    """The matrices of the step that are not on the page yet: what a step starts from mostly is."""
    operands = [each for each in step.operands if not any(each is other for other in shown)]
    return [*operands, *step.results]
