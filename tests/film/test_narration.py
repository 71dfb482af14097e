"""What is heard over a film, read back with FFmpeg's own decoders."""

import wave
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from attnviz.errors import InputError
from attnviz.render.video.sound import check_sound
from attnviz.views.film.voice.narration import LEAD, VoiceClip, narration, overrun

RATE = 22_050


@pytest.fixture
def voice(tmp_path):
    """A voice that is one number for some seconds, in a file."""

    def spoken(level: int, seconds: float, rate: int = RATE, channels: int = 1) -> Path:
        path = tmp_path / f"voice{level}.wav"
        with wave.open(str(path), "wb") as sound:
            sound.setparams((channels, 2, rate, 0, "NONE", ""))
            sound.writeframes(np.full(channels * round(seconds * rate), level, "<i2").tobytes())
        return path

    return spoken


def heard(path: Path) -> np.ndarray:
    with av.open(path) as sound:
        (stream,) = sound.streams.audio
        assert (stream.rate, stream.channels, stream.format.name) == (RATE, 1, "s16")
        return np.concatenate([frame.to_ndarray()[0] for frame in sound.decode(stream)])


def spans(samples: np.ndarray) -> list[tuple[int, float, float]]:
    """Sounds with their begin and end."""
    edges = [0, *(np.flatnonzero(np.diff(samples)) + 1), len(samples)]
    return [
        (int(samples[first]), first / RATE, last / RATE)
        for first, last in pairwise(edges)
        if samples[first]
    ]


def test_every_voice_begins_shortly_after_its_beat_with_silence_between(voice, tmp_path):
    clips = [VoiceClip(voice(100, 1.0), 0.5), VoiceClip(voice(200, 0.5), 3.0)]

    samples = heard(narration(clips, 5.0, tmp_path / "track.wav"))

    assert len(samples) == 5 * RATE
    assert spans(samples) == [
        (100, pytest.approx(0.5 + LEAD, abs=1e-4), pytest.approx(1.5 + LEAD, abs=1e-4)),
        (200, pytest.approx(3.0 + LEAD, abs=1e-4), pytest.approx(3.5 + LEAD, abs=1e-4)),
    ]


def test_a_voice_that_takes_longer_than_its_beat_is_heard_to_its_end_and_then_the_next(
    voice, tmp_path
):
    clips = [
        VoiceClip(voice(1, 2.0), 0.0),
        VoiceClip(voice(2, 1.0), 1.0),
        VoiceClip(voice(3, 0.5), 4.0),
    ]

    found = spans(heard(narration(clips, 5.0, tmp_path / "track.wav")))

    assert found == [
        (1, pytest.approx(LEAD, abs=1e-4), pytest.approx(2 + LEAD, abs=1e-4)),
        (2, pytest.approx(2 + LEAD, abs=1e-4), pytest.approx(3 + LEAD, abs=1e-4)),
        (3, pytest.approx(4 + LEAD, abs=1e-4), pytest.approx(4.5 + LEAD, abs=1e-4)),
    ]


@pytest.mark.parametrize("start", [1.5, 2.5])
def test_the_track_is_as_long_as_the_film_whatever_is_said_at_its_end(voice, tmp_path, start):
    track = narration([VoiceClip(voice(7, 1.0), start)], 2.0, tmp_path / "track.wav")

    samples = heard(track)
    assert len(samples) == 2 * RATE
    assert (samples == 7).sum() == pytest.approx(max(2.0 - start - LEAD, 0) * RATE, abs=1)


def test_a_recording_is_heard_in_every_beat_with_its_caption(voice, tmp_path):
    same = voice(5, 0.5)

    found = spans(
        heard(narration([VoiceClip(same, 0), VoiceClip(same, 2)], 3.0, tmp_path / "t.wav"))
    )

    assert [round(first, 2) for _, first, _ in found] == [LEAD, 2 + LEAD]


