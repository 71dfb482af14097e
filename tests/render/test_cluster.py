"""Jobs on a dask cluster: a real scheduler and real workers, which are killed, are missing, or do not fit."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import distributed
import pytest

from attnviz.errors import EnvironmentFault, InputError
from attnviz.render.versions import versions
from attnviz.render.workers import cluster
from attnviz.render.workers.cluster import ClusterAddress, packed_versions, run_if_same_versions
from attnviz.render.workers.executor import executor
from attnviz.render.workers.job_codec import packed, returned, unpacked
from attnviz.views.film.production.film_service import PROGRAM
from tests.patience import PATIENCE, wait_until
from tests.render import jobs
from tests.render.schedulers import Scheduler, scheduling

pytestmark = [pytest.mark.xdist_group("cluster"), pytest.mark.films]

WITHOUT_ATTNVIZ = """
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "attnviz":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Finder())
"""
WITH_ANOTHER_NUMPY = (
    "from importlib import metadata; real = metadata.version; "
    "metadata.version = lambda name: '1.0' if name == 'numpy' else real(name); "
)

LYING = """
import os, pickle
class Bomb:
    def __reduce__(self):
        return os.mkdir, ({folder!r},)
from attnviz.render.workers import cluster
cluster.{function} = lambda *_: pickle.dumps((True, Bomb()))
"""
"""A worker whose answers are pickles that make a folder where they are opened."""


def at(address: str) -> ClusterAddress:
    return ClusterAddress(address, PROGRAM)


def never() -> None:
    """Nothing ends the work."""


@pytest.fixture(scope="module")
def peopled(tmp_path_factory) -> Iterator[str]:
    """The address of a scheduler with two workers, each of which comes back when it is killed."""
    with scheduling(tmp_path_factory.mktemp("cluster")) as scheduler:
        scheduler.join("--nworkers", "2")
        wait_until(lambda: scheduler.workers() == 2)
        yield scheduler.address


@pytest.fixture
def lonely(tmp_path) -> Iterator[Scheduler]:
    """A scheduler without workers."""
    folder = tmp_path / "dask"
    folder.mkdir()
    with scheduling(folder) as scheduler:
        yield scheduler


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """A scheduler on a busy machine has as long to answer as it takes."""
    monkeypatch.setattr(cluster, "_SECONDS_TO_ANSWER", PATIENCE)
    monkeypatch.setattr(cluster, "_SECONDS_FOR_A_WORKER", PATIENCE)


@pytest.fixture(autouse=True)
def silent(capfd):
    yield
    assert capfd.readouterr() == ("", "")


def refusal(address: str) -> str:
    """The message where no executor can be had."""
    with pytest.raises(EnvironmentFault) as caught, executor(2, at(address)):
        raise AssertionError("there is an executor")
    return str(caught.value)


def begun(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_workers_of_a_cluster_bring_results_back(peopled):
    with executor(1, at(peopled)) as hands:
        results = dict(hands.results(jobs.squared, range(12), never))

        assert hands.workers == 2
    assert results == {number: number * number for number in range(12)}


def test_a_result_is_there_while_other_jobs_run(peopled, tmp_path):
    with executor(1, at(peopled)) as hands:
        results = hands.results(jobs.until_there, [tmp_path / "later", tmp_path], never)
        first = next(results)
        (tmp_path / "later").touch()

        assert [first, *results] == [(1, "there"), (0, "there")]


def test_what_a_job_raises_is_raised_here(peopled):
    with (
        executor(1, at(peopled)) as hands,
        pytest.raises(InputError) as caught,
    ):
        list(hands.results(jobs.refused, ["a.py"], never))

    assert str(caught.value) == "a.py is not a scene: give another"
    assert "in refused" in caught.value.__notes__[0]


def test_a_worker_that_cannot_find_the_job_is_an_error(peopled):
    argument = (
        cluster.Cluster
    )  # anything that can be sent; the job below is known in this process only
    unknown = type(sys)("known_here_only")
    exec("def job(argument): return 1", unknown.__dict__)
    sys.modules["known_here_only"] = unknown
    try:
        with (
            executor(1, at(peopled)) as hands,
            pytest.raises(ModuleNotFoundError, match="known_here_only"),
        ):
            list(hands.results(unknown.job, [argument], never))
    finally:
        del sys.modules["known_here_only"]


def test_what_waits_is_never_begun_when_waiting_is_interrupted(peopled, tmp_path):
    def on_wait() -> None:
        if len(begun(tmp_path)) == 2:
            raise KeyboardInterrupt

    later = tmp_path / "folder" / "later"
    later.parent.mkdir()
    with executor(1, at(peopled)) as hands, pytest.raises(KeyboardInterrupt):
        list(hands.results(jobs.tell_and_wait, [later] * 9, on_wait))
    later.touch()
    with executor(1, at(peopled)) as hands:
        list(hands.results(jobs.squared, range(9), never))

    assert len(begun(tmp_path)) == 2


def test_what_a_worker_was_at_when_it_was_killed_is_done_by_another(peopled, tmp_path):
    with executor(1, at(peopled)) as hands:
        results = list(hands.results(jobs.deadly_once, [tmp_path] * 3, never))

    assert sorted(results) == [(index, "done in the end") for index in range(3)]
    assert begun(tmp_path)


def test_a_job_that_every_worker_dies_of_is_given_up_with_a_cure(peopled, tmp_path):
    with (
        executor(1, at(peopled)) as hands,
        pytest.raises(
            EnvironmentFault,
            match=r"^workers of the cluster died of the same part of the work, the last at tcp://127\.0\.0\.1:\d+: "
            r"memory may be short, so give them more \(dask worker --memory-limit\) or start fewer on a machine$",
        ),
    ):
        list(hands.results(jobs.deadly, [tmp_path], never))

    assert len(begun(tmp_path)) == 2  # as often as this scheduler allows


def test_a_worker_that_joins_later_looks_at_its_versions_itself(peopled):
    other = {**versions(PROGRAM), "numpy": "0.5"}

    with distributed.Client(peopled, set_as_default=False) as client:
        outcome = client.submit(
            run_if_same_versions, packed(jobs.squared, 2), PROGRAM, other
        ).result()

    with pytest.raises(EnvironmentFault, match=r"^worker tcp://.* has numpy \d.*, here 0\.5: "):
        unpacked(outcome)


def test_a_scheduler_without_workers_is_refused_until_they_fit(lonely, monkeypatch):
    monkeypatch.setattr(cluster, "_SECONDS_FOR_A_WORKER", 0.3)
    assert refusal(lonely.address) == (
        f"the dask scheduler at {lonely.address} has no workers: start some with "
        f"`dask worker {lonely.address} --nthreads 1`"
    )

    bare = lonely.join("--no-nanny", before=WITHOUT_ATTNVIZ)
    wait_until(lambda: lonely.workers() == 1)
    said = refusal(lonely.address)
    assert said.startswith("worker tcp://127.0.0.1:")
    assert said.endswith(" has no attnviz: install attnviz 0.1.0 there, as it is here")

    bare.kill()
    wait_until(lambda: lonely.workers() == 0)
    lonely.join("--no-nanny", before=WITH_ANOTHER_NUMPY)
    wait_until(lambda: lonely.workers() == 1)
    here = versions(PROGRAM)["numpy"]
    assert refusal(lonely.address).partition(" has ")[2] == (
        f"numpy 1.0, here {here}: install the same there, or parts of the film would look different"
    )


def test_workers_answer_in_json(peopled):
    with distributed.Client(peopled, set_as_default=False) as client:
        outcomes = [
            client.submit(run_if_same_versions, job, PROGRAM, versions(PROGRAM)).result()
            for job in (packed(jobs.squared, 3), packed(jobs.refused, "a.py"), b"no order")
        ]
        probes = [
            client.run_on_scheduler(packed_versions, PROGRAM),
            *client.run(packed_versions, PROGRAM).values(),
        ]

    assert outcomes[0] == b'{"returned": 9}\n'
    kinds = [json.loads(each)["raised"]["kind"] for each in outcomes[1:]]
    assert kinds == ["InputError", "UnpicklingError"]
    assert [dict(json.loads(each)["returned"]) for each in probes] == [versions(PROGRAM)] * 3


def test_a_pickle_in_place_of_an_answer_is_refused_and_not_opened(lonely, tmp_path):
    opened = tmp_path / "opened"
    liar = lonely.join("--no-nanny", before=LYING.format(folder=str(opened), function="run_packed"))
    wait_until(lambda: lonely.workers() == 1)
    with executor(1, at(lonely.address)) as hands, pytest.raises(EnvironmentFault) as caught:
        list(hands.results(jobs.squared, [3], never))
    assert str(caught.value) == (
        "a worker sent back what is no result: install the same attnviz there, as it is here"
    )

    liar.kill()
    wait_until(lambda: lonely.workers() == 0)
    lonely.join("--no-nanny", before=LYING.format(folder=str(opened), function="returned"))
    wait_until(lambda: lonely.workers() == 1)
    assert refusal(lonely.address).endswith(
        " cannot use its attnviz (a worker sent back what is no result: install the same attnviz there, as it is "
        "here): install attnviz 0.1.0 there, as it is here"
    )
    assert not opened.exists()


@pytest.mark.parametrize(
    "said", [None, 5, "numpy", ("numpy",), (("numpy", 2),), (("numpy", "2", "3"),), ((),)]
)
def test_versions_that_are_none_are_an_error(said):
    with pytest.raises(EnvironmentFault, match=r"^what it says of its versions cannot be read$"):
        cluster._versions_in(returned(said))


@pytest.mark.parametrize("dies", ["worker", "scheduler"])
def test_a_cluster_that_goes_away_is_no_reason_to_wait(lonely, tmp_path, monkeypatch, dies):
    monkeypatch.setattr(cluster, "_SECONDS_BETWEEN_CHECKS", 0.1)
    monkeypatch.setattr(cluster, "_SECONDS_WITHOUT_WORKERS", 0.5)
    told = tmp_path / "told"
    told.mkdir()
    worker = lonely.join("--no-nanny")
    wait_until(lambda: lonely.workers() == 1)

    def on_wait() -> None:
        if begun(told):
            (worker if dies == "worker" else lonely.program).kill()

    with (
        executor(1, at(lonely.address)) as hands,
        pytest.raises(EnvironmentFault) as caught,
    ):
        list(hands.results(jobs.endless, [told], on_wait))

    assert str(caught.value).startswith(
        f"the dask scheduler at {lonely.address} "
        + ("has no workers: start some" if dies == "worker" else "is gone: start it again")
    )


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr(cluster, "_SECONDS_TO_ANSWER", 0.3)

    assert refusal("127.0.0.1:1") == (
        "no dask scheduler answers at 127.0.0.1:1: start one with `dask scheduler`, or see whether a firewall is in "
        "between"
    )


@pytest.mark.parametrize(
    ("address", "why"),
    [("nonsense", "missing port number in address 'nonsense'"), ("http://x:3", "unknown address scheme 'http'")],
)  # fmt: skip
def test_an_invalid_address_is_refused_with_a_valid_example(address, why):
    said = refusal(address)

    assert said.startswith(f"'{address}' is not the address of a dask scheduler ({why}")
    assert said.endswith("it looks like tcp://10.0.0.1:8786, as `dask scheduler` prints it")


def test_an_event_loop_that_starts_too_late_is_tried_again(monkeypatch):
    import distributed

    tried = []

    def client(address, **options):
        tried.append(address)
        if len(tried) == 1:
            raise AssertionError
        raise OSError

    monkeypatch.setattr(distributed, "Client", client)

    assert "no dask scheduler answers at 127.0.0.1:1" in refusal("127.0.0.1:1")
    assert len(tried) == 2


def test_without_dask_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)

    assert refusal("127.0.0.1:8786") == (
        "a cluster needs dask, which is not installed: pip install 'attnviz[cluster]'"
    )
