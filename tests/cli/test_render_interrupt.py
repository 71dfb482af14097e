"""Ctrl-C while `attnviz render` is at work: a real signal to a real process, in every phase."""

import os
import signal
import subprocess
import sys
import time

import av
import pytest

PATIENCE = 60
PROBE = '''
import importlib.abc, os, signal, sys

def interrupt(*_, **__):
    os.kill(os.getpid(), signal.SIGINT)

def interrupting(module, path, after=1):
    """Sends the signal when that function of the module is called for that time."""
    *owners, name = path.split(".")
    owner, calls = module, []
    for each in owners:
        owner = getattr(owner, each)
    original = getattr(owner, name)
    def wrapped(*arguments, **named):
        calls.append(1)
        if len(calls) == after:
            interrupt()
        return original(*arguments, **named)
    setattr(owner, name, wrapped)

class Watch(importlib.abc.MetaPathFinder):
    """Sends the signal when that module is about to be imported."""
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            sys.argv[1] = ""
            interrupt()

phase = sys.argv[1]
if phase == "planning":
    from attnviz.film.scene import LessonScene
    import attnviz.film.scene as scene
    interrupting(scene, "LessonScene.beat_ended")
elif phase == "drawing":
    from attnviz.film import produce
    interrupting(produce, "_Counting.add_frame", after=5)
elif phase == "collecting":
    import weakref
    from attnviz.film import produce
    original = produce._Counting.add_frame
    class Thing:
        pass
    things = [Thing() for _ in range(5)]
    watches = [weakref.ref(thing, interrupt) for thing in things[:1]]
    def add_frame(self, *arguments, **named):
        if things:
            things.pop()
        return original(self, *arguments, **named)
    produce._Counting.add_frame = add_frame
elif phase == "copying":
    from attnviz.film import produce
    interrupting(produce, "shutil.copyfile")
elif phase == "joining":
    from attnviz.film import programme
    interrupting(programme, "assemble")
elif phase == "captions":
    from attnviz.film import captions
    interrupting(captions, "webvtt")
elif phase == "second film":
    from attnviz.film import programme
    interrupting(programme, "make", after=2)
elif phase == "between films":
    from attnviz.cli import filming
    interrupting(filming, "write_film", after=2)
else:
    sys.meta_path.insert(0, Watch())
from attnviz.cli import main
main(["render", *sys.argv[2:]])
'''


SHORT = ("--step", "inputs", "--quality", "low", "--fps", "5", "--pace", "fast")


@pytest.fixture
def interrupted(tmp_path):
    """Runs `attnviz render` in a folder of its own, and interrupts it in that phase."""
    script, folder, cache = (tmp_path / name for name in ("probe.py", "work", "cache"))
    script.write_text(PROBE)
    folder.mkdir()

    def run(phase, *arguments, environment=None, made=()):
        done = subprocess.run(
            [sys.executable, script, phase, *arguments],
            capture_output=True,
            text=True,
            cwd=folder,
            env=os.environ | {"XDG_CACHE_HOME": str(cache)} | (environment or {}),
            timeout=PATIENCE,
            check=False,
        )
        assert (done.returncode, done.stdout) == (130, "")
        assert [line.split(": ")[0] for line in done.stderr.splitlines() if line] == list(made)
        assert {path.name for path in cache.rglob("*")} <= {"attnviz"}
        return folder

    run.folder = folder
    return run


@pytest.mark.parametrize(
    "phase",
    [
        "click",
        "numpy",
        "manim",
        "av",
        "planning",
        "drawing",
        "collecting",
        "copying",
        "joining",
        "captions",
    ],
)
def test_ctrl_c_ends_it_in_silence_and_leaves_nothing(interrupted, phase):
    (interrupted.folder / "a.mp4").write_bytes(b"old")

    folder = interrupted(phase, *SHORT, "-o", "a.mp4")

    assert [path.name for path in folder.iterdir()] == ["a.mp4"]
    assert (folder / "a.mp4").read_bytes() == b"old"


@pytest.mark.parametrize("phase", ["second film", "between films"])
def test_ctrl_c_while_a_second_film_is_made_leaves_the_first_whole_and_says_so(interrupted, phase):
    languages = ("--lang", "zh", "--lang", "en")
    made = ["a.zh.mp4"]
    folder = interrupted(phase, *SHORT, *languages, "-o", "a.mp4", made=made)

    assert {path.name for path in folder.iterdir()} == {"a.zh.mp4", "a.zh.srt", "a.zh.vtt"}
    with av.open(str(folder / "a.zh.mp4")) as film:
        assert len(film.streams.subtitles) == 2
        assert sum(1 for _ in film.decode(video=0)) > 10


@pytest.mark.parametrize(
    ("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_whoever_ends_it_from_outside_while_it_draws_finds_nothing_left(tmp_path, sent, status):
    cache = tmp_path / "cache"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "attnviz", "render", "-o", "a.mp4", "--step", "inputs"),
            *("--quality", "high", "--pace", "slow"),
        ],
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=os.environ | {"XDG_CACHE_HOME": str(cache)},
        # whoever runs the tests may ignore it, as nohup does, and hand that on
        preexec_fn=lambda: signal.signal(sent, signal.SIG_DFL),
    )
    patience = time.monotonic() + PATIENCE
    while not any(cache.rglob("partial_movie_files/**/*.mp4")) and time.monotonic() < patience:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(sent)
    _, said = process.communicate(timeout=PATIENCE)

    assert (process.returncode, said.strip()) == (status, b"")
    assert {path.name for path in tmp_path.rglob("*")} == {"cache", "attnviz"}


def test_a_program_that_speaks_and_is_interrupted_too_is_no_fault(interrupted, tmp_path):
    speaker = tmp_path / "bin" / "espeak-ng"
    speaker.parent.mkdir()
    speaker.write_text(
        f"#!{sys.executable}\nimport os, signal, sys\n"
        "if sys.argv[1:] == ['--voices']:\n"
        "    sys.exit(print('Pty Language\\n 2 en-us'))\n"
        "os.kill(os.getppid(), signal.SIGINT)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    speaker.chmod(0o755)

    folder = interrupted("", *SHORT, "--voice", environment={"PATH": str(speaker.parent)})

    assert not list(folder.iterdir())
