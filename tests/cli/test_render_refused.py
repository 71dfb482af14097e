"""What `attnviz render` would not obey is refused by name, in one line, before anything is written."""

import wave

import pytest

from .conftest import names

LECTURE = 'quality = "low"\npace = "fast"\n[[chapter]]\nlesson = "self-attention"\ntext = "a b"\nsteps = ["inputs"]\n'
SHORT = ("--step", "inputs", "--quality", "low", "--pace", "fast")


@pytest.fixture
def lecture(work):
    (work / "talk.toml").write_text(LECTURE, encoding="utf-8")
    return work


@pytest.mark.parametrize(
    "option",
    [
        ("--lesson", "order"),
        ("--example", "retrieval"),
        ("--tokens", "a b"),
        ("--vectors", "x.csv"),
        ("--weights", "w.npz"),
        ("--no-transpose-weights",),
        ("--seed", "0"),
        ("--d-model", "4"),
        ("--d-k", "3"),
        ("--d-v", "3"),
        ("--heads", "1"),
        ("--scale", "sqrt"),
        ("--causal",),
        ("--mask", "m.csv"),
        ("--distance", "8"),
        ("--query", "1"),
        ("--precision", "2"),
        ("--rounding", "plain"),
        ("--step", "inputs"),
    ],
)
def test_what_a_lecture_does_not_obey_is_refused_though_it_were_the_default(
    attnviz, lecture, option
):
    done = attnviz("render", "talk.toml", *option)

    flag = option[0].replace("--no-", "--")
    assert done.status == 2
    assert done.refusal == f"a lecture file says itself what it shows: leave {flag} out"
    assert names(lecture) == {"talk.toml"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["talk.toml", "--split", "words"],
            "a lecture file says itself how text is taken apart: --split alone makes a film a lesson",
        ),
        (["--split", "talk.toml"], "--split takes what comes after it: write talk.toml before"),
        (["a b", "--split"], "--split alone is for a lecture file: say how TEXT is taken apart"),
        (["talk.toml", "-o", ""], "-o '' names no file: write -o self-attention.mp4"),
        (["talk.toml", "-o", "a.mov"], "a.mov has the suffix '.mov', and films are .mp4: write"),
        (["talk.toml", "--font", ""], "unknown font ''"),
        (["talk.toml", "--narrate", "talk.toml"], "talk.toml is no sound that can be read ("),
        (["talk.toml", "--narrate", "me.wav"], "me.wav: no such file: give a sound file"),
        (["talk.toml", "--lang", "fr"], "'fr' is not one of 'en', 'zh'"),
        (["talk.toml", "--duration", "abc"], "'abc' is no time: write 90s, 1m30s or 1:30"),
        (["empty.toml"], "empty.toml: it has no chapter: write [[chapter]], and below it lesson ="),
        (["tlak.toml"], "tlak.toml: no such file; did you mean talk.toml?"),
        (["--lesson", "maskin"], "unknown lesson 'maskin': did you mean 'masking'?"),
        (["--lesson", "cost", "the cat"], "the lesson cost takes no sequence: leave TEXT out"),
        (["--lesson", "cost", "--query", "1"], "the lesson cost takes no sequence: leave --query"),
        (
            ["--lesson", "cost", "--seed", "1"],
            "the lesson cost takes no sequence: leave --seed out",
        ),
        (["--lesson", "cost", "--d-k", "1"], "the lesson cost takes no sequence: leave --d-k out"),
        (
            ["--lesson", "order", "--distance", "3"],
            "the lesson order has no such option: leave --di",
        ),
        (["--jobs", "0"], "'--jobs': 0 is not in the range x>=1."),
        (["talk.toml", "--jobs", "-1"], "'--jobs': -1 is not in the range x>=1."),
        (["--jobs", "all"], "'--jobs': 'all' is not a valid whole number."),
        (["--distance", "3"], "the lesson self-attention has no such option: leave --distance out"),
        (["--lesson", "context", "--distance", "99"], "distance is 99, expected 1 to 31: the sequ"),
        (["--lesson", "cost", "--step", "memry"], "unknown step 'memry': did you mean 'memory'?"),
    ],
)
def test_a_mistake_is_reported_with_its_cure(attnviz, lecture, arguments, said):
    (lecture / "empty.toml").touch()

    done = attnviz("render", *arguments)

    assert done.status == 2
    assert said in done.refusal
    assert names(lecture) == {"talk.toml", "empty.toml"}


def test_a_duration_that_cannot_be_read_is_refused_with_the_least_that_can(attnviz, lecture):
    done = attnviz("render", "talk.toml", "--duration", "1s")

    assert done.status == 2
    said, _, least = done.refusal.rpartition(" ")
    assert said.startswith("--duration 0:01 is too short for its captions to be read: ")
    assert names(lecture) == {"talk.toml"}
    assert attnviz("render", "talk.toml", "--duration", least).err.startswith(f"talk.mp4: {least},")


@pytest.mark.parametrize("suffix", [".mp4", ".srt", ".vtt"])
def test_one_file_that_cannot_be_written_leaves_nothing_of_any_film(attnviz, lecture, suffix):
    (lecture / f"talk.zh{suffix}").mkdir()

    done = attnviz("render", "talk.toml", "--lang", "en", "--lang", "zh")

    assert done.status == 2
    assert done.refusal == f"talk.zh{suffix} is a folder: name a file in it"
    assert names(lecture) == {"talk.toml", f"talk.zh{suffix}"}


def test_one_part_of_a_lecture_that_cannot_be_written_leaves_nothing_of_any(attnviz, lecture):
    (lecture / "talk.toml").write_text(LECTURE + LECTURE[LECTURE.index("[[") :], encoding="utf-8")
    (lecture / "talk-02-self-attention.vtt").mkdir()

    done = attnviz("render", "talk.toml", "--split")

    assert done.refusal == "talk-02-self-attention.vtt is a folder: name a file in it"
    assert names(lecture) == {"talk.toml", "talk-02-self-attention.vtt"}


def test_a_folder_without_write_permission_is_reported_before_anything_is_drawn(attnviz, lecture):
    done = attnviz("render", "talk.toml", "-o", "/proc/talk.mp4")

    assert done.status == 2
    assert done.refusal.startswith("/proc/talk.mp4 cannot be written: ")


def test_one_recording_does_not_go_with_two_films(attnviz, lecture):
    with wave.open(str(lecture / "me.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(8000))

    done = attnviz("render", "talk.toml", "--lang", "en", "--lang", "zh", "--narrate", "me.wav")

    assert done.status == 2
    assert done.refusal == (
        "--narrate is one recording, and this makes 2 films: make them one by one"
    )
    assert names(lecture) == {"talk.toml", "me.wav"}


def test_two_voices_are_one_too_many(attnviz, lecture):
    done = attnviz("render", "talk.toml", "--voice", "--narrate", "me.wav")

    assert done.refusal == "--narrate and --voice are two voices: leave one of them out"


def test_drawing_options_may_be_given_for_a_lecture_too(attnviz, lecture, tmp_path):
    done = attnviz("render", "talk.toml", "--jobs", "1", "--no-cache")

    assert done.status == 0
    assert names(lecture) == {"talk.toml", "talk.mp4", "talk.srt", "talk.vtt"}
    assert names(tmp_path / "cache") == {"attnviz"}
