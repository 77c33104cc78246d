"""The groups of rows of a report or comparison, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from losscli.evaluating.report import Result, Slice

if TYPE_CHECKING:
    from losscli.comparing.report import ComparedSlice, ComparisonReport


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


def compared_by_column(report: ComparisonReport) -> list[tuple[str, list[ComparedSlice]]]:
    """For each column its groups, the one first where a model loses most by the first loss."""

    def harm(group: ComparedSlice) -> float:
        first = [item for item in group.comparisons if item.loss == group.comparisons[0].loss]
        return max(item.difference if item.lower_is_better else -item.difference for item in first)

    return [
        (column or "class", sorted(groups, key=harm, reverse=True))
        for column, groups in groupby(report.slices, key=lambda group: group.column)
    ]


def name_of(item: Slice | ComparedSlice) -> str:
    """What a group is called."""
    return "(missing)" if item.value_of is None else item.value_of
