"""`attnviz render` through a real process: what it writes, where, what it says and how it ends."""

import errno
import os
import pty
import re
import select
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import srt

from attnviz.render import render_service, store_key
from attnviz.render.store import save_limit, unchecked_user_store
from attnviz.typeset.typefaces import latin
from tests.patience import PATIENCE

from .conftest import frames_of, left_over, names, stored

QUIET = {"NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "TERM"}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in QUIET}
ENVIRONMENT["PYTHONIOENCODING"] = "utf-8"
HASTY = ("--step", "inputs", "--quality", "low", "--fps", "5", "--pace", "fast")
SHORT = (*HASTY, "--jobs", "1")
INTER = str(latin().path)
"""A font without emoji, whatever fonts this machine has."""


@pytest.fixture
def folder(tmp_path):
    """The folder that the command runs in."""
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


@pytest.fixture
def start(tmp_path, folder):
    """Starts `attnviz render` there, with a cache directory of its own."""

    def start(*arguments, environment=None, **options):
        own = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [sys.executable, "-m", "attnviz", "render", *map(str, arguments)],
            **pipes | {"text": True, "encoding": "utf-8", "cwd": folder} | options,
            env=ENVIRONMENT | own | (environment or {}),
        )

    return start


@pytest.fixture
def render(start):
    """Runs it to its end: exit status, stdout, stderr."""

    def run(*arguments, **options):
        process = start(*arguments, **options)
        out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out, err

    return run


FILES = {"a.mp4", "a.srt", "a.vtt"}


def test_a_film_and_its_captions_are_written_and_nothing_else(render, folder, tmp_path):
    code, out, err = render(*HASTY, "-o", "a.mp4")

    assert (code, out) == (0, "")
    assert re.fullmatch(r"a\.mp4: 0:\d\d, 854×480, 5 frames a second\n", err)
    assert names(folder) == FILES
    assert not left_over(tmp_path / "cache")
    assert stored(tmp_path / "cache")
    size, frames, rate = frames_of(folder / "a.mp4")
    (caption,) = srt.parse((folder / "a.srt").read_text(encoding="utf-8"))
    assert (size, rate) == ((854, 480), 5)
    assert 0 <= frames / rate - caption.end.total_seconds() < 1.5  # a step ends in a move
    assert caption.content == "A sequence goes in: 3 vectors of 4 numbers each."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "a.gif"], "a.gif has the suffix '.gif', and films are .mp4: write -o a.mp4"),
        (["-o", "film"], "film has no suffix, and films are .mp4: write -o film.mp4"),
        (["-o", "."], "-o '.' names no file: write -o self-attention.mp4"),
        (["-o", ""], "-o '' names no file: write -o self-attention.mp4"),
        (["-o", ".."], "-o '..' names no file: write -o ../self-attention.mp4"),
        (["-o", ".mp4"], "-o '.mp4' names no file: write -o self-attention.mp4"),
        (["--step", "sofmax"], "unknown step 'sofmax': did you mean 'softmax'?"),
        (["--step", "mask"], "there is no step 'mask' for this input: nothing is hidden; say"),
        (["-o", "none/a.mp4"], "cannot be written: the folder none does not exist; make it first"),
        (["-o", "file/a.mp4"], "cannot be written: file is not a folder; choose another place"),
        (["-o", "/proc/a.mp4"], "/proc/a.mp4 cannot be written: "),
        (
            ["my 😀", "--font", INTER],
            "no typeface here has the character '😀' (in '😀'): leave --font out; attnviz",
        ),
        (["--font", "no.otf"], "--font no.otf: no such file"),
        (["--font", "file"], "unknown font 'file': "),
        (["the cat", "--query", "dog"], "dog"),
    ],
)
def test_an_impossible_film_is_reported_in_one_line(attnviz, work, arguments, said):
    (work / "file").touch()

    done = attnviz("render", *arguments)

    assert done.status == 2
    assert said in done.refusal
    assert names(work) == {"file"}


