"""Each argument of each public function, with all that is handed over by mistake: taken, or refused in a line."""

from __future__ import annotations

import inspect
import signal
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import attnviz
from attnviz.core.attention_inputs import GivenQKV, Projections
from attnviz.errors import AttnvizError
from attnviz.inputs.request import InputRequest
from tests.hostile.clumsy import VALUES

SECONDS = 20
"""The longest that one call may take."""
TRACE = attnviz.trace("a b")
BOARD = attnviz.lesson("self-attention", TRACE)
EYE = np.eye(2)
QKV = {"q": EYE, "k": EYE, "v": EYE}
WEIGHTS = {"x": EYE, "w_q": EYE, "w_k": EYE, "w_v": EYE}
KERNEL = {"x": np.ones((1, 4)), "kernel": np.ones((1, 1, 2))}


@dataclass
class Case:
    """A public function, and arguments with which it succeeds."""

    call: Callable[..., Any]
    good: dict[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    """Its arguments, where its signature does not name them."""

    def arguments(self) -> tuple[str, ...]:
        if self.names:
            return self.names
        return tuple(each for each in inspect.signature(self.call).parameters if each != "self")


OPTIONS = tuple(each.name for each in fields(InputRequest))
CASES = {
    "attend": Case(attnviz.attend, QKV),
    "self_attention": Case(attnviz.self_attention, WEIGHTS),
    "softmax": Case(attnviz.softmax, {"scores": EYE}),
    "sum_preserving_round": Case(attnviz.sum_preserving_round, {"values": EYE, "decimals": 1}),
    "article_rounded": Case(attnviz.article_rounded, {"trace": TRACE}),
    "trace_of": Case(attnviz.trace_of, {"problem": TRACE.problem}),
    "convolve": Case(attnviz.convolve, KERNEL),
    "transposed_convolve": Case(attnviz.transposed_convolve, KERNEL),
    "Problem": Case(
        attnviz.Problem,
        WEIGHTS,
        tuple(each for each in inspect.signature(attnviz.Problem.__init__).parameters)[1:],
    ),
    "Projections": Case(Projections, WEIGHTS),
    "GivenQKV": Case(GivenQKV, {name: value[None] for name, value in QKV.items()}),
    "AttentionOptions": Case(attnviz.AttentionOptions),
    "AttentionStages.of_query": Case(attnviz.attend(**QKV).of_query, {"i": 0}),
    "Trace.from_json": Case(attnviz.Trace.from_json, {"text": TRACE.to_json()}),
    "Trace.from_npz": Case(attnviz.Trace.from_npz, {"path": "there-is-none.npz"}),
    "Storyboard.step": Case(BOARD.step, {"name": BOARD.steps[0].id}),
    "lesson": Case(attnviz.lesson, {"trace": TRACE}),
    "explain": Case(attnviz.explain, {"source": TRACE}),
    "markup": Case(attnviz.markup, {"storyboard": BOARD, "format": "markdown"}),
    "register_lesson": Case(attnviz.register_lesson, {"lesson": None}),
    "load": Case(attnviz.load, {"text": "a b"}, OPTIONS),
    "trace": Case(attnviz.trace, {"text": "a b"}, OPTIONS),
    "heads": Case(attnviz.heads, {"text": "a b", "attention": "weights.npy"}),
    # a suffix that films have not: whatever the other arguments are, nothing is drawn
    "film": Case(attnviz.film, {"source": TRACE, "path": "never.mov"}),
}
PAIRS = [(name, each) for name, case in CASES.items() for each in case.arguments()]


@contextmanager
def within(seconds: int) -> Any:
    """Interrupts what takes longer, with an error that names the time."""

    def too_long(*_: object) -> None:
        raise TimeoutError(f"took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def fault_of(case: Case, argument: str, value: Any) -> str | None:
    """What is wrong with how the function takes that value; None if nothing is."""
    try:
        with within(SECONDS), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = case.call(**{**case.good, argument: value})
            if type(made).__module__.startswith("attnviz.library"):
                str(made)
    except AttnvizError as error:
        message = str(error)
        if "\n" in message or not message.isprintable() or len(message) > 1000:
            return f"not one line that can be printed: {message!r}"
        return None
    except BaseException as error:
        return f"{type(error).__name__}: {error}"[:300]
    return None


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("weights.npy", np.full((2, 2), 0.5))


def test_every_public_function_has_a_case():
    functions = {
        name
        for name in attnviz.__all__
        if callable(getattr(attnviz, name))
        # these are what functions return: their fields are arrays that were made in this package
        and name
        not in {
            *("AttnvizError", "AttentionStages", "ConvolutionStages", "HeadTrace"),
            *("Storyboard", "Trace", "TransposedStages"),
        }
    }

    assert functions <= CASES.keys()


@pytest.mark.parametrize(
    "name", [each for each in CASES if each not in ("film", "register_lesson")]
)
def test_the_good_arguments_of_a_case_are_good(name):
    case = CASES[name]
    if name == "Trace.from_npz":
        TRACE.to_npz(case.good["path"])

    case.call(**case.good)


@pytest.mark.parametrize(("name", "argument"), PAIRS, ids=[f"{a}-{b}" for a, b in PAIRS])
def test_an_argument_of_any_kind_is_taken_or_refused_in_one_line(name, argument, tmp_path):
    before = sorted(tmp_path.iterdir())
    faults = {
        kind: fault
        for kind, make in VALUES.items()
        if (fault := fault_of(CASES[name], argument, make()))
    }

    assert faults == {}
    assert sorted(tmp_path.iterdir()) == before, "a refused call leaves nothing behind"
