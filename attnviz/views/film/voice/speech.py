"""Captions spoken by espeak-ng, where it is installed: a program of its own, under the GPL, that is never shipped here.

It is given the caption in words that it pronounces right: see `attnviz.views.film.voice.speech_text`.
"""

from __future__ import annotations

import html
import itertools
import re
import subprocess
import wave
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from attnviz.errors import EnvironmentFault
from attnviz.records import record
from attnviz.story.i18n import language
from attnviz.views.film.voice.speech_text import spoken_text

_PROGRAM = "espeak-ng"
_INSTEAD = "or record your own and use --narrate FILE"
_REPAIR = f"install it again, {_INSTEAD}"
_LETTER_A = re.compile("(?<=[^.:?!] )A(?= )")
"""An A inside a sentence is a matrix, no article."""
_MOST_SECONDS = 60.0
"""It takes a hundredth of a second for a caption."""


_Name = TypeVar("_Name", bound=Hashable)


@record
class Recording:
    """A sound file and how long it lasts, in seconds."""

    path: Path
    seconds: float


@record
class Voice:
    """A voice of espeak-ng by its name, and the one that says what is in the other language, if there is one."""

    language: str
    name: str
    foreign: str | None = None


def voice_for(code: str) -> Voice:
    """The voice for a language, by its code.

    Raises EnvironmentFault, which says how to get it, if espeak-ng or its voice is not installed.
    """
    # a heading, then a line a voice: priority, language, gender, name, …
    listed = [line.split() for line in _run(["--voices"]).stdout.splitlines()[1:]]
    installed = {fields[1] for fields in listed if len(fields) > 1}

    def best(voices: Sequence[str]) -> str | None:
        return next((each for each in voices if each in installed), None)

    record = language(code)
    name = best(record.voices)
    if name is None:
        raise EnvironmentFault(
            f"espeak-ng has no {record.spoken_name} voice ({record.voices[0]}): "
            f"apt install espeak-ng-data, {_INSTEAD}"
        )
    return Voice(code, name, best(language(record.foreign[1]).voices) if record.foreign else None)


def speak(text: str, voice: Voice, target: Path) -> Recording:
    """Writes `text`, a caption, as it is spoken, into `target`: a WAV file, mono, 16 bits.

    Raises EnvironmentFault if espeak-ng does not speak it.
    """
    speed = str(language(voice.language).speaking_speed)
    # -m: marked up; -z: no pause at the end; -b 1: UTF-8
    options = ["-v", voice.name, "-s", speed, "-m", "-z", "-b", "1"]
    marked = _ssml(spoken_text(text, voice.language), voice)
    target.unlink(missing_ok=True)
    done = _run([*options, "--stdin", "-w", str(target)], marked)
    try:
        # where it cannot write, it says so and leaves with 0
        if not done.returncode:
            with wave.open(str(target), "rb") as sound:
                return Recording(target, sound.getnframes() / sound.getframerate())
    except (OSError, EOFError, wave.Error):
        pass  # told below, in its own words
    reason = (done.stderr.strip().splitlines() or [f"it left with {done.returncode}"])[0]
    raise EnvironmentFault(f"espeak-ng did not speak {text!r} ({reason}): {_REPAIR}")


def record_beats(beats: Mapping[_Name, str], code: str, folder: Path) -> dict[_Name, Recording]:
    """Records the caption of each beat, by its name, in new WAV files in `folder`; equal texts are recorded once.

    Raises EnvironmentFault as `voice_for` and `speak` do.
    """
    voice = voice_for(code)
    recordings: dict[str, Recording] = {}
    for text in beats.values():
        if text not in recordings:
            recordings[text] = speak(text, voice, folder / f"{len(recordings):04d}.wav")
    return {name: recordings[text] for name, text in beats.items()}


def _ssml(text: str, voice: Voice) -> str:
    """SSML of `text`: what is in the other language, and what comes after it, names its voice.

    >>> _ssml("查询 q 一（“cat”）", Voice("zh", "cmn", "en-us"))
    '查询 q 一（“<voice name="en-us">cat</voice><voice name="cmn">”）</voice>'
    """
    # two square brackets would begin phonemes
    words = text.replace("[", " ").replace("]", " ")
    # a split on a group in brackets keeps what it split at, as every second part
    record = language(voice.language)
    parts = re.split(record.foreign[0], words) if voice.foreign and record.foreign else [words]
    first, *rest = (html.escape(part, quote=False) for part in parts)
    names = itertools.cycle([voice.foreign, voice.name])
    marked = [
        f'<voice name="{name}">{part}</voice>'
        for name, part in zip(names, rest, strict=False)
        if part
    ]
    together = first + "".join(marked)
    return _LETTER_A.sub(record.letter_a, together) if record.letter_a else together


def _run(arguments: list[str], text: str = "") -> subprocess.CompletedProcess[str]:
    """espeak-ng with these arguments, `text` on its standard input. Raises EnvironmentFault if it does not run."""
    try:
        return subprocess.run(
            [_PROGRAM, *arguments],
            input=text,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_MOST_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise EnvironmentFault(
            f"--voice needs espeak-ng: apt install espeak-ng, or brew install espeak-ng; {_INSTEAD}"
        ) from error
    except OSError as error:
        raise EnvironmentFault(f"espeak-ng does not start ({error.strerror}): {_REPAIR}") from error
    except subprocess.TimeoutExpired as error:
        raise EnvironmentFault(
            f"espeak-ng was not done after {_MOST_SECONDS:g} seconds: {_REPAIR}"
        ) from error
