"""Frames that hold nothing are read back by FFmpeg: by its tracer of headers, and by its decoder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz.render.video.codec import ENCODER, skipped_frames
from attnviz.render.video.skip_frames import (
    SkippedFrames,
    UnexpectedStreamError,
    Widths,
    escaped,
    unescaped,
)

SIZES = [(854, 480, 15), (1280, 720, 30), (1920, 1080, 60), (64, 48, 15)]


def encoded(
    frames: int, size: tuple[int, int, int], pixel_format: str = "yuv420p", **parameters: object
) -> tuple[bytes, list[bytes]]:
    """Parameter sets, and the packets of a grey that becomes lighter, with parameters of x264 set otherwise."""
    width, height, fps = size
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = width, height, pixel_format
    context.time_base, context.framerate = Fraction(1, fps), fps
    context.flags |= av.codec.context.Flags.global_header
    asked = "".join(f":{name.replace('_', '-')}={value}" for name, value in parameters.items())
    context.options = {**ENCODER, "x264-params": ENCODER["x264-params"] + asked}
    packets = []
    for i in range(frames):
        pixels = np.full((height, width), 60 + 5 * i, np.uint8)
        frame = av.VideoFrame.from_ndarray(pixels, format="gray").reformat(format=pixel_format)
        frame.pts = i
        packets += context.encode(frame)
    packets += context.encode(None)
    return context.extradata, [bytes(each) for each in packets]


def traced(stream: bytes) -> list[dict[str, int]]:
    """The syntax elements of each unit, as FFmpeg reads them; whatever it complains about is an error."""
    av.logging.set_level(av.logging.TRACE)
    av.logging.set_skip_repeated(False)
    try:
        with av.logging.Capture(local=False) as logs:
            tracer = av.BitStreamFilterContext("trace_headers", av.Codec("h264", "r"))
            tracer.filter(av.Packet(stream))
    finally:
        av.logging.set_skip_repeated(True)
        av.logging.set_level(None)
    assert not [text for level, _, text in logs if level <= av.logging.WARNING]
    elements = [re.match(r"\d+ +(\w+) .*= (-?\d+)\n", text) for _, _, text in logs]
    found: list[dict[str, int]] = []
    for name, value in (each.groups() for each in elements if each):
        if name == "forbidden_zero_bit":
            found.append({})
        found[-1][name] = int(value)
    return found


def slices(stream: bytes) -> list[dict[str, int]]:
    return [unit for unit in traced(stream) if "slice_type" in unit]


@pytest.mark.parametrize("size", SIZES)
def test_the_widths_of_the_numbers_are_those_that_ffmpeg_reads(size):
    parameter_sets, _ = encoded(1, size)

    parameters = traced(parameter_sets)[0]

    assert Widths.of(parameter_sets) == Widths(
        parameters["log2_max_frame_num_minus4"] + 4,
        parameters["log2_max_pic_order_cnt_lsb_minus4"] + 4,
    )


@pytest.mark.parametrize("size", SIZES)
def test_frames_are_numbered_on_from_the_last_round_and_round(size):
    parameter_sets, packets = encoded(8, size)
    skipped, before = skipped_frames(*size), latest(packets)
    (last,) = slices(parameter_sets + before)

    made = slices(parameter_sets + b"".join(skipped.after(before, 70)))

    frame_nums, orders = 1 << skipped.widths.frame_num, 1 << skipped.widths.order
    assert [each["frame_num"] for each in made] == [
        (last["frame_num"] + i) % frame_nums for i in range(1, 71)
    ]
    assert [each["pic_order_cnt_lsb"] for each in made] == [
        (last["pic_order_cnt_lsb"] + 2 * i) % orders for i in range(1, 71)
    ]
    # otherwise the numbers have not begun anew here
    assert max(frame_nums, orders // 2) < 70


@pytest.mark.parametrize("size", SIZES)
def test_frames_differ_in_nothing_but_their_numbers_and_refer_to_the_last(size):
    parameter_sets, packets = encoded(3, size)

    made = slices(parameter_sets + b"".join(skipped_frames(*size).after(packets[0], 40)))

    numbers = {"frame_num", "pic_order_cnt_lsb"}
    others = [{name: each[name] for name in each.keys() - numbers} for each in made]
    assert others == others[:1] * 40
    assert others[0]["nal_ref_idc"] > 0
    assert others[0]["ref_pic_list_modification_flag_l0"] == 0


def decoded(parameter_sets: bytes, packets: Iterator[bytes]) -> list[list[bytes]]:
    decoder = av.CodecContext.create("h264", "r")
    decoder.extradata, decoder.options = parameter_sets, {"err_detect": "explode"}
    return [
        [bytes(plane) for plane in frame.planes]
        for packet in [*map(av.Packet, packets), None]
        for frame in decoder.decode(packet)
    ]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("moving", [1, 2, 7, 14])
def test_what_is_decoded_after_moving_frames_is_the_last_of_them_bit_for_bit(size, moving):
    parameter_sets, packets = encoded(moving, size)
    before = decoded(parameter_sets, packets)
    skipped = skipped_frames(*size).after(latest(packets), 50)

    after = decoded(parameter_sets, [*packets, *skipped])

    assert len(before) == moving
    assert after == before + before[-1:] * 50


def latest(packets: list[bytes]) -> bytes:
    """The last packet that others may refer to: the first byte of a slice says so."""
    _, *others = packets
    return ([packets[0]] + [each for each in others if each[each.index(b"\0\0\1") + 3] & 0x60])[-1]


@given(st.lists(st.sampled_from([0, 1, 2, 3, 4, 255]), max_size=40).map(bytes))
def test_bytes_that_are_escaped_hold_no_start_code_and_come_back(data):
    unit = b"\x41" + data + b"\x80"

    assert not re.search(rb"\0\0[\0\1\2]", escaped(unit))
    assert unescaped(escaped(unit)) == unit


OTHERWISE = [
    ({"bframes": 0}, "no frame says when it is shown"),
    ({"interlaced": 1}, "there may be fields"),
    ({"pixel_format": "yuv444p"}, "sampled otherwise than 4:2:0"),
]


@pytest.mark.parametrize(("settings", "says"), OTHERWISE)
def test_a_stream_that_numbers_its_frames_otherwise_is_refused(settings, says):
    parameter_sets, _ = encoded(1, (64, 48, 15), **settings)

    with pytest.raises(UnexpectedStreamError, match=says):
        Widths.of(parameter_sets)


def test_a_stream_that_scales_by_matrices_is_refused():
    parameter_sets, _ = encoded(1, (64, 48, 15))
    start = parameter_sets.index(b"\0\0\1\x67") + 3
    # its flag is the last bit of the fifth byte of what is encoded here
    scaled = bytearray(parameter_sets)
    scaled[start + 4] |= 1
    assert traced(parameter_sets)[0]["seq_scaling_matrix_present_flag"] == 0

    with pytest.raises(UnexpectedStreamError, match="scaled by matrices"):
        Widths.of(bytes(scaled))


@pytest.mark.parametrize(
    ("parameter_sets", "says"),
    [
        (b"", "no sequence parameter set"),
        (b"\x01\x64\x00\x1e", "no sequence parameter set"),
        (b"\0\0\1\x67\x64\0", "it ends early"),
    ],
)
def test_parameter_sets_that_are_none_are_refused(parameter_sets, says):
    with pytest.raises(UnexpectedStreamError, match=says):
        Widths.of(parameter_sets)


def test_a_frame_of_several_slices_is_no_model_for_others():
    parameter_sets, packets = encoded(2, (64, 48, 15), slices=2)

    with pytest.raises(UnexpectedStreamError, match="more than one slice"):
        SkippedFrames.like(packets[-1], parameter_sets)


def test_a_frame_that_none_may_refer_to_is_neither_a_model_nor_repeated():
    parameter_sets, packets = encoded(3, (64, 48, 15))
    passing = packets[-1]
    assert slices(parameter_sets + passing)[0]["nal_ref_idc"] == 0

    with pytest.raises(UnexpectedStreamError, match="none may refer to"):
        SkippedFrames.like(passing, parameter_sets)
    with pytest.raises(UnexpectedStreamError, match="none that others may refer to"):
        skipped_frames(64, 48, 15).after(passing, 3)
