"""Letters take the colour of their role, and no other letter does."""

import pytest

from attnviz.theme import DARK, Role
from attnviz.views.terminal.colour import Palette
from attnviz.views.terminal.symbols import coloured_formula, coloured_words

PALETTE = Palette(DARK, "truecolor")
ROLE_OF = {PALETTE.text(role): role for role in Role}


def coloured(text) -> list[tuple[str, Role]]:
    return [(text.plain[span.start : span.end], ROLE_OF[span.style]) for span in text.spans]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("S = Q Kᵀ", [("S", Role.SCORE), ("Q", Role.QUERY), ("K", Role.KEY)]),
        ("oᵢ = Σⱼ αᵢⱼ vⱼ", [("oᵢ", Role.OUTPUT), ("αᵢⱼ", Role.WEIGHT), ("vⱼ", Role.VALUE)]),
        ("Concat(O₁, …, Oₕ) W_O", [(each, Role.OUTPUT) for each in ("O₁", "Oₕ", "W_O")]),
    ],
)
def test_letters_of_a_formula_have_the_colours_of_their_roles(formula, expected):
    assert coloured(coloured_formula(formula, PALETTE)) == expected


@pytest.mark.parametrize(
    "formula",
    [
        "O(n² · d)",  # an order of growth, not outputs
        "⌊(n + 2p − k) / s⌋ + 1",  # a stride, not a score
        "L = ⌈D / (k − 1)⌉",
        "y[r, c] = Σ w[i, j] · x[r + i, c + j]",
        "hₜ = tanh(W hₜ₋₁ + U xₜ)",
        "softmax, max, exp, Var",
    ],
)
def test_letters_that_mean_something_else_have_no_colour(formula):
    assert coloured(coloured_formula(formula, PALETTE)) == []


def test_among_words_only_letters_with_an_index_have_a_colour():
    said = "A key k₂ (“k₃”) of size k = 3, made by W_K: O, what s!"

    assert coloured(coloured_words(said, PALETTE)) == [("k₂", Role.KEY), ("W_K", Role.KEY)]
