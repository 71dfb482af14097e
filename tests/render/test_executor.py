"""Jobs in this process and in others: their results, their order, and what is left when something ends them."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import forkserver
from pathlib import Path

import psutil
import pytest

from attnviz.errors import EnvironmentFault, InputError
from attnviz.render.workers import processes
from attnviz.render.workers.executor import call_on_wait, executor
from attnviz.render.workers.job_codec import packed, run_packed, unpacked
from tests.patience import PATIENCE, wait_until
from tests.render import jobs

ROOT = Path(__file__).parents[2]


def never() -> None:
    """Nothing ends the work."""


@pytest.fixture(autouse=True)
def light_workers(monkeypatch):
    """Workers that have not imported manim, and find the jobs."""
    monkeypatch.setattr(processes, "PRELOADED", ("wave",))
    monkeypatch.syspath_prepend(str(ROOT))


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "jobs"
    path.mkdir()
    return path


def told_in(folder: Path) -> list[int]:
    """The processes that have left a file there."""
    return [int(path.name.partition("-")[0]) for path in folder.iterdir()]


def interrupting(folder: Path, count: int):
    """Interrupts when that many jobs have left a file."""

    def on_wait() -> None:
        if len(told_in(folder)) >= count:
            raise KeyboardInterrupt

    return on_wait


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def running(pids) -> list[int]:
    """Those that are still there, after as long as it takes to notice an end."""
    end = time.monotonic() + PATIENCE
    while (left := [pid for pid in pids if runs(pid)]) and time.monotonic() < end:
        time.sleep(0.01)
    return left


def offspring(pid: int) -> list[int]:
    """All processes that come from this one; but Python's own that looks after semaphores, and stays until the end."""
    return [
        each.pid
        for each in psutil.Process(pid).children(recursive=True)
        if "resource_tracker" not in " ".join(each.cmdline())
    ]


def test_one_job_at_a_time_is_done_in_this_very_process():
    with executor(1) as alone:
        results = dict(alone.results(jobs.process_and_turn, "abc", never))

    assert alone.workers == 1
    assert {pid for pid, _ in results.values()} == {os.getpid()}
    assert list(results) == [0, 1, 2]


def test_a_job_in_this_process_can_be_interrupted_in_its_middle():
    calls = []

    def third_time() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt

    with executor(1) as alone, pytest.raises(KeyboardInterrupt):
        list(alone.results(jobs.breathing, [100], third_time))

    assert len(calls) == 3
    call_on_wait()  # nobody listens any more
    assert len(calls) == 3


@pytest.mark.parametrize("count", [1, 2])
def test_every_result_comes_with_the_place_of_its_argument(count):
    with executor(count) as hands:
        results = dict(hands.results(jobs.squared, range(20), never))
        nothing = list(hands.results(jobs.squared, [], never))

    assert hands.workers == count
    assert results == {number: number * number for number in range(20)}
    assert nothing == []


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_every_worker_takes_up_jobs_in_their_order_and_keeps_what_it_knows(method, monkeypatch):
    monkeypatch.setattr(processes, "_START_METHOD", method)
    with executor(2) as hands:
        results = dict(hands.results(jobs.process_and_turn, [None] * 30, never))

    taken_up = defaultdict(list)
    for pid, turn in (results[index] for index in range(30)):
        taken_up[pid].append(turn)
    assert os.getpid() not in taken_up
    assert len(taken_up) <= 2
    assert all(turns == list(range(1, len(turns) + 1)) for turns in taken_up.values())


def test_a_result_is_there_while_other_jobs_run(tmp_path):
    with executor(2) as hands:
        results = hands.results(jobs.until_there, [tmp_path / "later", tmp_path], never)
        first = next(results)
        (tmp_path / "later").touch()

        assert [first, *results] == [(1, "there"), (0, "there")]


def test_workers_have_from_the_start_what_takes_long_to_import(monkeypatch):
    monkeypatch.setattr(processes, "PRELOADED", ("wave",))

    with executor(2) as hands:
        results = list(hands.results(jobs.has_loaded, ["wave", "mailbox"], never))

    assert sorted(results) == [(0, True), (1, False)]


def test_workers_do_without_what_cannot_be_imported_early(monkeypatch):
    monkeypatch.setattr(processes, "PRELOADED", ("no_such_module",))

    with executor(2) as hands:
        assert list(hands.results(jobs.squared, [3], never)) == [(0, 9)]


def test_no_process_is_left_when_the_work_is_done():
    before = set(offspring(os.getpid()))

    with executor(2) as hands:
        list(hands.results(jobs.squared, range(4), never))
        during = set(offspring(os.getpid())) - before

    assert len(during) >= 2  # the server, and one worker or two
    assert set(offspring(os.getpid())) - before == set()


def test_a_server_of_processes_that_was_there_before_stays():
    with executor(2) as outer:
        with executor(2) as inner:
            assert list(inner.results(jobs.squared, [2], never)) == [(0, 4)]
        server = forkserver._forkserver._forkserver_pid

        assert runs(server)
        assert list(outer.results(jobs.squared, [3], never)) == [(0, 9)]
    assert not runs(server)


def test_when_waiting_is_interrupted_nothing_runs_any_more(tmp_path):
    with executor(2) as hands:
        with pytest.raises(KeyboardInterrupt):
            list(hands.results(jobs.endless, [tmp_path] * 9, interrupting(tmp_path, 2)))
        begun = told_in(tmp_path)

        assert len(begun) == 2
        assert running(begun) == []
    assert sorted(told_in(tmp_path)) == sorted(begun)


