"""Formulas: three spellings of the same."""

import re

import pytest
import typst

from attnviz.story import formulas
from attnviz.story.storyboard import Formula

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
    formulas.attention(True, biased=True, masked=True),
    formulas.attention(False, "−0.5"),
    formulas.attention(False),
]
each_formula = pytest.mark.parametrize("formula", EVERY, ids=lambda formula: formula.plain)


@each_formula
def test_typst_can_set_it(formula):
    assert typst.compile(f"$ {formula.typst} $".encode()).startswith(b"%PDF")


@each_formula
def test_in_latex_its_braces_balance_and_no_backslash_stands_before_punctuation(formula):
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
