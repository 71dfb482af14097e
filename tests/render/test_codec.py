"""What the encoder's streams allow is found out, and where they do not allow it every frame is encoded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import av
import pytest

from attnviz.render.video import codec, encoder
from attnviz.render.video.codec import ENCODER, fingerprint
from attnviz.render.video.picture import YuvPicture
from attnviz.render.video.skip_frames import SkippedFrames, UnexpectedStreamError
from tests.render.footage import FILMS, MOVING, SMALL, are_like, decoded, drawn, segment


@pytest.fixture
def anew() -> Iterator[None]:
    """What is known of the encoder's streams is found out again, before and after."""
    codec.skipped_frames.cache_clear()
    yield
    codec.skipped_frames.cache_clear()


UNLIKE = {"fields": "interlaced=1", "several slices": "slices=2", "no order": "bframes=0"}


@pytest.mark.parametrize("parameter", UNLIKE.values(), ids=UNLIKE.keys())
@pytest.mark.parametrize("moving", [2, 7])
def test_where_streams_cannot_be_continued_every_frame_is_encoded(
    parameter, moving, monkeypatch, anew
):
    options = {**ENCODER, "x264-params": f"{ENCODER['x264-params']}:{parameter}"}
    monkeypatch.setattr(codec, "ENCODER", options)
    stills = [*MOVING[:moving], (12, 60), *MOVING, (12, 40)]

    assert codec.skipped_frames(*SMALL) is None
    assert are_like(decoded(segment(stills)), stills)


def test_where_the_last_frame_cannot_be_repeated_what_follows_is_encoded(monkeypatch):
    def refuse(*_: object) -> None:
        raise UnexpectedStreamError("not this one")

    assert codec.skipped_frames(*SMALL)
    monkeypatch.setattr(SkippedFrames, "after", refuse)
    stills = FILMS["it stands, moves, and stands"]

    assert are_like(decoded(segment(stills)), stills)


def test_frames_for_another_stream_are_not_used(monkeypatch):
    known = codec.skipped_frames(*SMALL)
    stills = FILMS["it moves and stands"]
    continued = segment(stills)
    other = replace(known, parameter_sets=known.parameter_sets + b"\0")
    monkeypatch.setattr(encoder, "skipped_frames", lambda *_: other)

    made = segment(stills)

    assert are_like(decoded(made), stills)
    assert made != continued


def test_a_frame_that_changes_the_picture_is_no_model_for_those_that_repeat_it(monkeypatch, anew):
    picture, context = YuvPicture(64, 48), codec.new_context(*SMALL)
    packets = []
    for number in (1, 2):
        picture.paint(drawn(number, 64, 48))
        packets += codec.encoded(context, picture.frame, number - 1, 1)
    packets += context.encode(None)
    changing = SkippedFrames.like(bytes(packets[-1]), context.extradata)
    monkeypatch.setattr(SkippedFrames, "like", lambda *_: changing)

    assert codec.skipped_frames(*SMALL) is None


def test_the_fingerprint_names_settings_and_versions_and_is_another_for_others(monkeypatch):
    named = fingerprint()

    assert all(f"{name}={value}" in named for name, value in ENCODER.items())
    assert f"PyAV {av.__version__}" in named
    for library in ("libavcodec", "libswscale"):
        assert f"{library} {'.'.join(map(str, av.library_versions[library]))}" in named
    assert re.search(r"libx264 \(core \d+", named)

    monkeypatch.setattr(codec, "ENCODER", {**ENCODER, "threads": "2"})
    assert fingerprint.__wrapped__() == named.replace("threads=1", "threads=2")
