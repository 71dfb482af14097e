"""What espeak-ng itself makes of captions: heard by the phonemes that it reports. It has to be installed."""

import subprocess
import wave

import numpy as np
import pytest

from attnviz import trace_of
from attnviz.inputs import InputRequest, problem_from
from attnviz.lessons.self_attention.steps import self_attention_storyboard
from attnviz.views.film.voice import speech
from attnviz.views.film.voice.speech import record_beats, speak, voice_for


@pytest.fixture
def heard(tmp_path, monkeypatch):
    """The phonemes of a caption, as espeak-ng names them: in Chinese with tones, and "(en)" before English ones."""
    run, phonemes = subprocess.run, []

    def reporting(command, **options):
        done = run([command[0], "-x", *command[1:]], **options)
        phonemes.append(" ".join(done.stdout.split()))
        return done

    def of(caption: str, language: str) -> str:
        voice = voice_for(language)
        with monkeypatch.context() as patch:
            patch.setattr(speech.subprocess, "run", reporting)
            speak(caption, voice, tmp_path / "heard.wav")
        return phonemes[-1]

    return of


@pytest.mark.parametrize(
    "caption", ["你好，查询与每一列。", "先减去其中最大的一个。", "权重是 2。"]
)
def test_chinese_characters_are_not_read_as_english(heard, caption):
    assert "(en)" not in heard(caption, "zh")


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("得 105。", "得 一百零五。"),
        ("得 1.73。", "得 一点七三。"),
        ("得 −0.05。", "得 负零点零五。"),
        ("占 94%。", "占 百分之九十四。"),
        ("共 4096 个。", "共 四千零九十六 个。"),
        ("√3 ≈ 1.73。", "根号 三，约 一点七三。"),
    ],
)
def test_a_chinese_number_sounds_as_it_does_spelled_out(heard, written, spelled):
    assert heard(written, "zh") == heard(spelled, "zh")


def test_a_point_a_sign_and_an_empty_place_are_heard_in_chinese(heard):
    assert heard("得 1.73。", "zh") != heard("得 173。", "zh")
    assert heard("得 −2。", "zh") != heard("得 2。", "zh")
    assert heard("得 105。", "zh") != heard("得 150。", "zh")


@pytest.mark.parametrize("word", ["man", "the", "cat", "softmax"])
def test_an_english_word_sounds_english_in_a_chinese_caption(heard, word):
    assert heard(word, "en") in heard(f"键（“{word}”）最相配。", "zh")


def test_a_chinese_token_sounds_chinese_in_an_english_caption(heard):
    assert heard("猫", "zh").rstrip("_|") in heard("The key of “猫”, found.", "en")


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("√d_k", "the square root of dee kay"),
        ("−∞", "minus infinity"),
        ("q₁₂", "queue twelve"),
        ("8×8", "eight by eight"),
    ],
)
def test_symbols_sound_like_their_names(heard, written, spelled):
    assert heard(f"It is {written}.", "en") == heard(f"It is {spelled}.", "en")


def test_a_matrix_named_a_is_no_article(heard):
    phonemes = heard("softmax of each row is A, and A times V is O.", "en")

    assert phonemes.count("eI") == 2
    assert "a#" not in phonemes


@pytest.mark.parametrize(("language", "least", "most"), [("en", 10, 20), ("zh", 2.5, 6)])
def test_a_lesson_is_spoken_beat_by_beat_at_the_pace_of_a_lecture(tmp_path, language, least, most):
    board = self_attention_storyboard(
        trace_of(problem_from(InputRequest(example="causal"))), language=language
    )
    beats = {
        f"{step.id}.{part}": text for step in board.steps for part, text in step.narration.items()
    }

    spoken = record_beats(beats, language, tmp_path)

    characters = sum(map(len, beats.values()))
    assert least < characters / sum(each.seconds for each in spoken.values()) < most
    for name, recording in spoken.items():
        with wave.open(str(recording.path)) as sound:
            form = (sound.getnchannels(), sound.getsampwidth(), sound.getframerate())
            samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
        assert form == (1, 2, 22_050)
        assert np.abs(samples).max() > 3000, name
