"""What is heard in a film: a recording of one's own, or spoken captions. A double stands for espeak-ng."""

import sys
import wave
from pathlib import Path

import av
import numpy as np
import pytest
import srt

from attnviz.views.film.voice.narration import LEAD

from .conftest import frames_of, names

RATE = 22_050
SHORT = ("--step", "inputs", "--quality", "low", "--pace", "fast", "-o", "a.mp4")
TONE = 440.0
A_CHARACTER = 0.15
"""Seconds that the double speaks for one; more than it takes to read one."""
SPEAKS = f"""#!{sys.executable}
import math, struct, sys, wave
if sys.argv[1:] == ["--voices"]:
    print("Pty Language\\n 2 en-us\\n 5 cmn-latn-pinyin")
    sys.exit()
text = sys.stdin.buffer.read().decode("utf-8")
count = int({A_CHARACTER * RATE} * len(text))
with wave.open(sys.argv[-1], "wb") as sound:
    sound.setparams((1, 2, {RATE}, 0, "NONE", ""))
    tone = (int(20000 * math.sin(i * {2 * np.pi * TONE / RATE})) for i in range(count))
    sound.writeframes(struct.pack(f"<{{count}}h", *tone))
"""


@pytest.fixture
def speaker(tmp_path, monkeypatch):
    """A program that says everything in one tone, on the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "espeak-ng").write_text(SPEAKS, encoding="utf-8")
    (folder / "espeak-ng").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def record(path: Path, seconds: float) -> None:
    """A tone that lasts so long."""
    samples = 20_000 * np.sin(np.arange(int(seconds * RATE)) * 2 * np.pi * TONE / RATE)
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, RATE, 0, "NONE", ""))
        sound.writeframes(samples.astype("<i2").tobytes())


def loud(film: Path, start: float, end: float) -> float:
    """How much of that time something is heard, from 0 to 1."""
    with av.open(str(film)) as opened:
        (stream,) = opened.streams.audio
        parts = [each.to_ndarray()[0] for each in opened.decode(stream) if each.time >= 0]
        rate = stream.rate
    samples = np.abs(np.concatenate(parts))[int(start * rate) : int(end * rate)]
    assert len(samples) > 0.9 * (end - start) * rate
    steps = samples[: len(samples) // 100 * 100].reshape(-1, 100)
    return float((steps.max(axis=1) > 0.1).mean())


def seconds_of(film: Path) -> float:
    _, frames, rate = frames_of(film)
    return frames / rate


def captions(film: Path) -> list[tuple[float, float, str]]:
    text = film.with_suffix(".srt").read_text(encoding="utf-8")
    return [
        (each.start.total_seconds(), each.end.total_seconds(), each.content)
        for each in srt.parse(text)
    ]


def test_a_recording_is_heard_from_the_beginning_and_then_silence(attnviz, work):
    record(work / "me.wav", 2.0)

    done = attnviz("render", *SHORT, "--narrate", "me.wav")

    assert done.status == 0
    assert done.err.count("\n") == 1
    film = work / "a.mp4"
    assert loud(film, 0.1, 1.9) > 0.95
    assert loud(film, 2.2, seconds_of(film) - 0.2) == 0
    with av.open(str(film)) as opened:
        heard = opened.streams.audio[0]
        assert float(heard.duration * heard.time_base) == pytest.approx(seconds_of(film), abs=0.1)
        assert heard.language == "eng"


def test_a_recording_that_is_longer_than_the_film_is_reported_with_the_cure(attnviz, work):
    record(work / "me.wav", 9.5)

    done = attnviz("render", *SHORT, "--narrate", "me.wav")

    assert done.status == 0
    warning, _ = done.err.splitlines()
    assert warning == (
        "Warning: me.wav lasts 0:10, the film 0:04: the end is not heard. "
        "To fit the film to it, add --duration 0:10"
    )
    cured = attnviz("render", *SHORT, "--narrate", "me.wav", "--duration", "0:10")
    assert cured.err.splitlines() == ["a.mp4: 0:10, 160×90, 5 frames a second"]
    assert loud(work / "a.mp4", 0.1, 9.4) > 0.95


def test_a_film_without_a_voice_has_no_sound(attnviz, work):
    assert attnviz("render", *SHORT).status == 0

    with av.open(str(work / "a.mp4")) as film:
        assert not film.streams.audio


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_caption_is_spoken_while_it_is_shown(attnviz, work, speaker, tmp_path, language):
    steps = ("--step", "inputs", "--step", "queries")

    done = attnviz("render", "a b", *SHORT, *steps, "--lang", language, "--voice")

    assert done.status == 0, done.err
    film, said = work / "a.mp4", captions(work / "a.mp4")
    assert len(said) >= 3
    for start, end, text in said:
        # what is spoken spells symbols out, so it is never shorter than what is written
        least = A_CHARACTER * len(text.replace("\n", " "))
        assert end - start >= least
        assert loud(film, start + LEAD + 0.05, start + LEAD + least - 0.05) > 0.9
    assert names(work) == {"a.mp4", "a.srt", "a.vtt"}
    assert not [each for each in names(tmp_path) if each.startswith("attnviz-voice")]


def test_each_language_has_its_own_voice_and_its_own_times(attnviz, work, speaker):
    done = attnviz("render", "a b", *SHORT, "--lang", "en", "--lang", "zh", "--voice")

    assert done.status == 0, done.err
    films = {language: work / f"a.{language}.mp4" for language in ("en", "zh")}
    lengths = {language: seconds_of(film) for language, film in films.items()}
    assert lengths["en"] > lengths["zh"] + 1  # English takes more characters
    for film in films.values():
        (start, _, _), *_ = captions(film)
        assert loud(film, start + 0.3, start + 1.3) > 0.9


def test_a_lecture_is_spoken_from_card_to_card(attnviz, work, speaker):
    (work / "talk.toml").write_text(
        '[[chapter]]\ncard = "A long title, to be read"\nseconds = 1\n'
        '[[chapter]]\nlesson = "self-attention"\ntext = "a b"\nsteps = ["inputs"]\n',
        encoding="utf-8",
    )

    done = attnviz("render", "talk.toml", "--quality", "low", "--voice", "--split")

    assert done.status == 0, done.err
    film = work / "talk-01-self-attention.mp4"
    (_, ended, title), *said = captions(film)
    assert ended >= A_CHARACTER * len(title) > 3
    for start, _, _ in said:
        assert loud(film, start + 0.3, start + 1.3) > 0.9


def test_without_the_program_the_message_says_how_to_get_it(attnviz, work, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    done = attnviz("render", *SHORT, "--voice")

    assert done.status == 1
    assert done.refusal == (
        "--voice needs espeak-ng: apt install espeak-ng, or brew install espeak-ng; "
        "or record your own and use --narrate FILE"
    )
    assert not names(work)


def test_a_film_that_speaks_cannot_be_shorter_than_its_voice(attnviz, work, speaker):
    done = attnviz("render", *SHORT, "--voice", "--duration", "5s")

    assert done.status == 2
    assert done.refusal.startswith("--duration 0:05 is too short for its captions to be ")
    assert not names(work)
