"""What comes back from a worker: plain values and known exceptions, whatever its bytes are."""

import ast
import errno
import json
import os
import pickle
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz import errors
from attnviz.errors import AttnvizError, EnvironmentFault, InputError
from attnviz.render.drawing.scene_replay import NonDeterministicSceneError
from attnviz.render.drawing.timeline import Play, Range, Segment
from attnviz.render.workers.job_codec import (
    failed,
    packed,
    returned,
    run_packed,
    sent_as,
    unpacked,
)
from attnviz.render.workers.worker import DrawRequest, DrawResult, draw
from attnviz.views.film.production.film_service import _planned
from attnviz.views.film.production.plan_cache import plan_from_bytes, plan_to_bytes
from attnviz.views.film.production.planning import Plan
from attnviz.views.film.stage import Beat
from attnviz.views.film.timing import TimeSpan

PACKAGE = Path(errors.__file__).parent

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda each: st.lists(each).map(tuple),
)


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@given(plain)
def test_a_plain_value_comes_back_as_it_was(value):
    assert unpacked(returned(value)) == value


@pytest.mark.parametrize(
    "value", [{1: 2}, {"a": b"b"}, {1}, object(), Path("a"), 1j, ("a", [set()])]
)
def test_any_other_value_is_refused_where_it_is_sent(value):
    with pytest.raises(TypeError, match="it is no plain value"):
        returned(value)


def doubled(number: int) -> set[int]:
    return {number, 2 * number}


doubled = sent_as(lambda found: tuple(sorted(found)), lambda value: {*value})(doubled)


def test_a_job_says_how_its_result_is_sent():
    outcome = run_packed(packed(doubled, 3))

    assert json.loads(outcome) == {"returned": [3, 6]}
    assert unpacked(outcome, doubled) == {3, 6}


def test_a_pickle_is_refused_in_one_line_and_not_loaded(tmp_path):
    bomb = pickle.dumps((True, Bomb(tmp_path / "ran")))
    for outcome in (bomb, b"\n" + bomb, returned(b"") + bomb, bomb + b"\n"):
        with pytest.raises(EnvironmentFault) as caught:
            unpacked(outcome)
        assert str(caught.value) == (
            "a worker sent back what is no result: install the same attnviz there, as it is here"
        )
    assert list(tmp_path.iterdir()) == []
    pickle.loads(bomb)
    assert (tmp_path / "ran").is_dir()  # it would have run


@pytest.mark.parametrize(
    "outcome",
    [
        *(None, "text", 5, {"returned": 1}, b"", b"\n", b"{}\n", b"[]\n", b"null\n", b"\xff\n"),
        *(b'{"returned": 1}', b'{"returned": 1, "raised": 2}\n', b'{"other": 1}\n'),
        b'{"returned": 1}\nmore',
        b'{"returned": {"bytes": 5}}\nfour',
        b'{"returned": {"bytes": -1}}\nfour',
        b'{"returned": {"bytes": true}}\nfour',
        b'{"returned": {"size": 4}}\nfour',
        b'{"returned": {}}\n',
        b'{"returned": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n",
        *(b'{"raised": null}\n', b'{"raised": {"kind": "InputError"}}\n'),
        b'{"raised": {"kind": 5, "text": "", "where": ""}}\n',
        b'{"raised": {"kind": [], "text": "", "where": ""}}\n',
        b'{"raised": {"kind": "A", "text": {}, "where": ""}}\n',
        b'{"raised": {"kind": "A", "text": "", "where": "", "errno": "x"}}\n',
        b'{"raised": {"kind": "A", "text": "", "where": "", "more": 1}}\n',
    ],
)  # fmt: skip
def test_what_is_no_outcome_is_refused_in_one_line(outcome):
    with pytest.raises(
        EnvironmentFault, match=r"^a worker sent back what is no result: install the same"
    ):
        unpacked(outcome)


def test_a_result_that_the_job_cannot_have_given_is_refused():
    with pytest.raises(EnvironmentFault, match="no result"):
        unpacked(returned(5), doubled)


OURS = [
    each
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, AttnvizError) and each is not AttnvizError
]


@pytest.mark.parametrize(
    "kind",
    [*OURS, NonDeterministicSceneError, KeyError, ValueError, ZeroDivisionError, MemoryError],
)
def test_an_exception_of_a_known_kind_comes_back_as_it_was(kind):
    with pytest.raises(kind) as caught:
        unpacked(failed(kind("a.py is none: give another")))

    assert type(caught.value) is kind
    assert caught.value.args == ("a.py is none: give another",)


def test_a_full_disk_of_a_worker_is_known_as_one():
    with pytest.raises(OSError, match="left on device") as caught:
        unpacked(failed(OSError(errno.ENOSPC, "No space left on device", "a.mp4")))
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, "a.mp4")


