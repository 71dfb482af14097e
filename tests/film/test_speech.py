"""Captions are spoken: how espeak-ng is asked, and what is said where it does not do what it should.

Here a double stands for the program; what the program itself makes of captions is judged in test_espeak.py.
"""

import json
import sys
import textwrap
import wave
from pathlib import Path

import pytest

from attnviz.errors import EnvironmentFault
from attnviz.views.film.voice import speech
from attnviz.views.film.voice.speech import record_beats, speak, voice_for

LISTED = """\
Pty Language       Age/Gender VoiceName          File                 Other Languages
 2  en-gb           --/M      English_(Great_Britain) gmw/en               (en 2)
 2  en-us           --/M      English_(America)  gmw/en-US            (en 3)
 5  cmn             --/M      Chinese_(Mandarin,_latin_as_English) sit/cmn  (zh 5)
 5  cmn-latn-pinyin --/M      Chinese_(Mandarin,_latin_as_Pinyin) sit/cmn-Latn-pinyin (zh 5)
"""
RATE = 22_050

SPEAKS = f"""
import json, sys, wave
from pathlib import Path
if sys.argv[1:] == ["--voices"]:
    print(Path(__file__).with_name("voices").read_text(), end="")
    sys.exit()
text = sys.stdin.buffer.read().decode("utf-8")
with Path(__file__).with_name("asked").open("a") as asked:
    asked.write(json.dumps([sys.argv[1:], text]) + "\\n")
with wave.open(sys.argv[-1], "wb") as sound:
    sound.setparams((1, 2, {RATE}, 0, "NONE", ""))
    sound.writeframes(b"\\1\\2" * ({RATE} // 10 * len(text)))
"""
"""A tenth of a second a character."""


