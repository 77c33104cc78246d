"""Fields of a report that are computed when somebody reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Value = TypeVar("Value")


class Deferred(Generic[Value]):
    """A dataclass field that is given as a value, or as a function that is called when it is read.

    What the function gives is kept: it is called once. The field has no default.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Deferred[Value]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...

    def __get__(self, instance: object | None, owner: type) -> Any:
        if instance is None:
            # Dataclasses take this for a field without a default.
            raise AttributeError(self._name)
        held = instance.__dict__[self._name]
        if callable(held):
            held = instance.__dict__[self._name] = held()
        return held

    def __set__(self, instance: object, value: Value | Callable[[], Value]) -> None:
        instance.__dict__[self._name] = value