def test_jobs_whose_results_are_not_needed_are_ended(tmp_path):
    with executor(2) as hands:
        results = hands.results(jobs.until_there, [tmp_path, tmp_path / "never"], never)
        next(results)
        begun = wait_until(lambda: told_in(tmp_path))
        results.close()

        assert running(begun) == []
        assert list(hands.results(jobs.squared, [3, 4, 5], never)) != []


def test_what_a_job_raises_is_raised_here_and_ends_the_others(tmp_path):
    with executor(2) as hands:
        with pytest.raises(InputError) as caught:
            list(hands.results(jobs.refused, ["a.py", "b.py"], never))
        again = sorted(hands.results(jobs.squared, [1, 2], never))

    assert str(caught.value) in {
        f"{each} is not a scene: give another" for each in ("a.py", "b.py")
    }
    assert "in refused" in caught.value.__notes__[0]
    assert again == [(0, 1), (1, 4)]


def test_an_exception_that_cannot_be_sent_is_reported_all_the_same():
    with executor(2) as hands, pytest.raises(RuntimeError) as caught:
        list(hands.results(jobs.refused_unsendably, ["it"], never))

    assert str(caught.value) == "UnsendableError: it: it cannot be read where it is sent"


def test_an_argument_that_cannot_be_sent_is_named():
    told = "squared and its argument cannot be sent to another process: cannot pickle"

    with executor(2) as hands, pytest.raises(TypeError, match=told):
        list(hands.results(jobs.squared, [threading.Lock()], never))


def test_a_result_that_cannot_be_sent_is_an_error_here():
    with executor(2) as hands, pytest.raises(Exception, match=r"unsendable\.<locals>\.<lambda>"):
        list(hands.results(jobs.unsendable, [None], never))


def test_what_a_worker_was_at_when_it_was_killed_is_done_by_another(tmp_path):
    with executor(2) as hands:
        assert list(hands.results(jobs.deadly_once, [tmp_path], never)) == [(0, "done in the end")]
    [killed] = told_in(tmp_path)
    assert not runs(killed)


def test_the_death_of_a_worker_does_not_disturb_the_others(tmp_path, folder):
    with executor(2) as hands:
        results = hands.results(
            jobs.deadly_once_or_until_there, [folder / "later", tmp_path], never
        )
        first = next(results)
        (folder / "later").touch()

        assert [first, *results] == [(1, "done in the end"), (0, "there")]
    assert len([path for path in folder.iterdir() if path.name != "later"]) == 1


def test_a_job_that_every_worker_dies_of_is_given_up_with_a_cure(tmp_path):
    with executor(2) as hands, pytest.raises(EnvironmentFault) as caught:
        list(hands.results(jobs.deadly, [tmp_path], never))

    assert str(caught.value) == (
        "3 worker processes died of the same part of the work, the last with SIGKILL: memory may be short, so use "
        "fewer --jobs than 2"
    )
    assert len(set(told_in(tmp_path))) == 3


def test_the_status_of_a_worker_that_exits_is_reported():
    with executor(2) as hands, pytest.raises(EnvironmentFault, match="the last with status 7: "):
        list(hands.results(jobs.leaving, [7], never))


def test_threads_of_one_process_work_one_after_the_other():
    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(run_packed, [packed(jobs.together, None)] * 8))

    assert [unpacked(each) for each in outcomes] == [1] * 8


SCRIPT = """
import pathlib, sys
from attnviz.render.workers import processes
from attnviz.render.workers.executor import executor
from tests.patience import PATIENCE, wait_until
from tests.render import jobs
processes._START_METHOD = sys.argv[2]
if __name__ == "__main__":
    try:
        with executor(2) as hands:
            list(hands.results(jobs.endless, [pathlib.Path(sys.argv[1])] * 4, lambda: None))
    except KeyboardInterrupt:
        sys.exit(130)
"""


@contextmanager
def rendering(folder: Path, method: str) -> Iterator[subprocess.Popen]:
    """A program with two workers, in a group of its own as a shell would start it."""
    script = folder.with_suffix(".py")
    script.write_text(SCRIPT)
    with subprocess.Popen(
        [sys.executable, script, folder, method],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as program:
        try:
            yield program
        finally:
            program.kill()  # or a test that has failed would wait for its end


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_workers_end_when_the_program_is_killed(folder, method):
    with rendering(folder, method) as program:
        wait_until(lambda: len(told_in(folder)) == 2)
        left = psutil.Process(program.pid).children(recursive=True)
        program.kill()

    assert len(left) >= 3
    assert running([each.pid for each in left]) == []


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
@pytest.mark.parametrize("begun", [0, 2])
def test_ctrl_c_ends_every_process_without_a_word(folder, method, begun):
    with rendering(folder, method) as program:
        wait_until(lambda: offspring(program.pid) and len(told_in(folder)) >= begun)
        left = psutil.Process(program.pid).children(recursive=True)
        os.killpg(program.pid, signal.SIGINT)
        said = program.stderr.read()
        status = program.wait(PATIENCE)

    assert (status, said) == (130, b"")
    assert running([each.pid for each in left]) == []


def test_nothing_of_a_cluster_or_of_manim_is_loaded_without_need():
    statement = "import attnviz.render.workers.executor, attnviz.render.workers.cluster, sys; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", statement], capture_output=True, text=True, check=True
    ).stdout.split()

    assert "attnviz.render.workers.cluster" in loaded
    assert not {"distributed", "dask", "manim", "numpy"} & set(loaded)
