"""The frame of the stage: the header with the step, the caption strip, the notes."""

from __future__ import annotations

from manim import LEFT, RIGHT, Dot, VGroup

from attnviz.story.captions import caption, caption_lines
from attnviz.story.i18n import words
from attnviz.story.storyboard import Step, Storyboard
from attnviz.typeset.fonts import Weight
from attnviz.views.film.components.cells import rule
from attnviz.views.film.components.text import Line, cut_to_width, label, width_of
from attnviz.views.film.style import CAPTION, HEADER, STAGE, Size, Style

_APART = 0.35
"""The lesson from the title, and the title from the dots."""
_DOT, _DOTS_APART = 0.11, 0.14


def coloured_runs(text: str, style: Style) -> list[tuple[str, str]]:
    """Text in runs: symbols (q₁, W_K) in their role's colour, the rest in ink."""
    return [(run.text, style.colour(run.role)) for run in caption(text).runs]


class CaptionView(VGroup):
    """The caption of the moment, in one or two lines, in the strip at the foot."""

    def __init__(self, text: str, style: Style, language: str) -> None:
        super().__init__()
        self.text = str(text)
        lines = caption_lines(text, language)
        pitch = Size.LARGE.em * 1.3
        first = CAPTION.top - 0.42 - (0 if len(lines) > 1 else pitch / 2)
        for i, each in enumerate(lines):
            line = Line(coloured_runs(each, style), Size.LARGE).set_x(0)
            if line.width > CAPTION.width:
                line.scale(max(CAPTION.width / line.width, Size.SMALL / Size.LARGE))
            self.add(line.on_baseline(first - i * pitch))


class Header(VGroup):
    """The lesson, the number and title of the step with its head, and a dot a step."""

    def __init__(self, storyboard: Storyboard, step: Step, style: Style) -> None:
        super().__init__()
        number = [each.id for each in storyboard.steps].index(step.id)
        lesson = label(storyboard.title, style.theme.dim, Size.BODY)
        named, head = _titles(storyboard)[number]
        runs = [(named, style.theme.ink), (head, style.theme.dim)]
        title = Line([run for run in runs if run[0]], Size.LARGE, Weight.SEMIBOLD)
        lesson.move_to((HEADER.left, 0, 0), aligned_edge=LEFT).on_baseline(3.38)
        title.next_to(lesson, RIGHT, buff=_APART).on_baseline(3.38)
        self.dots = VGroup(*[self._dot(i, number, style) for i in range(len(storyboard.steps))])
        self.dots.arrange(RIGHT, buff=_between_dots(storyboard, lesson.width))
        self.dots.move_to((HEADER.right, 3.47, 0), aligned_edge=RIGHT)
        self.add(lesson, title, self.dots)
        self.lesson, self.step_title = lesson, title

    @staticmethod
    def _dot(i: int, number: int, style: Style) -> Dot:
        colour = style.theme.hairline if i > number else style.theme.dim
        return Dot(radius=_DOT / 2, color=style.theme.ink if i == number else colour)


def _titles(storyboard: Storyboard) -> list[tuple[str, str]]:
    """The number and title of each step, and its head, "" where it is not about one."""
    phrase = words(storyboard.language).phrase
    heads = [
        "" if step.head is None else f" · {phrase('common', 'head', head=step.head)}"
        for step in storyboard.steps
    ]
    named = (f"{i + 1}  {step.title}" for i, step in enumerate(storyboard.steps))
    return list(zip(named, heads, strict=True))


def _between_dots(storyboard: Storyboard, lesson: float) -> float:
    """From one dot to the next, the same in all steps: less where the longest title needs the room."""
    titles = ("".join(title) for title in _titles(storyboard))
    longest = max(width_of(title, Size.LARGE, Weight.SEMIBOLD) for title in titles)
    count = len(storyboard.steps)
    room = HEADER.width - lesson - longest - 2 * _APART - count * _DOT
    return max(min(_DOTS_APART, room / max(count - 1, 1)), _DOTS_APART / 4)


def hairlines(style: Style) -> VGroup:
    """The lines under the header and over the caption."""
    return VGroup(
        rule(HEADER.width, style).set_y(HEADER.bottom - 0.03),
        rule(CAPTION.width, style).set_y(CAPTION.top + 0.03),
    )


def omitted_line(text: str, style: Style) -> Line:
    """The entries that a step leaves out, small, over the caption strip."""
    line = label(text, style.theme.dim, Size.SMALL)
    return line.move_to((STAGE.right, 0, 0), aligned_edge=RIGHT).on_baseline(CAPTION.top + 0.14)


def notes_line(text: str, style: Style) -> Line:
    """The notes on untrained or rounded numbers, small, at the very foot."""
    fitting = cut_to_width(text, CAPTION.width, Size.SMALL)
    return label(fitting, style.theme.dim, Size.SMALL).set_x(0).on_baseline(CAPTION.bottom + 0.05)
