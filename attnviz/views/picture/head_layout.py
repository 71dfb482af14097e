"""Positions in the picture of one head, computed from the head and the widths of its names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from attnviz.records import record
from attnviz.story.labels import shown_token
from attnviz.story.pooled_map import Range
from attnviz.survey.head_detail import HeadDetail, QueryWeights
from attnviz.survey.head_detail_text import written
from attnviz.typeset.line_breaks import roomy_width
from attnviz.views.picture.arcs import ArcArea
from attnviz.views.picture.drawing import SMALL
from attnviz.views.picture.maps import LINE, MARGIN

PAD = 8
_SIDE, _WIDE_SIDE, _LARGEST_CELL, _MANY = 640, 720, 84, 64
_LABEL, _LEAST_LABEL = 12, 8
_LEADING = 1.5
"""At least between two names."""
_ROUNDING = 0.01
_BETWEEN, _FIELD = 48, 260


@record
class Mark:
    """A position that is named, at its height or place along the map."""

    at: float
    text: str
    number: str = ""
    """The weight that is given to it."""


@record(eq=False)
class HeadLayout:
    """The layout of one head. Lengths are units of the drawing; heights are counted from the upper edge of the map."""

    close: HeadDetail
    headings: tuple[str, str]
    """The words for rows and for columns."""

    @cached_property
    def side(self) -> float:
        """Side of the map."""
        if self.close.blocks > _MANY:
            return _WIDE_SIDE
        return min(_SIDE, self.close.blocks * _LARGEST_CELL)

    @property
    def pitch(self) -> float:
        """Distance from a row of the map to the next."""
        return self.side / self.close.blocks

    @cached_property
    def label(self) -> float:
        """Height of the names."""
        return min(max(self.pitch - _LEADING, _LEAST_LABEL), _LABEL)

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """The blocks that are named: all, or every so many."""
        ranges = self.close.head.map.rows[:: self._step]
        return tuple(Mark(self.middle(each), self.name(each)) for each in ranges)

    @cached_property
    def query_marks(self) -> tuple[Mark, ...]:
        """As `marks`, but the query that is followed comes first."""
        row = self.close.row
        if row is None:
            return self.marks
        first = Mark(self.middle(row.queries), self._followed(row))
        begin, end = (position * self.side / self.close.n for position in row.queries)
        # a word replaces its pieces
        return self._apart((first, *(each for each in self.marks if not begin < each.at < end)))

    @cached_property
    def key_marks(self) -> tuple[Mark, ...]:
        """As `marks`, but the keys of the query that is followed come first, with their weights."""
        row = self.close.row
        followed = () if row is None else row.links
        first = (
            Mark(self.height(each.key), self.numbered(each.key), written(each.weight))
            for each in followed
        )
        return self._apart((*first, *self.marks))

    @cached_property
    def is_upright(self) -> bool:
        """True if the names above the columns have to be upright."""
        return any(roomy_width(each.text, self.label) > self.pitch - 4 for each in self.marks)

    @property
    def map_left(self) -> float:
        return MARGIN + max(self._widest(self.marks), roomy_width(self.headings[0], SMALL)) + PAD

    @property
    def field(self) -> ArcArea:
        """The area of the arcs."""
        left = self.map_left + self.side + _BETWEEN + self._widest(self.query_marks) + PAD
        return ArcArea(left, left + _FIELD, self.pitch)

    @property
    def numbers(self) -> float:
        """The x of the weights of the query that is followed."""
        return self.field.right + PAD + self._widest(self.key_marks) + PAD

    @property
    def width(self) -> float:
        has_numbers = any(each.number for each in self.key_marks)
        end = self.numbers + (roomy_width("0.00", self.label) if has_numbers else -PAD)
        return round(end + MARGIN)

    @property
    def above(self) -> float:
        """Height of the names above the columns, with the word for what they are."""
        names = self._widest(self.marks) if self.is_upright else self.label
        return LINE + names + PAD

    def height(self, position: int) -> float:
        """The height of a position."""
        return (position + 0.5) * self.side / self.close.n

    def token(self, position: int) -> str:
        return shown_token(self.close.survey.tokens[position])

    def middle(self, block: Range) -> float:
        return (block[0] + block[1]) / 2 * self.side / self.close.n

    def numbered(self, position: int) -> str:
        """A token, with its position where not all of them are named."""
        name = self.token(position)
        return f"{position + 1} {name}" if self._step > 1 else name

    def name(self, block: Range) -> str:
        """The name of a block: its token, or its positions in a map where blocks hold several."""
        first, end = block
        if self.close.is_pooled:
            return f"{first + 1}–{end}" if end - first > 1 else str(end)
        return self.numbered(first)

    def _followed(self, row: QueryWeights) -> str:
        return self.numbered(row.queries[0]) if row.word is None else shown_token(row.word)

    @property
    def _step(self) -> int:
        """Number of blocks from one that is named to the next."""
        return max(int(-(-(self.label + _LEADING) // self.pitch)), 1)

    def _apart(self, marks: Iterable[Mark]) -> tuple[Mark, ...]:
        """The marks that overlap no earlier one."""
        kept: list[Mark] = []
        for mark in marks:
            if all(abs(mark.at - each.at) > self.label + _LEADING - _ROUNDING for each in kept):
                kept.append(mark)
        return tuple(kept)

    def _widest(self, marks: Sequence[Mark]) -> float:
        return max((roomy_width(each.text, self.label) for each in marks), default=0.0)
