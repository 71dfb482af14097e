"""What a storyboard says, as lines that can be compared."""

from attnviz.lessons.storyboard import Storyboard
from attnviz.lessons.words import words
from attnviz.lessons.writing import written


def lines(board: Storyboard, step: str) -> list[str]:
    """The worked calculations of a step as one line each."""
    spoken = words(board.language)
    return [
        " ".join("".join(run.text for run in stage) for stage in written(calculation, spoken))
        for calculation in board.step(step).worked
    ]


def ids(board: Storyboard) -> list[str]:
    return [step.id for step in board.steps]
