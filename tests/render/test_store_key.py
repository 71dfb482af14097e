"""The secret of the cache: one a user, made once, and never one that somebody else could have put there."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from attnviz.render import store_key as module
from attnviz.render.store import Store
from attnviz.render.store_key import KEY_BYTES, key_file, store_key
from tests.patience import PATIENCE

KEY = "ab12.mp4"
GOOD = bytes(range(KEY_BYTES))


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch) -> Path:
    """The user's folder for states, which is not there yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(module, "_known", {})
    return tmp_path / "state"


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "cache" / "segments", limit=1000)


def as_another_process(monkeypatch) -> None:
    """What is known in this process is forgotten."""
    monkeypatch.setattr(module, "_known", {})


def planted(data: bytes = GOOD, mode: int = 0o600) -> Path:
    path = key_file()
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    path.chmod(mode)
    return path


def test_the_key_is_made_once_for_its_user_alone_and_outside_of_the_cache(
    state, tmp_path, monkeypatch
):
    made = store_key()
    as_another_process(monkeypatch)

    assert store_key() == made
    assert made.fault is None
    assert len(made.secret) == KEY_BYTES
    assert [each.name for each in (state / "attnviz").iterdir()] == ["cache.key"]
    assert stat.S_IMODE(key_file().stat().st_mode) == 0o600
    assert tmp_path / "cache" not in key_file().parents


def test_the_secret_is_in_no_message():
    made = store_key()
    assert made.secret.hex() not in repr(made)
    assert repr(made.secret) not in repr(made)


def test_to_look_at_a_store_makes_no_key(store, state):
    store.contents()
    store.prune()
    store.clear()
    assert not store.holds(KEY)
    assert not state.exists()


def test_a_key_that_was_kept_is_used():
    planted()
    assert store_key().secret == GOOD


def as_link(path):
    path.rename(path.with_name("real"))
    path.symlink_to("real")


def as_link_to_nothing(path):
    path.unlink()
    path.symlink_to("nothing")


def as_pipe(path):
    path.unlink()
    os.mkfifo(path)


def as_folder(path):
    path.unlink()
    path.mkdir()


def as_empty(path):
    path.write_bytes(b"")


def as_too_short(path):
    path.write_bytes(GOOD[:-1])


def as_too_long(path):
    path.write_bytes(GOOD + b"0")


def as_open_to_others(path):
    path.chmod(0o644)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (as_link, "is a link"),
        (as_link_to_nothing, "is a link"),
        (as_pipe, "cannot be read (it is no file)"),
        (as_folder, "cannot be read (it is no file)"),
        (as_empty, "has 0 of 32 bytes"),
        (as_too_short, "has 31 of 32 bytes"),
        (as_too_long, "cannot be read (it is too large)"),
        (as_open_to_others, "is open to other users"),
    ],
)
def test_a_key_that_somebody_may_have_put_there_is_not_used(store, monkeypatch, spoil, said):
    path = planted()
    spoil(path)
    before = path.lstat()

    assert store.key_fault() == (
        f"the key of the cache, {path}, {said}, and nothing drawn earlier is used: remove it, and a new one is made"
    )
    assert store_key().secret != GOOD
    assert len(store_key().secret) == KEY_BYTES
    store.put(KEY, b"frames")
    assert store.read(KEY) == b"frames"
    as_another_process(monkeypatch)
    assert store.read(KEY) is None
    assert path.lstat().st_ino == before.st_ino


def test_a_key_of_another_user_is_not_used(monkeypatch):
    planted()
    monkeypatch.setattr(os, "geteuid", lambda: 12345)

    assert "belongs to another user, and nothing drawn earlier is used" in store_key().fault
    assert store_key().secret != GOOD


def test_once_the_spoilt_key_is_removed_a_new_one_is_made(monkeypatch):
    path = planted(b"short")
    assert store_key().fault
    path.unlink()
    as_another_process(monkeypatch)
    assert store_key().fault is None


def refuse(*_, **__):
    raise PermissionError(13, "Permission denied")


def test_where_no_key_can_be_read_one_is_of_this_process_alone(store, state, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        made = store_key()
    assert "cannot be read (Permission denied), and nothing drawn earlier is used" in made.fault
    store.put(KEY, b"frames")
    assert store.read(KEY) == b"frames"
    as_another_process(monkeypatch)
    assert store.read(KEY) is None
    assert (state / "attnviz" / "cache.key").is_file()  # it can be kept by now


def test_a_folder_that_cannot_be_written_is_named(state):
    state.write_text("no folder")

    made = store_key()

    assert made.fault.startswith(
        f"the key of the cache cannot be kept as {state}/attnviz/cache.key ("
    )
    assert made.fault.endswith(
        f"), and nothing drawn earlier is used: make {state}/attnviz writable, or name another folder in XDG_STATE_HOME"
    )
    assert store_key() is made


def test_a_read_only_folder_is_no_place_for_a_key(state):
    (state / "attnviz").mkdir(parents=True)
    (state / "attnviz").chmod(0o500)
    try:
        fault = said_in_a_process_that_may_not_write(state)
    finally:
        (state / "attnviz").chmod(0o700)

    assert "writable, or name another folder in XDG_STATE_HOME" in fault
    assert list((state / "attnviz").iterdir()) == []


def said_in_a_process_that_may_not_write(state: Path) -> str:
    """The fault in a process without the rights of root, which may write anywhere."""
    call = (
        "import os; from attnviz.render.store_key import store_key; "
        "os.geteuid() or os.setuid(65534); print(store_key().fault)"
    )
    for each in (state, *state.parents):
        if os.geteuid() == 0 and each.is_relative_to("/tmp/pytest-of-root"):
            each.chmod(0o755)
    return subprocess.run(
        [sys.executable, "-c", call], capture_output=True, text=True, check=True
    ).stdout


def test_where_files_have_no_second_names_a_key_is_kept_all_the_same(state, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(os, "link", refuse)
        made = store_key()
    as_another_process(monkeypatch)

    assert made.fault is None
    assert store_key() == made
    assert [each.name for each in (state / "attnviz").iterdir()] == ["cache.key"]


def test_of_two_that_make_a_key_at_the_same_moment_both_have_that_of_the_first(monkeypatch):
    link, theirs = os.link, []

    def link_too_late(temporary, path):
        with monkeypatch.context() as patch:
            patch.setattr(os, "link", link)
            module._make(path)
        theirs.append(path.read_bytes())
        link(temporary, path)

    monkeypatch.setattr(os, "link", link_too_late)

    assert [store_key().secret] == theirs
    assert [each.name for each in key_file().parent.iterdir()] == ["cache.key"]


def test_processes_that_begin_at_once_agree():
    call = "from attnviz.render.store_key import store_key; print(store_key().secret.hex())"
    both = [
        subprocess.Popen([sys.executable, "-c", call], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = {each.communicate(timeout=PATIENCE)[0].strip() for each in both}

    assert said == {key_file().read_bytes().hex()}


def test_what_a_killed_process_left_of_a_key_goes(state, monkeypatch):
    left, mine = (state / "attnviz" / name for name in (f".cache.key.{'0' * 16}", "notes"))
    left.parent.mkdir(parents=True)
    for each in (left, mine):
        each.write_bytes(GOOD)
        os.utime(each, (0, 0))

    assert store_key().fault is None
    assert sorted(each.name for each in left.parent.iterdir()) == ["cache.key", "notes"]
