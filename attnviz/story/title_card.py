"""A title card as a storyboard, so that a film tells it as it tells a lesson."""

from __future__ import annotations

from collections.abc import Sequence

from attnviz.story.formula import Formula
from attnviz.story.numbers import Numbers
from attnviz.story.storyboard import Step, Storyboard

CARD = "card"
_NO_FORMULA = Formula("", "", "")


def card_storyboard(title: str, lines: Sequence[str], language: str) -> Storyboard:
    """One step that says the title and the lines below it.

    >>> card_storyboard("Part one", ["Attention"], "en").steps[0].narration["card"]
    'Part one\\nAttention'
    """
    said = {CARD: "\n".join((title, *lines))}
    step = Step(CARD, title, _NO_FORMULA, said)
    return Storyboard(CARD, language, title, (step,), Numbers())
