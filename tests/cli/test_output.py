"""A file appears whole or not at all."""

import errno
import os
import stat
from pathlib import Path

import pytest

from attnviz.cli.shared.output import check_writable, write_bytes, write_text
from attnviz.errors import EnvironmentFault, InputError, OutputError
from attnviz.library import files
from attnviz.library.files import atomic_file


def test_the_file_appears_when_the_block_ends_and_not_before(tmp_path):
    target = tmp_path / "film.mp4"
    with atomic_file(target) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".mp4"
        temporary.write_bytes(b"frames")
        assert not target.exists()
    assert target.read_bytes() == b"frames"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, InputError("wrong")])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, error):
    target = tmp_path / "film.mp4"
    target.write_bytes(b"old")
    with pytest.raises(error if isinstance(error, type) else type(error)), atomic_file(target) as t:
        t.write_bytes(b"half")
        raise error
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_one_line_with_status_1(tmp_path):
    target = tmp_path / "film.mp4"
    with pytest.raises(EnvironmentFault) as caught, atomic_file(target):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert (
        str(caught.value) == f"no space left on the disk for {target}: free some and run it again"
    )
    assert caught.value.exit_code == 1
    assert not list(tmp_path.iterdir())


def test_another_failure_to_write_is_reported_with_its_reason(tmp_path):
    target = tmp_path / "film.mp4"
    with pytest.raises(OutputError) as caught, atomic_file(target):
        raise OSError(errno.EIO, "Input/output error")
    assert str(caught.value) == f"{target} could not be written: input/output error"


def test_a_new_file_follows_the_umask_and_an_old_one_keeps_its_rights(tmp_path):
    target = tmp_path / "a.txt"
    previous = os.umask(0o027)
    try:
        write_text(target, "new")
        assert stat.S_IMODE(target.stat().st_mode) == 0o640
        target.chmod(0o604)
        write_text(target, "newer")
    finally:
        os.umask(previous)
    assert stat.S_IMODE(target.stat().st_mode) == 0o604


def test_a_link_is_followed(tmp_path):
    real = tmp_path / "real.txt"
    real.write_text("old")
    link = tmp_path / "link.txt"
    link.symlink_to(real)
    write_text(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_a_device_is_written_to_and_never_replaced():
    write_bytes("/dev/null", b"nothing")
    assert not Path("/dev/null").is_file()
    check_writable("/dev/null")


def test_a_full_device_is_reported():
    with pytest.raises(EnvironmentFault, match=r"^no space left on the disk for /dev/full: "):
        write_bytes("/dev/full", b"something")


def test_a_name_as_long_as_names_may_be_can_be_written(tmp_path):
    target = tmp_path / ("a" * 251 + ".txt")
    write_text(target, "猫")
    assert target.read_bytes() == "猫".encode()


def test_dash_is_stdout(capfdbinary):
    check_writable("-")
    write_text("-", "猫\n")
    write_bytes("-", b"\x00")
    assert capfdbinary.readouterr().out == "猫\n".encode() + b"\x00"


def test_a_check_leaves_nothing_behind(tmp_path):
    check_writable(tmp_path / "film.mp4")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("attempt", [check_writable, lambda path: write_text(path, "text")])
class TestBeforeAnythingIsComputed:
    def test_a_folder_is_reported(self, tmp_path, attempt):
        with pytest.raises(OutputError) as caught:
            attempt(tmp_path)
        assert str(caught.value) == f"{tmp_path} is a folder: name a file in it"
        assert caught.value.exit_code == 2

    def test_a_missing_folder_is_reported(self, tmp_path, attempt):
        path = tmp_path / "none" / "film.mp4"
        with pytest.raises(OutputError) as caught:
            attempt(path)
        assert str(caught.value) == (
            f"{path} cannot be written: the folder {path.parent} does not exist; make it first"
        )

    def test_a_file_in_place_of_a_folder_is_reported(self, tmp_path, attempt):
        (tmp_path / "file").touch()
        path = tmp_path / "file" / "film.mp4"
        with pytest.raises(OutputError) as caught:
            attempt(path)
        assert str(caught.value) == (
            f"{path} cannot be written: {path.parent} is not a folder; choose another place"
        )

    def test_a_protected_file_is_reported(self, tmp_path, attempt, monkeypatch):
        path = tmp_path / "film.mp4"
        path.touch()
        monkeypatch.setattr(files.os, "access", lambda *_: False)
        with pytest.raises(OutputError) as caught:
            attempt(path)
        assert str(caught.value) == (
            f"{path} is write-protected: choose another name or lift the protection"
        )

    def test_a_protected_folder_is_reported(self, tmp_path, attempt, monkeypatch):
        def refuse(*_):
            raise PermissionError(errno.EACCES, "Permission denied")

        monkeypatch.setattr(files.os, "open", refuse)
        path = tmp_path / "film.mp4"
        with pytest.raises(OutputError) as caught:
            attempt(path)
        assert str(caught.value) == (
            f"{path} cannot be written: permission denied in {tmp_path}; choose another place"
        )
