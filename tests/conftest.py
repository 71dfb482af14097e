import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from hypothesis import settings

from attnviz.core.self_attention import trace_of
from attnviz.inputs import InputRequest, problem_from
from attnviz.lessons.registry import build_storyboard, lesson_named
from attnviz.lessons.request import LessonRequest
from attnviz.story.exhibits import Exhibit, Field, FieldLayer, Plot, Region, Row, Series, Table
from attnviz.story.formula import Formula
from attnviz.story.labels import labels
from attnviz.story.matrix import Matrix
from attnviz.story.numbers import Numbers
from attnviz.story.storyboard import Step, Storyboard
from attnviz.theme import Role

# The same examples in every run, and none judged by the clock: a busy machine is no bug.
settings.register_profile("attnviz", deadline=None, derandomize=True)
settings.load_profile("attnviz")

# A run in the background is started with Ctrl-C ignored, and hands that on to every process it starts: the tests that
# interrupt one would wait for nothing.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # ignored under nohup

# For the processes that pytest shares the tests among, and those they start: each has a core, and two threads of NumPy
# on it wait for each other. What needs much of it takes 23 s in place of 38.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_configure(config: pytest.Config) -> None:
    """Keeps the key of the cache out of the folder of whoever runs the tests."""
    folder = tempfile.mkdtemp(prefix="attnviz-tests-")
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    os.environ["XDG_STATE_HOME"] = folder


HOSTILE_NAMES = (
    "<script>alert(1)</script>",
    "a|b*c*_d_",
    "\\end{tabular}$x$&%#",
    "```",
    "第 2 层 🙂",
)


def exhibited_board(count: int, names: tuple[str, ...], language: str) -> Storyboard:
    """A lesson that has every kind of exhibit, each with about `count` entries, named by `names`."""
    numbers, called = np.random.default_rng(7), [names[i % len(names)] for i in range(count)]
    axis = labels("x", count, tuple(called), Role.INPUT)
    wide = Matrix(
        "X", numbers.normal(size=(3, count)), Role.INPUT, axis[:3][:3] * (count > 2), axis
    )
    kernel = Matrix("w", np.array([[1.0, 0.25], [-2.0, float("-inf")]]), Role.KERNEL)
    y = (numbers.uniform(size=(3, count)) * 10.0 ** numbers.integers(-3, 6, size=count)).tolist()
    plot = Plot(
        names[0],
        f"{names[-1]} y",
        tuple(
            Series(f"{names[i % len(names)]} {i}", role, tuple(range(count)), tuple(y[i]),
                   tuple(f"{value:,.3f}" for value in y[i]), dashed=i == 1)
            for i, role in enumerate((Role.WEIGHT, Role.KERNEL, Role.PLAIN))
        ),
        tuple(f"{i:,}" for i in range(1, count + 1)),
        y_log=True,
    )  # fmt: skip
    rows = tuple(
        Row((name, f"{3 + i} × {224 + i} × {1000 + i}", f"{i}.5"), (True, False, None)[i % 3])
        for i, name in enumerate(called)
    )
    table = Table(("name", "a shape that is told", names[-1]), rows, (None, Role.KEY, Role.QUERY))
    lit = [tuple(abs(i - count // 2) <= reach for i in range(count)) for reach in (2, 1, 0)]
    layers = tuple(
        FieldLayer(names[i % len(names)], each, Role.INPUT) for i, each in enumerate(lit)
    )
    field = Field(layers, ((), ()), ((0, count - 1, names[0]), (2, count // 2, names[-1])))
    shown = (
        Exhibit("matrices", wide, names[0], marks=(Region.column(0, 3),)),
        Exhibit("matrices", kernel, joint="∗", marks=(Region.row(0, 2),)),
        Exhibit("matrices", wide, names[-1], joint="=", line=1),
        Exhibit("facts", plot, names[0]),
        Exhibit("facts", table, names[-1], line=1),
        Exhibit("facts", field, line=2),
        Exhibit("facts", field, names[0], joint="≠", line=2),
    )
    said = {"why": "Why so.", "matrices": "Two matrices.", "facts": "Facts.", "end": "So much."}
    title = "A step with a title that is longer than forty columns, " + names[0]
    step = Step("all", title, Formula("", "", ""), said, exhibits=shown)
    return Storyboard("exhibited", language, names[-1], (step,), Numbers(), notes=("Rounded.",))


@pytest.fixture(scope="session")
def exhibited() -> Callable[..., Storyboard]:
    """Makes a lesson with every kind of exhibit: `exhibited(300, names, "zh")`."""

    def make(count: int = 5, names: tuple[str, ...] = ("cat", "猫"), language: str = "en"):
        return exhibited_board(count, names, language)

    return make


@pytest.fixture(scope="session")
def default_lesson() -> Callable[[str, str], Storyboard]:
    """Tells a lesson of the catalogue on what it is told on if nothing is given: `default_lesson("cost", "zh")`."""

    @cache
    def make(name: str, language: str) -> Storyboard:
        lesson = lesson_named(name)
        trace = None
        if lesson.takes_sequence:
            trace = trace_of(problem_from(InputRequest(**lesson.default)))
        return build_storyboard(name, LessonRequest(trace, language=language))

    return make
