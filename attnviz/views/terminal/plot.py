"""A plot as the numbers that it is drawn from, with a bar for each where the page has room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from rich.text import Text

from attnviz.records import record
from attnviz.story.exhibits import Plot, Row, Series, Table
from attnviz.typeset.text_width import columns_of
from attnviz.views.terminal.bars import Scale
from attnviz.views.terminal.layout import GAP, beside
from attnviz.views.terminal.lines import by_point, styled
from attnviz.views.terminal.page_context import PageContext
from attnviz.views.terminal.table import table
from attnviz.views.terminal.wrapping import widest_word, wrapped_prose

_SHORTEST, _LONGEST = 5, 30
"""Columns of a bar."""
_HEADING = 14
"""Columns that the name of a series may take without being broken at a blank."""


def plot(item: Plot, context: PageContext) -> list[Text]:
    """The name of the y axis, then a line for each x; series that do not fit beside the others come below."""
    dim = context.palette.dim
    values = [value for series in item.series for value in series.y]
    scale = Scale.over(values, logarithmic=item.y_log)
    lines = wrapped_prose(styled(item.y_name, dim), context.prose) if item.y_name else []
    groups = list(_groups(item, scale, context))
    for i, group in enumerate(groups):
        lines += [Text(), *group.lines()] if i else group.lines()
    if item.y_log and any(group.bar for group in groups):
        said = context.phrase("logarithmic", low=scale.floor)
        lines += wrapped_prose(styled(said, dim), context.prose)
    return lines


def _groups(item: Plot, scale: Scale, context: PageContext) -> Iterator[_Group]:
    """The series in groups, each as many as fit side by side."""
    start = 0
    while start < len(item.series):
        end = len(item.series)
        while end > start + 1 and not _Group(item, item.series[start:end], scale, context).fits(0):
            end -= 1
        yield _Group(item, item.series[start:end], scale, context)
        start = end


@record(eq=False)
class _Group:
    item: Plot
    series: Sequence[Series]
    scale: Scale
    context: PageContext

    def fits(self, bar: int) -> bool:
        """Tests if all series fit side by side with bars of `bar` columns."""
        wide = sum(GAP + each for each in self._widths(bar))
        return self._x_width + wide <= self.context.inner

    @cached_property
    def bar(self) -> int:
        """Columns of each bar; 0 where there is no room for any."""
        return next((b for b in range(_LONGEST, _SHORTEST - 1, -1) if self.fits(b)), 0)

    def lines(self) -> list[Text]:
        if not self.fits(0):
            return self._as_table()
        palette = self.context.palette
        x_name = wrapped_prose(styled(self.item.x_name, palette.dim), self._x_width)
        names = [[self._flush_right(line) for line in x_name]]
        columns = [[self._flush_right(styled(each, palette.dim)) for each in self.item.x_texts]]
        for series, width in zip(self.series, self._widths(self.bar), strict=True):
            named = styled(series.name, palette.text(series.role, bold=True))
            names.append(wrapped_prose(named, width))
            columns.append(self._column(series))
        height = max(map(len, names))
        padded = [[Text()] * (height - len(each)) + each for each in names]
        lines = beside([head + body for head, body in zip(padded, columns, strict=True)])
        for line in lines:
            line.rstrip()
        return lines

    def _column(self, series: Series) -> list[Text]:
        """The numbers of a series, each with its bar."""
        style = self.context.palette.text(series.role)
        return [
            styled(f"{text} {self._bar(value, series)}" if self.bar else text, style)
            for text, value in zip(by_point(series.texts), series.y, strict=True)
        ]

    def _bar(self, value: float, series: Series) -> str:
        return self.scale.bar(value, self.bar, dashed=series.dashed)

    def _as_table(self) -> list[Text]:
        header = (self.item.x_name, *(series.name for series in self.series))
        texts = zip(self.item.x_texts, *(series.texts for series in self.series), strict=True)
        roles = (None, *(series.role for series in self.series))
        return table(Table(header, tuple(map(Row, texts)), roles), self.context)

    def _widths(self, bar: int) -> list[int]:
        """Columns of each series."""
        return [
            max(
                max(map(columns_of, by_point(series.texts))) + (1 + bar if bar else 0),
                widest_word(series.name),
                min(columns_of(series.name), _HEADING),
            )
            for series in self.series
        ]

    @cached_property
    def _x_width(self) -> int:
        name, widest = self.item.x_name, max(map(columns_of, self.item.x_texts))
        return max(widest, widest_word(name), min(columns_of(name), _HEADING))

    def _flush_right(self, text: Text) -> Text:
        """A text of the x column: numbers, mostly."""
        return Text(" " * (self._x_width - columns_of(text.plain))) + text
