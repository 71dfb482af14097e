"""What is kept of films: whole, checked, least recently used first to go, and safe among several processes."""

import hashlib
import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from attnviz.render import store as module
from attnviz.render.store import Contents, Store
from attnviz.render.store_key import key_file
from tests.patience import PATIENCE

KEY = "ab12.mp4"


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "segments", limit=1000)


@pytest.fixture
def target(tmp_path):
    return tmp_path / "part.mp4"


def files(store: Store) -> list[Path]:
    return sorted(path for path in store.folder.rglob("*") if path.is_file())


def put_in_order(store: Store, sizes: dict[str, int]) -> None:
    """Puts parts of these sizes, each used an hour after the one before."""
    for hour, (key, size) in enumerate(sizes.items()):
        store.put(key, key[:1].encode() * size)
        (path,) = (each for each in files(store) if each.name.startswith(f"{key}."))
        os.utime(path, (3600 * hour, 3600 * hour))


def held(store: Store, keys) -> str:
    return " ".join(key for key in keys if store.holds(key))


def refuse(*_, **__):
    raise PermissionError(1, "Operation not permitted")


def refuse_below(folder: Path, function):
    """The function, refused for what is in the folder."""

    def perhaps(path, *others, **options):
        return (refuse if folder in Path(path).parents else function)(path, *others, **options)

    return perhaps


def test_what_was_put_is_fetched(store, target):
    store.put(KEY, b"frames")

    assert store.holds(KEY)
    assert store.fetch(KEY, target)
    assert target.read_bytes() == b"frames"


def test_a_key_that_only_begins_like_another_is_another(store, target):
    store.put("ab12.mp4", b"frames")

    for key in ("ab12", "ab", "ab12.mp", "ab12.json", "ab123.mp4"):
        assert not store.holds(key)
        assert not store.fetch(key, target)
    assert not target.exists()


def test_a_store_whose_folder_does_not_exist_is_empty(store, target):
    assert not store.holds(KEY)
    assert not store.fetch(KEY, target)
    assert store.contents() == Contents(0, 0, None, None)
    store.prune()
    assert store.clear() == 0
    assert not store.folder.exists()


def test_what_is_put_again_takes_the_place_of_what_was_there(store, target):
    store.put(KEY, b"old")
    store.put(KEY, b"new")
    store.put(KEY, b"new")

    assert store.fetch(KEY, target)
    assert target.read_bytes() == b"new"
    assert len(files(store)) == 1


def test_what_was_fetched_is_not_reached_by_what_happens_to_the_store_later(store, target):
    store.put(KEY, b"frames")
    store.fetch(KEY, target)

    (stored,) = files(store)
    stored.write_bytes(b"another picture")
    assert target.read_bytes() == b"frames"


def test_what_is_fetched_takes_the_place_of_what_is_there_and_never_writes_into_it(store, target):
    store.put("aa", b"one")
    store.put("bb", b"two")
    assert store.fetch("aa", target)

    assert store.fetch("bb", target)
    assert target.read_bytes() == b"two"
    assert store.fetch("aa", target)
    assert target.read_bytes() == b"one"


def test_a_target_that_cannot_be_written_is_an_error(store, tmp_path):
    store.put(KEY, b"frames")

    with pytest.raises(FileNotFoundError):
        store.fetch(KEY, tmp_path / "none" / "part.mp4")
    assert store.holds(KEY)


@pytest.mark.parametrize("spoilt", [b"", b"fram", b"frames and more", b"framez"])
def test_a_damaged_file_is_never_fetched_and_goes(store, target, spoilt):
    store.put(KEY, b"frames")
    (stored,) = files(store)
    stored.write_bytes(spoilt)

    assert not store.fetch(KEY, target)
    assert not target.exists()
    assert not store.holds(KEY)
    store.put(KEY, b"frames")
    assert store.fetch(KEY, target)


