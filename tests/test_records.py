"""Records behave as frozen dataclasses, which are the judge here."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import pytest

from attnviz.records import record


def _classes(make: Callable[..., Any]) -> dict[str, Any]:
    @make()
    class Cell:
        """A cell."""

        KINDS: ClassVar[int] = 2

        row: int
        column: int = 0
        names: list[str] = field(default_factory=list)
        hidden: int = field(default=7, repr=False, compare=False)
        made: int = field(default=3, init=False)

    @make()
    class Wide(Cell):
        """A cell with a width."""

        width: int = 1

    @make(kw_only=True)
    class Named:
        """Fields that are given by name."""

        name: str
        size: int = 1

    @make()
    class Checked:
        """A record that checks itself."""

        row: int

        def __post_init__(self) -> None:
            if self.row < 0:
                raise ValueError("row is negative")

    return {each.__name__: each for each in (Cell, Wide, Named, Checked)}


RECORDS = _classes(record)
DATACLASSES = _classes(lambda **options: dataclass(frozen=True, **options))
CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("Cell", (1,), {}),
    ("Cell", (1, 2, ["a"], 4), {}),
    ("Cell", (1,), {"hidden": 9, "column": 5}),
    ("Cell", (), {"row": 1}),
    ("Wide", (1, 2, ["a"], 4, 5), {}),
    ("Wide", (1,), {"width": 8}),
    ("Named", (), {"size": 2, "name": "q"}),
    ("Checked", (3,), {}),
]
REFUSED: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("Cell", (), {}),
    ("Cell", (1, 2, [], 4, 5), {}),
    ("Cell", (1,), {"row": 1}),
    ("Cell", (1,), {"height": 1}),
    ("Cell", (), {"height": 1}),
    ("Cell", (1,), {"made": 2}),
    ("Named", ("q",), {}),
    ("Named", (), {"size": 1}),
]


@pytest.mark.parametrize(("name", "values", "named"), CALLS)
def test_a_record_has_the_fields_and_the_texts_of_a_dataclass(name, values, named):
    mine, theirs = RECORDS[name](*values, **named), DATACLASSES[name](*values, **named)
    assert asdict(mine) == asdict(theirs)
    assert repr(mine) == repr(theirs)
    assert is_dataclass(mine)
    assert [each.name for each in fields(mine)] == [each.name for each in fields(theirs)]
    assert type(mine).__match_args__ == type(theirs).__match_args__


@pytest.mark.parametrize(("name", "values", "named"), REFUSED)
def test_arguments_that_a_dataclass_refuses_are_refused_with_the_name_of_the_record(
    name, values, named
):
    with pytest.raises(TypeError):
        DATACLASSES[name](*values, **named)
    with pytest.raises(TypeError, match=f"{name}: "):
        RECORDS[name](*values, **named)


def test_signatures_are_those_of_dataclasses():
    for name, mine in RECORDS.items():
        theirs = inspect.signature(DATACLASSES[name])
        assert list(inspect.signature(mine).parameters) == list(theirs.parameters)
        assert [each.kind for each in inspect.signature(mine).parameters.values()] == [
            each.kind for each in theirs.parameters.values()
        ]


def test_a_field_cannot_be_changed_or_deleted():
    cell = RECORDS["Cell"](1)
    with pytest.raises(FrozenInstanceError, match="'row'"):
        cell.row = 2
    with pytest.raises(FrozenInstanceError, match="'row'"):
        del cell.row
    assert cell.row == 1


def test_a_default_that_is_made_anew_is_shared_by_no_two():
    one, other = RECORDS["Cell"](1), RECORDS["Cell"](1)
    assert one.names == other.names == []
    assert one.names is not other.names


def test_equality_and_hash_go_by_the_compared_fields_and_the_class():
    @record
    class Point:
        """A point."""

        x: int
        note: str = field(default="", compare=False)

    @record
    class Other:
        """The same fields, another class."""

        x: int
        note: str = ""

    assert Point(1, "a") == Point(1, "b") != Point(2, "a")
    assert hash(Point(1, "a")) == hash(Point(1, "b"))
    assert Point(1) != Other(1)


def test_without_eq_a_record_is_equal_only_to_itself():
    @record(eq=False)
    class Held:
        """Something that is told apart by identity."""

        x: int

    held = Held(1)
    assert held == held
    assert held != Held(1)
    assert len({held, Held(1)}) == 2


def test_replace_checks_again():
    checked = RECORDS["Checked"](1)
    assert replace(checked, row=2).row == 2
    with pytest.raises(ValueError, match="negative"):
        replace(checked, row=-1)


def test_methods_of_the_class_are_kept():
    @record
    class Own:
        """A record with its own way of being made, shown and compared."""

        x: int

        def __init__(self, text: str) -> None:
            object.__setattr__(self, "x", int(text))

        def __repr__(self) -> str:
            return f"<{self.x}>"

        @cached_property
        def double(self) -> int:
            return 2 * self.x

    own = Own("4")
    assert (repr(own), own.double, own == Own("4")) == ("<4>", 8, True)


def test_a_record_may_have_a_frozen_dataclass_below_it_and_no_other():
    @dataclass(frozen=True)
    class Below(RECORDS["Cell"]):
        width: int = 1

    below = Below(1, width=2)
    assert (below.row, below.width, below == Below(1, width=2)) == (1, 2, True)
    with pytest.raises(TypeError, match="frozen"):

        @dataclass
        class Free(RECORDS["Cell"]):
            width: int = 1


@record
class Sent:
    """Defined in a module, as what is pickled must be."""

    row: int
    column: int = 0


def test_a_record_is_copied_and_pickled():
    sent = Sent(1, 2)
    assert copy.copy(sent) == copy.deepcopy(sent) == pickle.loads(pickle.dumps(sent)) == sent
