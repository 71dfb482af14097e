"""What the tests of users' scenes stand on."""

import sys

from attnviz.render.scenes.scene_folder import SceneFolder, close_folders
from tests.film.scenes_written import folder

__all__ = ["folder"]  # the tests' own


def test_what_a_test_imports_from_is_its_own_though_an_earlier_one_left_its_folder_open(
    request, tmp_path, monkeypatch
):
    SceneFolder(tmp_path / "earlier")
    request.getfixturevalue("folder")
    monkeypatch.syspath_prepend(str(tmp_path / "installed"))
    with_it = sys.path[:]

    SceneFolder(tmp_path / "scene")

    assert sys.path == [str(tmp_path / "scene"), *with_it]
    close_folders()
    assert sys.path == with_it
