import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from attnviz.core.problem import Problem
from attnviz.core.self_attention import trace_of
from attnviz.lessons.self_attention.lesson import LESSON
from attnviz.lessons.self_attention.steps import self_attention_storyboard
from attnviz.views.terminal.page import pages

STRANGE = [
    "猫",
    "👩‍👩‍👧",
    "❤️",
    "🇩🇪",
    "<script>",
    "\x1b[31mred",
    "[red]",
    "[/]",
    "",
    " ",
    "ok",
    "e\u0301",
]
STRANGE += ["internationalisation", "长长长长长长长长长长", "a\nb", ":smile:", "q₁", "\u200b", "%s"]


def strange_storyboard(tokens, seed, precision, heads, causal):
    random = np.random.default_rng(seed)
    scale = 10.0 ** random.integers(-3, 6)
    problem = Problem(
        x=random.normal(size=(len(tokens), 3)) * scale,
        w_q=random.normal(size=(3, 2 * heads)),
        w_k=random.normal(size=(3, 2 * heads)),
        w_v=random.normal(size=(3, 2 * heads)),
        heads=heads,
        tokens=tuple(tokens),
    )
    problem = Problem(**vars(problem) | {"options": type(problem.options)(causal=causal)})
    return self_attention_storyboard(
        trace_of(problem), query=seed % len(tokens), precision=precision
    )


@settings(max_examples=40)
@given(
    tokens=st.lists(st.sampled_from(STRANGE), min_size=1, max_size=30),
    width=st.integers(40, 160),
    seed=st.integers(0, 99),
    precision=st.sampled_from([None, 0, 4, 12]),
    heads=st.sampled_from([1, 2]),
    causal=st.booleans(),
    depth=st.sampled_from([None, "truecolor", "standard"]),
)
def test_no_line_is_wider_than_the_page(
    shown, tokens, width, seed, precision, heads, causal, depth
):
    storyboard = strange_storyboard(tokens, seed, precision, heads, causal)

    lines = shown(storyboard, width, depth)

    assert [line for line in lines if cell_len(line) > width] == []
    assert not any("\x1b" in line for line in lines)


@pytest.mark.parametrize("width", [40, 57, 80, 120])
@pytest.mark.parametrize(
    "asked",
    [
        {"text": " ".join(f"w{i}" for i in range(200))},
        {"text": " ".join(f"w{i}" for i in range(70)), "causal": True, "heads": 2},
        {"text": "我 爱 猫 😀 ok", "language": "zh", "d_model": 70, "d_v": 70},
        {"text": "alone"},
    ],
    ids=["200 tokens", "70 tokens, causal, 2 heads", "wide", "1 token"],
)
@pytest.mark.parametrize("depth", [None, "truecolor"])
def test_no_line_of_a_large_or_a_tiny_input_is_wider_than_the_page(
    board, shown, asked, width, depth
):
    lines = shown(board(**asked), width, depth)

    assert [line for line in lines if cell_len(line) > width] == []


@pytest.mark.parametrize("asked", [{}, {"example": "two-heads"}, {"text": "我 爱 猫"}])
def test_colour_changes_no_character_of_an_input_that_is_shown_in_numbers(board, shown, asked):
    storyboard = board(**asked)

    assert shown(storyboard, 80, "truecolor") == shown(storyboard, 80, None)


def test_every_step_has_a_header_with_its_number_its_title_and_its_formula(board, shown):
    storyboard = board(example="two-heads", causal=True)

    lines = shown(storyboard, 100)

    for number, step in enumerate(storyboard.steps, start=1):
        (header,) = [line for line in lines if line.startswith(f"  {number}  ") and "──" in line]
        assert step.title in header
        assert header.endswith(step.formula.plain) or any(
            line.strip() == step.formula.plain for line in lines
        )


def test_all_words_are_shown_and_none_is_lost_in_wrapping(board, shown):
    storyboard = board(text=" ".join(f"w{i}" for i in range(40)), causal=True, heads=5)

    page = squeezed(" ".join(shown(storyboard, 48)))

    for step in storyboard.steps:
        for words in [*step.narration.values(), *filter(None, [step.omitted])]:
            assert squeezed(words) in page
    for note in storyboard.notes:
        assert squeezed(note) in page


def squeezed(text):
    return "".join(text.split())


