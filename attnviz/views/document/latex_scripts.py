"""Words of Arabic, Hebrew, Devanagari and Thai in LaTeX, set in a font of the machine by the engines that can.

LuaLaTeX and XeLaTeX do, from right to left where that is due. pdfLaTeX, and a machine without such a font, write the
code points instead.
"""

from __future__ import annotations

import re

from attnviz.records import record

COMMAND = "\\otherscript"
"""\\otherscript{script}{word}{code points}"""


@record
class Script:
    """A script, as OpenType and fontspec name it, and where it is found."""

    name: str
    characters: str
    """Its blocks, as the inside of a pattern."""
    fonts: tuple[str, ...]
    """Fonts that have it, of Linux, macOS and Windows: the first that is there is taken."""
    from_right: bool = False


SCRIPTS = (
    Script(
        "Arabic",
        "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
        ("Noto Naskh Arabic", "Noto Sans Arabic", "Amiri", "Geeza Pro", "Arial"),
        from_right=True,
    ),
    Script(
        "Hebrew",
        "\u0590-\u05ff\ufb1d-\ufb4f",
        ("Noto Serif Hebrew", "Noto Sans Hebrew", "Arial Hebrew", "Arial"),
        from_right=True,
    ),
    Script(
        "Devanagari",
        "\u0900-\u097f\ua8e0-\ua8ff",
        ("Noto Serif Devanagari", "Noto Sans Devanagari", "Kohinoor Devanagari", "Nirmala UI"),
    ),
    Script(
        "Thai", "\u0e00-\u0e7f", ("Noto Serif Thai", "Noto Sans Thai", "Thonburi", "Leelawadee UI")
    ),
)
_JOINERS = "\u200c\u200d"
WORDS = re.compile(
    "|".join(
        f"(?P<{each.name}>[{each.characters}][{each.characters}{_JOINERS}]*)" for each in SCRIPTS
    )
)
"""A word of one of these scripts; the name of the group is that of the script."""

_SELECT = r"""
\usepackage{iftex}
\DeclareRobustCommand{\otherscript}[3]{#3}
\ifTUTeX
\usepackage{fontspec}
\newcommand{\otherfont}[2]{\expandafter\newfontfamily\csname #1font\endcsname{#2}[Script=#1]}
\ifLuaTeX
\renewcommand{\otherfont}[2]{%
\expandafter\newfontfamily\csname #1font\endcsname{#2}[Script=#1,Renderer=HarfBuzz]}
\newcommand{\fromright}[1]{{\textdir TRT #1}}
\else
\TeXXeTstate=1
\newcommand{\fromright}[1]{\beginR #1\endR}
\fi
\newcommand{\tryfont}[2]{%
\ifcsname #1font\endcsname\else\IfFontExistsTF{#2}{\otherfont{#1}{#2}}{}\fi}
\DeclareRobustCommand{\otherscript}[3]{%
\ifcsname #1font\endcsname{\csname #1font\endcsname\csname #1order\endcsname{#2}}\else#3\fi}
"""
_ORDER = r"\expandafter\newcommand\csname {name}order\endcsname[1]{{{order}}}"


def scripts_preamble(body: str) -> list[str]:
    """The lines before the document that its words of other scripts need; none where it has no such words."""
    used = [each for each in SCRIPTS if f"{COMMAND}{{{each.name}}}" in body]
    if not used:
        return []
    lines = [
        "% LuaLaTeX and XeLaTeX set words of other scripts in the first of these fonts that is there.",
        *_SELECT.strip().splitlines(),
    ]
    for script in used:
        order = "\\fromright{#1}" if script.from_right else "#1"
        lines.append(_ORDER.format(name=script.name, order=order))
        lines += [f"\\tryfont{{{script.name}}}{{{font}}}" for font in script.fonts]
    return [*lines, "\\fi"]