@pytest.mark.parametrize(
    "kind", ["SystemExit", "KeyboardInterrupt", "GeneratorExit", "system", "Plain"]
)
def test_an_exception_of_any_other_kind_is_a_runtime_error(kind):
    raised = {"kind": kind, "text": "0", "where": ""}
    with pytest.raises(RuntimeError) as caught:
        unpacked(json.dumps({"raised": raised}).encode() + b"\n")
    assert (type(caught.value), str(caught.value)) == (RuntimeError, f"{kind}: 0")


def test_what_an_exception_says_commands_no_terminal():
    raised = {"kind": "A\x1b[2J", "text": "b\x1b]0;c", "where": "d\x1b[31m\ne"}
    with pytest.raises(RuntimeError) as caught:
        unpacked(json.dumps({"raised": raised}).encode() + b"\n")
    assert "\x1b" not in str(caught.value) + "".join(caught.value.__notes__)
    assert caught.value.__notes__[0].endswith("\ne")


class MuteError(Exception):
    def __str__(self) -> str:
        raise ValueError("I say nothing")


def mute(_: object) -> None:
    raise MuteError(1)


def test_an_exception_that_cannot_say_what_it_is_comes_back_by_its_name():
    with pytest.raises(RuntimeError, match="MuteError"):
        unpacked(run_packed(packed(mute, None)))


def test_an_order_that_cannot_be_read_is_an_outcome_too():
    with pytest.raises(RuntimeError, match="UnpicklingError"):
        unpacked(run_packed(b"\xff"))


def test_the_note_says_where_it_happened():
    with pytest.raises(InputError) as caught:
        unpacked(failed(InputError("a: b")))
    assert caught.value.__notes__ == ["In a worker process:\nattnviz.errors.InputError: a: b\n"]


def test_a_worker_that_opens_its_order_is_the_one_place_where_anything_is_unpickled():
    places = {
        (path.relative_to(PACKAGE).as_posix(), function.name)
        for path in PACKAGE.rglob("*.py")
        if "pickle" in (text := path.read_text("utf-8"))
        for function in ast.walk(ast.parse(text))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for each in ast.walk(function)
        if isinstance(each, ast.Attribute) and each.attr in ("load", "loads", "Unpickler")
        if isinstance(each.value, ast.Name) and "pickle" in each.value.id
    }
    assert places == {("render/workers/job_codec.py", "run_packed")}


REQUEST = DrawRequest("a", None, Range((Segment(0, (Play(3, "k", True, 0),)),)), 0)


@pytest.mark.parametrize(
    "value", [None, 1.5, (), ((b"film",),), ((b"film",), 1), ((b"film",), "1"), (("film",), 1.5), (b"film", 1.5)]
)  # fmt: skip
def test_what_cannot_have_been_drawn_is_refused(value):
    with pytest.raises(EnvironmentFault, match="no result"):
        unpacked(returned(value), draw)


def test_what_was_drawn_comes_back_with_its_segments():
    drawn = unpacked(returned(((b"film",), 1.5)), draw)
    assert drawn == DrawResult((b"film",), 1.5)
    assert list(drawn.by_segment(REQUEST)) == [(REQUEST.range.segments[0], b"film")]


@pytest.mark.parametrize("files", [(), (b"a", b"b")])
def test_fewer_or_more_parts_than_were_ordered_are_refused_in_one_line(files):
    with pytest.raises(
        EnvironmentFault,
        match=rf"^a worker sent back {len(files)} parts of a film in place of 1: install",
    ):
        DrawResult(files, 1.0).by_segment(REQUEST)


PLAN = Plan(
    3,
    (Beat("scores", "why", "Why?", 0.0, 0.6),),
    (TimeSpan(0.1, 0.2, 0.3, 0.4, None),),
    (Segment(0, (Play(3, None, False, 1),)),),
)


def test_a_plan_comes_back_as_it_was():
    assert unpacked(returned(plan_to_bytes(PLAN)), _planned) == PLAN


def damaged(value):
    """The JSON value with one value in it of another kind, or missing, in every place."""
    yield from ([value], {"a": value}, "x" if not isinstance(value, str) else 5, True)
    if isinstance(value, dict):
        for name, each in value.items():
            yield {k: v for k, v in value.items() if k != name}
            yield from ({**value, name: other} for other in damaged(each))
        yield {**value, "more": 1}
    if isinstance(value, list):
        for i, each in enumerate(value):
            yield from ([*value[:i], other, *value[i + 1 :]] for other in damaged(each))


def test_a_plan_with_anything_of_another_kind_is_refused():
    plain = json.loads(plan_to_bytes(PLAN))
    # a text in place of none, and true in place of false, make another plan
    sound = [("key", "x"), ("still", True)]
    accepted = []
    for each in damaged(plain):
        try:
            accepted.append(plan_from_bytes(json.dumps(each).encode()))
        except ValueError:
            continue
    play = PLAN.segments[0].plays[0]
    others = [replace(play, **{name: value}) for name, value in sound]
    assert [each.segments[0].plays[0] for each in accepted if each != PLAN] == others
