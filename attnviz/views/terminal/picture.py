"""Numbers as a picture of shaded characters: two rows a line in colour, ░▒▓█ without."""

from __future__ import annotations

import numpy as np
from rich.text import Text

from attnviz.core.arrays import FloatArray
from attnviz.records import record
from attnviz.theme import Role
from attnviz.views.terminal.colour import Palette
from attnviz.views.terminal.lines import styled

NOTHING = "·"
"""An entry that is hidden, or no weight at all, where there are no colours; in colour it is left unshaded."""
_SHADES = " ░▒▓█"
_SCALE = 8


@record(eq=False)
class ShadedPicture:
    """`values` (rows, columns), shaded from `low` to `high`. `zoom` is characters an entry.

    A hidden score (−inf), and a weight of exactly 0, is left unshaded.
    """

    role: Role
    values: FloatArray
    palette: Palette
    zoom: int = 1

    @property
    def low(self) -> float:
        """The least value; 0 for weights, whose shade is how large a part of all weight they are."""
        return 0.0 if self.role is Role.WEIGHT else min(self._visible, default=0.0)

    @property
    def high(self) -> float:
        return max(self._visible, default=0.0)

    @property
    def has_gaps(self) -> bool:
        """True if some entry is left unshaded."""
        return bool((self.values == self._gap).any())

    @property
    def width(self) -> int:
        """Columns of each line."""
        return int(self.values.shape[1]) * self.zoom

    def lines(self) -> list[Text]:
        rows: list[list[float | None]] = self._shares()
        if not self.palette.shades:
            return [self._shaded(row) for row in rows]
        if len(rows) == 1:
            return [self._coloured(rows[0], None, "█")]
        pairs = zip(rows[::2], [*rows[1::2], None][: (len(rows) + 1) // 2], strict=True)
        return [self._coloured(upper, lower, "▀") for upper, lower in pairs]

    def rows(self) -> list[Text]:
        """A line for each row, to be placed beside its name."""
        if not self.palette.shades:
            return self.lines()
        return [self._coloured(row, None, "█") for row in self._shares()]

    def scale(self) -> Text:
        """The shades in order, the least first."""
        if not self.palette.shades:
            return styled(_SHADES, self.palette.text(self.role))
        return self._bar([i / (_SCALE - 1) for i in range(_SCALE)])

    def _bar(self, shares: list[float]) -> Text:
        bar = Text()
        for share in shares:
            bar.append("█", self.palette.pixels(self.palette.shade(self.role, share), None))
        return bar

    @property
    def _gap(self) -> float:
        return 0.0 if self.role is Role.WEIGHT else -np.inf

    @property
    def _visible(self) -> list[float]:
        visible: list[float] = self.values[np.isfinite(self.values)].tolist()
        return visible

    def _shares(self) -> list[list[float | None]]:
        low, span = self.low, self.high - self.low
        return [
            [None if v == self._gap else (v - low) / span if span > 0 else 0.5 for v in row]
            for row in self.values.tolist()
        ]

    def _shaded(self, row: list[float | None]) -> Text:
        characters = (
            NOTHING if share is None else _SHADES[min(int(share * len(_SHADES)), len(_SHADES) - 1)]
            for share in row
        )
        return styled(
            "".join(each * self.zoom for each in characters), self.palette.text(self.role)
        )

    def _coloured(
        self, upper: list[float | None], lower: list[float | None] | None, character: str
    ) -> Text:
        line = Text()
        below = [None] * len(upper) if lower is None else [self._colour(each) for each in lower]
        for share, under in zip(upper, below, strict=True):
            line.append(character * self.zoom, self.palette.pixels(self._colour(share), under))
        return line

    def _colour(self, share: float | None) -> str:
        palette = self.palette
        if share is None:
            return palette.shown(palette.theme.background)
        return palette.shade(self.role, share)
