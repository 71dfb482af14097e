"""docs/inputs.md: every file that it shows is made, and every command is run."""

import re
import subprocess
import sys

import pytest

from attnviz.inputs.arrays.vectors import SUFFIXES
from attnviz.inputs.score_options import SCORE_OPTIONS, flag_of
from tests.test_docs import calls, fenced, fits, run, text_of

DOCUMENT = "docs/inputs.md"
FILE = re.compile(r"^```(?:csv|json|python) (\S+)\n(.*?)^```$", re.M | re.S)
SESSIONS = [calls(block) for block in fenced(DOCUMENT, "console")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with every file of the document; the Python of it was run there."""
    folder = tmp_path_factory.mktemp("inputs")
    for name, content in FILE.findall(text_of(DOCUMENT)):
        (folder / name).write_text(content, encoding="utf-8")
        if name.endswith(".py"):
            subprocess.run([sys.executable, "-P", name], cwd=folder, check=True)
    return folder


@pytest.mark.parametrize("session", SESSIONS, ids=[each[0].command for each in SESSIONS])
def test_every_command_prints_what_is_shown(session, folder):
    for call in session:
        code, printed = run(call.command, folder)
        expected = 2 if call.shown and call.shown[0].startswith("Error:") else 0

        assert code == expected, f"$ {call.command}\n{printed}"
        shown = tuple(line for line in call.shown if line)
        assert fits(shown, [line.rstrip() for line in printed.splitlines()]), (
            f"$ {call.command}\nprinted:\n{printed}"
        )


def test_every_file_that_is_shown_is_used():
    commands = " ".join(call.command for session in SESSIONS for call in session)
    named = [name for name, _ in FILE.findall(text_of(DOCUMENT)) if not name.endswith(".py")]

    assert len(named) > 8
    assert [name for name in named if f" {name}" not in commands] == []


@pytest.mark.parametrize(
    "option",
    [
        *("--vectors", "--weights", "--qkv", "--prefix", "--fused", "--layout", "--batch"),
        *("--transpose-weights", "--attention", "--heads", "--tokens"),
        *(flag_of(name) for name, each in SCORE_OPTIONS.items() if each.kind in ("file", "choice")),
    ],
)
def test_every_option_about_a_file_is_explained(option):
    assert option in text_of(DOCUMENT)


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".safetensors"])
def test_every_kind_of_file_is_named(suffix):
    assert suffix in text_of(DOCUMENT)
