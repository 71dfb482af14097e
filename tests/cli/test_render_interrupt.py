"""Ctrl-C while `attnviz render` is at work: a real signal to a real process, in every phase."""

import os
import signal
import subprocess
import sys
import time

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
elif phase == "captions":
    from attnviz.film import produce
    interrupting(produce, "Plan.captions")
else:
    sys.meta_path.insert(0, Watch())
from attnviz.cli import main
main(["render", *sys.argv[2:]])
'''


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
        "captions",
    ],
)
def test_ctrl_c_ends_it_in_silence_and_leaves_nothing(tmp_path, phase):
    script, folder, cache = (tmp_path / name for name in ("probe.py", "work", "cache"))
    script.write_text(PROBE)
    folder.mkdir()
    (folder / "a.mp4").write_bytes(b"old")

    done = subprocess.run(
        [sys.executable, script, phase, "--step", "inputs", "--quality", "low", "-o", "a.mp4"],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"XDG_CACHE_HOME": str(cache)},
        timeout=PATIENCE,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "")
    assert [path.name for path in folder.iterdir()] == ["a.mp4"]
    assert (folder / "a.mp4").read_bytes() == b"old"
    assert {path.name for path in cache.rglob("*")} <= {"attnviz"}


def test_ctrl_c_from_outside_while_it_draws(tmp_path):
    cache = tmp_path / "cache"
    process = subprocess.Popen(
        [sys.executable, "-m", "attnviz", "render", "-o", "a.mp4"],
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=os.environ | {"XDG_CACHE_HOME": str(cache)},
    )
    patience = time.monotonic() + PATIENCE
    while not any(cache.rglob("partial_movie_files/**/*.mp4")) and time.monotonic() < patience:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)

    assert (process.returncode, said.strip()) == (130, b"")
    assert {path.name for path in tmp_path.rglob("*")} == {"cache", "attnviz"}
