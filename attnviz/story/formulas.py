"""The formulas of the lessons, each in plain Unicode, Typst and LaTeX.

No words in them: a formula reads the same in every language. No backslash before punctuation in LaTeX: Markdown
takes it for its own.
"""

from __future__ import annotations

from typing import Literal

from attnviz.story.storyboard import Formula

Scaling = Literal["root", "factor"]
"""What scores are multiplied with: 1/√d_k, or another factor c."""

INPUTS = Formula("X", "X", "X")
WEIGHTS = Formula("W_Q, W_K, W_V", "W_Q, W_K, W_V", "W_Q, W_K, W_V")
SCORES = Formula("S = Q Kᵀ", "S = Q K^top", "S = Q K^{\\top}")
SOFTMAX = Formula(
    "αⱼ = exp(sⱼ − max s) / Σ exp(s − max s)",
    "alpha_j = exp(s_j - max s) / (sum_i exp(s_i - max s))",
    "\\alpha_j = \\frac{\\exp(s_j - \\max s)}{\\sum_i \\exp(s_i - \\max s)}",
)
WEIGHTED_VALUES = Formula("αⱼ vⱼ", "alpha_j v_j", "\\alpha_j v_j")
SCORE = Formula("q · k = Σ qᵢ kᵢ", "q dot k = sum_i q_i k_i", "q \\cdot k = \\sum_i q_i k_i")
WEIGHTS_OF_ROWS = Formula("A", "A", "A")
GIVEN = Formula("Q, K, V", "Q, K, V", "Q, K, V")
CAP = Formula(
    "cap(s) = c · tanh(s / c)",
    '"cap"(s) = c dot tanh(s / c)',
    "\\mathrm{cap}(s) = c \\cdot \\tanh(s / c)",
)
SOFTMAX_BESIDE_SINK = Formula(
    "αⱼ = exp(sⱼ − m) / (exp(b − m) + Σ exp(s − m)),  m = max(s, b)",
    "alpha_j = exp(s_j - m) / (exp(b - m) + sum_i exp(s_i - m)), quad m = max(s, b)",
    "\\alpha_j = \\frac{\\exp(s_j - m)}{\\exp(b - m) + \\sum_i \\exp(s_i - m)},\\quad m = \\max(s, b)",
)
OUTPUT = Formula("o = Σ αⱼ vⱼ", "o = sum_j alpha_j v_j", "o = \\sum_j \\alpha_j v_j")
SQUARE_ROOT = Formula("√d_k", "sqrt(d_k)", "\\sqrt{d_k}")

_PROJECTION = {
    "Q": ("Q = X W_Q", "Q = X W_Q", "Q = X W_Q"),
    "K": ("K = X W_K", "K = X W_K", "K = X W_K"),
    "V": ("V = X W_V", "V = X W_V", "V = X W_V"),
}


def projection(letter: str, biased: bool) -> Formula:
    """Q = X W_Q, and + b_Q where there is a bias; likewise K and V.

    >>> projection("K", biased=True).plain
    'K = X W_K + b_K'
    """
    added = f" + b_{letter}" if biased else ""
    return Formula(*(spelling + added for spelling in _PROJECTION[letter]))


def current_scores(
    scaled: Scaling | None, *, biased: bool, masked: bool, capped: bool = False
) -> Formula:
    """What the scores are by now: S, scaled by 1/√d_k or by a factor c, capped, with a bias B and a mask M added.

    >>> current_scores("root", biased=False, masked=True).plain
    'S/√d_k + M'
    >>> current_scores("factor", biased=True, masked=False).plain
    'c·S + B'
    >>> current_scores("root", biased=False, masked=True, capped=True).plain
    'cap(S/√d_k) + M'
    """
    added = (" + B" if biased else "") + (" + M" if masked else "")
    spelled = {
        None: ("S", "S", "S"),
        "root": ("S/√d_k", "S / sqrt(d_k)", "\\frac{S}{\\sqrt{d_k}}"),
        "factor": ("c·S", "c dot S", "c \\cdot S"),
    }
    calls = ("cap({})", '"cap"({})', "\\mathrm{{cap}}\\left({}\\right)") if capped else ("{}",) * 3
    return Formula(
        *(call.format(each) + added for call, each in zip(calls, spelled[scaled], strict=True))
    )


