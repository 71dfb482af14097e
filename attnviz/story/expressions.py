"""Formulas as trees, from which all their spellings are made: plain Unicode, Typst and LaTeX.

>>> spelled = written(Infix("=", letter("o"), Sigma("j", Multiplication(lowered("α", "j"), lowered("v", "j")))))
>>> spelled.plain, spelled.typst
('o = Σ αⱼ vⱼ', 'o = sum_j alpha_j v_j')

No backslash before punctuation in LaTeX: Markdown takes it for its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import TypeAlias

from attnviz.records import record
from attnviz.story.formula import Formula

_LOWERED = str.maketrans("0123456789ijthk+−", "₀₁₂₃₄₅₆₇₈₉ᵢⱼₜₕₖ₊₋")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LETTERS = {
    "α": ("alpha", "\\alpha"),
    "∞": ("infinity", "\\infty"),
    "…": ("...", "\\ldots"),
}
_FUNCTIONS = ("exp", "max", "tanh", "sin", "cos", "ln", "log")
"""Those that Typst and LaTeX know by name."""
_SIGNS = {
    "=": ("=", "="),
    "+": ("+", "+"),
    "−": ("-", "-"),
    "·": ("dot", "\\cdot"),
    "×": ("times", "\\times"),
    "*": ("*", "*"),
    "/": ("/", "/"),
    "≠": ("eq.not", "\\neq"),
    "≤": ("<=", "\\le"),
    "≪": ("<<", "\\ll"),
    "∈": ("in", "\\in"),
    "←": ("arrow.l", "\\leftarrow"),
    "⇔": ("<=>", "\\Leftrightarrow"),
}
_QUOTED = re.compile(r'"\w+"')
_BRACKETS = {
    "(": ("({})", "({})", "({})"),
    "{": ("{{{}}}", "{{{}}}", "\\lbrace {} \\rbrace"),
    "⌈": ("⌈{}⌉", "ceil({})", "\\lceil {} \\rceil"),
    "⌊": ("⌊{}⌋", "floor({})", "\\lfloor {} \\rfloor"),
}


class Notation(Enum):
    """A way to spell a formula."""

    PLAIN = auto()
    TYPST = auto()
    MARKED = auto()
    """Typst with the parts between {{ and }}, as manim takes them: {{Q : query}}."""
    LATEX = auto()


@record(eq=False, repr=False)
class Atom:
    """A symbol, a sign or a number with its three spellings."""

    plain: str
    typst: str
    latex: str

    def render(self, notation: Notation) -> str:
        return _pick(notation, self.plain, self.typst, self.latex)


@record(eq=False, repr=False)
class Name:
    """A word in upright letters: softmax."""

    text: str

    def render(self, notation: Notation) -> str:
        return _pick(notation, self.text, f'"{self.text}"', f"\\mathrm{{{self.text}}}")


@record(eq=False, repr=False)
class Indexed:
    """Something with an index below it: d_k, or αⱼ where plain text has the characters, `is_lowered`."""

    base: Expression
    index: Expression
    is_lowered: bool = False

    def render(self, notation: Notation) -> str:
        base, index = self.base.render(notation), self.index.render(notation)
        if notation is Notation.PLAIN:
            return base + (index.translate(_LOWERED) if self.is_lowered else f"_{index}")
        if notation is Notation.LATEX:
            return f"{base}_{index}" if len(index) == 1 else f"{base}_{{{index}}}"
        return f"{base}_({index})" if " " in index else f"{base}_{index}"


@record(eq=False, repr=False)
class Power:
    """Something to the power of a whole number: n²."""

    base: Expression
    exponent: int

    def render(self, notation: Notation) -> str:
        base, exponent = self.base.render(notation), str(self.exponent)
        return base + (
            exponent.translate(_RAISED) if notation is Notation.PLAIN else f"^{exponent}"
        )


@record(eq=False, repr=False)
class Transposed:
    """A transposed matrix."""

    base: Expression

    def render(self, notation: Notation) -> str:
        return self.base.render(notation) + _pick(notation, "ᵀ", "^top", "^{\\top}")


@record(eq=False, repr=False)
class Root:
    """A square root."""

    inside: Expression

    def render(self, notation: Notation) -> str:
        form = _pick(notation, "√{}", "sqrt({})", "\\sqrt{{{}}}")
        return form.format(self.inside.render(notation))


@record(eq=False, repr=False)
class Multiplication:
    """Things side by side with a blank between them: a product."""

    parts: tuple[Expression, ...]

    def __init__(self, *parts: Expression) -> None:
        object.__setattr__(self, "parts", parts)

    def render(self, notation: Notation) -> str:
        return " ".join(part.render(notation) for part in self.parts)


@record(eq=False, repr=False)
class Juxtaposed:
    """Things side by side without a blank between them."""

    parts: tuple[Expression, ...]

    def __init__(self, *parts: Expression) -> None:
        object.__setattr__(self, "parts", parts)

    def render(self, notation: Notation) -> str:
        return "".join(part.render(notation) for part in self.parts)


@record(eq=False, repr=False)
class Infix:
    """Operands with the same sign between them; `is_tight` without blanks in plain text: c·S."""

    sign: str
    operands: tuple[Expression, ...]
    is_tight: bool

    def __init__(self, sign: str, *operands: Expression, is_tight: bool = False) -> None:
        object.__setattr__(self, "sign", sign)
        object.__setattr__(self, "operands", operands)
        object.__setattr__(self, "is_tight", is_tight)

    def render(self, notation: Notation) -> str:
        plain = "  ⇔  " if self.sign == "⇔" else self.sign if self.is_tight else f" {self.sign} "
        typst, latex = (f" {sign} " for sign in _SIGNS[self.sign])
        sign = _pick(notation, plain, typst, latex)
        return sign.join(operand.render(notation) for operand in self.operands)


@record(eq=False, repr=False)
class Times:
    """A number times something: in plain text, 0.5 Q Kᵀ, it needs no sign."""

    factor: Expression
    inside: Expression

    def render(self, notation: Notation) -> str:
        sign = _pick(notation, " ", " dot ", " \\cdot ")
        return self.factor.render(notation) + sign + self.inside.render(notation)


@record(eq=False, repr=False)
class Negative:
    """Something with a minus before it."""

    inside: Expression

    def render(self, notation: Notation) -> str:
        typst = "- " if isinstance(self.inside, Sigma) else "-"
        return _pick(notation, "−", typst, "-") + self.inside.render(notation)


@record(eq=False, repr=False)
class Differential:
    """A differential, above or below in a derivative: ∂s."""

    inside: Expression

    def render(self, notation: Notation) -> str:
        return _pick(notation, "∂", "partial ", "\\partial ") + self.inside.render(notation)


@record(eq=False, repr=False)
class Fraction:
    """A fraction: one above the other but for plain text, where `is_tight` leaves out the blanks: S/√d_k."""

    top: Expression
    bottom: Expression
    is_tight: bool = False

    def render(self, notation: Notation) -> str:
        top, bottom = self.top.render(notation), self.bottom.render(notation)
        if notation is Notation.LATEX:
            return f"\\frac{{{top}}}{{{bottom}}}"
        if notation is Notation.PLAIN:
            bottom = f"({bottom})" if isinstance(self.bottom, Infix) else bottom
            return f"{top}/{bottom}" if self.is_tight else f"{top} / {bottom}"
        top, bottom = (
            f"({text})" if self._needs_brackets(each) else text
            for each, text in ((self.top, top), (self.bottom, bottom))
        )
        return f"{top} / {bottom}"

    @staticmethod
    def _needs_brackets(inside: Expression) -> bool:
        """True if Typst would take only the first or the last of it into the fraction."""
        is_named = isinstance(inside, Call) and isinstance(inside.function, Name)
        return is_named or isinstance(
            inside, Multiplication | Juxtaposed | Differential | Infix | Sigma
        )


@record(eq=False, repr=False)
class Brackets:
    """Something in brackets, which are ( but for { of a set, ⌈ and ⌊ of a rounding; `is_tall` grow with it in LaTeX."""

    inside: Expression
    kind: str = "("
    is_tall: bool = False

    def render(self, notation: Notation) -> str:
        latex = "\\left({}\\right)" if self.is_tall else _BRACKETS[self.kind][2]
        return _pick(notation, *_BRACKETS[self.kind][:2], latex).format(
            self.inside.render(notation)
        )


@record(eq=False, repr=False)
class Call:
    """A function of something."""

    function: Expression
    inside: Expression
    is_tall: bool = False

    def render(self, notation: Notation) -> str:
        function = self.function.render(notation)
        if notation is Notation.MARKED and isinstance(self.function, Part):
            # behind a part Typst does not see a call, and leaves the brackets as small as they are
            return f"{function} lr(( {self.inside.render(notation)} ))"
        return function + Brackets(self.inside, is_tall=self.is_tall).render(notation)


@record(eq=False, repr=False)
class Sigma:
    """A sum over an index, which plain text leaves out unless `is_shown`."""

    index: str
    inside: Expression
    is_shown: bool = False

    def render(self, notation: Notation) -> str:
        plain = f"Σ{self.index.translate(_LOWERED)}" if self.is_shown else "Σ"
        is_one = len(self.index) == 1
        typst, latex = (self.index,) * 2 if is_one else (f"({self.index})", f"{{{self.index}}}")
        sign = _pick(notation, plain, f"sum_{typst}", f"\\sum_{latex}")
        return f"{sign} {self.inside.render(notation)}"


@record(eq=False, repr=False)
class CommaList:
    """Things with commas between them."""

    items: tuple[Expression, ...]

    def __init__(self, *items: Expression) -> None:
        object.__setattr__(self, "items", items)

    def render(self, notation: Notation) -> str:
        return ", ".join(item.render(notation) for item in self.items)


@record(eq=False, repr=False)
class Statements:
    """Formulas on one line, far apart. `latex_between` is how LaTeX sets them apart."""

    items: tuple[Expression, ...]
    latex_between: str

    def __init__(self, *items: Expression, latex_between: str = ",\\quad ") -> None:
        object.__setattr__(self, "items", items)
        object.__setattr__(self, "latex_between", latex_between)

    def render(self, notation: Notation) -> str:
        between = _pick(notation, ",  ", ", quad ", self.latex_between)
        return between.join(item.render(notation) for item in self.items)


@record(eq=False, repr=False)
class Part:
    """A part that a film lights by its name. `is_apart` sets it off from what is before it."""

    name: str
    inside: Expression
    is_apart: bool = False

    def render(self, notation: Notation) -> str:
        if notation is not Notation.MARKED:
            return self.inside.render(notation)
        # a bare string is no mathematics to Typst there
        inside = _QUOTED.sub(r"upright(\g<0>)", self.inside.render(notation))
        return f"{'thin ' if self.is_apart else ''}{{{{{inside} : {self.name}}}}}"


Expression: TypeAlias = (
    Atom
    | Name
    | Indexed
    | Power
    | Transposed
    | Root
    | Multiplication
    | Juxtaposed
    | Infix
    | Times
    | Negative
    | Differential
    | Fraction
    | Brackets
    | Call
    | Sigma
    | CommaList
    | Statements
    | Part
)


def letter(text: str) -> Atom:
    """A letter or a number, α or X or 2."""
    typst, latex = _LETTERS.get(text, (text, text))
    return Atom(text, typst, latex)


def letters(text: str) -> tuple[Atom, ...]:
    """Several letters, with blanks between them in `text`."""
    return tuple(map(letter, text.split()))


def function(text: str) -> Expression:
    """A function by its name."""
    return Atom(text, text, f"\\{text}") if text in _FUNCTIONS else Name(text)


def named(base: str, index: str) -> Indexed:
    """A letter with another below it that is a name: W_Q."""
    return Indexed(letter(base), letter(index))


def lowered(base: str, *index: str) -> Indexed:
    """A letter with the indices below it: αᵢⱼ."""
    one = index[0] if len(index) == 1 else ""
    below = letter(one) if one else Atom("".join(index), " ".join(index), "".join(index))
    return Indexed(letter(base), below, is_lowered=True)


def within(formula: Formula) -> Atom:
    """A formula as a part of another one. Its own parts are not lit there."""
    return Atom(formula.plain, formula.typst, formula.latex)


def written(expression: Expression) -> Formula:
    """All spellings of it, and the names of the parts that can be lit."""
    parts = tuple(_parts(expression))
    return Formula(
        expression.render(Notation.PLAIN),
        expression.render(Notation.TYPST),
        expression.render(Notation.LATEX),
        expression.render(Notation.MARKED) if parts else "",
        parts,
    )


def _parts(expression: object) -> Iterator[str]:
    if isinstance(expression, Part):
        yield expression.name
    for inside in vars(expression).values():
        for each in inside if isinstance(inside, tuple) else (inside,):
            if hasattr(each, "render"):
                yield from _parts(each)


def _pick(notation: Notation, plain: str, typst: str, latex: str) -> str:
    if notation is Notation.PLAIN:
        return plain
    return latex if notation is Notation.LATEX else typst
