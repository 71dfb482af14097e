"""The line that shows that long work goes on: real processes on a pseudo-terminal, held up until the line is there."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest

from attnviz.cli.failures import run
from attnviz.models.model import open_model
from attnviz.models.revision import revision
from attnviz.progress import part_of, report, watched
from tests.models.tiny import CONFIGS, IDS, recorded, write
from tests.patience import PATIENCE

ROWS = b"1,0\n0,1\n1,1\n"
ERASED, CURSOR = "\x1b[2K", "\x1b[?25h"


class Screen:
    """A process whose stderr is a terminal, and which reads from a pipe that this end fills when it likes."""

    def __init__(self, folder, *arguments, term="xterm-256color", code=None):
        self.pipe = folder / "slow.csv"
        os.mkfifo(self.pipe)
        self.terminal, screen = pty.openpty()
        program = ["-m", "attnviz"] if code is None else ["-c", code]
        self.process = subprocess.Popen(
            [sys.executable, *program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=screen,
            cwd=folder,
            env=os.environ | {"TERM": term},
        )
        os.close(screen)
        # open for both ends: neither waits for the other
        self.writer = os.open(self.pipe, os.O_RDWR)

    def read_until(self, wanted):
        """All that is drawn until `wanted` is there; None is the end."""
        seen = ""
        while wanted is None or wanted not in seen:
            ready, _, _ = select.select([self.terminal], [], [], PATIENCE)
            assert ready, f"{wanted!r} never came: {seen!r}"
            data = b""
            with suppress(OSError):  # the other end is closed
                data = os.read(self.terminal, 4096)
            if not data:
                break
            seen += data.decode()
        return seen

    def write(self, rows=ROWS):
        os.write(self.writer, rows)
        self.close_pipe()

    def close_pipe(self):
        if self.writer is not None:
            os.close(self.writer)
            self.writer = None

    def end(self):
        """What is drawn from now on, what came on stdout, and the exit status."""
        out = self.process.stdout.read()
        return self.read_until(None), out, self.process.wait(PATIENCE)


@pytest.fixture
def screen(tmp_path):
    started = []

    def start(*arguments, **options):
        started.append(Screen(tmp_path, *arguments, **options))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()
        each.process.stdout.close()
        each.close_pipe()
        os.close(each.terminal)


def left_on_screen(drawn):
    """What remains of a line that is drawn over again and again."""
    return re.sub(r"\x1b\[[?\d;]*[A-Za-z]|\r|\n", "", drawn.rpartition(ERASED)[2])


def plain_run(tmp_path, *arguments):
    (tmp_path / "plain.csv").write_bytes(ROWS)
    return subprocess.run(
        [sys.executable, "-m", "attnviz", *arguments, "--vectors", "plain.csv"],
        capture_output=True,
        cwd=tmp_path,
        check=True,
    )


@pytest.mark.parametrize("format", ["text", "json", "markdown"])
def test_long_work_is_shown_on_a_terminal_and_the_result_is_the_same(screen, tmp_path, format):
    held_up = screen("explain", "--format", format, "--vectors", "slow.csv")
    held_up.read_until("Reading slow.csv")
    held_up.write()
    drawn, out, status = held_up.end()

    assert (status, left_on_screen(drawn)) == (0, "")
    assert CURSOR in drawn
    expected = plain_run(tmp_path, "explain", "--format", format).stdout
    assert out == expected.replace(b"plain.csv", b"slow.csv")


def test_ctrl_c_takes_the_line_away_and_says_nothing(screen):
    held_up = screen("explain", "--vectors", "slow.csv")
    held_up.read_until("Reading slow.csv")
    held_up.process.send_signal(signal.SIGINT)
    drawn, out, status = held_up.end()

    assert (status, out, left_on_screen(drawn)) == (130, b"", "")
    assert CURSOR in drawn


def test_an_error_takes_the_line_away_first(screen):
    held_up = screen("explain", "--vectors", "slow.csv")
    held_up.read_until("Reading slow.csv")
    held_up.write(b"1,a\n")
    drawn, _, status = held_up.end()

    assert status == 2
    assert left_on_screen(drawn).startswith("Error: ")


def test_a_request_to_end_takes_the_line_away(screen):
    held_up = screen("explain", "--vectors", "slow.csv")
    held_up.read_until("Reading slow.csv")
    held_up.process.terminate()
    drawn, _, status = held_up.end()

    assert (status, left_on_screen(drawn)) == (128 + signal.SIGTERM, "")


def test_a_render_shows_that_it_reads_before_it_plans(screen):
    held_up = screen("render", "--vectors", "slow.csv", "-o", "x.mp4")
    held_up.read_until("Reading slow.csv")
    held_up.process.send_signal(signal.SIGINT)
    drawn, _, status = held_up.end()

    assert (status, left_on_screen(drawn)) == (130, "")


HELD_UP = """
import sys, time
from attnviz.cli.shared.progress_line import progress_line
with progress_line():
    time.sleep(1.5)  # three times as long as it takes until a line is drawn
