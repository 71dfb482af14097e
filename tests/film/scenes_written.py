"""Scenes of a user's own, written into a folder of the test's."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from attnviz.render.scenes.scene_file import SceneFile, load
from attnviz.render.scenes.scene_folder import close_folders

ONE = "from manim import *\nclass Talk(Scene):\n    pass\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working directory for the test; what Python imports from is the same after it."""
    # Another test may have left the folder of a scene open. Closing it later would bring back the sys.path of then,
    # without what this test puts there.
    close_folders()
    monkeypatch.chdir(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    close_folders()
    for name in sys.modules.keys() - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", None)):
            del sys.modules[name]


def write(path, text):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def loaded(path, text=ONE, name=None):
    return load(SceneFile(write(path, text), name))
