"""A recording as the sound of a film: AAC, exactly as long as the film."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer

from attnviz.errors import InputError
from attnviz.render.video.media import opened, reason

RATE = 48_000
_BITS_A_SECOND = 128_000
_CURE = "give a .wav, .mp3 or .m4a"

_Samples = npt.NDArray[np.float32]


def check_sound(path: Path) -> float:
    """Reads the recording to its end, and returns how many seconds it lasts.

    Raises InputError if the file is missing, a folder, holds no sound, or is damaged.
    """
    with _opened(path) as recording:
        samples = sum(part.shape[1] for part in _decoded(recording, "mono", path))
    if not samples:
        raise _no_sound(path)
    return samples / RATE


def add_sound(film: OutputContainer, path: Path, language: str) -> AudioStream:
    """A stream in the film for what `sound_of` will encode."""
    with _opened(path) as recording:
        channels = recording.streams.audio[0].codec_context.channels
    stream = film.add_stream("aac", rate=RATE, layout="mono" if channels == 1 else "stereo")
    stream.bit_rate = _BITS_A_SECOND
    stream.metadata["language"] = language
    return stream


def sound_of(path: Path, stream: AudioStream, seconds: float) -> Iterator[av.Packet[Any]]:
    """The recording encoded for the stream; what is beyond `seconds` is cut, what it lacks is silence.

    Raises InputError if it cannot be read.
    """
    layout = stream.codec_context.layout.name
    done = 0
    with _opened(path) as recording:
        for samples in _fitted(_decoded(recording, layout, path), round(seconds * RATE), layout):
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
            frame.sample_rate, frame.pts = RATE, done
            done += frame.samples
            yield from stream.encode(frame)
    yield from stream.encode(None)


def _opened(path: Path) -> InputContainer:
    """The recording. Raises InputError if there is none in the file."""
    recording = opened(path, "sound", missing="give a sound file", cure=_CURE)
    if not recording.streams.audio:
        recording.close()
        raise _no_sound(path)
    return recording


def _no_sound(path: Path) -> InputError:
    return InputError(f"{path} holds no sound: {_CURE}")


def _decoded(recording: InputContainer, layout: str, path: Path) -> Iterator[_Samples]:
    resampler = av.AudioResampler("fltp", layout, RATE)
    try:
        for frame in recording.decode(audio=0):
            for part in resampler.resample(frame):
                yield part.to_ndarray().astype(np.float32, copy=False)
        for part in resampler.resample(None):
            yield part.to_ndarray().astype(np.float32, copy=False)
    except av.FFmpegError as error:
        raise InputError(
            f"{path} is damaged ({reason(error)}): save the recording again"
        ) from error


def _fitted(parts: Iterator[_Samples], remaining: int, layout: str) -> Iterator[_Samples]:
    """The samples, (channels, samples) a part, cut or continued with silence to as many as wanted."""
    for part in parts:
        if remaining <= 0:
            return
        yield np.ascontiguousarray(part[:, :remaining])
        remaining -= part.shape[1]
    channels = 1 if layout == "mono" else 2
    while remaining > 0:
        silence = np.zeros((channels, min(remaining, RATE)), np.float32)
        yield silence
        remaining -= silence.shape[1]