def test_a_full_disk_is_reported_in_one_line_with_status_1(render, folder):
    (folder / "a.mp4").symlink_to("/dev/full")

    code, _, err = render(*SHORT, "-o", "a.mp4")

    assert (code, err) == (
        1,
        "Error: no space left on the disk for a.mp4: free some and run it again\n",
    )
    assert names(folder) == {"a.mp4"}


@pytest.mark.parametrize(
    "full",
    [
        "attnviz.render.render_service.Path.write_bytes",
        "attnviz.views.film.video.assembly.assemble",
        "attnviz.render.video.captions.webvtt",
    ],
)
def test_a_disk_that_fills_on_the_way_leaves_nothing(monkeypatch, tmp_path, attnviz, work, full):
    def fail(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(full, fail)

    done = attnviz("render", *SHORT, "-o", "a.mp4")

    assert done.status == 1
    assert "no space left on the disk for a." in done.refusal
    assert not names(work)
    assert not left_over(tmp_path / "cache")


def test_without_a_home_or_a_cache_that_can_be_written_a_film_is_made(render, folder):
    nowhere = {"HOME": "/proc/none", "XDG_CACHE_HOME": "/proc/none"}

    code, _, _ = render(*SHORT, "-o", "a.mp4", environment=nowhere)

    assert code == 0
    assert names(folder) == FILES


def test_a_stray_configuration_of_manim_changes_nothing(render, folder):
    films = []
    for settings in (
        "",
        "format = gif\nsave_last_frame = True\nupto_animation_number = 1\nvideo_dir = ./videos",
        "renderer = opengl",
    ):
        (folder / "manim.cfg").write_text(f"[CLI]\n{settings}\n")

        code, _, err = render(*SHORT, "-o", "a.mp4", "--no-cache")

        assert (code, err.count("\n")) == (0, 1), err
        assert names(folder) == {"manim.cfg"} | FILES
        films.append((folder / "a.mp4").read_bytes())
    assert films[0] == films[1] == films[2]


@pytest.mark.parametrize("targets", [("a.mp4", "b.mp4"), ("a.mp4", "a.mp4")])
def test_two_at_once_that_share_a_cache_do_not_disturb_each_other(start, folder, tmp_path, targets):
    processes = [start(*SHORT, "-o", target) for target in targets]
    for process in processes:
        _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, err

    stems = {Path(target).stem for target in targets}
    assert names(folder) == {
        f"{stem}{suffix}" for stem in stems for suffix in (".mp4", ".srt", ".vtt")
    }
    cache = tmp_path / "cache"
    assert not left_over(cache)
    # each part once, whoever of the two has drawn it
    assert len({path.name for path in stored(cache)}) == len(stored(cache)) > 0
    assert {frames_of(folder / target)[0] for target in targets} == {(854, 480)}


@pytest.fixture
def drawn(monkeypatch):
    """The segments that are drawn in this process."""
    segments, draw = [], render_service.draw

    def watched(order):
        segments.extend(order.range.segments)
        return draw(order)

    monkeypatch.setattr(render_service, "draw", watched)
    return segments


def test_what_was_drawn_before_is_not_drawn_again(attnviz, work, tmp_path, drawn):
    assert attnviz("render", *SHORT, "-o", "a.mp4").status == 0
    first, before = len(drawn), stored(tmp_path / "cache")

    assert attnviz("render", *SHORT, "-o", "b.mp4").status == 0

    assert first == len(drawn) == len(before) > 1
    assert stored(tmp_path / "cache") == before
    assert (work / "a.mp4").read_bytes() == (work / "b.mp4").read_bytes()


def test_of_a_longer_film_only_what_is_new_is_drawn(attnviz, drawn):
    longer = ("--step", "queries", *SHORT)
    assert attnviz("render", *SHORT, "-o", "a.mp4").status == 0
    assert attnviz("render", *longer, "-o", "b.mp4").status == 0
    after = len(drawn)
    assert attnviz("render", *longer, "-o", "c.mp4", "--no-cache").status == 0

    everything = drawn[after:]
    assert len({each.key for each in everything}) == len(everything)
    assert {each.key for each in drawn[:after]} == {each.key for each in everything} | {
        drawn[1].key  # where the short film ends, the longer one goes on
    }
    assert after == len({each.key for each in drawn[:after]})


def test_without_the_cache_everything_is_drawn_and_nothing_kept(attnviz, work, tmp_path, drawn):
    assert attnviz("render", *SHORT, "-o", "a.mp4").status == 0
    first, before = len(drawn), stored(tmp_path / "cache")

    assert attnviz("render", *SHORT, "-o", "b.mp4", "--no-cache").status == 0

    assert len(drawn) == 2 * first
    assert stored(tmp_path / "cache") == before
    assert (work / "a.mp4").read_bytes() == (work / "b.mp4").read_bytes()


def test_without_the_cache_a_new_one_remains_empty(attnviz, work, tmp_path):
    assert attnviz("render", *SHORT, "-o", "a.mp4", "--no-cache").status == 0

    assert names(work) == FILES
    assert names(tmp_path / "cache") == {"attnviz"}


def test_the_cache_is_brought_to_its_limit_when_a_film_is_done(attnviz, work):
    store = unchecked_user_store()
    assert attnviz("render", *SHORT, "-o", "a.mp4").status == 0
    whole = store.contents()
    save_limit(whole.bytes - 1)

    assert attnviz("render", *SHORT, "-o", "b.mp4").status == 0

    assert store.contents().count == whole.count - 1
    assert (work / "a.mp4").read_bytes() == (work / "b.mp4").read_bytes()


def test_without_a_key_of_the_user_nothing_drawn_earlier_is_used_and_that_is_said_once(
    attnviz, tmp_path, monkeypatch, drawn
):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "state" / "attnviz").mkdir(parents=True)
    key = tmp_path / "state" / "attnviz" / "cache.key"
    key.symlink_to("elsewhere")
    warning = f"Warning: the key of the cache, {key}, is a link, and nothing drawn earlier is used: remove it"

    for _ in range(2):
        monkeypatch.setattr(store_key, "_known", {})  # as in another process
        done = attnviz("render", *SHORT, "-o", "a.mp4")
        assert done.status == 0
        assert done.err.count(warning) == done.err.count("Warning") == 1
    assert len(drawn) == 2 * len(set(drawn))


