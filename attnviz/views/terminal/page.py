"""A storyboard as pages of lines: an opening, one page a step, a closing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from attnviz.progress import reporting
from attnviz.story.calculation import Calculation
from attnviz.story.captions import in_one_line, joined, token_name
from attnviz.story.labels import indexed, shown_token
from attnviz.story.matrix import Matrix
from attnviz.story.storyboard import Step
from attnviz.typeset.text_width import columns_of
from attnviz.views.terminal.arithmetic import arithmetic
from attnviz.views.terminal.layout import hanging_indent, in_columns
from attnviz.views.terminal.lines import styled
from attnviz.views.terminal.matrices import matrices
from attnviz.views.terminal.page_context import MARGIN, PageContext
from attnviz.views.terminal.symbols import coloured_formula, coloured_words
from attnviz.views.terminal.wrapping import wrapped_formula, wrapped_prose

if TYPE_CHECKING:
    from attnviz.story.exhibits import Exhibit

_INDENT = 2
"""Columns by which calculations are indented beyond words."""
_SHORTEST_RULE = 3
_LONGEST_HEADER = 120


def pages(context: PageContext, chosen: Collection[str] | None = None) -> Iterator[list[Text]]:
    """The pages in order, each line at most `context.width` columns; `chosen` are step ids, None is all."""
    yield _page(_opening(context))
    shown_before: list[Matrix] = []
    steps = context.storyboard.steps
    for number, step in enumerate(reporting(steps, "Laying out the steps", len(steps)), start=1):
        if chosen is None or step.id in chosen:
            yield _page([_header(step, number, context), *_body(step, shown_before, context)])
            shown_before += [*step.operands, *step.results]
    yield _page(_closing(context))


def _page(blocks: Sequence[list[Text]]) -> list[Text]:
    """Blocks with an empty line after each, moved in by the margin."""
    lines: list[Text] = []
    for block in blocks:
        lines += [Text(" " * MARGIN) + line if line.plain else line for line in block]
        lines.append(Text())
    return lines


def _opening(context: PageContext) -> list[list[Text]]:
    board, palette = context.storyboard, context.palette
    title = styled(board.title, palette.text(None, bold=True))
    blocks = [[title, *_worked_in_full(context)]]
    if board.warning:
        # A reader must not take these numbers for what a model learned.
        blocks.append(_list_item("!", _note_lines(board.warning, context), context))
    return blocks


def _worked_in_full(context: PageContext) -> list[Text]:
    """Names the row that is worked in full, or followed, in a lesson on one sequence."""
    board = context.storyboard
    if board.source_trace is None:
        return []
    symbol, tokens = indexed("q", board.query), board.trace.problem.tokens
    query = symbol
    if tokens is not None:
        token = token_name(shown_token(tokens[board.query]))
        query = context.words.phrase("common", "named", symbol=symbol, token=token)
    key = "worked" if board.in_full else "followed"
    sentences = context.phrase(key, query=query, row=board.query + 1, count=board.trace.problem.n)
    return wrapped_prose(coloured_words(sentences, context.palette), context.prose)


def _closing(context: PageContext) -> list[list[Text]]:
    rule = styled("─" * min(context.inner, _LONGEST_HEADER), context.palette.hairline)
    lines = [rule]
    for note in context.storyboard.notes:
        lines += _list_item("·", _note_lines(note, context), context)
    return [lines]


def _note_lines(note: str, context: PageContext) -> list[Text]:
    return wrapped_prose(styled(note, context.palette.dim), context.prose - _INDENT)


def _list_item(mark: str, lines: Sequence[Text], context: PageContext) -> list[Text]:
    return hanging_indent(styled(f"{mark} ", context.palette.dim), lines, _INDENT)


def _header(step: Step, number: int, context: PageContext) -> list[Text]:
    """Number and title, a rule, and the formula at its end, or below where it does not fit."""
    palette, width = context.palette, min(context.inner, _LONGEST_HEADER)
    mark = styled(f"{number}  ", palette.dim)
    title = styled(step.title, palette.text(None, bold=True))
    lines = hanging_indent(
        mark, wrapped_prose(title, width - columns_of(mark.plain)), columns_of(mark.plain)
    )
    formula = Text() if _is_recap(step) else coloured_formula(step.formula.plain, palette)
    at_end = columns_of(formula.plain) + 1 if formula.plain else 0
    rule = width - columns_of(lines[-1].plain) - 1
    is_beside = rule - at_end >= _SHORTEST_RULE
    if rule > 0:
        lines[-1].append(" ")
        lines[-1].append("─" * (rule - at_end if is_beside else rule), palette.hairline)
    if not formula.plain:
        return lines
    if is_beside:
        lines[-1].append(" ").append_text(formula)
        return lines
    below = wrapped_formula(formula, width - _INDENT - 1)
    return [*lines, *_indented(below, _INDENT + 1)]


def _body(step: Step, shown_before: Sequence[Matrix], context: PageContext) -> list[list[Text]]:
    if _is_recap(step):
        return _recap(step, context)
    are_shown_before = all(_is_among(each, shown_before) for each in step.operands)
    operands = () if are_shown_before else step.operands
    if not step.worked:
        shown = [matrices(each, context) for each in (operands, step.results) if each]
        return [*_narration(step, (), context), *shown]
    shown = [matrices(step.results, context)] if step.results else []
    return [*_narration(step, operands, context), *shown]


def _narration(step: Step, operands: Sequence[Matrix], context: PageContext) -> list[list[Text]]:
    """The narration, each part followed by what it shows and its calculations; parts without either run on."""
    blocks: list[list[Text]] = []
    sentences: list[str] = []
    last = max(
        (i for i, part in enumerate(step.narration) if _calculations_with(step, part)), default=-1
    )
    for i, (part, words) in enumerate(step.narration.items()):
        sentences.append(words)
        shown, calculations = _exhibits_with(step, part), _calculations_with(step, part)
        if not shown and not calculations:
            continue
        blocks.append(_paragraph(sentences, context))
        sentences = []
        if shown:
            # Imported here, and so not for the main lesson, which has none.
            from attnviz.views.terminal.exhibits import exhibits

            blocks.append(exhibits(shown, context))
        if not calculations:
            continue
        if operands:
            blocks.append(matrices(operands, context))
            operands = ()
        blocks.append(_calculation_lines(calculations, context))
        if i == last and step.omitted:
            blocks[-1] += _omitted(step.omitted, context)
    if sentences:
        blocks.append(_paragraph(sentences, context))
    if last < 0 and step.omitted:
        blocks.append(_omitted(step.omitted, context))
    return blocks


def _calculation_lines(calculations: Sequence[Calculation], context: PageContext) -> list[Text]:
    width = context.inner - _INDENT
    lines = arithmetic(calculations, context.words, context.palette, width)
    if len(lines) == len(calculations):
        lines = in_columns(lines, width)
    return _indented(lines, _INDENT)


def _exhibits_with(step: Step, part: str) -> list[Exhibit]:
    """The exhibits of that part except the product, which is printed around its calculations."""
    return [exhibit for exhibit in step.beside_product if exhibit.part == part]


def _calculations_with(step: Step, part: str) -> list[Calculation]:
    return [calculation for calculation in step.worked if calculation.part == part]


def _recap(step: Step, context: PageContext) -> list[list[Text]]:
    """A step that only looks back: the formula, and what is said of its parts as a list."""
    why, *parts = step.narration.values()
    formula = coloured_formula(step.formula.plain, context.palette)
    lines = wrapped_formula(formula, context.inner - 2 * _INDENT)
    listed = [
        line
        for part in parts
        for line in _list_item("·", _paragraph([part], context, _INDENT), context)
    ]
    return [_paragraph([why], context), _indented(lines, 2 * _INDENT), listed]


def _is_recap(step: Step) -> bool:
    return not (step.worked or step.exhibits)


def _omitted(sentences: str, context: PageContext) -> list[Text]:
    words = styled(sentences, context.palette.dim)
    return _indented(wrapped_prose(words, context.prose - _INDENT), _INDENT)


def _paragraph(sentences: Sequence[str], context: PageContext, indent: int = 0) -> list[Text]:
    """Words as one paragraph: their lines were broken for captions, not for a page."""
    between = context.phrase("between_sentences")
    paragraph = joined((in_one_line(words, between) for words in sentences), between)
    return wrapped_prose(coloured_words(paragraph, context.palette), context.prose - indent)


def _indented(lines: Sequence[Text], by: int) -> list[Text]:
    return [Text(" " * by) + line for line in lines]


def _is_among(matrix: Matrix, shown_before: Sequence[Matrix]) -> bool:
    return any(each is matrix for each in shown_before)
