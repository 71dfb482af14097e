"""A calculation as a line."""

from attnviz.story.calculation import Calculation, Number, Symbol, Term, Vector
from attnviz.story.calculation_text import Run, written
from attnviz.story.i18n import words
from attnviz.theme import Role

TIMES = Symbol("·")


def line(calculation: Calculation, language: str = "en") -> str:
    stages = written(calculation, words(language))
    return " ".join("".join(run.text for run in stage) for stage in stages)


def product(one: str, other: str, worth: str) -> Term:
    return Term((Number(0, one), TIMES, Number(0, other)), 0, worth)


def test_a_negative_number_is_in_brackets_unless_it_leads():
    terms = (product("−1", "−2", "2"), product("−3", "4", "−12"))

    assert line(Calculation("", (Symbol("q"),), terms, "=", Number(-10, "−10"))) == (
        "q = −1·(−2) + (−3)·4 = −10"
    )


def test_rounded_factors_are_followed_by_what_the_terms_are_worth():
    terms = (product("0.47", "2", "0.94"), product("−0.33", "1", "−0.33"))

    assert line(Calculation("", (Symbol("o"),), terms, "≈", Number(0.61, "0.61"))) == (
        "o = 0.47·2 + (−0.33)·1 ≈ 0.94 − 0.33 = 0.61"
    )


def test_exact_products_with_a_rest_are_followed_by_what_they_are_worth():
    terms = (product("1", "4", "4"), Term((), -2, "−2", merged=5))
    calculation = Calculation("", (Symbol("q"),), terms, "=", Number(2, "2"))

    assert line(calculation) == "q = 1·4 + (5 more) = 4 − 2 = 2"
    assert line(calculation, "zh") == "q = 1·4 + (其余 5 项) = 4 − 2 = 2"


def test_a_negative_number_that_opens_a_bracket_or_a_list_needs_no_brackets_of_its_own():
    pieces = (Symbol("exp("), Number(-2, "−2"), Symbol("−"), Number(-1, "−1"), Symbol(")"))
    listed = (Symbol("max("), Number(-2, "−2"), Symbol(", "), Number(-1, "−1"), Symbol(")"))

    assert line(
        Calculation("", (Symbol("e"),), (Term(pieces, 0, "0.37"),), "≈", Number(0, "0.37"))
    ) == ("e = exp(−2 − (−1)) ≈ 0.37")
    assert line(Calculation("", listed, (), "=", Number(-1, "−1"))) == "max(−2, −1) = −1"


def test_a_long_vector_shows_that_it_goes_on():
    vector = Vector((1.0, 2.0), ("1", "2"), omitted=3)
    term = Term((Number(2, "2"), TIMES, vector), None, "")

    assert line(
        Calculation("", (Symbol("αv"),), (term,), "=", Vector((2.0, 4.0), ("2", "4"), omitted=3))
    ) == ("αv = 2·[1 2 …] = [2 4 …]")


def test_every_run_keeps_its_role():
    total = Number(4, "4", Role.SCORE)

    assert written(Calculation("", (Symbol("q₁", Role.QUERY),), (), "=", total), words("en")) == (
        (Run("q₁", Role.QUERY),),
        (Run("= "), Run("4", Role.SCORE)),
    )
