"""Each option of each command with values that no one means: done, or refused in a line, soon, in little memory."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import click
import numpy as np
import pytest

from attnviz.cli.commands import attnviz
from attnviz.cli.failures import run
from attnviz.errors import InputError
from tests.hostile.test_function_arguments import within

SECONDS = 20
MOST_MORE = 300 * 2**20
"""Bytes by which a value of an option may raise the most memory that this process took."""
VALUES = {
    "empty": "",
    "blank": " ",
    "NUL": "a\0b",
    "huge number": "9" * 30,
    "a number of many digits": "9" * 5000,
    "negative": "-1",
    "zero": "0",
    "nan": "nan",
    "inf": "inf",
    "beyond a float": "1e999",
    "a fraction": "1.5",
    "digits of another script": "٤٢",
    "a digit that counts nothing": "²",
    "ESC": "\x1b[31mred\x1b[0m",
    "line break": "a\nb",
    "a surrogate": "a\udcff",
    "long": "n" * 100_000,
    "long path": "n/" * 50_000,
    "a folder": "folder",
    "the root": "/",
    "a FIFO": "fifo",
    "a device": "/dev/null",
    "an endless device": "/dev/zero",
    "no such file": "there-is-none.csv",
    "an empty file": "empty.csv",
    "bytes that are no text": "bytes.json",
    "brackets": "[" * 3000,
    "a dash": "-",
    "options": "--help",
}
GOOD = {
    "explain": [["a b"], []],
    "render": [["a b"], []],
    "heads": [["a b", "--attention=weights.npy"], ["a b"]],
    "lessons": [[], ["cost"]],
    "examples": [[]],
    "new": [[], ["new.toml"]],
    "models": [[]],
    "cache": [[]],
}
"""What each command is given beside the option."""


def pairs() -> list[tuple[str, str]]:
    """Each command with each of its options that takes a value, and each of its arguments."""
    context = click.Context(attnviz)
    found = []
    for name in attnviz.list_commands(context):
        command = attnviz.get_command(context, name)
        assert command is not None
        for each in command.params:
            if isinstance(each, click.Argument):
                found.append((name, f"<{each.name}>"))
            elif isinstance(each, click.Option) and not each.is_flag:
                found.append((name, each.opts[-1]))
    # `models get NAME` fetches: what it does with a wrong name is tested where its network is a stand-in
    found.remove(("models", "<name>"))
    return found


PAIRS = pairs()


@pytest.fixture(autouse=True)
def _in_a_folder_with_traps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    np.save("weights.npy", np.full((2, 2), 0.5))
    Path("folder").mkdir()
    os.mkfifo("fifo")
    Path("empty.csv").touch()
    Path("bytes.json").write_bytes(bytes(range(128, 256)))

    def begins(*_: Any) -> None:
        raise InputError("here the planning of the film begins: every option was taken")

    monkeypatch.setattr("attnviz.library.films.film_writer.plan_films", begins)


def command_lines(command: str, option: str, value: str) -> list[list[str]]:
    if option.startswith("<"):
        return [[command, "--", value]]
    return [[command, f"{option}={value}", *others] for others in GOOD[command]]


def fault_of(arguments: list[str], outcome: Callable[[], Any]) -> str | None:
    """What is wrong with how the command ends; None if nothing is."""
    try:
        # "-" is standard input: an empty one
        with within(SECONDS), Path(os.devnull).open() as empty, mock.patch("sys.stdin", empty):
            status = run(arguments)
    except BaseException as error:
        outcome()
        return f"{type(error).__name__}: {error}"[:300]
    out, err = outcome()
    if "Traceback" in err or "\x1b" in out + err:
        return f"a traceback, or a command to the terminal: {err[-300:]!r}"
    if status not in (0, 1, 2):
        return f"status {status}"
    if status:
        *before, last = err.splitlines() or [""]
        if not last.startswith("Error: ") or any(each.startswith("Error") for each in before):
            return f"status {status} without one line of error: {err[:300]!r}"
        if len(last) > 1000:
            return f"a line of {len(last)} characters: {last[:100]!r}"
        if "Error: unexpected " in last:  # also where it took too long
            return last
    return None


@pytest.mark.parametrize(("command", "option"), PAIRS, ids=[f"{a}{b}" for a, b in PAIRS])
def test_a_hostile_value_is_taken_or_refused_in_one_line(command, option, capsys):
    unit = 1 if sys.platform == "darwin" else 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    faults = {}
    for kind, value in VALUES.items():
        for arguments in command_lines(command, option, value):
            fault = fault_of(arguments, capsys.readouterr)
            if fault:
                faults[kind, *(each[:40] for each in arguments)] = fault
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit - before

    assert faults == {}
    assert more < MOST_MORE


@pytest.mark.parametrize("option", ["--theme", "--width", "--vectors", "--output"])
def test_a_message_that_quotes_a_long_value_is_short_and_ends_with_the_cure(option, capsys):
    assert run(["explain", f"{option}={'n' * 100_000}"]) == 2

    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("Error: ")
    assert len(line) < 1000
    assert " … " in line
    assert not line.endswith("n" * 200)
