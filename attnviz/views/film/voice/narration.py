"""The sound of a film: spoken captions, each with its beat, or a recording of the user's own."""

from __future__ import annotations

import math
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from attnviz.records import record
from attnviz.views.film.timing import clock_text

LEAD = 0.15
"""Seconds between the beginning of a beat and its voice: the caption is there first."""
_RATE = 22_050
"""Samples a second where nothing is said: what espeak-ng speaks in."""
_UNNOTICED = 0.5
"""Seconds that a recording may go on after the film: it ends in silence."""

_Samples = npt.NDArray[np.int16]


@record
class VoiceClip:
    """A spoken caption, and when its beat begins, in seconds from the beginning of the film."""

    path: Path
    start: float


def narration(clips: Sequence[VoiceClip], seconds: float, target: Path) -> Path:
    """Writes one track of `seconds` into `target`, a WAV file: each voice with its beat, in between silence.

    A voice that is not done when the next beat begins is heard to its end, and the next one after it. `clips` is in
    the order of the film, of mono WAV files of 16 bits and one rate; raises ValueError, for a mistake in the program,
    if they are not. Returns `target`.
    """
    rate = _rate(clips)
    track = np.zeros(round(seconds * rate), np.int16)
    free = 0
    for voice in clips:
        samples = _samples(voice.path)
        begins = max(round((voice.start + LEAD) * rate), free)
        free = begins + len(samples)
        heard = track[begins:free]
        heard[:] = samples[: len(heard)]
    with wave.open(str(target), "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(rate)
        written.writeframes(track.astype("<i2").tobytes())
    return target


def overrun(path: Path, recorded: float, film: float) -> str | None:
    """A warning if a recording of `recorded` seconds is longer than a film of `film` seconds; None if it fits.

    >>> overrun(Path("me.wav"), 124.6, 110.0)
    'me.wav lasts 2:05, the film 1:50: the end is not heard. To fit the film to it, add --duration 2:05'
    >>> overrun(Path("me.wav"), 90.0, 110.0)
    """
    if recorded <= film + _UNNOTICED:
        return None
    needed_duration = clock_text(math.ceil(recorded))
    return (
        f"{path} lasts {needed_duration}, the film {clock_text(math.floor(film))}: the end is not heard. "
        f"To fit the film to it, add --duration {needed_duration}"
    )


def _rate(clips: Sequence[VoiceClip]) -> int:
    """The samples a second of all of them."""
    forms = set()
    for voice in clips:
        with wave.open(str(voice.path), "rb") as sound:
            forms.add((sound.getnchannels(), sound.getsampwidth(), sound.getframerate()))
    if not forms:
        return _RATE
    (channels, width, rate), *others = forms
    if others or (channels, width) != (1, 2):
        raise ValueError(f"voices must be mono, of 16 bits and one rate, not {sorted(forms)}")
    return rate


def _samples(path: Path) -> _Samples:
    with wave.open(str(path), "rb") as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.int16)