class Double:
    """A double of espeak-ng on the PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.voices(LISTED)
        self.does(SPEAKS)

    def does(self, program: str) -> None:
        path = self.folder / "espeak-ng"
        path.write_text(f"#!{sys.executable}\n{textwrap.dedent(program)}", encoding="utf-8")
        path.chmod(0o755)

    def voices(self, listed: str) -> None:
        (self.folder / "voices").write_text(listed, encoding="utf-8")

    @property
    def asked(self) -> list[tuple[list[str], str]]:
        """Arguments and text of every time that it spoke."""
        lines = (self.folder / "asked").read_text(encoding="utf-8").splitlines()
        return [tuple(json.loads(line)) for line in lines]


@pytest.fixture
def double(tmp_path, monkeypatch) -> Double:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return Double(folder)


def fault(call) -> str:
    with pytest.raises(EnvironmentFault) as caught:
        call()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_text_reaches_the_program_as_text_and_never_as_an_argument(double, tmp_path):
    speak("--voices; rm -rf $HOME\n-w x", voice_for("en"), tmp_path / "a.wav")

    ((arguments, text),) = double.asked
    assert text == "--voices; rm -rf $HOME -w x"
    assert arguments == [
        *["-v", "en-us", "-s", "150", "-m", "-z", "-b", "1", "--stdin", "-w"],
        f"{tmp_path}/a.wav",
    ]


def test_what_is_spoken_is_what_the_caption_means(double, tmp_path):
    speak("k₁: only −0.50, & √d_k < 2.", voice_for("en"), tmp_path / "a.wav")

    ((_, text),) = double.asked
    assert text == "k 1: only minus 0.50, &amp; the square root of d k is less than 2."


def test_a_recording_lasts_as_long_as_its_file(double, tmp_path):
    recording = speak("Twelve chars", voice_for("en"), tmp_path / "a.wav")

    assert recording.path == tmp_path / "a.wav"
    assert recording.seconds == pytest.approx(1.2, abs=1e-3)
    with wave.open(str(recording.path)) as sound:
        assert recording.seconds == sound.getnframes() / RATE


@pytest.mark.parametrize(
    ("language", "caption", "marked"),
    [
        (
            "zh",
            "查询 q₁（“man”）与 W_Q & 键",
            '查询 q 一（“<voice name="en-us">man</voice>'
            '<voice name="cmn-latn-pinyin">”）与 W Q &amp; 键</voice>',
        ),
        (
            "zh",
            "Softmax 之后 the cat",
            '<voice name="en-us">Softmax</voice><voice name="cmn-latn-pinyin"> 之后 </voice>'
            '<voice name="en-us">the cat</voice>',
        ),
        (
            "en",
            "The key of “猫”, found.",
            'The key of “<voice name="cmn-latn-pinyin">猫</voice><voice name="en-us">”, found.'
            "</voice>",
        ),
        ("en", "A row of A, and A times V.", "A row of A, and [[eI]] times V."),
        ("en", "The [PAD] token, [[x]].", "The  PAD  token,   x  ."),
    ],
)
def test_each_language_is_spoken_by_a_voice_of_its_own(double, tmp_path, language, caption, marked):
    speak(caption, voice_for(language), tmp_path / "a.wav")

    assert [text for _, text in double.asked] == [marked]


@pytest.mark.parametrize(
    ("listed", "language", "name"),
    [
        (LISTED, "en", "en-us"),
        (LISTED, "zh", "cmn-latn-pinyin"),
        (LISTED.replace("en-us ", "en-sc "), "en", "en-gb"),
        (LISTED.replace("cmn-latn-pinyin", "yue"), "zh", "cmn"),
    ],
)
def test_the_best_voice_that_is_installed_speaks(double, listed, language, name):
    double.voices(listed)

    assert voice_for(language).name == name


def test_a_voice_without_the_other_language_speaks_everything(double, tmp_path):
    double.voices("".join(LISTED.splitlines(keepends=True)[:3]))

    speak("The key of “猫”.", voice_for("en"), tmp_path / "a.wav")

    assert [text for _, text in double.asked] == ["The key of “猫”."]


def test_every_beat_has_its_recording_and_no_text_is_spoken_twice(double, tmp_path):
    beats = {"a.why": "Yes.", "b.why": "No, no.", "c.why": "Yes."}

    spoken = record_beats(beats, "en", tmp_path)

    assert [text for _, text in double.asked] == ["Yes.", "No, no."]
    assert list(spoken) == list(beats)
    assert spoken["a.why"] == spoken["c.why"]
    assert [round(each.seconds, 3) for each in spoken.values()] == [0.4, 0.7, 0.4]
    assert spoken["b.why"].path != spoken["a.why"].path


def test_without_the_program_the_error_says_how_to_get_it_or_do_without(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    assert fault(lambda: record_beats({"a": "Yes."}, "en", tmp_path)) == (
        "--voice needs espeak-ng: apt install espeak-ng, or brew install espeak-ng; "
        "or record your own and use --narrate FILE"
    )


def test_without_a_voice_the_error_names_it(double):
    double.voices("".join(LISTED.splitlines(keepends=True)[:3]))

    assert fault(lambda: voice_for("zh")) == (
        "espeak-ng has no Mandarin voice (cmn-latn-pinyin): "
        "apt install espeak-ng-data, or record your own and use --narrate FILE"
    )


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import sys; sys.exit('no such\\nvoice')", "no such"),
        ("import sys; sys.exit(3)", "it left with 3"),
        ("import sys; print('Cannot write', file=sys.stderr)", "Cannot write"),
        ("", "it left with 0"),
        ("import sys; open(sys.argv[-1], 'wb').write(b'RIFF')", "it left with 0"),
    ],
)
def test_a_program_that_fails_is_an_error_with_its_own_message(double, tmp_path, program, reason):
    voice = voice_for("en")
    double.does(program)
    (tmp_path / "a.wav").write_bytes(b"left from before")

    assert fault(lambda: speak("Yes.", voice, tmp_path / "a.wav")) == (
        f"espeak-ng did not speak 'Yes.' ({reason}): "
        "install it again, or record your own and use --narrate FILE"
    )


def test_a_program_that_is_never_done_is_given_up(double, tmp_path, monkeypatch):
    voice = voice_for("en")
    double.does("import time; time.sleep(600)")
    monkeypatch.setattr(speech, "_MOST_SECONDS", 0.5)

    assert fault(lambda: speak("Yes.", voice, tmp_path / "a.wav")) == (
        "espeak-ng was not done after 0.5 seconds: "
        "install it again, or record your own and use --narrate FILE"
    )


def test_a_program_that_cannot_be_started_is_an_error(double):
    (double.folder / "espeak-ng").write_bytes(b"\x00\x01 no program")

    assert fault(lambda: voice_for("en")) == (
        "espeak-ng does not start (Exec format error): "
        "install it again, or record your own and use --narrate FILE"
    )
