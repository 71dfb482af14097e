"""Who works a printed line out from its digits gets what is printed: a reader that knows only the text does so."""

import re

import numpy as np
import pytest

from attnviz import Trace, self_attention
from attnviz.lessons.self_attention.steps import self_attention_storyboard
from attnviz.story.storyboard import Storyboard
from attnviz.theme import THEMES
from attnviz.views.document.markup import markup
from attnviz.views.terminal.colour import Palette
from attnviz.views.terminal.page import pages
from attnviz.views.terminal.page_context import PageContext
from attnviz.views.terminal.show import as_text
from tests.cases import CASES, MAIN, random_trace
from tests.printed_lines import checked, faults

PLAIN = Palette(THEMES["dark"], None)


def terminal_text(board: Storyboard, width: int = 120) -> str:
    return "".join(as_text(page, None) for page in pages(PageContext(board, PLAIN, width)))


# ── the reader itself ──


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("α₁₁ = 0.14 / 2.14 ≈ 0.06", ["off"]),
        ("α₁₁ = 0.135 / 2.135 ≈ 0.06", []),
        ("α₁₁·v₁ = 0.06·[1 2 3] ≈ [0.06 0.13 0.19]", ["off", "off"]),
        ("α₁₁·v₁ = 0.0634·[1 2 3] ≈ [0.06 0.13 0.19]", []),
        ("o₁[2] = 0.47·8 ≈ 3.74", ["off"]),
        ("q₁·k₁ = 1·0 + 0·1 + 2·1 = 2", []),
        ("q₁·k₁ = 1·0 + 0·1 + 2·1 = 3", ["false ="]),
        ("q₁·k₁ ≈ 3.42e+15 + 1.73e+07 = 3.42e+15", ["false ="]),
        ("q₁·k₁ ≈ 3.42e+15 + 1.73e+07 ≈ 3.42e+15", []),
        ("Σ = 0.49 + 0.49 + 1 + 0 = 1.99", ["false ="]),
        ("e₁₁ = exp(−4.24 − 4.24) ≈ 0.01", ["off"]),
        ("e₁₁ = exp(−4.24 − 4.24) ≈ 0.0002", []),
        ("e₁₂ = exp(−∞ − 4) = 0", []),
        ("s₁₂ = 3 · tanh(1.5 / 3) ≈ 1.39", []),
        ("s₁₂ = 3 · tanh(1.5 / 3) ≈ 1.40", ["off"]),
        ("max(2, 4, 4) = 4", []),
        ("max(2, 4, 4) = 2", ["false ="]),
        ("o₁[1] = 0.5·0.5 + (12 more) ≈ 0.25 + 0.5 = 0.75", []),
        ("o₁[1] = 0.5·0.5 + (12 more) ≈ 0.25 + 0.5 = 0.85", ["false ="]),
        ("o₁[1] = 0.5·0.5 + (12 more) ≈ 0.26 + 0.5 = 0.76", []),
        ("q₁[1] = −0.54·(−2.33) + 0.36·(−0.73) ≈ 1.25 − 0.26 = 0.99", ["off", "off"]),
        ("α₁₁ = 0.4·(1 − 0.25) = 0.3", []),
    ],
)
def test_the_reader_finds_what_the_digits_contradict(line, kinds):
    assert [each.kind for each in faults(f"    {line}\n")] == kinds


def test_the_reader_joins_what_the_width_has_broken_and_parts_what_is_side_by_side():
    broken = "    o₁[1] = 0.47·2\n            + 0.47·2\n          ≈ 0.94 + 0.94\n          = 1.98\n"
    beside = "    e₁₁ = exp(4 − 4) = 1      e₁₃ =  exp(2 − 4) ≈ 0.15\n"

    assert [each.kind for each in faults(broken)] == ["off", "false ="]
    assert [each.line for each in faults(beside)] == ["e₁₃ = exp(2 − 4) ≈ 0.15"]
    assert checked(beside) == 2


def test_the_reader_finds_equal_numbers_that_do_not_look_equal():
    thirds = "    α₁₁ = 1 / 3 ≈ 0.3\n\n    α₁₂ = 1 / 3 ≈ 0.4\n"

    assert [each.kind for each in faults(thirds)] == ["off", "unequal"]


def test_the_reader_reads_a_root_in_a_sentence():
    assert not faults("Divide each by √d_k = √3 ≈ 1.73.")
    assert [each.kind for each in faults("Divide each by √d_k = √3 ≈ 1.74.")] == ["off"]


# ── every case ──


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_line_of_every_case_can_be_checked(case, language):
    board = case.storyboard(language=language)

    assert faults(terminal_text(board)) == []
    assert faults(markup(board, "markdown")) == []


