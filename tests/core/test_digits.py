"""Numbers as people type them are read as what they mean."""

import unicodedata

import pytest

from attnviz.core.digits import plain_digits
from attnviz.inputs.arrays.scale import scale_from


def test_every_decimal_digit_of_unicode_is_its_value():
    digits = [c for c in map(chr, range(0x110000)) if unicodedata.category(c) == "Nd"]

    assert len(digits) > 600
    assert [c for c in digits if plain_digits(c) != str(unicodedata.digit(c))] == []


@pytest.mark.parametrize("dash", "-‐‑‒–—―−﹘﹣－～〜")
def test_every_dash_is_a_minus(dash):
    assert plain_digits(f"{dash}５") == "-5"
    assert unicodedata.category(dash) in ("Pd", "Sm")


@pytest.mark.parametrize("kept", ["x²", "½", "三", "Ⅳ", "cat", "q₁", "猫"])
def test_what_is_no_digit_stays(kept):
    assert plain_digits(kept) == kept


@pytest.mark.parametrize(("typed", "scale"), [("０．５", 0.5), ("−０.5", -0.5), ("２ｅ－１", 0.2)])
def test_a_scale_is_read_in_full_width(typed, scale):
    assert scale_from(typed) == scale
