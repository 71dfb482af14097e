"""When "=" may stand in a calculation."""

import math

import pytest

from attnviz.story.calculation import Number, Symbol, Term, Vector
from attnviz.story.exactness import relation
from attnviz.story.numbers import Numbers

NUMBERS = Numbers()


def number(value: float, text: str | None = None) -> Number:
    return Number(value, NUMBERS.text(value) if text is None else text)


def joined(operator: str, one: Number, other: Number, value: float) -> Term:
    return Term((one, Symbol(operator), other), value, NUMBERS.text(value))


def exponential(score: float, maximum: float, value: float) -> Term:
    pieces = (Symbol("exp("), number(score), Symbol("−"), number(maximum), Symbol(")"))
    return Term(pieces, value, NUMBERS.text(value))


@pytest.mark.parametrize(
    ("operator", "one", "other", "total", "claimed"),
    [
        ("·", 2.0, -3.0, -6.0, "="),
        ("+", 0.5, -2.0, -1.5, "="),
        ("/", 1.0, 4.0, 0.25, "="),
        ("/", 1.0, 8.0, 0.125, "≈"),
        ("/", 1.0, 0.0, 0.0, "≈"),
        ("·", 1 / 3, 3.0, 1.0, "≈"),
        ("+", 2.0, -math.inf, -math.inf, "="),
    ],
)
def test_equals_is_written_where_the_written_digits_give_the_total(
    operator, one, other, total, claimed
):
    term = joined(operator, number(one), number(other), total)

    assert relation([term], number(total), NUMBERS) == claimed


def test_texts_that_fit_by_chance_are_not_equal_if_the_numbers_are_rounded():
    term = joined("·", number(0.4683), number(2.0), 0.9366)

    assert (0.47 * 2, NUMBERS.text(0.9366)) == (0.94, "0.94")
    assert relation([term], number(0.9366), NUMBERS) == "≈"


def test_exact_numbers_are_not_equal_if_a_text_was_moved():
    quarter = joined("/", number(1.0), number(4.0), 0.3)

    assert relation([quarter], number(0.3), NUMBERS) == "≈"
    assert relation([Term((number(1.0, "1.01"),), 1.0, "1.01")], number(1.0), NUMBERS) == "≈"


@pytest.mark.parametrize(
    ("score", "maximum", "value", "claimed"),
    [
        (4.0, 4.0, 1.0, "="),
        (-math.inf, 4.0, 0.0, "="),
        (2.0, 4.0, math.exp(-2), "≈"),
        (-40.0, 4.0, math.exp(-44), "≈"),
        (-800.0, 4.0, 0.0, "≈"),
    ],
)
def test_exp_equals_something_only_at_zero_and_at_minus_infinity(score, maximum, value, claimed):
    assert relation([exponential(score, maximum, value)], number(value), NUMBERS) == claimed


def test_terms_that_are_taken_together_count_with_their_worth():
    terms = [joined("·", number(1.0), number(4.0), 4.0), Term((), 1.5, "1.5", merged=3)]

    assert relation(terms, number(5.5), NUMBERS) == "="
    assert relation(terms, number(6.0), NUMBERS) == "≈"


def vector(*values: float) -> Vector:
    return Vector(values, tuple(map(NUMBERS.text, values)))


def test_a_vector_is_compared_entry_by_entry():
    term = Term((number(0.5), Symbol("·"), vector(2.0, -8.0)), None, "")

    assert relation([term], vector(1.0, -4.0), NUMBERS) == "="
    assert relation([term], vector(1.0, -4.5), NUMBERS) == "≈"
    assert relation([term], vector(1.0, -4.001), NUMBERS) == "≈"