def test_a_file_that_vanishes_before_it_is_read_is_not_there(store, target, monkeypatch):
    store.put(KEY, b"frames")
    read = module.read_plain_file

    def too_late(path, most):
        store.clear()
        return read(path, most)

    monkeypatch.setattr(module, "read_plain_file", too_late)

    assert not store.fetch(KEY, target)
    assert not target.exists()


def test_what_happens_to_a_file_after_it_was_read_changes_nothing_of_what_is_fetched(
    store, target, monkeypatch
):
    store.put(KEY, b"frames")
    read = module.read_plain_file

    def just_in_time(path, most):
        found = read(path, most)
        path.write_bytes(b"planted")
        store.clear()
        return found

    monkeypatch.setattr(module, "read_plain_file", just_in_time)

    assert store.fetch(KEY, target)
    assert target.read_bytes() == b"frames"


def test_what_was_used_least_recently_goes_first(store):
    put_in_order(store, {"aa": 400, "bb": 400, "cc": 400, "dd": 400})

    store.prune()

    assert held(store, ("aa", "bb", "cc", "dd")) == "cc dd"


def test_nothing_goes_while_the_limit_is_kept(store):
    put_in_order(store, {"aa": 500, "bb": 500})

    store.prune()

    assert held(store, ("aa", "bb")) == "aa bb"


def test_what_was_fetched_was_used(store, target):
    put_in_order(store, {"aa": 400, "bb": 400, "cc": 400})
    store.fetch("aa", target)

    store.prune()

    assert held(store, ("aa", "bb", "cc")) == "aa cc"


def test_what_is_larger_than_the_limit_is_not_kept_and_drives_nothing_out(store):
    store.put("aa", b"a" * 1000)
    store.put("bb", b"b" * 1001)
    store.prune()

    assert held(store, ("aa", "bb")) == "aa"


def test_a_limit_of_nothing_keeps_nothing(store):
    store.put("aa", b"a")
    none = Store(store.folder, limit=0)
    none.put("bb", b"b")

    none.prune()

    assert files(none) == []
    assert not none.usable()


def test_what_cannot_be_removed_does_not_count_as_removed(store, monkeypatch):
    put_in_order(store, {"aa": 400, "bb": 400, "cc": 400})
    unlink = Path.unlink
    monkeypatch.setattr(
        Path,
        "unlink",
        lambda path, **options: (refuse if path.name.startswith("aa.") else unlink)(
            path, **options
        ),
    )

    store.prune()

    assert held(store, ("aa", "bb", "cc")) == "aa cc"


def test_the_contents_are_counted_with_when_they_were_used(store):
    put_in_order(store, {"aa": 10, "bb": 20, "bbb": 30})

    assert store.contents() == Contents(
        count=3,
        bytes=60,
        oldest=datetime.fromtimestamp(0).astimezone(),
        newest=datetime.fromtimestamp(7200).astimezone(),
    )


def test_clearing_removes_all_and_says_how_much(store, target):
    put_in_order(store, {"aa": 10, "bb": 20})
    store.fetch("aa", target)

    assert store.clear() == 30
    assert list(store.folder.iterdir()) == []
    assert target.read_bytes() == b"a" * 10


def test_a_folder_that_is_no_folder_keeps_nothing_and_raises_nothing(tmp_path, target):
    (tmp_path / "file").touch()
    store = Store(tmp_path / "file" / "segments", limit=1000)

    store.put(KEY, b"frames")
    store.prune()

    assert not store.usable()
    assert not store.fetch(KEY, target)
    assert store.clear() == 0


def test_a_store_that_has_become_read_only_is_still_read(store, target, monkeypatch):
    store.put(KEY, b"frames")
    for name in ("utime", "replace", "unlink", "rmdir"):
        monkeypatch.setattr(os, name, refuse_below(store.folder, getattr(os, name)))

    store.put("cd34", b"more")
    Store(store.folder, limit=1).prune()

    assert store.clear() == 0
    assert store.fetch(KEY, target)
    assert not store.holds("cd34")


