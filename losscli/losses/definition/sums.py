"""Sums from which a loss is finished, where it is no plain mean."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Protocol

from losscli.arrays import Array

Terms = Mapping[str, Array | tuple[Array, Array]]
"""What a kernel wants summed over rows, by name: arrays (n,) or (n, c), or factors of a product."""


class Stats(Protocol):
    """The weighted sums of a kernel's terms."""

    @property
    def rows(self) -> int:
        """The rows that entered."""

    @property
    def weight(self) -> Fraction:
        """The sum of their weights."""

    def __contains__(self, name: str) -> bool:
        """Whether the kernel gave terms of that name."""

    def total(self, name: str) -> Fraction:
        """The sum of all terms of that name, exact."""

    def columns(self, name: str) -> list[Fraction]:
        """The same, column by column."""

    def value(self, name: str) -> float | Array:
        """The sum as a float, or one sum per row where each row is finished on its own."""

    def low(self, name: str) -> float:
        """The smallest of the terms."""

    def high(self, name: str) -> float:
        """The largest of the terms."""