def test_a_film_that_exists_is_replaced_only_by_a_whole_one(render, folder):
    (folder / "a.mp4").write_bytes(b"old")

    assert render(*SHORT, "😀", "--font", INTER, "-o", "a.mp4")[0] == 2
    assert (folder / "a.mp4").read_bytes() == b"old"
    assert render(*SHORT, "-o", "a.mp4")[0] == 0
    assert frames_of(folder / "a.mp4")[1] > 10


def test_on_a_terminal_the_frames_are_counted(start, folder):
    keyboard, screen = pty.openpty()
    process = start(
        *SHORT,
        "-o",
        "a.mp4",
        stderr=screen,
        environment={"TERM": "xterm-256color", "COLUMNS": "80"},
    )
    os.close(screen)
    seen = b""
    with suppress(OSError):  # the other end is closed
        while select.select([keyboard], [], [], PATIENCE)[0] and (data := os.read(keyboard, 4096)):
            seen += data
    os.close(keyboard)

    assert process.wait(PATIENCE) == 0
    counted = re.findall(r"(\d+)/(\d+)", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode()))
    planned = frames_of(folder / "a.mp4")[1]
    assert {int(total) for _, total in counted} == {planned}
    assert int(counted[-1][0]) == planned
    assert "frames" in seen.decode()