def test_a_film_without_captions_is_silent(tmp_path):
    samples = heard(narration([], 1.5, tmp_path / "track.wav"))

    assert (len(samples), samples.any()) == (round(1.5 * RATE), False)


@pytest.mark.parametrize("form", [{"rate": 16_000}, {"channels": 2}])
def test_voices_of_another_form_are_a_mistake_in_the_program(voice, tmp_path, form):
    clips = [VoiceClip(voice(1, 1.0), 0.0), VoiceClip(voice(2, 1.0, **form), 2.0)]

    with pytest.raises(ValueError, match="one rate"):
        narration(clips, 4.0, tmp_path / "track.wav")


def encoded(path: Path, seconds: float, codec: str, rate: int, layout: str = "mono") -> Path:
    """A tone in a format that people record in."""
    with av.open(path, "w") as sound:
        stream = sound.add_stream(codec, rate=rate, layout=layout)
        tone = (np.sin(np.arange(round(seconds * rate)) / 20) * 0.5).astype(np.float32)
        tones = np.stack([tone] * (1 if layout == "mono" else 2))
        frame = av.AudioFrame.from_ndarray(tones, format="fltp", layout=layout)
        frame.sample_rate = rate
        resampler = av.AudioResampler(stream.format, layout, rate, stream.frame_size or None)
        for each in (*resampler.resample(frame), *resampler.resample(None)):
            sound.mux(stream.encode(each))
        sound.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("name", "codec", "rate", "layout"),
    [
        ("me.wav", "pcm_s16le", 44_100, "stereo"),
        ("me.mp3", "libmp3lame", 44_100, "mono"),
        ("me.m4a", "aac", 48_000, "stereo"),
        ("me.flac", "flac", 96_000, "mono"),
        ("me.ogg", "libopus", 48_000, "stereo"),
    ],
)
def test_a_recording_is_as_long_as_what_was_recorded(tmp_path, name, codec, rate, layout):
    path = encoded(tmp_path / name, 2.5, codec, rate, layout)

    # an encoder adds up to some thousand samples before and after
    assert check_sound(path) == pytest.approx(2.5, abs=0.1)


def text(path: Path) -> None:
    path.write_text("no sound at all\n" * 100)


def video(path: Path) -> None:
    with av.open(path, "w", format="mp4") as film:
        stream = film.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        film.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        film.mux(stream.encode(None))


def empty(path: Path) -> None:
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, RATE, 0, "NONE", ""))


def missing(path: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (missing, ": no such file: give a sound file"),
        (Path.mkdir, " is no sound that can be read (is a directory): give a .wav, .mp3 or .m4a"),
        (
            text,
            " is no sound that can be read (invalid data found when processing input): "
            "give a .wav, .mp3 or .m4a",
        ),
        (video, " holds no sound: give a .wav, .mp3 or .m4a"),
        (empty, " holds no sound: give a .wav, .mp3 or .m4a"),
    ],
)
def test_a_file_without_sound_is_refused_in_one_line(tmp_path, make, says):
    path = tmp_path / "me.wav"
    make(path)

    with pytest.raises(InputError) as caught:
        check_sound(path)

    assert str(caught.value) == f"{path}{says}"


@pytest.mark.parametrize(
    ("recorded", "film", "says"),
    [
        (90.0, 110.0, None),
        (110.4, 110.0, None),
        (
            124.6,
            110.0,
            "me.wav lasts 2:05, the film 1:50: the end is not heard. "
            "To fit the film to it, add --duration 2:05",
        ),
        (
            110.8,
            110.2,
            "me.wav lasts 1:51, the film 1:50: the end is not heard. "
            "To fit the film to it, add --duration 1:51",
        ),
        (
            3700.0,
            60.0,
            "me.wav lasts 1:01:40, the film 1:00: the end is not heard. "
            "To fit the film to it, add --duration 1:01:40",
        ),
    ],
)
def test_a_recording_longer_than_the_film_is_a_warning_with_a_cure(recorded, film, says):
    assert overrun(Path("me.wav"), recorded, film) == says
