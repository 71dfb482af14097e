"""Records: frozen dataclasses that take next to no time to define.

`dataclass(frozen=True)` writes and compiles six functions for each class, half a millisecond of work. `attnviz explain`
defines a hundred classes before it prints a line, so the classes made here share their functions instead. In all else a
record is a dataclass: `fields`, `replace`, `asdict`, pickling, copying and type checkers treat it as one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar, dataclass_transform, overload

if TYPE_CHECKING:
    from inspect import Signature

T = TypeVar("T")


@overload
def record(cls: type[T], /) -> type[T]: ...
@overload
def record(
    *, eq: bool = True, repr: bool = True, kw_only: bool = False
) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field, Field))
def record(cls: Any = None, /, *, eq: bool = True, repr: bool = True, kw_only: bool = False) -> Any:
    """Makes a class a frozen dataclass. Methods that the class defines itself are kept.

    With `eq=False` a record is equal only to itself, as one that holds arrays must be; with `repr=False` it is shown as
    any other object. Assigning to a field raises `dataclasses.FrozenInstanceError`.

    >>> from attnviz.records import record
    >>> @record
    ... class Cell:
    ...     row: int
    ...     column: int = 0
    >>> Cell(2)
    Cell(row=2, column=0)
    >>> Cell(2) == Cell(row=2, column=0)
    True
    """
    if cls is None:
        return lambda decorated: record(decorated, eq=eq, repr=repr, kw_only=kw_only)  # type: ignore[call-overload]
    shared: dict[str, Any] = {"__init__": _init, "__setattr__": _refuse, "__delattr__": _refuse}
    if repr:
        shared["__repr__"] = _repr
    if eq:
        shared |= {"__eq__": _equal, "__hash__": _hash}
    own = set(cls.__dict__)
    if cls.__doc__ is None:
        cls.__doc__ = (
            cls.__name__
        )  # dataclass would write the signature there, which takes as long as ten records
    _declare(cls, kw_only)
    for name, function in shared.items():
        if name not in own:
            setattr(cls, name, function)
    cls.__layout__ = _layout(cls)
    if "__signature__" not in own:
        cls.__signature__ = _SIGNATURE
    return cls


def _declare(cls: Any, kw_only: bool) -> None:
    """Makes the class a dataclass that counts as frozen. `dataclass` itself would write functions to freeze it, and
    refuses to go without them below a frozen class: so those above it count as not frozen meanwhile.
    """
    above = [each.__dataclass_params__ for each in cls.__mro__[1:] if "__layout__" in vars(each)]
    for parameters in above:
        parameters.frozen = False
    try:
        dataclass(cls, init=False, repr=False, eq=False, kw_only=kw_only)
    finally:
        for parameters in above:
            parameters.frozen = True
    cls.__dataclass_params__.frozen = True


class _Layout(NamedTuple):
    """The fields of a record, sorted by what its functions need to know of them."""

    positional: tuple[str, ...]
    """Fields that may be given by position, in order."""
    named: frozenset[str]
    """Fields that may be given at all."""
    defaults: Mapping[str, Any]
    factories: tuple[tuple[str, Callable[[], Any]], ...]
    """Fields whose default is made anew for each record."""
    size: int
    compared: tuple[str, ...]
    shown: tuple[str, ...]


def _layout(cls: Any) -> _Layout:
    each = fields(cls)
    return _Layout(
        positional=tuple(item.name for item in each if item.init and not item.kw_only),
        named=frozenset(item.name for item in each if item.init),
        defaults={item.name: item.default for item in each if item.default is not MISSING},
        factories=tuple(
            (item.name, item.default_factory)
            for item in each
            if item.default_factory is not MISSING
        ),
        size=len(each),
        compared=tuple(item.name for item in each if item.compare),
        shown=tuple(item.name for item in each if item.repr),
    )


def _init(self: Any, /, *values: Any, **named: Any) -> None:
    layout: _Layout = self.__layout__
    held: dict[str, Any] = self.__dict__
    held.update(layout.defaults)
    held.update(zip(layout.positional, values, strict=False))
    held.update(named)
    for name, make in layout.factories:
        if name not in held:
            held[name] = make()
    if (
        len(held) != layout.size
        or len(values) > len(layout.positional)
        or (
            named
            and not (
                named.keys() <= layout.named
                and named.keys().isdisjoint(layout.positional[: len(values)])
            )
        )
    ):
        _refuse_arguments(type(self), values, named)
    if (finish := getattr(self, "__post_init__", None)) is not None:
        finish()


def _refuse_arguments(
    cls: type[Any], values: tuple[Any, ...], named: Mapping[str, Any]
) -> NoReturn:
    """Raises the TypeError that a function of this signature raises."""
    try:
        _signature(cls).bind(*values, **named)
    except TypeError as error:
        raise TypeError(f"{cls.__name__}: {error}") from None
    raise AssertionError(f"{cls.__name__} was given what it takes, and refused it")


def _refuse(self: Any, name: str, value: Any = None) -> NoReturn:
    raise FrozenInstanceError(f"cannot change {name!r}: a {type(self).__name__} is frozen")


def _repr(self: Any) -> str:
    shown = (f"{name}={getattr(self, name)!r}" for name in self.__layout__.shown)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _equal(self: Any, other: object) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return _compared(self) == _compared(other)


def _hash(self: Any) -> int:
    return hash(_compared(self))


def _compared(self: Any) -> tuple[object, ...]:
    return tuple([getattr(self, name) for name in self.__layout__.compared])


def _signature(cls: type[Any]) -> Signature:
    from inspect import Parameter, Signature

    parameters = []
    for item in fields(cls):
        if item.init:
            kind = Parameter.KEYWORD_ONLY if item.kw_only else Parameter.POSITIONAL_OR_KEYWORD
            given = item.default if item.default is not MISSING else item.default_factory
            default = Parameter.empty if given is MISSING else given
            parameters.append(Parameter(item.name, kind, default=default, annotation=item.type))
    return Signature(sorted(parameters, key=lambda each: each.kind))


class _LazySignature:
    """The signature of a record for `help` and `inspect.signature`, made when somebody looks."""

    def __get__(self, instance: object, cls: type[Any]) -> Signature:
        return _signature(cls)


_SIGNATURE = _LazySignature()