@pytest.mark.parametrize("name", MAIN)
def test_the_reader_reads_a_line_for_nearly_every_calculation(name):
    board = CASES[name].storyboard()
    worked = [
        each
        for step in board.steps
        for each in step.worked
        if each.terms and not any(term.merged and len(each.terms) == 1 for term in each.terms)
    ]

    assert checked(markup(board, "markdown")) >= len(worked)


@pytest.mark.parametrize("width", [40, 60])
def test_lines_that_a_narrow_page_breaks_can_be_checked(width):
    for name in ("illustrated", "ten tokens", "huge", "sink"):
        assert faults(terminal_text(CASES[name].storyboard(), width)) == []


# ── all magnitudes ──


def some(numbers: np.random.Generator, *shape: int, exponents: tuple[float, float]) -> np.ndarray:
    """Numbers of either sign, their sizes spread evenly over these powers of ten."""
    signs = numbers.choice([-1.0, 1.0], size=shape)
    return signs * 10.0 ** numbers.uniform(*exponents, size=shape)


def spread_trace(seed: int, *exponents: float) -> Trace:
    numbers = np.random.default_rng(seed)
    low, high = exponents

    def draw(*shape: int) -> np.ndarray:
        return some(numbers, *shape, exponents=(low, high))

    biases = {name: draw(2) for name in ("b_q", "b_k", "b_v")} if seed % 2 else {}
    return self_attention(draw(3, 3), draw(3, 2), draw(3, 2), draw(3, 2), **biases)


@pytest.mark.parametrize("exponent", range(-12, 13))
def test_inputs_of_every_size_can_be_checked(exponent):
    size = 10.0**exponent
    for seed in range(3):
        numbers = np.random.default_rng(seed)
        traces = [
            random_trace(4, size=size, seed=seed, biased=seed == 1),
            self_attention(
                size * numbers.normal(size=(4, 3)),
                *(numbers.normal(size=(3, 2)) / size for _ in range(3)),
            ),
            self_attention(
                *(numbers.normal(size=shape) for shape in ((4, 3), (3, 2), (3, 2))),
                size * numbers.normal(size=(3, 2)),
            ),
        ]
        for trace in traces:
            text = markup(self_attention_storyboard(trace, query=seed), "markdown")
            assert faults(text) == []
            assert checked(text) > 20


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("exponents", [(-12, 12), (-3, 3), (0, 8), (-1, 1)])
def test_inputs_of_mixed_sizes_can_be_checked(seed, exponents):
    board = self_attention_storyboard(spread_trace(seed, *exponents))

    assert faults(markup(board, "markdown")) == []


@pytest.mark.parametrize("seed", range(12))
def test_every_option_can_be_checked_at_every_precision(seed):
    numbers = np.random.default_rng(seed)
    trace = random_trace(
        9,
        size=10.0 ** numbers.uniform(-1, 1),
        seed=seed,
        sinks=[0.3],
        bias=numbers.normal(size=9),
        softcap=5.0,
        biased=True,
        causal=bool(seed % 2),
        scale=float(numbers.uniform(0.01, 2)),
    )
    for precision in (0, 1, 2, 5, 12):
        for rounding in ("plain", "sum-preserving"):
            board = self_attention_storyboard(
                trace, query=5, precision=precision, rounding=rounding
            )
            assert faults(markup(board, "markdown")) == []


@pytest.mark.parametrize("kind", [np.float32, np.float16])
@pytest.mark.parametrize("seed", range(6))
def test_coarse_types_can_be_checked(kind, seed):
    sizes = (0.1, 1.0, 10.0) if kind is np.float16 else (1e-4, 1.0, 1e2, 1e4)
    for size in sizes:
        trace = random_trace(4, size=size, dtype=kind, seed=seed)
        assert faults(markup(self_attention_storyboard(trace), "markdown")) == []


@pytest.mark.parametrize("n", [2, 3, 6, 7, 12])
def test_equal_scores_have_equal_weights_as_written(n):
    board = self_attention_storyboard(
        self_attention(np.ones((n, 2)), np.eye(2), np.eye(2), np.eye(2))
    )

    assert faults(markup(board, "markdown")) == []
    for step in board.steps:
        for matrix in step.results:
            if matrix.symbol == "A":
                assert len({text for row in board.numbers.cells(matrix) for text in row}) == 1


def test_the_article_s_rounding_can_be_checked_where_tenths_do_not_go_round():
    trace = self_attention(np.ones((3, 2)), np.eye(2), np.eye(2), np.eye(2))
    board = self_attention_storyboard(trace, rounding="article")

    assert faults(markup(board, "markdown")) == []


def test_a_number_of_a_line_has_at_most_nine_characters_in_ordinary_input():
    longest = 0
    for name in ("illustrated", "the cat sat", "ten tokens", "two heads", "biases"):
        text = markup(CASES[name].storyboard(), "markdown")
        longest = max(longest, *(len(each) for each in re.findall(r"−?\d+\.\d+", text)))

    assert longest <= 9
