"""`attnviz explain --pause` on a terminal: a real process at the other end of a pseudo-terminal."""

import os
import pty
import re
import select
import subprocess
import sys
from contextlib import suppress

import pytest

from tests.patience import PATIENCE

PROMPT = "q, Enter: stop"


class Terminal:
    """A process on a terminal, its output so far, and a keyboard."""

    def __init__(self, *arguments, folder, piped=None):
        self.keyboard, screen = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "attnviz", "explain", *arguments],
            stdin=screen if piped is None else subprocess.PIPE,
            stdout=screen,
            stderr=screen,
            cwd=folder,
            env=os.environ | {"TERM": "xterm-256color", "COLUMNS": "80", "NO_COLOR": "1"},
            start_new_session=True,
            preexec_fn=lambda: os.close(os.open(os.ttyname(1), os.O_RDWR)),
        )
        os.close(screen)
        if piped is not None:
            self.process.stdin.write(piped)
            self.process.stdin.close()
        self.seen = ""

    def read_until(self, wanted):
        """Everything written since the last call, up to the moment `wanted` is there, or the end."""
        new = ""
        while wanted is None or wanted not in new:
            ready, _, _ = select.select([self.keyboard], [], [], PATIENCE)
            assert ready, f"{wanted!r} never came: {new}"
            data = b""
            with suppress(OSError):  # the other end is closed
                data = os.read(self.keyboard, 4096)
            if not data:
                break
            new += data.decode("utf-8", "replace")
        return new

    def type(self, keys):
        os.write(self.keyboard, keys)

    def end(self):
        rest = self.read_until(None)
        return rest, self.process.wait(PATIENCE)


@pytest.fixture
def terminal(tmp_path):
    opened = []

    def start(*arguments, **options):
        opened.append(Terminal(*arguments, folder=tmp_path, **options))
        return opened[-1]

    yield start
    for each in opened:
        each.process.kill()
        each.process.wait()
        os.close(each.keyboard)


def headers(text):
    text = re.sub(r"\x1b\[\d[AK]", "", text)
    return [int(number) for number in re.findall(r"^  (\d+)  \S.*──", text, re.MULTILINE)]


def test_enter_shows_one_step_after_another_to_the_end(terminal):
    screen = terminal("--pause", "--step", "inputs", "--step", "scores", "--step", "output")

    shown = []
    for _ in range(2):
        shown.append(headers(screen.read_until(PROMPT)))
        screen.type(b"\n")
    rest, status = screen.end()

    assert [*shown, headers(rest)] == [[1], [6], [9]]
    assert PROMPT not in rest
    assert status == 0


def test_q_stops_after_the_step_that_is_shown(terminal):
    screen = terminal("--pause")
    screen.read_until(PROMPT)

    screen.type(b"q\n")
    rest, status = screen.end()

    assert headers(rest) == []
    assert status == 0


def test_the_end_of_the_input_stops_it_too(terminal):
    screen = terminal("--pause")
    screen.read_until(PROMPT)

    screen.type(b"\x04")
    rest, status = screen.end()

    assert headers(rest) == []
    assert status == 0


def test_keys_are_read_from_the_terminal_where_the_vectors_come_from_a_pipe(terminal):
    screen = terminal("--vectors", "-", "--pause", piped=b"1,0\n0,1\n")

    shown = headers(screen.read_until(PROMPT))
    screen.type(b"\n")
    shown += headers(screen.read_until(PROMPT))
    screen.type(b"q\n")
    rest, status = screen.end()

    assert shown == [1, 2]
    assert headers(rest) == []
    assert status == 0


def test_ctrl_c_while_waiting_ends_with_130_and_says_nothing(terminal):
    screen = terminal("--pause")
    screen.read_until(PROMPT)

    screen.type(b"\x03")
    rest, status = screen.end()

    assert status == 130
    assert rest.replace("^C", "").strip() == ""


def test_without_pause_a_terminal_gets_all_at_once(terminal):
    rest, status = terminal().end()

    assert headers(rest) == list(range(1, 13))
    assert status == 0
