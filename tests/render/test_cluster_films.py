"""Films drawn on a dask cluster: the same as here, though workers are killed and have no font of their own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import psutil
import pytest

from tests.patience import PATIENCE, wait_until
from tests.render.schedulers import ROOT, scheduling

pytestmark = [pytest.mark.xdist_group("cluster"), pytest.mark.films]

CHINESE = ("我 爱 猫", "--lang", "zh", "--step", "inputs", "--step", "scores", "--step", "softmax")
SCENE = """
from manim import *
from beside import TEXT

class Mine(Scene):
    def construct(self):
        square = Square()
        self.add_subcaption(TEXT, duration=1)
        for turn in range(12):
            self.play(square.animate.rotate(0.3).shift(0.1 * RIGHT), run_time=0.4)
            self.wait(0.2)
"""


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    with scheduling(tmp_path_factory.mktemp("cluster")) as scheduler:
        scheduler.join("--nworkers", "2")
        wait_until(lambda: scheduler.workers() == 2)
        yield scheduler


def start(folder: Path, *arguments: str) -> subprocess.Popen:
    folder.mkdir(exist_ok=True)
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "attnviz", "render", *arguments),
            *("--quality", "low", "--fps", "5", "--pace", "fast", "--no-cache", "-o", "a.mp4"),
        ],
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder / "cache")},
    )


def rendered(folder: Path, *arguments: str) -> bytes:
    process = start(folder, *arguments)
    _, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said.count("\n")) == (0, 1), said
    return (folder / "a.mp4").read_bytes()


def pictures(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as film:
        return [frame.to_ndarray(format="gray")[::8, ::8] for frame in film.decode(video=0)]


def test_a_film_is_the_same_to_the_byte_wherever_it_is_drawn(scheduler, tmp_path):
    here = rendered(tmp_path / "here", *CHINESE, "--jobs", "1")
    there = rendered(tmp_path / "there", *CHINESE, "--cluster", scheduler.address)

    assert here == there
    assert not list((tmp_path / "there" / "cache").rglob("*.mp4*"))


def test_a_worker_that_is_killed_in_mid_render_is_not_missed(scheduler, tmp_path):
    (tmp_path / "warm").mkdir()
    process = start(tmp_path / "one", *CHINESE, "--step", "output", "--cluster", scheduler.address)
    workers = [
        each
        for program in scheduler.programs
        for each in psutil.Process(program.pid).children(recursive=True)
        if "spawn_main" in " ".join(each.cmdline())
    ]
    busy = {each.pid: each.cpu_times().user for each in workers}
    # a worker that draws is at work for longer than any message takes
    wait_until(
        lambda: (
            process.poll() is not None
            or any(
                each.is_running() and each.cpu_times().user > busy[each.pid] + 0.4
                for each in workers
            )
        )
    )
    assert process.poll() is None
    victim = max(workers, key=lambda each: each.cpu_times().user - busy[each.pid])
    victim.kill()
    _, said = process.communicate(timeout=PATIENCE)

    assert (process.returncode, said.count("\n")) == (0, 1), said
    here = rendered(tmp_path / "two", *CHINESE, "--step", "output", "--jobs", "1")
    assert (tmp_path / "one" / "a.mp4").read_bytes() == here


def test_a_scene_of_ones_own_travels_with_what_it_imports(scheduler, tmp_path):
    written = tmp_path / "written"
    written.mkdir()
    (written / "mine.py").write_text(SCENE)
    (written / "beside.py").write_text("TEXT = 'from another file'\n")
    scene, options = str(written / "mine.py:Mine"), ("--quality", "low", "--fps", "5")

    def film(name: str, *how: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, "-m", "attnviz", "render", scene, *options, *how, "-o", "a.mp4"],
            capture_output=True,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder / "cache")},
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return folder / "a.mp4"

    here = film("here", "--jobs", "1", "--no-cache")
    there = film("there", "--cluster", scheduler.address, "--no-cache")

    assert here.read_bytes() == there.read_bytes()
    assert "from another file" in there.with_suffix(".srt").read_text()
    assert len(pictures(there)) == 12 * (2 + 1)
    shutil.rmtree(written)
