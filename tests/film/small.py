"""Films of 160 × 90 pixels: to be drawn in a moment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from attnviz.scenes.self_attention import SelfAttention

from attnviz import trace_of
from attnviz.inputs import InputRequest, problem_from
from attnviz.lessons.self_attention.steps import self_attention_storyboard
from attnviz.render.quality import QUALITIES
from attnviz.story.pace import PACES
from attnviz.theme import THEMES
from attnviz.views.film.film import Film
from attnviz.views.film.style import Style


def small_film(
    *only: str,
    size: tuple[int, int] = (160, 90),
    fps: int = 5,
    pace: str = "fast",
    theme: str = "dark",
    language: str = "en",
    precision: int | None = None,
    **input_options: Any,
) -> Film:
    """Some steps of the main lesson."""
    trace = trace_of(problem_from(InputRequest(**input_options)))
    board = self_attention_storyboard(trace, language=language, precision=precision)
    quality = replace(QUALITIES["low"], width=size[0], height=size[1], fps=fps)
    return Film(SelfAttention, board, Style(THEMES[theme], PACES[pace]), quality, only)
