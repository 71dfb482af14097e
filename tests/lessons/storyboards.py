"""What a storyboard says, as lines that can be compared."""

from attnviz.story.calculation_text import written
from attnviz.story.i18n import words
from attnviz.story.storyboard import Storyboard


def lines(board: Storyboard, step: str) -> list[str]:
    """The worked calculations of a step as one line each."""
    spoken = words(board.language)
    return [
        " ".join("".join(run.text for run in stage) for stage in written(calculation, spoken))
        for calculation in board.step(step).worked
    ]


def ids(board: Storyboard) -> list[str]:
    return [step.id for step in board.steps]
