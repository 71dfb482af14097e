"""A cache that others have been at: nothing of theirs is deleted, nothing of it is believed."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from attnviz.library import files
from attnviz.library.files import atomic_file
from attnviz.render.store import DEFAULT_LIMIT, Store, _digest, unchecked_user_store
from attnviz.render.video.container import is_segment
from attnviz.views.film.production.film_service import FilmService
from attnviz.views.film.video.embedded_spec import is_png
from tests.render.footage import segment

KEY = f"{'ab' * 20}.mp4"


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "segments", limit=10_000_000)
    made.put(KEY, b"frames")
    return made


def entry(store):
    (found,) = (store.folder / "ab").iterdir()
    return found


def test_clearing_deletes_what_was_put_and_nothing_else(store, tmp_path):
    others = tmp_path / "others"
    (others / "cd").mkdir(parents=True)
    kept = [
        others / "thesis.mp4",
        others / f"cd{'0' * 38}.mp4.{'0' * 16}",
        store.folder / "notes.txt",
        store.folder / "ab" / "notes.txt",
        store.folder / "ab" / "ab.txt",
        store.folder / "photos" / "a.jpg",
        store.folder / "empty" / "er",
    ]
    for each in kept[:-1]:
        each.parent.mkdir(exist_ok=True)
        each.write_text("mine")
    kept[-1].mkdir(parents=True)
    (store.folder / "cd").symlink_to(others / "cd")
    (store.folder / "th").symlink_to(others)
    (store.folder / "ab" / f"ab{'1' * 38}.mp4.{'1' * 16}").symlink_to(others / "thesis.mp4")

    Store(store.folder, limit=0).prune()
    assert store.clear() == 0
    store.put(KEY, b"frames")
    assert store.clear() == len(b"frames")

    assert not store.holds(KEY)
    assert all(each.exists() for each in kept)
    assert (store.folder / "cd").is_symlink()
    assert (others / "cd").is_dir()


def as_pipe(path):
    os.mkfifo(path)


def as_folder(path):
    path.mkdir()
    (path / "mine.txt").write_text("mine")


def as_link_to_a_device(path):
    path.symlink_to("/dev/zero")


def as_link_to_a_file(path):
    path.with_name("other").write_bytes(b"frames")
    path.symlink_to(path.with_name("other"))


def as_socket(path):
    here = Path.cwd()
    os.chdir(path.parent)  # the name of a socket may not be long
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)
    os.chdir(here)


@pytest.mark.parametrize(
    "plant", [as_pipe, as_folder, as_link_to_a_device, as_link_to_a_file, as_socket]
)
def test_what_is_no_file_is_not_there_and_stays(store, tmp_path, plant):
    path = entry(store)
    path.unlink()
    plant(path)

    assert not store.holds(KEY)
    assert not store.fetch(KEY, tmp_path / "part.mp4")
    assert store.read(KEY) is None
    assert store.clear() == 0
    assert os.path.lexists(path)


@pytest.mark.parametrize("secret", [b"", bytes(32), b"a guess"])
@pytest.mark.parametrize("size", [8, 16])
def test_an_entry_that_another_user_planted_is_not_believed(store, tmp_path, secret, size):
    planted = b"another picture"
    name = len(KEY).to_bytes(8, "big") + KEY.encode()
    for sealed in (planted, name + planted):
        digest = hashlib.blake2b(sealed, key=secret, digest_size=size).hexdigest()
        (store.folder / "ab" / f"{KEY}.{digest}").write_bytes(planted)
    entry_of_ours = store.folder / "ab" / f"{KEY}.{_digest(KEY, b'frames')}"

    assert store.read(KEY) == b"frames"
    entry_of_ours.unlink()
    assert store.read(KEY) is None
    assert not store.fetch(KEY, tmp_path / "part.mp4")
    assert not store.holds(KEY)


def test_an_entry_of_ours_that_was_renamed_to_another_key_is_not_believed(store, tmp_path):
    other = f"{'ab' * 19}cd.mp4"
    ours = entry(store)
    ours.rename(ours.with_name(f"{other}.{ours.suffix[1:]}"))

    assert not store.fetch(other, tmp_path / "part.mp4")
    assert not store.fetch(KEY, tmp_path / "part.mp4")


def test_what_earlier_versions_and_killed_programs_left_is_cleared(store):
    digest = hashlib.blake2b(b"old", digest_size=8).hexdigest()
    old = store.folder / "ab" / f"{'ab' * 19}cd.mp4.{digest}"
    half = store.folder / "ab" / f".{'0' * 16}"
    for each in (old, half):
        each.write_bytes(b"old")
        os.utime(each, (0, 0))

    Store(store.folder, limit=len(b"frames")).prune()
    assert [each.name for each in (store.folder / "ab").iterdir()] == [entry(store).name]


def test_a_folder_of_the_cache_that_is_a_link_is_neither_read_nor_written(store, tmp_path):
    (tmp_path / "mine").mkdir()
    ours = entry(store)
    (tmp_path / "mine" / ours.name).write_bytes(ours.read_bytes())
    store.clear()
    (store.folder / "ab").symlink_to(tmp_path / "mine")

    assert not store.holds(KEY)
    store.put(KEY, b"other frames")
    assert [each.name for each in (tmp_path / "mine").iterdir()] == [ours.name]


def test_a_limit_in_a_pipe_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "attnviz").mkdir()
    os.mkfifo(tmp_path / "attnviz" / "segments.limit")

    assert unchecked_user_store().limit == DEFAULT_LIMIT


@pytest.mark.parametrize("data", [b"", b"frames", segment([(1, 5)])[:300], segment([(1, 4)])])
def test_a_part_with_a_fitting_digest_that_is_not_what_was_drawn_is_redrawn(tmp_path, data):
    path = tmp_path / "part.mp4"
    path.write_bytes(data)
    assert not is_segment(path, 5)


def test_a_part_that_was_drawn_is_taken(tmp_path):
    path = tmp_path / "part.mp4"
    path.write_bytes(segment([(1, 5)]))
    assert is_segment(path, 5)


@pytest.mark.parametrize("data", [b"", b"null", b"[]", b"{}", b"\xff", b'{"segments": [1]}'])
def test_a_plan_with_a_fitting_digest_that_is_none_is_made_anew(tmp_path, data):
    store = Store(tmp_path, limit=1000)
    store.put("ab.json", data)
    assert _digest("ab.json", data) in next((tmp_path / "ab").iterdir()).name
    assert FilmService(None, store)._planned_before("ab") is None


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a" + bytes(100)])
def test_a_poster_with_a_fitting_digest_that_is_none_is_made_anew(data):
    assert not is_png(data)


INTERRUPTED = """
import os, sys, time
from attnviz.cli import failures
from attnviz.errors import EnvironmentFault
from attnviz.library import files
from attnviz.library.files import atomic_file
from attnviz.render import folders