print("rich" in sys.modules)
"""


def test_a_terminal_that_cannot_draw_over_a_line_shows_none(screen):
    held_up = screen(code=HELD_UP, term="dumb")
    assert held_up.end() == ("", b"False\n", 0)


def test_nothing_is_shown_where_stderr_is_no_terminal():
    done = subprocess.run([sys.executable, "-c", HELD_UP], capture_output=True, check=True)

    assert (done.stdout, done.stderr) == (b"False\n", b"")


def test_nothing_is_drawn_where_a_person_is_waited_for(screen):
    report = "    from attnviz.progress import report; report('')"
    waiting = HELD_UP.replace("    time", f"{report}\n    time")
    held_up = screen(code=waiting)
    assert held_up.end() == ("", b"False\n", 0)


def test_work_that_is_quick_imports_nothing_to_draw_with(screen):
    quick = screen(code=HELD_UP.replace("time.sleep(1.5)", "pass"))

    assert quick.end() == ("", b"False\n", 0)


def test_a_name_that_would_steer_the_terminal_is_shown_and_not_obeyed(screen):
    code = HELD_UP.replace("progress_line()", r"progress_line('a\x1b[31m\nb')")
    held_up = screen(code=code)
    drawn, _, _ = held_up.end()

    assert r"a\x1b[31m b" in drawn


def reports_of(*arguments):
    """All that is reported while the command is at work."""
    seen = []
    with watched(lambda work, done, total: seen.append((work, done, total))):
        assert run(list(arguments)) == 0
    return seen


@pytest.mark.usefixtures("capfd")
def test_explain_reports_reading_computing_building_and_laying_out(tmp_path):
    np.save(tmp_path / "x.npy", np.eye(6))
    seen = reports_of("explain", "--vectors", str(tmp_path / "x.npy"), "--heads", "3")
    works = [work for work, _, _ in seen]

    assert list(dict.fromkeys(works)) == [
        "Reading x.npy",
        "Computing",
        "Building the steps",
        "Laying out the steps",
    ]
    assert [each for each in seen if each[0] == "Computing"] == [
        ("Computing", head, 3) for head in range(3)
    ]


@pytest.mark.usefixtures("capfd")
def test_a_lecture_reports_which_chapter_it_is_at(tmp_path):
    chapter = '[[chapter]]\nlesson = "self-attention"\ntext = "a b"\n'
    (tmp_path / "l.toml").write_text('[[chapter]]\ncard = "One"\n' + chapter * 2)
    works = [work for work, _, _ in reports_of("explain", str(tmp_path / "l.toml"))]

    assert "Chapter 2 of 3: Computing" in works
    assert "Chapter 3 of 3: Building the steps" in works
    assert "Chapter 1 of 3: Computing" not in works


def test_a_part_of_nothing_that_is_watched_reports_nothing():
    with part_of("whole"):
        report("part")
    seen = []
    with watched(lambda *each: seen.append(each)), part_of("whole"), part_of("half"):
        report("part", 1, 2)
        report("")

    assert seen == [("whole: half: part", 1, 2), ("", 0, 0)]


@pytest.fixture
def seen():
    """All that is reported while the test is at work."""
    reports = []
    with watched(lambda work, done, total: reports.append((work, done, total))):
        yield reports


def test_the_layers_of_a_model_are_counted_as_they_are_run(tmp_path, seen):
    shapes, _ = recorded("llama")
    model = open_model(str(write(tmp_path, CONFIGS["llama"], shapes)))

    count = len(list(model.run(IDS, np.float64)))

    layers = [each for each in seen if each[0] == "Layers of the model"]
    assert layers[:count] == [("Layers of the model", done, count) for done in range(count)]
    assert count > 1


def test_weights_are_counted_by_the_mebibyte_while_their_sha256_is_found(
    tmp_path, monkeypatch, seen
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "w.safetensors").write_bytes(bytes(3 << 20))

    revision([tmp_path / "w.safetensors"])
    assert seen == [("MiB of w.safetensors checked", done, 3) for done in range(3)]
    seen.clear()
    revision([tmp_path / "w.safetensors"])
    assert seen == []  # it was remembered


@pytest.mark.usefixtures("capfd")
def test_a_large_json_says_how_much_of_it_is_written(tmp_path):
    words = " ".join(map(str, range(150)))
    file = tmp_path / "a.json"
    works = [each for each, _, _ in reports_of("explain", words, "-o", str(file))]

    written = [float(each.split()[1]) for each in works if each.startswith("Writing, ")]
    assert written == sorted(written)
    assert 0.8 <= written[-1] / (file.stat().st_size / 1e6) <= 1.2
