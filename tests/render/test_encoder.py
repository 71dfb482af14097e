"""Segments are judged by FFmpeg's demuxer and decoder, by a plain encoder beside them, and by what joins them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attnviz.render.video import encoder
from attnviz.render.video.container import UNDETERMINED, assemble
from attnviz.render.video.encoder import ENCODER, SegmentEncoder
from tests.render.footage import (
    FILMS,
    MOVING,
    SMALL,
    Frame,
    Still,
    are_like,
    decoded,
    drawn,
    frames_of,
    likeness,
    planes,
    segment,
    shown,
)

SIZES = [(854, 480, 15), (1280, 720, 30), (1920, 1080, 60)]
HELD_TWICE = 2
"""The number of times that a still picture is encoded."""

films = pytest.mark.parametrize("stills", FILMS.values(), ids=FILMS.keys())


def plain(stills: Sequence[Still], size: tuple[int, int, int] = SMALL) -> bytes:
    """Every frame converted and encoded by PyAV, with the same settings, as manim's own writer does."""
    width, height, fps = size
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as film:
        stream = film.add_stream("libx264", rate=fps, options=dict(ENCODER))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for i, number in enumerate(shown(stills)):
            frame = av.VideoFrame.from_ndarray(drawn(number, width, height), format="rgba")
            frame.pts, frame.time_base = i, Fraction(1, fps)
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    return file.getvalue()


FADING = 27


def left_of_what_faded(moving: int | None) -> int:
    """How far any pixel of the last frame is from the background to which a chequered picture has faded."""
    width, height, fps = 640, 384, 30
    background = np.array([251, 249, 245, 255])
    squares = (np.indices((height, width)) // 40).sum(0)[..., None] % 2 * np.array([30, 30, 30, 0])
    made = SegmentEncoder(width, height, fps, moving)
    for share in np.linspace(1, 0, FADING):
        smooth = share * share * (3 - 2 * share)
        made.paint((background - smooth * squares).round().astype(np.uint8))
        made.show()
    made.show(2 * fps)
    with av.open(io.BytesIO(made.finish())) as film:
        *_, last = (each.to_ndarray(format="rgb24") for each in film.decode(video=0))
    return int(np.abs(last.astype(int) - background[:3]).max())


def test_nothing_is_left_of_what_faded_before_the_picture_stands():
    assert left_of_what_faded(moving=FADING) <= 1
    assert left_of_what_faded(moving=None) > 1  # which is why it is told


def packets_of(data: bytes) -> list[av.Packet]:
    with av.open(io.BytesIO(data)) as film:
        return [each for each in film.demux(video=0) if each.size]


@pytest.mark.parametrize("size", SIZES)
def test_it_has_every_frame_on_the_grid_of_time(size):
    stills = [*MOVING, (12, 70), *MOVING[:3], (5, 4)]

    data = segment(stills, size)

    frames = decoded(data)
    assert [each.time for each in frames] == [
        Fraction(i, size[-1]) for i in range(len(shown(stills)))
    ]
    assert (frames[0].planes[0].shape) == (size[1], size[0])


@films
def test_packets_are_decoded_in_order_each_before_it_is_shown_and_last_one_frame(stills):
    packets = packets_of(segment(stills))

    unit = packets[0].time_base
    assert {each.duration * unit for each in packets} == {Fraction(1, SMALL[-1])}
    assert [(b.dts - a.dts) * unit for a, b in pairwise(packets)] == [Fraction(1, SMALL[-1])] * (
        len(shown(stills)) - 1
    )
    assert all(each.dts <= each.pts for each in packets)
    assert min(each.pts for each in packets) == 0
    assert packets[0].dts * unit == -Fraction(1, SMALL[-1])
    assert packets[0].is_keyframe


@films
def test_every_frame_is_close_to_what_was_painted(stills):
    assert are_like(decoded(segment(stills)), stills)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("before", [0, 1, 2, 5, 6])
def test_a_picture_that_stands_is_as_it_was_encoded_last_bit_for_bit(size, before):
    frames = decoded(segment([*MOVING[:before], (12, 80)], size))[before:]

    last = frames[HELD_TWICE - 1]
    assert len(frames) == 80
    assert all(each == last for each in frames[HELD_TWICE:])
    assert likeness(last, 12) > 40


def held_packets(number: int, frames: int) -> list[bytes]:
    return [bytes(each) for each in packets_of(segment([(number, frames)]))]


def test_a_picture_that_stands_is_encoded_twice_and_what_follows_holds_nothing_of_it():
    one, other = held_packets(3, 60), held_packets(31, 60)

    assert one[:1] != other[:1]
    assert one[HELD_TWICE:] == other[HELD_TWICE:]
    assert max(map(len, one[HELD_TWICE:])) < 20


def test_a_picture_that_stands_longer_in_the_middle_is_followed_by_a_key_frame_and_briefly_by_none():
    fps = SMALL[-1]
    for standing, keys in ((fps, [0]), (fps + 1, [0, fps + 1])):
        frames = decoded(segment([(3, standing), *MOVING]))

        assert [i for i, each in enumerate(frames) if each.is_key] == keys


@pytest.mark.parametrize("seconds", [10, 11, 25, 90])
def test_a_picture_that_stands_long_has_a_key_frame_every_ten_seconds(seconds):
    frames = decoded(segment([(3, seconds * SMALL[-1])]))

    keys = [each.time for each in frames if each.is_key]
    gaps = [later - sooner for sooner, later in pairwise([*keys, Fraction(seconds)])]
    assert max(gaps) <= 10
    assert len(keys) == -(-seconds // 10)


@pytest.mark.parametrize("size", SIZES)
def test_players_can_jump_into_a_picture_that_stands(size):
    fps = size[-1]
    stills = [*MOVING, (12, 12 * fps), *MOVING]
    data = segment(stills, size)
    frame = len(MOVING) + 7 * fps
    (whole,) = [each for i, each in enumerate(frames_of(data)) if i == frame]

    with av.open(io.BytesIO(data)) as film:
        stream = film.streams.video[0]
        film.seek(int(whole.time / stream.time_base), stream=stream)
        found = (each for each in film.decode(stream) if each.pts * each.time_base == whole.time)
        jumped = Frame.of(next(found))

    assert jumped == whole


steps = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from([0, 1, 1, 1, 2, 3, 4, 14, 15, 16, 17, 40, 160])),
    min_size=1,
    max_size=14,
).filter(lambda stills: sum(frames for _, frames in stills) > 0)


