"""An open table of what to do with each type of exhibit; every view has one of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from attnviz.errors import UnknownExhibitError

H = TypeVar("H")


class Handlers(Generic[H]):
    """Types of exhibit items, each with its handler. A type without one has that of its nearest base class.

    >>> named = Handlers[str]("a_module.register")
    >>> named.register(int, "a number")
    >>> named.of(True)
    'a number'
    """

    def __init__(self, registration: str) -> None:
        """`registration` is the full name of the function that adds to this table, for the error."""
        self._registration = registration
        self._handlers: dict[type, H] = {}

    def register(self, kind: type, handler: H) -> None:
        """Adds or replaces the handler of a type."""
        self._handlers[kind] = handler

    def handles(self, kind: type) -> Callable[[H], H]:
        """`register` as a decorator."""

        def add(handler: H) -> H:
            self.register(kind, handler)
            return handler

        return add

    def of(self, item: object) -> H:
        """The handler of an item. Raises UnknownExhibitError where neither its type nor a base class has one."""
        for kind in type(item).__mro__:
            if kind in self._handlers:
                return self._handlers[kind]
        raise UnknownExhibitError(
            f"no handler for exhibits of type {type(item).__qualname__}: add one with {self._registration}"
        )
