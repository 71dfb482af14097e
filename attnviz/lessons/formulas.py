"""The formulas of the lessons, each in plain Unicode, Typst and LaTeX."""

from __future__ import annotations

from attnviz.lessons.storyboard import Formula

INPUTS = Formula("X", "X", "X")
WEIGHTS = Formula("W_Q, W_K, W_V", "W_Q, W_K, W_V", "W_Q,\\; W_K,\\; W_V")
SCORES = Formula("S = Q Kᵀ", "S = Q K^top", "S = Q K^{\\top}")
SCALE = Formula("S / √d_k", "S / sqrt(d_k)", "\\frac{S}{\\sqrt{d_k}}")
SCALE_NUMBER = Formula("c · S", "c dot S", "c \\cdot S")
BIAS = Formula("S + B", "S + B", "S + B")
MASK = Formula(
    "s = −∞ where hidden", 's = -infinity "where hidden"', "s = -\\infty \\text{ where hidden}"
)
SOFTMAX = Formula(
    "αⱼ = exp(sⱼ − max s) / Σ exp(s − max s)",
    "alpha_j = exp(s_j - max s) / (sum_i exp(s_i - max s))",
    "\\alpha_j = \\frac{\\exp(s_j - \\max s)}{\\sum_i \\exp(s_i - \\max s)}",
)
WEIGHTED_VALUES = Formula("αⱼ vⱼ", "alpha_j v_j", "\\alpha_j v_j")
OUTPUT = Formula("o = Σ αⱼ vⱼ", "o = sum_j alpha_j v_j", "o = \\sum_j \\alpha_j v_j")
ALL_ROWS = Formula(
    "A = softmax(S),  O = A V",
    'A = "softmax"(S), quad O = A V',
    "A = \\mathrm{softmax}(S),\\quad O = A V",
)
HEADS = Formula(
    "MultiHead(X) = Concat(O₁, …, Oₕ) W_O",
    '"MultiHead"(X) = "Concat"(O_1, ..., O_h) W_O',
    "\\mathrm{MultiHead}(X) = \\mathrm{Concat}(O_1, \\ldots, O_h)\\, W_O",
)
HEADS_UNPROJECTED = Formula(
    "Concat(O₁, …, Oₕ)", '"Concat"(O_1, ..., O_h)', "\\mathrm{Concat}(O_1, \\ldots, O_h)"
)
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


def attention(divided_by_root: bool, factor: str | None = None) -> Formula:
    """Attention(Q, K, V), with √d_k, with another factor, or with neither.

    >>> attention(True).plain
    'Attention(Q, K, V) = softmax(Q Kᵀ / √d_k) V'
    """
    plain, typst, latex = "Q Kᵀ", "Q K^top", "Q K^{\\top}"
    if divided_by_root:
        plain, typst = "Q Kᵀ / √d_k", "(Q K^top) / sqrt(d_k)"
        latex = "\\frac{Q K^{\\top}}{\\sqrt{d_k}}"
    elif factor is not None:
        plain, typst, latex = (
            f"{factor} Q Kᵀ",
            f"{factor} dot Q K^top",
            f"{factor} \\cdot Q K^{{\\top}}",
        )
    return Formula(
        f"Attention(Q, K, V) = softmax({plain}) V",
        f'"Attention"(Q, K, V) = "softmax"({typst}) V',
        f"\\mathrm{{Attention}}(Q, K, V) = \\mathrm{{softmax}}\\left({latex}\\right) V",
    )