def test_every_entry_of_every_matrix_is_shown_as_the_storyboard_writes_it(board, shown):
    storyboard = board(example="two-heads")
    lines = shown(storyboard, 160)

    for step in storyboard.steps:
        for matrix in step.results:
            for row in storyboard.numbers.cells(matrix):
                cells = re.compile(r"\s+".join(map(re.escape, row)) + r"(\s|$)")
                assert any(cells.search(line) for line in lines), (matrix.symbol, row)


def test_the_rows_of_a_matrix_carry_symbol_and_token_and_the_worked_one_a_mark(board, shown):
    lines = shown(board(text="the cat", query=1), 80, chosen=["inputs"])

    assert [line[:13].rstrip() for line in lines if " the  " in line or " cat  " in line] == [
        "    x₁ the",
        "  ▸ x₂ cat",
    ]


def test_the_columns_of_a_matrix_carry_symbol_and_token(board, shown):
    lines = shown(board(text="the 猫"), 80, chosen=["softmax"])

    place = max(i for i, line in enumerate(lines) if "A  1×2  weights" in line)
    assert lines[place + 1].split() == ["k₁", "k₂"]
    assert lines[place + 2].split() == ["the", "猫"]


def test_a_matrix_wider_than_the_page_is_cut_into_blocks_of_columns(board, shown):
    text = " ".join(f"w{i}" for i in range(12))
    lines = shown(board(text=text), 60, chosen=["softmax"])

    blocks = [line.strip() for line in lines if line.strip().startswith("columns")]
    ranges = [tuple(map(int, re.findall(r"\d+", block))) for block in blocks]
    spanned = [j for first, last, _ in ranges for j in range(first, last + 1)]
    assert spanned[: spanned.index(12) + 1] == list(range(1, 13))
    assert not any("…" in line for line in lines if line.strip().startswith("q₁"))


def test_a_warning_on_untrained_weights_comes_before_the_first_step(board, shown):
    lines = shown(board(text="the cat"), 80)

    first = next(i for i, line in enumerate(lines) if "Inputs" in line)
    assert any(line.startswith("  ! Untrained numbers") for line in lines[:first])


def test_the_articles_own_weights_have_no_warning(board, shown):
    assert not any("untrained" in line for line in shown(board(), 80))


@pytest.mark.parametrize("step", ["queries", "scores", "softmax", "output"])
def test_a_step_alone_shows_what_it_works_on(board, shown, step):
    storyboard = board()

    lines = shown(storyboard, 80, chosen=[step])

    for matrix in storyboard.step(step).operands:
        rows, columns = matrix.shape
        assert any(f"{matrix.symbol}  {rows}×{columns}" in line for line in lines)


def test_a_step_after_others_does_not_show_again_what_they_have_shown(board, shown):
    lines = shown(board(), 80)

    assert sum("W_Q  4×3" in line for line in lines) == 1
    assert sum("K  3×3" in line for line in lines) == 1


def test_steps_keep_their_numbers_when_only_some_are_shown(board, shown):
    lines = shown(board(), 80, chosen=["softmax", "output"])

    assert [line.split()[0] for line in lines if "──" in line and line.split()[0].isdigit()] == [
        "7",
        "9",
    ]


def test_a_hidden_score_is_written_as_minus_infinity(board, shown):
    lines = shown(board(text="a b c", causal=True), 80, chosen=["mask"])

    assert sum("−∞" in line for line in lines) >= 3


def test_markup_in_a_token_is_text_like_any_other(board, shown):
    lines = shown(board(tokens='["[red]", "[/red]", ":cat:"]'), 80, chosen=["inputs"])

    assert [token for token in ("[red]", "[/red]", ":cat:") if any(token in x for x in lines)] == [
        "[red]",
        "[/red]",
        ":cat:",
    ]


def test_the_pages_are_an_opening_a_page_a_step_and_a_closing(board, page_context):
    storyboard = board()

    assert len(list(pages(page_context(storyboard)))) == len(storyboard.steps) + 2
    assert {step.id for step in storyboard.steps} <= set(LESSON.steps)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_speaks_one_language(board, shown, language):
    text = "\n".join(shown(board(example="causal", language=language), 80))

    assert bool(re.search("[\u4e00-\u9fff]", text)) == (language == "zh")
