"""Weights are told by their sha256, which is found once."""

import hashlib
import json
import os

import pytest

from attnviz.models import revision as module
from attnviz.models.revision import revision


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "attnviz" / "models.json"


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"weights")
    return path


def test_it_is_the_sha256_of_the_file_and_of_several_that_of_their_digests(weights, tmp_path):
    other = tmp_path / "other.safetensors"
    other.write_bytes(b"more")
    one, two = (hashlib.sha256(each).hexdigest() for each in (b"weights", b"more"))

    assert revision([weights]) == one
    assert revision([weights, other]) == hashlib.sha256((one + two).encode()).hexdigest()


def test_a_file_is_read_once_until_it_changes(weights, monkeypatch):
    first = revision([weights])
    read = []
    monkeypatch.setattr(module, "_sum_of", lambda path: read.append(path) or "0" * 64)

    assert revision([weights]) == first
    assert not read
    os.utime(weights, (1, 1))
    assert revision([weights]) == "0" * 64


def test_a_file_of_the_hub_is_named_by_its_digest(tmp_path, monkeypatch):
    name = hashlib.sha256(b"weights").hexdigest()
    (tmp_path / name).write_bytes(b"weights")
    (tmp_path / "model.safetensors").symlink_to(name)
    monkeypatch.setattr(module, "_sum_of", None)

    assert revision([tmp_path / "model.safetensors"]) == name


@pytest.mark.parametrize("spoilt", ["", "[]", "null", '{"a": "b"}', "\x00"])
def test_what_was_remembered_and_cannot_be_read_is_found_anew(weights, home, spoilt):
    home.parent.mkdir(parents=True)
    home.write_text(spoilt)

    assert revision([weights]) == hashlib.sha256(b"weights").hexdigest()
    assert json.loads(home.read_text())


def test_where_nothing_can_be_written_nothing_is_remembered(weights, tmp_path):
    (tmp_path / "cache").write_text("no folder")

    assert revision([weights]) == hashlib.sha256(b"weights").hexdigest()
