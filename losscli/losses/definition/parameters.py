"""The parameters of a loss: what each may be, and how it is read from text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct

from losscli.errors import UsageError


class NamedNumbers(str):
    """A parameter that is a number for each of many names; as text, what a signature says of it."""

    numbers: Mapping[str, float]

    @classmethod
    def of(cls, says: str, numbers: Mapping[str, float]) -> NamedNumbers:
        """The `numbers` by name, called by what it `says`."""
        made = cls(says)
        made.numbers = numbers
        return made


class Param(Struct, frozen=True):
    """One parameter of a loss: its default, what it may be, and what it does.

    It is a number between `minimum` and `maximum` (`whole`: without fraction), true or false, or
    one of `choices`; `per_item` allows one number per item of a row. None stands for "off". Where
    `given_by` says how (with `{loss}` for the loss's name), it has to be given: what its `doc`
    names, the data do not hold.
    """

    default: float | int | bool | str | None
    doc: str
    minimum: float = -math.inf
    maximum: float = math.inf
    open_ends: bool = False
    whole: bool = False
    per_item: bool = False
    choices: tuple[str, ...] = ()
    given_by: str = ""

    def parse(self, name: str, text: str) -> Any:
        """The value that `text` stands for.

        Raises UsageError where it is no such value.
        """
        if isinstance(text, NamedNumbers):
            return text
        lowered = text.strip().lower()
        if self.choices:
            return self.check(name, lowered if lowered in self.choices else text.strip())
        if isinstance(self.default, bool):
            words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
            if lowered in words:
                return words[lowered]
            raise UsageError(f"{name}={text}: say true or false")
        if lowered == "none" and self.default is None:
            return None
        try:
            if self.per_item and lowered.startswith("["):
                items = lowered.strip("[]").split(";")
                return self.check(name, tuple(float(item) for item in items))
            return self.check(name, float(lowered))
        except ValueError:
            raise UsageError(f"{name}={text}: {text!r} is not a number") from None

    def check(self, name: str, value: Any) -> Any:
        """`value`, if it is one that the parameter may have. Raises UsageError where it is not."""
        if value is None or isinstance(value, NamedNumbers):
            return value
        if self.choices:
            value = str(value).lower() if isinstance(value, bool) else value
            if value not in self.choices:
                raise UsageError(f"{name}={value}: {name} is one of {', '.join(self.choices)}")
            return value
        if isinstance(value, bool):
            return value
        if self.per_item and np.ndim(value) == 1:
            return tuple(self.check(name, float(item)) for item in value)
        if isinstance(value, np.generic):
            value = value.item()
        if not isinstance(value, (int, float)):
            raise UsageError(f"{name}={value!r}: {name} is a number")
        if not math.isfinite(value):
            raise UsageError(f"{name}={value}: {name} is a finite number")
        inside = (
            self.minimum < value < self.maximum
            if self.open_ends
            else self.minimum <= value <= self.maximum
        )
        if not inside:
            raise UsageError(f"{name}={value:g}: {name} lies in {self.range}")
        if self.whole or (isinstance(self.default, int) and not isinstance(self.default, bool)):
            if not float(value).is_integer():
                raise UsageError(f"{name}={value:g}: {name} is a whole number")
            return int(value)
        return value

    @property
    def range(self) -> str:
        """What is admitted, written out; empty where everything is."""
        if self.choices:
            return ", ".join(self.choices)
        if math.isinf(self.minimum) and math.isinf(self.maximum):
            return ""
        left = "(" if self.open_ends or math.isinf(self.minimum) else "["
        right = ")" if self.open_ends or math.isinf(self.maximum) else "]"
        low = "−∞" if math.isinf(self.minimum) else f"{self.minimum:g}"
        high = "∞" if math.isinf(self.maximum) else f"{self.maximum:g}"
        return f"{left}{low}, {high}{right}"
