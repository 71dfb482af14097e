"""A lecture that a stranger wrote reads no file outside its folder, unless the user allows it."""

import os
import shutil

import pytest

from attnviz.cli.failures import run
from tests.models import tiny
from tests.models.small_tokenizers import characterwise

CHAPTER = '[[chapter]]\nlesson = "self-attention"\n'
ROWS = "1,2\n3,4\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of a lecture, beside one that it must not read."""
    (tmp_path / "talk").mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "x.csv").write_text(ROWS)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "talk"


def explained(capsys, *options: str) -> tuple[int, str, str]:
    status = run(["explain", "talk/talk.toml", *options])
    done = capsys.readouterr()
    return status, done.out, done.err


def refused(capsys, key: str, target) -> bool:
    status, out, err = explained(capsys)
    said = (
        f"Error: talk/talk.toml, chapter 1: {key} reads {os.path.realpath(target)}, outside the lecture's folder: "
        "copy it there, or allow it with --read-outside\n"
    )
    return (status, out, err) == (2, "", said)


@pytest.mark.parametrize("key", ["vectors", "weights", "qkv", "mask", "example", "model"])
@pytest.mark.parametrize("way", ["up", "absolute"])
def test_a_file_outside_the_folder_is_refused_before_it_is_read(key, way, folder, capsys):
    target = folder.parent / "secret" / {"example": "x.toml", "model": "m"}.get(key, "x.csv")
    if key == "model":
        target.mkdir()
    named = f"../secret/{target.name}" if way == "up" else str(target)
    text = 'text = "a b"\n' if key in ("mask", "model") else ""
    (folder / "talk.toml").write_text(f'{CHAPTER}{text}{key} = "{named}"\n')

    assert refused(capsys, key, target)


def test_a_link_that_leads_outside_is_followed_before_it_is_judged(folder, capsys):
    (folder / "x.csv").symlink_to(folder.parent / "secret" / "x.csv")
    (folder / "inside").symlink_to(folder.parent / "secret")
    for named in ("x.csv", "inside/x.csv"):
        (folder / "talk.toml").write_text(f'{CHAPTER}vectors = "{named}"\n')

        assert refused(capsys, "vectors", folder.parent / "secret" / "x.csv")


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_file_of_a_model_that_leads_outside_is_refused(name, folder, capsys):
    shapes, _ = tiny.recorded("bert")
    tiny.write(folder / "m", tiny.CONFIGS["bert"], shapes)
    model = folder / "m"
    (model / "tokenizer.json").touch()
    outside = folder.parent / "secret" / name
    (model / name).rename(outside)
    (model / name).symlink_to(outside)
    (folder / "talk.toml").write_text(f'{CHAPTER}text = "a b"\nmodel = "m"\n')

    assert refused(capsys, "model", outside)


def test_a_font_outside_the_folder_is_refused(folder, capsys):
    (folder / "talk.toml").write_text(f'font = "/etc/font.otf"\n{CHAPTER}text = "a b"\n')

    status, _, err = explained(capsys)

    assert status == 2
    assert "talk/talk.toml: font reads /etc/font.otf, outside the lecture's folder" in err


def test_a_film_of_such_a_lecture_is_refused_too(folder, capsys):
    (folder / "talk.toml").write_text(f'{CHAPTER}vectors = "../secret/x.csv"\n')

    assert run(["render", "talk/talk.toml"]) == 2
    assert "vectors reads " in capsys.readouterr().err
    assert not list(folder.parent.rglob("*.mp4"))


def test_the_user_may_allow_it(folder, capsys):
    (folder / "talk.toml").write_text(f'{CHAPTER}vectors = "../secret/x.csv"\n')

    status, out, err = explained(capsys, "--read-outside", "--step", "inputs")

    assert (status, err) == (0, "")
    assert out


def test_what_is_in_the_folder_is_read_wherever_the_command_runs(folder, capsys):
    shutil.copy(folder.parent / "secret" / "x.csv", folder)
    (folder / "talk.toml").write_text(f'{CHAPTER}vectors = "x.csv"\n')
    (folder.parent / "other").symlink_to(folder)

    assert explained(capsys, "--step", "inputs")[0] == 0
    assert run(["explain", "other/talk.toml", "--step", "inputs"]) == 0


def test_a_model_beside_the_lecture_is_found_and_one_of_the_working_directory_is_not(
    folder, capsys
):
    shapes, _ = tiny.recorded("bert")
    tiny.write(folder / "mine", tiny.CONFIGS["bert"], shapes)
    characterwise().save(str(folder / "mine" / "tokenizer.json"))
    (folder / "talk.toml").write_text(f'{CHAPTER}text = "动物"\nmodel = "mine"\n')
    assert explained(capsys, "--step", "inputs")[0] == 0

    (folder / "mine").rename(folder.parent / "mine")
    assert refused(capsys, "model", folder.parent / "mine")


@pytest.mark.parametrize("command", ["explain", "render"])
def test_the_option_is_for_lectures(command, folder, capsys):
    assert run([command, "the cat", "--read-outside"]) == 2
    assert "--read-outside is for a lecture file: leave it out" in capsys.readouterr().err
