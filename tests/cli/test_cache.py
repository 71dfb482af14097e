"""attnviz cache, as a user runs it."""

import errno
import os
import subprocess
import sys
from datetime import datetime

import click
import pytest

from attnviz.cli.cache import ByteSize, human
from attnviz.render.store import DEFAULT_LIMIT, unchecked_user_store

NO_SIZE = "is no size: write 500MB, 2GB, or 0 to keep nothing"


@pytest.fixture
def folder(work):
    """Where the parts are."""
    return work.parent / "cache" / "attnviz" / "segments"


@pytest.fixture
def filled(work):
    """Puts parts of so many bytes, each used a minute after the one before."""

    def fill(*sizes: int) -> None:
        store = unchecked_user_store()
        for i, size in enumerate(sizes):
            store.put(f"{i:02x}.mp4", bytes(size))
            (path,) = store.folder.glob(f"{i:02x}/*")
            moment = datetime(2026, 2, 3, 14, 5 + i).timestamp()
            os.utime(path, (moment, moment))

    return fill


def refuse(*_, **__):
    raise PermissionError(errno.EACCES, "Permission denied")


def test_it_says_where_how_much_and_when(attnviz, folder, filled):
    filled(1_200_000, 34_567)

    done = attnviz("cache")

    assert (done.status, done.err) == (0, "")
    assert done.out == (
        f"Folder      {folder}\n"
        "Parts       2\n"
        "Size        1.23 MB\n"
        "Limit       2 GB\n"
        "Last used   2026-02-03 14:06\n"
        "Oldest use  2026-02-03 14:05\n"
    )


def test_where_nothing_was_kept_yet_it_says_so(attnviz, folder):
    done = attnviz("cache")

    assert (done.status, done.err) == (0, "")
    assert done.out == f"Folder      {folder}\nParts       0\nSize        0 B\nLimit       2 GB\n"


def test_clearing_empties_it_and_says_how_much_was_freed(attnviz, folder, filled):
    filled(1_200_000, 34_567)

    assert attnviz("cache", "--clear").out == "1.23 MB freed\n"
    assert list(folder.iterdir()) == []
    assert attnviz("cache", "--clear").out == "0 B freed\n"


def test_a_limit_is_saved_and_kept_at_once(attnviz, filled):
    filled(600_000, 300_000, 200_000)

    done = attnviz("cache", "--limit", "0.5MB")

    assert (done.status, done.err) == (0, "")
    assert "Parts       2\nSize        500 kB\nLimit       500 kB\n" in done.out
    assert attnviz("cache").out == done.out


def test_a_limit_of_0_keeps_nothing_from_now_on(attnviz, filled):
    filled(600_000)

    done = attnviz("cache", "--limit", "0")

    assert done.out.endswith("Parts       0\nSize        0 B\nLimit       0 B: nothing is kept\n")
    assert "2 GB" in attnviz("cache", "--limit", "2GB").out
    assert unchecked_user_store().limit == DEFAULT_LIMIT


def test_a_limit_can_be_saved_while_all_is_cleared(attnviz, filled):
    filled(600_000)

    assert attnviz("cache", "--clear", "--limit", "1GB").out == "600 kB freed\n"
    assert "Limit       1 GB\n" in attnviz("cache").out


@pytest.mark.parametrize("written", ["nonsense", "500", "-1GB", ""])
def test_what_is_no_size_is_refused_with_what_is(attnviz, folder, written):
    done = attnviz("cache", "--limit", written)

    assert done.status == 2
    assert done.refusal == (
        f"Invalid value for '--limit': {written!r} {NO_SIZE}. See: attnviz cache --help"
    )
    assert not folder.parent.exists()


def test_an_argument_is_refused(attnviz):
    done = attnviz("cache", "clear")

    assert done.status == 2
    assert "Got unexpected extra argument (clear)" in done.refusal


def test_a_cache_that_cannot_be_written_is_shown(attnviz, folder):
    folder.parent.parent.write_text("no folder")

    done = attnviz("cache")

    assert done.status == 0
    assert done.out.startswith(f"Folder      {folder}\nParts       0\n")
    assert done.out.endswith("Note        the folder cannot be written: nothing new is kept\n")
    assert attnviz("cache", "--clear").out == "0 B freed\n"


def test_a_limit_that_cannot_be_saved_is_reported_with_the_cure(attnviz, folder):
    folder.parent.parent.write_text("no folder")

    done = attnviz("cache", "--limit", "1GB")

    assert done.status == 1
    assert done.refusal == (
        f"the cache {folder} cannot be changed: make it writable, "
        "or name another folder for caches in XDG_CACHE_HOME"
    )


def test_a_cache_that_cannot_be_emptied_is_reported_with_the_cure(
    attnviz, folder, filled, monkeypatch
):
    filled(600_000)
    monkeypatch.setattr(os, "unlink", refuse)

    done = attnviz("cache", "--clear")

    assert done.status == 1
    assert done.refusal.startswith(f"the cache {folder} cannot be changed: make it writable, or")


def test_a_full_disk_is_reported(attnviz, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device", "segments.limit")

    monkeypatch.setattr(os, "replace", full)

    done = attnviz("cache", "--limit", "1GB")

    assert done.status == 1
    assert done.refusal == (
        "no space left on the disk for segments.limit: free some and run it again"
    )


def test_it_starts_without_the_libraries_that_draw(work):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "attnviz", "cache"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "attnviz.render.store" in loaded
    assert not loaded & {"manim", "av", "numpy", "rich", "csv"}
    assert done.stdout.startswith("Folder      ")
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("0", 0),
        ("500MB", 500_000_000),
        ("５００ＭＢ", 500_000_000),
        ("１．５ GB", 1_500_000_000),
        ("2GB", 2_000_000_000),
        (" 1.5 gb ", 1_500_000_000),
        ("2g", 2_000_000_000),
        ("20kB", 20_000),
        ("700B", 700),
        ("1T", 1_000_000_000_000),
        ("1MiB", 1_048_576),
        ("1gi", 1_073_741_824),
        ("0.1GB", 100_000_000),
        ("0MB", 0),
    ],
)
def test_a_size_is_read_as_it_is_meant(written, size):
    assert ByteSize().convert(written, None, None) == size


@pytest.mark.parametrize(
    "written",
    [
        *("", " ", "1", "00", "MB", ".5GB", "1,5GB", "-1GB", "1e3MB", "1iB", "1PB", "2GBs", "inf"),
        "9999999GB",
    ],
)
def test_an_invalid_size_is_reported_with_valid_ones(written):
    with pytest.raises(click.BadParameter) as refused:
        ByteSize().convert(written, None, None)

    assert refused.value.message == f"{written!r} {NO_SIZE}"


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (1_234_567, "1.23 MB"),
        (999_499, "999 kB"),
        (999_500, "1 MB"),
        (12_345_678_901, "12.3 GB"),
        (10**15, "1,000 TB"),
        (10**18 - 10**12, "999,999 TB"),
    ],
)
def test_a_size_is_printed_with_three_digits(size, text):
    assert human(size) == text