@pytest.mark.films
@settings(max_examples=40, deadline=None)
@given(steps)
def test_skipped_frames_decode_to_the_same_film_as_when_every_frame_is_encoded(stills):
    ours, theirs = decoded(segment(stills)), decoded(plain(stills))

    assert [each.time for each in ours] == [each.time for each in theirs]
    for one, other, number in zip(ours, theirs, shown(stills), strict=True):
        assert likeness(one, number) > min(38, likeness(other, number) - 3)


@settings(max_examples=30, deadline=None)
@given(steps)
def test_a_picture_that_is_painted_whole_or_shown_bit_by_bit_gives_the_same_bytes(stills):
    width, height, _ = SMALL
    made = SegmentEncoder(*SMALL)
    for number, frames in stills:
        pixels = drawn(number, width, height)
        made.paint(pixels)
        for _ in range(frames):
            made.show()
            # nothing has changed: neither these rows nor these pixels are looked at
            made.paint(np.zeros_like(pixels), [])
            made.paint(np.zeros_like(pixels), [(5, 5)])
        pixels[:] = 0

    assert made.finish() == segment(stills)


def join(parts: Sequence[bytes], folder: Path) -> bytes:
    paths = [folder / f"{i}.mp4" for i in range(len(parts))]
    for path, data in zip(paths, parts, strict=True):
        path.write_bytes(data)
    told = {
        "chapters": [],
        "tracks": [],
        "title": "",
        "description": "",
        "comment": "{}",
        "encoding_tool": "",
    }
    assemble(paths, folder / "film.mp4", language=UNDETERMINED, **told)
    return (folder / "film.mp4").read_bytes()


