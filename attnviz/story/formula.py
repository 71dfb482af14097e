"""A formula in the spellings that views need."""

from __future__ import annotations

from attnviz.records import record


@record
class Formula:
    """One formula in three spellings; `attnviz.story.expressions` makes them of one tree."""

    plain: str
    typst: str
    latex: str
    marked: str = ""
    """The Typst with the parts that a film lights between {{ and }}; "" where there are none."""
    parts: tuple[str, ...] = ()
    """The names of these parts."""
