"""The context of a page: the lesson, its words, the colours, the width."""

from __future__ import annotations

from attnviz.records import record
from attnviz.story.i18n import Words, words
from attnviz.story.matrix import Label, Matrix
from attnviz.story.storyboard import Storyboard
from attnviz.views.terminal.colour import Palette

NARROWEST = 40
"""The least width of a page, in columns."""
MARGIN = 2
_PROSE = 92
"""Lines of words longer than this are hard to read."""


@record(eq=False)
class PageContext:
    """A storyboard about to be shown on a page of `width` columns."""

    storyboard: Storyboard
    palette: Palette
    width: int

    @property
    def inner(self) -> int:
        """Columns between the margins."""
        return self.width - 2 * MARGIN

    @property
    def prose(self) -> int:
        """Columns of a line of words."""
        return min(self.inner, _PROSE)

    @property
    def words(self) -> Words:
        return words(self.storyboard.language)

    def phrase(self, key: str, **facts: object) -> str:
        """The view's own words."""
        return self.words.phrase("terminal", key, **facts)

    def number(self, value: float) -> str:
        return self.storyboard.numbers.text(value)

    def is_worked(self, label: Label, matrix: Matrix) -> bool:
        """Tests if a row of a matrix is the one that is worked in full."""
        return len(matrix.rows) > 1 and self.storyboard.is_followed(label)
