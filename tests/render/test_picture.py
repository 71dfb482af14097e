"""What is converted row by row is compared with what PyAV makes of the whole picture for an encoder."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attnviz.render.video.picture import YuvPicture, bands

SIZES = [(64, 48), (66, 50), (854, 480), (1280, 720), (1920, 1080)]


def noise(width: int, height: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)


def planes(frame: av.VideoFrame) -> list[np.ndarray]:
    return [
        np.frombuffer(each, np.uint8).reshape(each.height, each.line_size)[:, : each.width]
        for each in frame.planes
    ]


def as_an_encoder_takes(pixels: np.ndarray) -> list[np.ndarray]:
    """By the path of manim's own writer: PyAV converts what an encoder cannot take."""
    frame = av.VideoFrame.from_ndarray(pixels, format="rgba")
    encoder = av.CodecContext.create("rawvideo", "w")
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "yuv420p"
    encoder.time_base = Fraction(1, 15)
    data = b"".join(map(bytes, [*encoder.encode(frame), *encoder.encode(None)]))
    assert len(data) == frame.width * frame.height * 3 // 2
    sizes = [(height := frame.height, width := frame.width), *[(height // 2, width // 2)] * 2]
    cuts = np.cumsum([h * w for h, w in sizes])[:-1]
    parts = np.split(np.frombuffer(data, np.uint8), cuts)
    return [part.reshape(size) for part, size in zip(parts, sizes, strict=True)]


def same(picture: YuvPicture, pixels: np.ndarray) -> bool:
    pairs = zip(planes(picture.frame), as_an_encoder_takes(pixels), strict=True)
    return all(np.array_equal(ours, theirs) for ours, theirs in pairs)


@pytest.mark.parametrize("size", SIZES)
def test_a_whole_picture_is_converted_bit_for_bit_as_for_any_encoder(size):
    picture, pixels = YuvPicture(*size), noise(*size)

    picture.paint(pixels)

    assert same(picture, pixels)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_edges_of_a_picture_are_converted_bit_for_bit_in_bands_of_any_height(width, height):
    picture, pixels = YuvPicture(width, height), noise(width, height)
    picture.paint(pixels)
    changes = np.random.default_rng(1)

    for start, stop in [(0, 1), (0, 2), (1, 5), (0, 7), (2, 3), (5, 15)]:
        for first, last in ((start, stop), (height - stop, height - start)):
            pixels[first:last] = changes.integers(0, 256, (last - first, width, 4))
            picture.paint(pixels, [(first, last)])
            assert same(picture, pixels)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from([(64, 48), (66, 50), (130, 96)]))
def test_rows_that_have_changed_are_enough_to_have_the_whole_bit_for_bit(data, size):
    _, height = size
    picture, pixels = YuvPicture(*size), noise(*size)
    picture.paint(pixels)
    interval = st.tuples(st.integers(0, height), st.integers(0, height))

    for seed in range(3):
        rows = data.draw(st.lists(interval, max_size=4))
        fresh = noise(*size, seed=seed + 1)
        for start, stop in rows:
            pixels[start:stop] = fresh[start:stop]
        picture.paint(pixels, rows)
        assert same(picture, pixels)


def test_rows_that_are_not_named_are_not_looked_at():
    picture, pixels = YuvPicture(64, 48), noise(64, 48)
    picture.paint(pixels)

    picture.paint(np.zeros_like(pixels), [(3, 3), (9, 5)])

    assert same(picture, pixels)


def test_pixels_may_lie_in_memory_in_any_order():
    picture, pixels = YuvPicture(64, 48), noise(64, 48)

    picture.paint(pixels[::-1, ::-1])

    assert same(picture, pixels[::-1, ::-1])


@pytest.mark.parametrize(
    ("pixels", "says"),
    [
        (np.zeros((48, 64, 3), np.uint8), r"\(48, 64, 4\) and type uint8 .* not \(48, 64, 3\)"),
        (np.zeros((64, 48, 4), np.uint8), r"not \(64, 48, 4\) of uint8"),
        (np.zeros((48, 64, 4)), r"not \(48, 64, 4\) of float64"),
    ],
)
def test_pixels_of_another_shape_or_type_are_refused(pixels, says):
    with pytest.raises(ValueError, match=says):
        YuvPicture(64, 48).paint(pixels)


@given(st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60)), max_size=6))
def test_bands_hold_every_row_that_was_named_and_are_even_apart_and_inside(rows):
    found = bands(rows, height=50)

    named = {row for start, stop in rows for row in range(max(0, start), min(stop, 50))}
    held = [row for start, stop in found for row in range(start, stop)]
    assert named <= set(held) <= set(range(50))
    assert held == sorted(set(held))
    assert not any(edge % 2 for band in found for edge in band)
    assert bool(found) == bool(named)