def mask(masked: Formula) -> Formula:
    """The scores with the mask M added, and what M holds.

    >>> mask(current_scores(None, biased=False, masked=True)).plain
    'S + M,  M ∈ {0, −∞}'
    """
    return Formula(
        f"{masked.plain},  M ∈ {{0, −∞}}",
        f"{masked.typst}, quad M in {{0, -infinity}}",
        f"{masked.latex},\\quad M \\in \\lbrace 0, -\\infty \\rbrace",
    )


def softmax_name(*, sunk: bool) -> Formula:
    """The name of softmax; with a sink b beside the keys it is another function.

    >>> softmax_name(sunk=True).plain
    'softmax_b'
    """
    low = "_b" if sunk else ""
    return Formula(f"softmax{low}", f'"softmax"{low}', f"\\mathrm{{softmax}}{low}")


def all_rows(scores: Formula, *, sunk: bool = False) -> Formula:
    """A and O of all queries at once, from what the scores are before softmax, with a sink or without.

    >>> all_rows(current_scores("root", biased=False, masked=False)).plain
    'A = softmax(S/√d_k),  O = A V'
    """
    name = softmax_name(sunk=sunk)
    return Formula(
        f"A = {name.plain}({scores.plain}),  O = A V",
        f"A = {name.typst}({scores.typst}), quad O = A V",
        f"A = {name.latex}\\left({scores.latex}\\right),\\quad O = A V",
    )


def heads(several: bool, projected: bool, biased: bool) -> Formula:
    """What becomes of the heads' outputs: side by side, times W_O, and + b_O, as far as there are.

    >>> heads(several=True, projected=True, biased=False).plain
    'MultiHead(X) = Concat(O₁, …, Oₕ) W_O'
    >>> heads(several=False, projected=True, biased=True).plain
    'Y = O W_O + b_O'
    """
    joined = Formula("O", "O", "O")
    if several:
        joined = Formula(
            "Concat(O₁, …, Oₕ)", '"Concat"(O_1, ..., O_h)', "\\mathrm{Concat}(O_1, \\ldots, O_h)"
        )
    result = Formula("Y", "Y", "Y")
    if several and projected:
        result = Formula("MultiHead(X)", '"MultiHead"(X)', "\\mathrm{MultiHead}(X)")
    added = (" W_O" if projected else "") + (" + b_O" if biased else "")
    if not added:
        return joined
    return Formula(
        f"{result.plain} = {joined.plain}{added}",
        f"{result.typst} = {joined.typst}{added}",
        f"{result.latex} = {joined.latex}{added}",
    )


def attention(
    divided_by_root: bool,
    factor: str | None = None,
    *,
    biased: bool = False,
    masked: bool = False,
    capped: bool = False,
    sunk: bool = False,
) -> Formula:
    """Attention(Q, K, V), with √d_k, another factor, or neither; with a cap, a bias B and a mask M, or without.

    >>> attention(True).plain
    'Attention(Q, K, V) = softmax(Q Kᵀ / √d_k) V'
    >>> attention(False, "0.5", masked=True).plain
    'Attention(Q, K, V) = softmax(0.5 Q Kᵀ + M) V'
    """
    plain, typst, latex = "Q Kᵀ", "Q K^top", "Q K^{\\top}"
    if divided_by_root:
        plain, typst = "Q Kᵀ / √d_k", "(Q K^top) / sqrt(d_k)"
        latex = "\\frac{Q K^{\\top}}{\\sqrt{d_k}}"
    elif factor is not None:
        plain, typst, latex = (
            f"{factor} Q Kᵀ",
            f"{factor} dot Q K^top",
            f"{factor.replace('−', '-')} \\cdot Q K^{{\\top}}",
        )
    if capped:
        plain, typst, latex = (
            f"cap({plain})",
            f'"cap"({typst})',
            f"\\mathrm{{cap}}\\left({latex}\\right)",
        )
    added = (" + B" if biased else "") + (" + M" if masked else "")
    plain, typst, latex = plain + added, typst + added, latex + added
    name = softmax_name(sunk=sunk)
    return Formula(
        f"Attention(Q, K, V) = {name.plain}({plain}) V",
        f'"Attention"(Q, K, V) = {name.typst}({typst}) V',
        f"\\mathrm{{Attention}}(Q, K, V) = {name.latex}\\left({latex}\\right) V",
    )
