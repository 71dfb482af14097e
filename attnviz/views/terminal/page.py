"""A storyboard as pages of lines: an opening, one page a step, a closing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from attnviz.story.calculation import Calculation
from attnviz.story.captions import in_one_line, joined, token_name
from attnviz.story.labels import indexed, shown_token
from attnviz.story.matrix import Matrix
from attnviz.story.storyboard import Step
from attnviz.views.terminal.arithmetic import arithmetic
from attnviz.views.terminal.layout import hanging_indent, in_columns
from attnviz.views.terminal.lines import styled
from attnviz.views.terminal.matrices import matrices
from attnviz.views.terminal.page_context import MARGIN
from attnviz.views.terminal.page_context import PageContext as Setting
from attnviz.views.terminal.symbols import coloured_formula, coloured_words
from attnviz.views.terminal.wrapping import wrapped_formula, wrapped_prose

if TYPE_CHECKING:
    from attnviz.story.exhibits import Exhibit

_INDENT = 2
"""How much further in calculations stand than words."""
_SHORTEST_RULE = 3
_LONGEST_HEADER = 120


def pages(setting: Setting, chosen: Collection[str] | None = None) -> Iterator[list[Text]]:
    """The pages in order, each line at most `setting.width` columns; `chosen` are step ids, None is all."""
    yield _page(_opening(setting))
    known: list[Matrix] = []
    for number, step in enumerate(setting.storyboard.steps, start=1):
        if chosen is None or step.id in chosen:
            yield _page([_header(step, number, setting), *_body(step, known, setting)])
            known += [*step.operands, *step.results]
    yield _page(_closing(setting))


def _page(blocks: Sequence[list[Text]]) -> list[Text]:
    """Blocks with an empty line after each, moved in by the margin."""
    lines: list[Text] = []
    for block in blocks:
        lines += [Text(" " * MARGIN) + line if line.plain else line for line in block]
        lines.append(Text())
    return lines


def _opening(setting: Setting) -> list[list[Text]]:
    board, palette = setting.storyboard, setting.palette
    title = styled(board.title, palette.text(None, bold=True))
    blocks = [[title, *_worked_in_full(setting)]]
    if board.warning:
        # A reader must not take these numbers for what a model learned.
        blocks.append(_listed("!", _noted(board.warning, setting), setting))
    return blocks


def _worked_in_full(setting: Setting) -> list[Text]:
    """Which row is worked in full, or at least followed, in a lesson on one sequence."""
    board = setting.storyboard
    if board.source_trace is None:
        return []
    symbol, tokens = indexed("q", board.query), board.trace.problem.tokens
    query = symbol
    if tokens is not None:
        token = token_name(shown_token(tokens[board.query]))
        query = setting.words.say("common", "named", symbol=symbol, token=token)
    key = "worked" if board.in_full else "followed"
    said = setting.say(key, query=query, row=board.query + 1, count=board.trace.problem.n)
    return wrapped_prose(coloured_words(said, setting.palette), setting.prose)


def _closing(setting: Setting) -> list[list[Text]]:
    rule = styled("─" * min(setting.inner, _LONGEST_HEADER), setting.palette.hairline)
    lines = [rule]
    for note in setting.storyboard.notes:
        lines += _listed("·", _noted(note, setting), setting)
    return [lines]


def _noted(note: str, setting: Setting) -> list[Text]:
    return wrapped_prose(styled(note, setting.palette.dim), setting.prose - _INDENT)


def _listed(mark: str, lines: Sequence[Text], setting: Setting) -> list[Text]:
    return hanging_indent(styled(f"{mark} ", setting.palette.dim), lines, _INDENT)


def _header(step: Step, number: int, setting: Setting) -> list[Text]:
    """Number and title, a rule, and the formula at its end, or below where it does not fit."""
    palette, width = setting.palette, min(setting.inner, _LONGEST_HEADER)
    mark = styled(f"{number}  ", palette.dim)
    title = styled(step.title, palette.text(None, bold=True))
    lines = hanging_indent(mark, wrapped_prose(title, width - mark.cell_len), mark.cell_len)
    formula = Text() if _is_recap(step) else coloured_formula(step.formula.plain, palette)
    at_end = formula.cell_len + 1 if formula.plain else 0
    rule = width - lines[-1].cell_len - 1
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


def _body(step: Step, known: Sequence[Matrix], setting: Setting) -> list[list[Text]]:
    if _is_recap(step):
        return _recap(step, setting)
    is_known = all(_is_among(each, known) for each in step.operands)
    operands = () if is_known else step.operands
    if not step.worked:
        shown = [matrices(each, setting) for each in (operands, step.results) if each]
        return [*_told(step, (), setting), *shown]
    shown = [matrices(step.results, setting)] if step.results else []
    return [*_told(step, operands, setting), *shown]


def _told(step: Step, operands: Sequence[Matrix], setting: Setting) -> list[list[Text]]:
    """The narration, each part followed by what it shows and its calculations; parts without either run on."""
    blocks: list[list[Text]] = []
    said: list[str] = []
    last = max((i for i, part in enumerate(step.narration) if _calculated(step, part)), default=-1)
    for i, (part, words) in enumerate(step.narration.items()):
        said.append(words)
        shown, calculations = _shown(step, part), _calculated(step, part)
        if not shown and not calculations:
            continue
        blocks.append(_paragraph(said, setting))
        said = []
        if shown:
            # Imported here, and so not for the main lesson, which has none.
            from attnviz.views.terminal.exhibits import exhibits

            blocks.append(exhibits(shown, setting))
        if not calculations:
            continue
        if operands:
            blocks.append(matrices(operands, setting))
            operands = ()
        blocks.append(_worked(calculations, setting))
        if i == last and step.omitted:
            blocks[-1] += _omitted(step.omitted, setting)
    if said:
        blocks.append(_paragraph(said, setting))
    if last < 0 and step.omitted:
        blocks.append(_omitted(step.omitted, setting))
    return blocks


def _worked(calculations: Sequence[Calculation], setting: Setting) -> list[Text]:
    width = setting.inner - _INDENT
    lines = arithmetic(calculations, setting.words, setting.palette, width)
    if len(lines) == len(calculations):
        lines = in_columns(lines, width)
    return _indented(lines, _INDENT)


def _shown(step: Step, part: str) -> list[Exhibit]:
    """What is shown with that part, but for the product, which stands around its calculations."""
    return [exhibit for exhibit in step.beside_product if exhibit.part == part]


def _calculated(step: Step, part: str) -> list[Calculation]:
    return [calculation for calculation in step.worked if calculation.part == part]


def _recap(step: Step, setting: Setting) -> list[list[Text]]:
    """A step that only looks back: the formula, and what is said of its parts as a list."""
    why, *parts = step.narration.values()
    formula = coloured_formula(step.formula.plain, setting.palette)
    lines = wrapped_formula(formula, setting.inner - 2 * _INDENT)
    listed = [
        line
        for part in parts
        for line in _listed("·", _paragraph([part], setting, _INDENT), setting)
    ]
    return [_paragraph([why], setting), _indented(lines, 2 * _INDENT), listed]


def _is_recap(step: Step) -> bool:
    return not (step.worked or step.exhibits)


def _omitted(said: str, setting: Setting) -> list[Text]:
    words = styled(said, setting.palette.dim)
    return _indented(wrapped_prose(words, setting.prose - _INDENT), _INDENT)


def _paragraph(said: Sequence[str], setting: Setting, indent: int = 0) -> list[Text]:
    """Words as one paragraph: their lines were broken for captions, not for a page."""
    between = setting.say("between_sentences")
    paragraph = joined((in_one_line(words, between) for words in said), between)
    return wrapped_prose(coloured_words(paragraph, setting.palette), setting.prose - indent)


def _indented(lines: Sequence[Text], by: int) -> list[Text]:
    return [Text(" " * by) + line for line in lines]


def _is_among(matrix: Matrix, known: Sequence[Matrix]) -> bool:
    return any(each is matrix for each in known)