def explain(*args, **others):
    with atomic_file(sys.argv[1]) as temporary:
        temporary.write_text("half")
        print("ready", flush=True)
        time.sleep(600)

from attnviz.cli.commands import attnviz as command
command.main = explain
sys.exit(failures.run([]))
"""


def started(target):
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(target)], stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"ready\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_temporary_file_does_not_outlive_a_request_to_end(tmp_path, number):
    process = started(tmp_path / "a.md")
    process.send_signal(number)
    assert process.wait() in (128 + number, -number)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_program_left_goes_at_the_next_run_and_what_one_is_at_stays(tmp_path):
    killed, working = started(tmp_path / "a.md"), started(tmp_path / "b.md")
    mine = tmp_path / ".attnviz-notes.md"
    mine.write_text("mine")
    killed.kill()
    killed.wait()
    assert len(list(tmp_path.iterdir())) == 3

    with atomic_file(tmp_path / "c.md") as temporary:
        temporary.write_text("done")

    left = sorted(each.name for each in tmp_path.iterdir())
    assert len(left) == 3
    assert {".attnviz-notes.md", "c.md"} < set(left)
    working.terminate()
    working.wait()
    assert sorted(each.name for each in tmp_path.iterdir()) == [".attnviz-notes.md", "c.md"]


WORKING = """
import sys, time
from attnviz.render.folders import temporary_work_folder
with temporary_work_folder() as folder:
    print(folder, flush=True)
    time.sleep(600)
"""


def test_the_work_folder_of_a_killed_program_goes_at_the_next_run(tmp_path, monkeypatch):
    from attnviz.render.folders import temporary_work_folder

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    both = [
        subprocess.Popen([sys.executable, "-c", WORKING], stdout=subprocess.PIPE) for _ in range(2)
    ]
    killed, working = (Path(each.stdout.readline().decode().strip()) for each in both)
    both[0].kill()
    both[0].wait()
    with temporary_work_folder() as own:
        assert not killed.exists()
        assert working.exists()
        assert Path(own).exists()
    both[1].kill()
    both[1].wait()


def test_a_full_disk_is_named_with_the_folder_that_is_on_it(tmp_path, monkeypatch):
    cache, target = tmp_path / "cache", tmp_path / "films" / "a.mp4"
    cache.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setattr(files, "_free", lambda folder: 0 if folder == cache else 10**9)
    assert files.disk_full_message(target).startswith(f"no space left on the disk in {cache}, ")
    monkeypatch.setattr(files, "_free", lambda folder: 0)
    assert files.disk_full_message(target).startswith(f"no space left on the disk for {target}: ")


POOL = """
from attnviz.errors import EnvironmentFault
from attnviz.render.folders import temporary_work_folder
from attnviz.render.workers.executor import executor

if __name__ == "__main__":
    try:
        with temporary_work_folder(), executor(2) as workers:
            print(list(workers.results(len, ["four"], lambda: None)))
    except EnvironmentFault as error:
        print(error)
"""


def with_folders(tmp_path, temporary, cache):
    script = tmp_path / "pool.py"
    script.write_text(POOL)
    return subprocess.run(
        [sys.executable, script],
        env=os.environ | {"TMPDIR": str(temporary), "XDG_CACHE_HOME": str(cache)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def long_folder(tmp_path):
    folder = tmp_path / ("l" * 120)
    folder.mkdir()
    return folder


def test_a_folder_for_temporary_files_with_a_long_name_does_not_matter(tmp_path, long_folder):
    with tempfile.TemporaryDirectory(dir="/tmp") as short:
        done = with_folders(tmp_path, long_folder, short)
        assert done.stdout == "[(0, 4)]\n", done.stderr
        assert list(long_folder.iterdir()) == []


def test_where_every_name_is_too_long_the_folder_is_named(tmp_path, long_folder):
    done = with_folders(tmp_path, long_folder, long_folder)
    assert f"{long_folder} is too long" in done.stdout, done.stderr
    assert "set TMPDIR" in done.stdout
