"""Captions as files, read back with FFmpeg's own readers of them."""

import re

import av
import pytest

from attnviz.render.video.captions import TimedCaption, subrip, timed, webvtt

SAID = (
    TimedCaption(0.5, 2.0004, "q < k & k > q:\n<i>one</i> score a pair"),
    TimedCaption(2.0004, 3725.25, "每个键都比较一次。\n点积越大，越相似。"),
    TimedCaption(3726, 3727, "a --> b"),
)
TIMES = [(500, 2000), (2000, 3_725_250), (3_726_000, 3_727_000)]
CUE = re.compile(
    r"(\d\d):([0-5]\d):([0-5]\d)\.(\d{3}) --> (\d\d):([0-5]\d):([0-5]\d)\.(\d{3})\n"
    r"((?:(?!.*-->).+\n)+)"
)
"""A cue without settings, as https://www.w3.org/TR/webvtt1/#syntax has it."""
ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}


def read(text, suffix, tmp_path):
    """Start and end in milliseconds and the text, as FFmpeg has it."""
    path = tmp_path / f"captions.{suffix}"
    path.write_text(text, encoding="utf-8")
    found = []
    with av.open(path) as captions:
        stream = captions.streams.subtitles[0]
        for packet in captions.demux(stream):
            if packet.size:
                start = round(packet.pts * packet.time_base * 1000)
                end = start + round(packet.duration * packet.time_base * 1000)
                found.append((start, end, bytes(packet).decode()))
    return found


def strictly(vtt):
    """The cues of a file that has nothing else in it."""
    head, *cues = vtt.split("\n\n")
    assert head == "WEBVTT"
    for cue in cues:
        match = CUE.fullmatch(cue if cue.endswith("\n") else cue + "\n")
        assert match, cue
        *clock, text = match.groups()
        h, m, s, ms, *end = map(int, clock)
        assert not re.search(r"[<>]|&(?!lt;|gt;|amp;)", text)
        plain = re.sub("&lt;|&gt;|&amp;", lambda entity: ENTITIES[entity.group()], text)
        yield (
            ((h * 60 + m) * 60 + s) * 1000 + ms,
            ((end[0] * 60 + end[1]) * 60 + end[2]) * 1000 + end[3],
            plain.rstrip("\n"),
        )


def test_a_subrip_file_holds_every_caption_at_its_time(tmp_path):
    found = read(subrip(SAID), "srt", tmp_path)

    assert [each[:2] for each in found] == TIMES
    assert [each[2] for each in found] == [each.text for each in SAID]


def test_a_webvtt_file_holds_every_caption_at_its_time_for_a_strict_reader_and_for_ffmpeg(tmp_path):
    cues = list(strictly(webvtt(SAID)))
    found = read(webvtt(SAID), "vtt", tmp_path)

    assert [each[:2] for each in cues] == [each[:2] for each in found] == TIMES
    assert [each[2] for each in cues] == [each.text for each in SAID]


@pytest.mark.parametrize("write", [subrip, webvtt])
@pytest.mark.parametrize(
    "nothing", [(), (TimedCaption(1, 1, "no time"), TimedCaption(1, 2, " \n"))]
)
def test_where_nothing_is_said_the_file_holds_no_caption(write, nothing):
    assert write(nothing) in ("", "WEBVTT\n")


def test_captions_are_in_order_never_two_at_once_and_none_beyond_the_end():
    captions = [
        TimedCaption(5, 9, "late"),
        TimedCaption(0, 3, "early"),
        TimedCaption(2, 6, "over both"),
    ]

    assert list(timed(captions, until=7)) == [
        (0, 2000, "early"),
        (2000, 5000, "over both"),
        (5000, 7000, "late"),
    ]
    assert [each[1] for each in timed(captions)] == [2000, 5000, 9000]


def test_an_empty_line_within_a_caption_does_not_end_it():
    assert list(timed([TimedCaption(0, 1, "\none\n \ntwo\n")])) == [(0, 1000, "one\ntwo")]
