"""One hostile input, and what has to come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

Content = bytes | str


@dataclass(frozen=True)
class Case:
    """Files, the words of a command, and its outcome: a value, or an exit code and a message.

    `says` are pieces of the message.
    """

    name: str
    files: Mapping[str, Content]
    words: tuple[str, ...]
    value: float | None = None
    says: tuple[str, ...] = ()
    code: int = 0


def gives(name: str, value: float, files: Mapping[str, Content], *words: str) -> Case:
    """A case that has a value."""
    return Case(name, files, (*words, "-q"), value=value)


def refused(
    name: str, files: Mapping[str, Content], words: Sequence[str], *says: str, code: int = 3
) -> Case:
    """A case that is refused: bad data (3), or wrong usage (2)."""
    return Case(name, files, (*words, "-q"), says=says, code=code)


def mse(pred: Any, label: Any) -> float:
    """The mean squared error of two arrays of one shape, in exact arithmetic."""
    pairs = zip(np.ravel(pred).tolist(), np.ravel(label).tolist(), strict=True)
    squares = [(Fraction(p) - Fraction(y)) ** 2 for p, y in pairs]
    return float(sum(squares) / len(squares))
