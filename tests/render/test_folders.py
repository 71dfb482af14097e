"""Where films keep files: in the user's cache directory, and in nothing that stays behind."""

import os
import tempfile
import time
from pathlib import Path

from attnviz.render.folders import (
    cache_folder,
    temporary_work_folder,
    use_work_folder,
    user_folder,
    work_folder,
)

DAY = 24 * 3600


def left_by_a_killed_program(home, name, days):
    folder = home / "attnviz" / name
    (folder / "film-abc").mkdir(parents=True)
    (folder / "film-abc" / "part.mp4").write_bytes(b"half a film")
    os.utime(folder, (time.time() - days * DAY,) * 2)
    return folder


def test_files_lie_in_the_users_cache_directory(home):
    assert user_folder() == home / "attnviz"
    assert not home.exists()
    assert cache_folder() == home / "attnviz"
    assert work_folder() == str(home / "attnviz")


def test_where_that_cannot_be_written_work_files_lie_in_the_systems_folder(home):
    home.write_text("no folder")

    assert cache_folder() is None
    assert work_folder() == tempfile.gettempdir()


def test_files_in_a_temporary_work_folder_are_removed_with_it(home):
    with temporary_work_folder() as folder:
        assert Path(folder).parent == home / "attnviz"
        assert work_folder() == folder
        Path(folder, "part.mp4").write_bytes(b"frames")

    assert work_folder() == str(home / "attnviz")
    assert not list((home / "attnviz").iterdir())


def test_what_a_killed_program_left_goes_after_three_days(home):
    old = left_by_a_killed_program(home, "work-old", days=3.1)
    young = left_by_a_killed_program(home, "work-young", days=2.9)
    kept = left_by_a_killed_program(home, "segments", days=30)

    with temporary_work_folder():
        assert not old.exists()
        assert (young / "film-abc" / "part.mp4").exists()
        assert (kept / "film-abc" / "part.mp4").exists()


def test_work_is_done_in_a_folder_that_was_named_for_as_long_as_it_is_there(home, tmp_path):
    (tmp_path / "theirs").mkdir()

    with use_work_folder(str(tmp_path / "theirs")):
        assert work_folder() == str(tmp_path / "theirs")
        with use_work_folder(None):
            assert work_folder() == str(tmp_path / "theirs")
        (tmp_path / "theirs").rmdir()
        assert work_folder() == str(home / "attnviz")
