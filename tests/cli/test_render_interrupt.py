"""Ctrl-C while `attnviz render` is at work: a real signal to a real process, in every phase."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import av
import pytest

from attnviz.render import render_service
from tests.patience import PATIENCE, wait_until

from .conftest import left_over, left_running, stored

pytestmark = pytest.mark.films

PROBE = '''
import importlib, importlib.abc, os, signal, sys

def interrupting(module, path, after, sent):
    """Sends the signal when that function of the module is called for that time."""
    *owners, name = path.split(".")
    owner, calls = module, []
    for each in owners:
        owner = getattr(owner, each)
    original = getattr(owner, name)
    def wrapped(*arguments, **named):
        calls.append(1)
        if len(calls) == after:
            os.kill(os.getpid(), sent)
        return original(*arguments, **named)
    setattr(owner, name, wrapped)

kept = []

class Watch(importlib.abc.MetaPathFinder):
    """Sends the signal when that module is about to be imported."""
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            sys.argv[1] = ""
            os.kill(os.getpid(), signal.SIGINT)

SENT_AT = {
    "planning": ("views.film.stage", "Stage.beat_ended", 1),
    "planning in processes": ("render.workers.processes", "Processes.submit", 2),
    "starting a process": ("render.workers.processes", "WorkerSlot._start", 1),
    "drawing": ("render.drawing.renderer", "DrawingRenderer.perform", 2),
    "encoding": ("render.video.encoder", "SegmentEncoder.paint", 5),
    "ending a segment": ("render.video.encoder", "SegmentEncoder.finish", 1),
    "storing": ("render.store", "Store.put", 2),
    "killed": ("render.store", "Store.put", 4),
    "joining": ("views.film.video.assembly", "assemble", 1),
    "captions": ("render.video.captions", "webvtt", 1),
    "second film": ("views.film.video.assembly", "make", 2),
    "between films": ("library.films.film_writer", "write_film", 2),
}
"""By phase, the function of a module that it is sent at, and the call."""

def prepare(phase):
    if phase == "collecting":
        interrupt_while_collecting()
    elif phase in SENT_AT:
        module, path, after = SENT_AT[phase]
        sent = signal.SIGKILL if phase == "killed" else signal.SIGINT
        interrupting(importlib.import_module(f"attnviz.{module}"), path, after, sent)
    else:
        sys.meta_path.insert(0, Watch())
        return
    from attnviz.render.quality import QUALITIES, Quality
    QUALITIES["low"] = Quality(160, 90, 5)

def interrupt_while_collecting():
    import weakref
    from attnviz.render.video import encoder
    original = encoder.SegmentEncoder.paint
    class Thing:
        pass
    things = [Thing()]
    kept.append(weakref.ref(things[0], lambda _: os.kill(os.getpid(), signal.SIGINT)))
    def paint(self, *arguments, **named):
        if things:
            things.pop()
        return original(self, *arguments, **named)
    encoder.SegmentEncoder.paint = paint

if __name__ == "__main__":
    prepare(sys.argv[1])
    from attnviz.cli import main
    main(["render", *sys.argv[2:]])
'''


SHORT = ("--step", "inputs", "--quality", "low", "--fps", "5", "--pace", "fast")


@pytest.fixture
def probe(tmp_path, work):
    """Runs `attnviz render` in a process of its own, where something happens in that phase."""
    script, folder, cache = tmp_path / "probe.py", work, tmp_path / "cache"
    script.write_text(PROBE)

    def run(phase, *arguments, environment=None):
        process = subprocess.Popen(
            [sys.executable, script, phase, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=os.environ | {"XDG_CACHE_HOME": str(cache)} | (environment or {}),
            start_new_session=True,
        )
        out, said = process.communicate(timeout=PATIENCE)
        assert not left_running(process.pid)
        return process.returncode, out, said

    run.folder, run.cache = folder, cache
    return run


@pytest.fixture
def interrupted(probe):
    """Runs `attnviz render` there, and interrupts it in that phase."""

    def run(phase, *arguments, environment=None, made=()):
        code, out, said = probe(phase, *arguments, environment=environment)
        assert (code, out) == (130, ""), said
        assert [line.split(": ")[0] for line in said.splitlines() if line] == list(made)
        assert not left_over(probe.cache)
        return probe.folder

    run.folder = probe.folder
    return run


ALONE = (
    *("planning", "drawing", "encoding", "ending a segment", "collecting"),
    *("storing", "joining", "captions"),
)
TOGETHER = ("planning", "starting a process", "storing", "joining", "captions")


@pytest.mark.parametrize(
    ("phase", "jobs"),
    [
        # it is told by default how many cores there are
        *((module, ()) for module in ("click", "numpy", "manim", "av")),
        *((phase, ("--jobs", "1")) for phase in ALONE),
        *((phase, ("--jobs", "2")) for phase in TOGETHER),
    ],
)
def test_ctrl_c_ends_it_in_silence_and_leaves_nothing(interrupted, phase, jobs):
    (interrupted.folder / "a.mp4").write_bytes(b"old")

    folder = interrupted(phase, *SHORT, *jobs, "-o", "a.mp4")

    assert [path.name for path in folder.iterdir()] == ["a.mp4"]
    assert (folder / "a.mp4").read_bytes() == b"old"


def test_ctrl_c_while_chapters_are_planned_by_processes_leaves_nothing(interrupted):
    lecture = interrupted.folder / "talk.toml"
    chapter = '[[chapter]]\nlesson = "{}"\nsteps = ["{}"]\n'
    lecture.write_text(
        chapter.format("self-attention", "inputs") + chapter.format("cost", "path-length")
    )

    folder = interrupted("planning in processes", "talk.toml", "--jobs", "2")

    assert [path.name for path in folder.iterdir()] == ["talk.toml"]


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("phase", ["second film", "between films"])
def test_ctrl_c_while_a_second_film_is_made_leaves_the_first_whole_and_says_so(
    interrupted, phase, jobs
):
    options = ("--lang", "zh", "--lang", "en", "--jobs", jobs)
    made = ["a.zh.mp4"]
    folder = interrupted(phase, *SHORT, *options, "-o", "a.mp4", made=made)

    assert {path.name for path in folder.iterdir()} == {"a.zh.mp4", "a.zh.srt", "a.zh.vtt"}
    with av.open(str(folder / "a.zh.mp4")) as film:
        assert len(film.streams.subtitles) == 2
        assert sum(1 for _ in film.decode(video=0)) > 10


def begun(folder: Path, jobs: str) -> subprocess.Popen:
    """A long film of which some is drawn, with a cache of its own in the folder."""
    cache = folder / "cache"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "attnviz", "render", "-o", "a.mp4", "--step", "inputs"),
            *("--step", "queries", "--quality", "medium", "--pace", "slow", "--jobs", jobs),
        ],
        stderr=subprocess.PIPE,
        cwd=folder,
        env=os.environ | {"XDG_CACHE_HOME": str(cache)},
        start_new_session=True,
        # whoever runs the tests may ignore it, as nohup does, and hand that on
        preexec_fn=lambda: [signal.signal(each, signal.SIG_DFL) for each in ENDED],
    )
    wait_until(lambda: stored(cache) or process.poll() is not None)
    assert process.poll() is None
    return process


ENDED = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("sent", ENDED)
def test_whoever_ends_it_from_outside_while_it_draws_finds_nothing_left(tmp_path, sent, jobs):
    process = begun(tmp_path, jobs)
    if sent == signal.SIGTERM:
        process.send_signal(sent)
    else:  # a terminal tells every process of its own
        os.killpg(process.pid, sent)
    _, said = process.communicate(timeout=PATIENCE)

    assert process.returncode == ENDED[sent]
    assert said.strip() == b"" or sent == signal.SIGHUP  # nobody reads what a closed terminal shows
    assert not left_running(process.pid)
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]
    assert not left_over(tmp_path / "cache")


def test_whoever_kills_it_finds_no_other_process_left(tmp_path):
    process = begun(tmp_path, "2")
    process.kill()
    process.communicate(timeout=PATIENCE)

    assert not left_running(process.pid)
    assert not (tmp_path / "a.mp4").exists()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_when_it_was_killed_the_next_run_draws_only_the_rest(
    probe, attnviz, work, tmp_path, monkeypatch, jobs
):
    options = ("--step", "scores", *SHORT, "--jobs", jobs, "-o", "a.mp4")
    code, _, _ = probe("killed", *options)
    before, drawn, draw = stored(probe.cache), [], render_service.draw
    assert not (work / "a.mp4").exists()
    monkeypatch.setattr(
        render_service, "draw", lambda order: drawn.extend(order.range.segments) or draw(order)
    )

    done = attnviz("render", *options, "--jobs", "1")

    assert (code, done.status) == (-signal.SIGKILL, 0)
    after = stored(probe.cache)
    assert len(before) >= 2
    assert before < after
    assert {path.name.partition(".")[0] for path in after - before} == {each.key for each in drawn}
    assert len(drawn) == len(after) - len(before)
    resumed = (work / "a.mp4").read_bytes()
    assert attnviz("render", *options, "--jobs", "1", "--no-cache").status == 0
    assert (work / "a.mp4").read_bytes() == resumed


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
