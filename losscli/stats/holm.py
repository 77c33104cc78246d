"""Several tests of one report: p-values and levels adjusted for their number by Holm (1979)."""

from __future__ import annotations

from collections.abc import Sequence

# What chance may raise a false alarm with, in one test or in all of a report.
ALPHA = 0.05


def holm(values: Sequence[float | None]) -> list[float | None]:
    """p-values adjusted for their number by Holm's steps (1979); None stays None."""
    order = sorted((value, place) for place, value in enumerate(values) if value is not None)
    adjusted: list[float | None] = [None] * len(values)
    largest = 0.0
    for rank, (value, place) in enumerate(order):
        largest = max(largest, min(1.0, value * (len(order) - rank)))
        adjusted[place] = largest
    return adjusted


def holm_levels(values: Sequence[float | None], alpha: float = ALPHA) -> list[float]:
    """The level that each p-value is held against in Holm's steps.

    Those that are rejected: alpha ÷ the number of tests that were left at their step. All others:
    that of the first step that failed. So an interval at 1 − this level excludes 0 just where the
    adjusted p-value is at most alpha.
    """
    order = sorted((value, place) for place, value in enumerate(values) if value is not None)
    levels = [alpha / max(1, len(order))] * len(values)
    level = alpha
    failed = False
    for rank, (value, place) in enumerate(order):
        if not failed:
            level = alpha / (len(order) - rank)
            failed = value > level
        levels[place] = level
    return levels
