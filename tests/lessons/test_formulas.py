"""Formulas: three spellings of the same."""

import json
import re
from contextlib import suppress
from pathlib import Path

import pytest
import typst

from attnviz.errors import InputError
from attnviz.lessons.registry import LESSONS, build_storyboard
from attnviz.lessons.request import LessonRequest
from attnviz.story import formulas
from attnviz.story.expressions import (
    Call,
    Fraction,
    Infix,
    Name,
    Root,
    letter,
    named,
    within,
    written,
)
from attnviz.story.formula import Formula
from tests.cases import CASES, MAIN

CURRENT = [
    formulas.current_scores(scaled, biased=biased, masked=masked)
    for scaled in (None, "root", "factor")
    for biased in (False, True)
    for masked in (False, True)
]
EVERY = [
    *(value for value in vars(formulas).values() if isinstance(value, Formula)),
    *(formulas.projection(letter, biased) for letter in "QKV" for biased in (False, True)),
    *(
        formulas.heads(several, projected, biased)
        for several in (False, True)
        for projected in (False, True)
        for biased in (False, True)
    ),
    *CURRENT,
    *(formulas.mask(each) for each in CURRENT),
    *(formulas.all_rows(each) for each in CURRENT),
    *(
        formulas.attention(by_root, factor, biased=True, masked=masked, capped=capped, sunk=sunk)
        for by_root, factor in ((True, None), (False, "−0.5"), (False, None))
        for masked in (False, True)
        for capped in (False, True)
        for sunk in (False, True)
    ),
]
SPELLINGS = {
    each["plain"]: each
    for each in json.loads(Path(__file__).with_name("formula_spellings.json").read_text("utf-8"))
}
"""Every formula as it is to be spelled."""
each_formula = pytest.mark.parametrize("formula", EVERY, ids=lambda formula: formula.plain)


@each_formula
def test_typst_can_set_it(formula):
    assert typst.compile(f"$ {formula.typst} $".encode()).startswith(b"%PDF")


@each_formula
def test_in_latex_its_braces_balance_and_no_backslash_is_before_punctuation(formula):
    assert formula.latex.isascii()
    assert not re.search(r"\\[^A-Za-z]", formula.latex)
    depth = 0
    for character in formula.latex:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0


@each_formula
def test_all_three_spellings_have_the_same_letters(formula):
    def letters(text: str) -> set[str]:
        return set(re.findall(r"(?<![A-Za-z])[A-Z](?![A-Za-z])", text))

    assert letters(formula.plain) == letters(formula.typst) == letters(formula.latex)


def spelled(formula: Formula) -> dict[str, str]:
    three = {"plain": formula.plain, "typst": formula.typst, "latex": formula.latex}
    return three | ({"marked": formula.marked} if formula.marked else {})


@each_formula
def test_its_spellings_are_made_of_one_tree_as_they_were_written_by_hand(formula):
    assert spelled(formula) == SPELLINGS[formula.plain]


def test_every_formula_of_every_lesson_is_spelled_as_it_was_by_hand():
    shown = {}
    for lesson in LESSONS.values():
        traces = (CASES[name].trace for name in MAIN) if lesson.takes_sequence else [None]
        for trace in traces:
            with suppress(InputError):  # not every lesson takes every case
                steps = build_storyboard(lesson.name, LessonRequest(trace)).steps
                shown |= {step.formula.plain: step.formula for step in steps}

    known = shown.keys() & SPELLINGS.keys()  # a scale of the user's own is in no list
    assert len(known) > 60
    assert {plain: spelled(shown[plain]) for plain in known} == {
        plain: SPELLINGS[plain] for plain in known
    }


@each_formula
def test_the_parts_that_a_film_lights_are_marked_by_their_names_and_nothing_else_is(formula):
    assert tuple(re.findall(r" : (\w+)}}", formula.marked)) == formula.parts
    assert bool(formula.marked) == bool(formula.parts)


def test_a_formula_within_another_one_keeps_its_spellings():
    tree = Fraction(letter("S"), Root(named("d", "k")), is_tight=True)
    scores = written(Infix("+", tree, letter("M")))

    assert written(within(scores)) == scores
    assert written(Call(Name("cap"), tree, is_tall=True)) == Formula(
        "cap(S/√d_k)", '"cap"(S / sqrt(d_k))', "\\mathrm{cap}\\left(\\frac{S}{\\sqrt{d_k}}\\right)"
    )
