"""Numbers as text: the digits a reader sees."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz.story.matrix import Matrix
from attnviz.story.numbers import LEVELS, LONGEST_SUM, Numbers, fitting_precision, last_digit
from attnviz.theme import Role
from attnviz.views.terminal.heatmap import MOST_COLUMNS

NUMBERS = st.floats(-1000, 1000)


def fraction(text: str) -> Fraction:
    return Fraction(text.replace("−", "-"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4.0, "4"),
        (-4.0, "−4"),
        (0.5, "0.5"),
        (0.25, "0.25"),
        (2.004, "2.00"),
        (0.468311, "0.47"),
        (-0.001, "0.00"),
        (-0.0, "0"),
        (0.0, "0"),
        (1e-9, "0.00"),
        (0.1 + 0.2, "0.3"),
        (999_999.0, "999999"),
        (1e6, "1.00e+06"),
        (-1e9, "−1.00e+09"),
        (float("inf"), "∞"),
        (float("-inf"), "−∞"),
        (float("nan"), "NaN"),
    ],
)
def test_a_number_is_shown_whole_where_it_is_exact_and_with_all_decimals_where_it_is_rounded(
    value, text
):
    assert Numbers().text(value) == text


def test_the_precision_is_how_many_decimals_there_are():
    assert [Numbers(p).text(1 / 3) for p in (0, 1, 5)] == ["0", "0.3", "0.33333"]
    assert Numbers(0).text(2.0) == "2"
    assert Numbers(0).text(1e7) == "1.0e+07"


@pytest.mark.parametrize("value", [1e-14, 9.4e-14, 5e-12])
def test_a_small_number_is_not_taken_for_nothing(value):
    assert not Numbers().exact(value)
    assert Numbers().text(value) == "0.00"


@pytest.mark.parametrize(("kind", "precision"), [(np.float16, 2), (np.float32, 8)])
def test_the_tolerance_of_a_coarse_type_never_makes_every_number_exact(kind, precision):
    numbers = Numbers(precision, tolerance=16 * float(np.finfo(kind).eps))

    values = np.random.default_rng(0).normal(size=300).astype(kind).astype(float)

    assert sum(map(numbers.exact, values)) < 10


def test_what_single_precision_does_to_a_short_decimal_is_forgiven():
    numbers = Numbers(tolerance=16 * float(np.finfo(np.float32).eps))

    assert numbers.text(float(np.float32(0.1))) == "0.1"


@given(st.lists(NUMBERS, min_size=1, max_size=12), st.integers(0, 8))
def test_a_row_that_is_a_sum_adds_up_to_the_total_that_is_shown(values, precision):
    numbers = Numbers(precision)
    total = sum(values)

    texts = numbers.row(values, total=total)

    off = abs(sum(map(fraction, texts)) - fraction(numbers.text(total)))
    assert off <= Fraction(1, 2 * 10**precision)


@given(st.lists(NUMBERS, min_size=1, max_size=12))
def test_every_number_of_a_sum_is_rounded_for_itself(values):
    texts = Numbers().row(values, total=sum(values))

    for value, text in zip(values, texts, strict=True):
        noise = Fraction(1, 10**9)  # 0.1 + 0.2 counts as 0.3
        assert abs(fraction(text) - Fraction(value)) <= last_digit(text) / 2 + noise


@given(st.lists(st.integers(1, 30), min_size=1, max_size=12), st.integers(0, 4))
def test_equal_weights_look_equal_and_the_others_add_up_to_1(shares, precision):
    weights = [share / sum(shares) for share in shares]

    texts = Numbers(precision).weights.row(weights)

    assert len(set(zip(weights, texts, strict=True))) == len(set(weights))
    if len(set(shares)) == len(shares):
        assert sum(map(fraction, texts)) == 1


def test_a_total_that_rounds_apart_from_its_terms_has_terms_with_more_decimals():
    # 0.615 is stored below the half and shown as 0.61; 100 times it is the half itself.
    assert Numbers().text(0.615) == "0.61"
    assert Numbers().row([0.3075, 0.3075], total=0.615) == ("0.307", "0.307")


def test_terms_that_are_exact_stay_as_they_are_where_the_others_have_more_decimals():
    assert Numbers().row([1.0, 0.336, 0.336], total=1.672) == ("1", "0.336", "0.336")


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.28571, 0.57143, 0.14286], ("0.29", "0.57", "0.14")),
        ([0.67461, 0.20412, 0.12127], ("0.675", "0.204", "0.121")),
        ([0.126, 0.374, 0.5], ("0.126", "0.374", "0.5")),
        ([0.1255, 0.3745, 0.5], ("0.1255", "0.3745", "0.5")),
        ([1 / 3, 1 / 3, 1 / 3], ("0.33", "0.33", "0.33")),
        ([1 / 7] * 7, ("0.14",) * 7),
    ],
)
def test_weights_take_more_decimals_only_where_so_few_do_not_add_up(values, texts):
    assert Numbers().weights.row(values) == texts


def test_a_long_row_keeps_its_decimals_and_moves_the_numbers_that_rounding_moved_most():
    weights = [0.1049] * 2 + [0.0302 + i / 1e4 for i in range(20)]
    total = sum(weights)
    texts = Numbers().row([each / total for each in weights])

    assert sum(map(fraction, texts)) == 1
    assert {len(text) for text in texts} == {4}
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        (0.06338, ("0.06", "0.063", "0.0634", "0.06338", "0.06338")),
        (3.4247e15, ("3.42e+15", "3.425e+15", "3.4247e+15")),
        (0.5, ("0.5", "0.5")),
        (-2e-9, ("0.00", "0.000", "0.0000", "0.00000", "0.000000", "−2e-09")),
    ],
)
def test_an_operand_has_more_digits_at_each_level(value, texts):
    assert tuple(Numbers().operand(value, level) for level in range(len(texts))) == texts


def test_the_last_level_of_an_operand_is_the_number_itself():
    for value in np.random.default_rng(0).normal(size=50) * 10.0 ** np.linspace(-12, 12, 50):
        assert float(fraction(Numbers().operand(float(value), LEVELS - 1))) == value


def test_a_result_gets_shorter_digit_by_digit():
    assert list(Numbers().coarser(10.3812)) == ["10.4", "10", "1e+01"]
    assert list(Numbers().coarser(-246913.58)) == ["−246913.6", "−246914", "−2.5e+05", "−2e+05"]
    assert list(Numbers().coarser(1.528e10)) == ["1.5e+10", "2e+10"]


def test_plain_rounding_rounds_each_number_by_itself():
    assert Numbers(sums=False).row([1 / 3] * 3) == ("0.33", "0.33", "0.33")
    assert Numbers().row([1 / 3] * 3, is_sum=False) == ("0.33", "0.33", "0.33")


@pytest.mark.parametrize("values", [[1e9, 0.333], [float("-inf"), 1.0], [float("nan"), 1.0]])
def test_a_row_that_cannot_add_up_is_rounded_number_by_number(values):
    assert Numbers().row(values) == tuple(map(Numbers().text, values))


def test_a_row_of_nothing_is_nothing():
    assert Numbers().row([]) == ()


def matrix(values: list[list[float]], **sums: object) -> Matrix:
    return Matrix("A", np.array(values), Role.WEIGHT, **sums)


def test_cells_add_up_along_the_axis_that_is_a_sum():
    thirds = [[1 / 3] * 3] * 3

    assert Numbers().cells(matrix(thirds)) == (("0.33",) * 3,) * 3
    parts = [[0.126, 0.374, 0.5], [0.5, 0.374, 0.126], [0.374, 0.252, 0.374]]
    across = (("0.126", "0.374", "0.5"), ("0.5", "0.374", "0.126"), ("0.374", "0.252", "0.374"))
    assert Numbers().cells(matrix(parts, sums="rows")) == across
    assert Numbers().cells(matrix(thirds, sums="rows")) == (("0.33",) * 3,) * 3
    totals = np.array([1.0, 1.0, 1.0])
    assert Numbers().cells(matrix(parts, sums="columns", totals=totals)) == across


def test_columns_add_up_to_the_totals_of_the_matrix():
    cells = Numbers().cells(matrix([[0.3075], [0.3075]], sums="columns", totals=np.array([0.615])))

    assert abs(sum(fraction(row[0]) for row in cells) - Fraction("0.61")) <= Fraction("0.005")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.125, "0.125"),
        (1 / 3, "0.3333"),
        (1e-5, "0.00001"),
        (64.0, "64"),
        (0.0, "0"),
        (-0.5, "−0.5"),
        (2e7, "2.00e+07"),
    ],
)
def test_a_number_that_was_chosen_is_shown_with_four_digits(value, text):
    assert Numbers().four_digits(value) == text


def test_the_precision_follows_the_largest_number():
    assert fitting_precision(np.array([3.0, -250.0])) == 2
    assert fitting_precision(np.array([0.0042])) == 4
    assert fitting_precision(np.array([1e-20])) == 8
    assert fitting_precision(np.array([0.0, -np.inf, np.nan])) == 2
    assert fitting_precision(np.array([])) == 2


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (-0.0021, 0.0013, ("−0.0021", "0.0013")),
        (0.0, 0.00042, ("0", "0.00042")),
        (1.0001, 1.0009, ("1.0001", "1.0009")),
        (-0.03, 0.04, ("−0.03", "0.04")),
        (0.5, 0.5, ("0.5", "0.5")),
        (-np.inf, 2.0, ("−∞", "2")),
    ],
)
def test_the_ends_of_a_scale_are_distinguished(low, high, told):
    assert Numbers().ends(low, high) == told


def test_a_row_too_long_to_be_shown_whole_is_rounded_number_by_number():
    assert set(Numbers().row([1 / 2000] * 2000)) == {"0.00"}
    assert Numbers().row([1 / 3, 2 / 3, *[0.0] * 62])[:2] == ("0.33", "0.67")
    apart = [0.005 + i / 1e6 for i in range(64)]
    assert Numbers().row(apart).count("0.01") == 32
    assert Numbers().row([*apart, 0.0]).count("0.01") == 64
    assert MOST_COLUMNS <= LONGEST_SUM