ON_A_FULL_DISK = """
import resource, sys
from pathlib import Path
from attnviz.render.store import Store
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
store = Store(Path(sys.argv[1]), limit=1000)
store.put("aa", b"a" * 200)
assert not store.holds("aa")
store.put("bb", b"b" * 100)
assert store.holds("bb")
"""


def test_a_disk_that_fills_leaves_no_half_of_a_part(store):
    python("-c", ON_A_FULL_DISK, store.folder)

    assert [path.name.partition(".")[0] for path in files(store)] == ["bb"]


KILLED = """
import os, sys
from pathlib import Path
from attnviz.render.store import Store
Path.replace = lambda *_: os._exit(0)
Store(Path(sys.argv[1]), limit=1000).put("ab12.mp4", b"frames")
sys.exit("still alive")
"""


def test_what_a_killed_process_left_is_no_part_and_goes_when_it_is_an_hour_old(store, target):
    python("-c", KILLED, store.folder)

    (left,) = files(store)
    assert left.read_bytes() == b"frames"
    assert not store.holds(KEY)
    assert not store.fetch(KEY, target)
    assert store.contents().count == 0
    store.prune()
    assert left.exists()
    os.utime(left, times=(time.time() - 3700,) * 2)
    store.prune()
    assert not left.exists()


AT_WORK = """
import random, sys
from pathlib import Path
from attnviz.render.store import Store
folder, seed = Path(sys.argv[1]), int(sys.argv[2])
store, own, found = Store(folder / "segments", limit=40_000), folder / sys.argv[2], 0
own.mkdir()
draw = random.Random(seed)
for turn in range(600):
    key = f"{draw.randrange(24):02x}.mp4"
    store.put(key, (key * 500).encode())
    key = f"{draw.randrange(24):02x}.mp4"
    if store.fetch(key, own / key):
        found += 1
        assert (own / key).read_bytes() == (key * 500).encode(), key
    if turn % 7 == 0:
        store.prune()
    if turn % 50 == 0:
        store.clear()
    store.contents()
print(found)
"""


def test_processes_at_once_never_disturb_each_other(tmp_path, target):
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", AT_WORK, str(tmp_path), str(seed)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in range(3)
    ]
    for worker in workers:
        found, err = worker.communicate(timeout=PATIENCE)
        assert (worker.returncode, err) == (0, "")
        assert int(found) > 100

    store = Store(tmp_path / "segments", limit=40_000)
    store.prune()
    assert store.contents().count == len(files(store))
    assert store.contents().bytes <= 40_000
    for path in files(store):
        assert store.fetch(path.name.rpartition(".")[0], target), path.name


def test_two_that_put_different_bytes_at_the_same_moment_leave_one_whole(
    store, target, monkeypatch
):
    write = module._write

    def with_another_before_anything_is_removed(path, data):
        write(path, data)
        with monkeypatch.context() as patch:
            patch.setattr(module, "_write", write)
            Store(store.folder, store.limit).put(KEY, b"theirs")

    monkeypatch.setattr(module, "_write", with_another_before_anything_is_removed)
    store.put(KEY, b"ours")

    assert store.fetch(KEY, target)
    assert target.read_bytes() in {b"ours", b"theirs"}


def test_the_name_of_a_file_ends_with_a_digest_of_its_key_and_bytes_by_the_users_secret(store):
    store.put(KEY, b"frames")

    (path,) = files(store)
    sealed = (8).to_bytes(8, "big") + b"ab12.mp4" + b"frames"
    digest = hashlib.blake2b(sealed, key=key_file().read_bytes(), digest_size=16).hexdigest()
    assert path.relative_to(store.folder) == Path("ab", f"{KEY}.{digest}")


def test_an_entry_larger_than_the_limit_is_not_read(store, target):
    store.put(KEY, b"frames")

    assert not Store(store.folder, limit=5).fetch(KEY, target)
    assert not target.exists()


def python(*arguments: object) -> None:
    """Runs it in another process, to a good end."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
