"""The groups of rows of a report, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from losscli.report import Result, Slice


def by_column(results: Sequence[Result]) -> list[tuple[str, list[tuple[Slice, ...]]]]:
    """For each column its groups, each with a slice per loss, the worst by the first loss first."""
    lines = list(zip(*(result.slices or () for result in results), strict=True))
    first = results[0]

    def badness(line: tuple[Slice, ...]) -> float:
        value = line[0].value
        return -value if first.lower_is_better else value

    return [
        (column or "class", sorted(group, key=badness))
        for column, group in groupby(lines, key=lambda line: line[0].column)
    ]


def name_of(item: Slice) -> str:
    """What a group is called."""
    return "(missing)" if item.value_of is None else item.value_of
