"""Captions as the files that players read: SubRip and WebVTT."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import escape

import srt

from attnviz.safe_text import safe_text


@dataclass(frozen=True)
class TimedCaption:
    """One caption and its time, in seconds from the start of the film. A line break parts its lines."""

    start: float
    end: float
    text: str


def timed(
    captions: Sequence[TimedCaption], until: float | None = None
) -> Iterator[tuple[int, int, str]]:
    """The captions in order of time, as start and end in milliseconds and text.

    Never two are shown at once: one ends where the next begins, and all end at `until`, in seconds. Those without text
    or without a time are left out, and so are empty lines: in a file they would end the caption.

    >>> list(timed([TimedCaption(1, 3, "a"), TimedCaption(2.5, 9, "b")], until=4))
    [(1000, 2500, 'a'), (2500, 4000, 'b')]
    """
    ordered = sorted(captions, key=lambda each: each.start)
    starts = [_milliseconds(each.start) for each in ordered]
    last = max((_milliseconds(each.end) for each in ordered), default=0)
    limits = [*starts[1:], last if until is None else _milliseconds(until)]
    for each, start, limit in zip(ordered, starts, limits, strict=False):
        whole = "\n".join(line for line in each.text.splitlines() if line.strip())
        text = safe_text(whole, lines=True)
        end = min(_milliseconds(each.end), limit)
        if text and start < end:
            yield start, end, text


def subrip(captions: Sequence[TimedCaption]) -> str:
    """SubRip text (.srt).

    >>> print(subrip([TimedCaption(0.5, 2, "Each key is scored.")]))
    1
    00:00:00,500 --> 00:00:02,000
    Each key is scored.
    <BLANKLINE>
    <BLANKLINE>
    """
    subtitles = [
        srt.Subtitle(i, timedelta(milliseconds=start), timedelta(milliseconds=end), text)
        for i, (start, end, text) in enumerate(timed(captions), start=1)
    ]
    return str(srt.compose(subtitles))


def webvtt(captions: Sequence[TimedCaption]) -> str:
    """WebVTT text (.vtt), https://www.w3.org/TR/webvtt1/.

    >>> print(webvtt([TimedCaption(0.5, 2, "q < k")]))
    WEBVTT
    <BLANKLINE>
    00:00:00.500 --> 00:00:02.000
    q &lt; k
    <BLANKLINE>
    """
    cues = [
        f"{_clock(start)} --> {_clock(end)}\n{escape(text, quote=False)}\n"
        for start, end, text in timed(captions)
    ]
    return "\n".join(["WEBVTT\n", *cues])


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
