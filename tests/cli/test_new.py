"""attnviz new, as a user runs it."""

import pytest
from click.testing import CliRunner

from attnviz.cli.commands import attnviz as program
from attnviz.cli.failures import run
from attnviz.lecture.reading import read_lecture
from attnviz.lecture.starts import start


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, capsys):
    # after a failure the program closes what it takes for stdout: it must not be the tests' own
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_start_is_written_in_the_requested_language(folder, capsys, language):
    assert run(["new", "talk.toml", "--lang", language]) == 0

    assert (folder / "talk.toml").read_text(encoding="utf-8") == start(language)
    assert read_lecture("talk.toml").languages == (language,)
    out, err = capsys.readouterr()
    assert (out, err) == ("", "talk.toml is written: change it, then attnviz render talk.toml\n")


def test_a_file_that_is_there_is_never_lost(folder, capsys):
    (folder / "talk.toml").write_text("mine")

    assert run(["new", "talk.toml"]) == 2

    assert (folder / "talk.toml").read_text() == "mine"
    assert capsys.readouterr().err == (
        "Error: talk.toml is there already: choose another name, or --force replaces it\n"
    )


def test_a_link_to_nowhere_is_not_written_through(folder):
    (folder / "talk.toml").symlink_to("elsewhere.toml")

    assert run(["new", "talk.toml"]) == 2
    assert not (folder / "elsewhere.toml").exists()


def test_force_replaces_a_file(folder):
    (folder / "talk.toml").write_text("mine")

    assert run(["new", "talk.toml", "--force"]) == 0
    assert (folder / "talk.toml").read_text(encoding="utf-8") == start("en")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "talk.txt",
            "talk.txt has the suffix '.txt', and a lecture is a .toml file: write talk.toml",
        ),
        ("talk", "talk has no suffix, and a lecture is a .toml file: write talk.toml"),
        (".toml", ".toml has no suffix, and a lecture is a .toml file: write lecture.toml"),
        ("..", ".. has no suffix, and a lecture is a .toml file: write lecture.toml"),
        ("", " has no suffix, and a lecture is a .toml file: write lecture.toml"),
        (
            "no/talk.toml",
            "no/talk.toml cannot be written: the folder no does not exist; make it first",
        ),
    ],
)
def test_a_path_that_cannot_be_a_lecture_file_is_reported(folder, capsys, name, message):
    assert run(["new", name]) == 2

    assert capsys.readouterr().err == f"Error: {message}\n"
    assert list(folder.iterdir()) == []


def test_a_folder_is_not_written_over(folder, capsys):
    (folder / "talk.toml").mkdir()

    assert run(["new", "talk.toml", "--force"]) == 2
    assert capsys.readouterr().err == "Error: talk.toml is a folder: name a file in it\n"


def test_the_command_is_listed_and_explains_itself():
    runner = CliRunner()

    assert "\n  new " in runner.invoke(program, ["--help"]).output
    assert "--force" in runner.invoke(program, ["new", "--help"]).output