@pytest.mark.parametrize("size", [*SIZES, SMALL])
def test_segments_are_joined_to_a_film_whatever_is_in_them(size, tmp_path):
    fps = size[-1]
    parts = [segment(stills, size) for stills in (FILMS["one frame"], FILMS["it moves"])]
    parts += [segment([*MOVING, (12, fps * 2), (13, 1)], size), segment([(7, fps)], size)]
    parts += [parts[0], parts[0], parts[1]]

    film = join(parts, tmp_path)

    expected = (frame for part in parts for frame in frames_of(part))
    count = 0
    for count, (found, wanted) in enumerate(zip(frames_of(film), expected, strict=True), 1):
        assert found == wanted
        assert found.time == Fraction(count - 1, fps)
    assert count == 4 + 3 * len(MOVING) + 3 * fps


def test_frames_that_were_not_encoded_fit_segments_in_which_all_were(tmp_path, monkeypatch):
    with_skipped = segment(FILMS["it moves and stands"])
    monkeypatch.setattr(encoder, "skipped_frames", lambda *size: None)
    without = segment(FILMS["it moves and stands"])

    film = join([without, with_skipped, without], tmp_path)

    assert len(without) > len(with_skipped)
    assert decoded(film) == [f for each in (without, with_skipped, without) for f in decoded(each)]


def test_key_frames_in_a_row_are_told_apart_in_a_bare_stream_too(tmp_path):
    numbers = [1, 1, 2, 3]
    film = join([segment([(each, 1)]) for each in numbers], tmp_path)

    with av.open(io.BytesIO(film)) as source:
        bare = av.BitStreamFilterContext("h264_mp4toannexb", source.streams.video[0])
        stream = b"".join(bytes(p) for each in source.demux(video=0) for p in bare.filter(each))
    with av.open(io.BytesIO(stream), format="h264") as source:
        found = [planes(each) for each in source.decode(video=0)]

    assert [[p.tobytes() for p in each] for each in found] == [
        [p.tobytes() for p in each.planes] for each in decoded(film)
    ]
    assert len(found) == len(numbers)


def test_colour_metadata_is_that_of_a_plain_encoder():
    def told(data: bytes) -> tuple[object, ...]:
        with av.open(io.BytesIO(data)) as film:
            context = film.streams.video[0].codec_context
            frame = next(film.decode(video=0))
        return (
            context.color_range,
            context.colorspace,
            context.color_primaries,
            context.color_trc,
            context.pix_fmt,
            context.profile,
            frame.color_range,
            frame.colorspace,
        )

    assert told(segment(MOVING)) == told(plain(MOVING))


@pytest.mark.parametrize(("width", "height"), [(65, 48), (64, 47)])
def test_an_odd_size_is_refused(width, height):
    with pytest.raises(ValueError, match=f"are even, not {width} × {height}"):
        SegmentEncoder(width, height, 15)


def test_what_was_never_painted_is_not_shown_nor_continued():
    made = SegmentEncoder(*SMALL)

    with pytest.raises(ValueError, match="shows what was painted"):
        made.show()
    with pytest.raises(ValueError, match="no rows to keep"):
        made.paint(drawn(1, 64, 48), [(0, 4)])
    with pytest.raises(ValueError, match="has a frame"):
        made.finish()


def test_a_picture_of_another_size_is_refused_and_the_one_before_stays():
    made = SegmentEncoder(*SMALL)
    made.paint(drawn(3, 64, 48))
    made.show(2)

    with pytest.raises(ValueError, match=r"not \(50, 64, 4\)"):
        made.paint(drawn(4, 64, 50))

    made.show(3)
    assert are_like(decoded(made.finish()), [(3, 5)])


def test_a_segment_is_finished_once_and_shows_no_frame_afterwards():
    made = SegmentEncoder(*SMALL)
    made.paint(drawn(3, 64, 48))
    with pytest.raises(ValueError, match="shows what was painted"):
        made.show(-1)
    made.show()
    made.finish()

    with pytest.raises(ValueError, match="finished"):
        made.show()
    with pytest.raises(ValueError, match="finished once"):
        made.finish()
