"""A still title card between the chapters of a lecture."""

from __future__ import annotations

from functools import partial

import numpy as np
from manim import DOWN, UP, FadeIn, FadeOut, VGroup

from attnviz.story.title_card import CARD, card_storyboard
from attnviz.typeset.fonts import Weight
from attnviz.views.film.choreography import appear
from attnviz.views.film.components.text import Line, label
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import CANVAS, MARGIN, Size

_IN, _LINES_IN, _OUT = 0.8, 1.0, 0.5
_WIDEST = CANVAS.width - 2 * MARGIN


class TitleCard(Stage):
    """A title, a few lines below it, and nothing else."""

    make_storyboard = staticmethod(
        partial(card_storyboard, "Self-attention", ("A lecture in pictures",), "en")
    )

    def setup(self) -> None:
        super().setup()
        self.clear()

    def construct(self) -> None:
        (step,) = self.storyboard.steps
        title = _fitted(step.title, Size.DISPLAY, self.style.theme.ink, Weight.SEMIBOLD)
        _, *below = step.narration[CARD].split("\n")
        lines = VGroup(*[_fitted(each, Size.LARGE, self.style.theme.dim) for each in below])
        card = VGroup(title, lines.arrange(DOWN, buff=0.22)) if len(lines) else VGroup(title)
        card.arrange(DOWN, buff=0.55).move_to(np.zeros(3))
        with self.beat(step, CARD):
            self.move(FadeIn(title, shift=0.15 * UP), seconds=_IN)
            if len(lines):
                self.move(appear(list(lines)), seconds=_LINES_IN)
        self.move(FadeOut(card), seconds=_OUT)

    def _show_caption(self, text: str) -> None:
        """A card is its own caption."""


def _fitted(text: str, size: Size, colour: str, weight: Weight = Weight.MEDIUM) -> Line:
    """A line in that size, smaller where it would leave the frame."""
    line = label(text, colour, size, weight)
    return line.scale(_WIDEST / line.width) if line.width > _WIDEST else line
