"""The losses by groups of rows → the report, and which groups are worse than the rest."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from losscli.engine.accumulators import Tally
from losscli.engine.groups_of_rows import Slices
from losscli.evaluating.one_pass import Evaluated
from losscli.evaluating.reading import DataReading
from losscli.evaluating.report import Report, Slice
from losscli.stats.paired import ALPHA, holm

# Of fewer rows, a mean is not near enough to normal to say what chance makes of it.
_FEWEST = 20


class GroupsOfRows:
    """Adds the losses of each group of rows: by the values of columns, and by class where asked.

    A group is `worse` where its mean loss is worse than that of all other rows by more than chance:
    one-sided z tests (Welch 1947), adjusted by Holm for all groups of a column and all losses, at
    5 %. Groups of fewer than 20 rows, and losses that are not means of rows, are not tested; nor
    are `dependent` rows, whose errors these tests would take for too small.
    """

    def __init__(self, by_class: bool, *, dependent: bool = False) -> None:
        self._by_class = by_class
        self._dependent = dependent

    def watch(self, reading: DataReading) -> Slices:
        """Sums the losses of each group."""
        return Slices(reading.evaluations, by_class=self._by_class)

    def add_to(self, report: Report, found: Evaluated, seen: Slices) -> Report:
        """The report with the losses of each group of rows."""
        slices: list[list[Slice]] = [[] for _ in report.results]
        for column, groups in seen.columns.items():
            rests = seen.rests(column)
            tallies = []
            for value in sorted(groups, key=natural):
                for place, (loss, rest) in enumerate(
                    zip(groups[value].losses, rests[value].losses, strict=True)
                ):
                    tallies.append((place, value, loss.tally(), rest.tally()))
            ps = [
                None
                if self._dependent
                else _chance(tally, rest, lower_is_better=report.results[place].lower_is_better)
                for place, _, tally, rest in tallies
            ]
            for (place, value, tally, _), p in zip(tallies, holm(ps), strict=True):
                finished = tally.finished
                slices[place].append(
                    Slice(
                        column,
                        value,
                        tally.rows,
                        finished.value,
                        None if self._dependent else finished.standard_error,
                        None if self._dependent else finished.interval,
                        p,
                        None if p is None else p < ALPHA,
                    )
                )
        results = [
            replace(result, slices=tuple(few)) if result.values is None else result
            for result, few in zip(report.results, slices, strict=True)
        ]
        return replace(report, results=tuple(results))


def natural(value: str | None) -> tuple[bool, list[tuple[int, str]]]:
    """`fold 2` before `fold 10`, what is missing at the end."""
    pieces = re.split(r"(\d+)", value or "")
    return value is None, [(int(p) if p.isdecimal() else -1, p) for p in pieces]


def _chance(tally: Tally, rest: Tally, *, lower_is_better: bool) -> float | None:
    """How often chance alone makes a group as much worse than the rest; None where not tested."""
    if min(tally.rows, rest.rows) < _FEWEST:
        return None
    here, there = tally.finished.standard_error, rest.finished.standard_error
    if here is None or there is None:
        return None
    difference = tally.finished.value - rest.finished.value
    error = math.hypot(here, there)
    if not (math.isfinite(difference) and error > 0.0):
        return None
    z = difference / error if lower_is_better else -difference / error
    return 0.5 * math.erfc(z / math.sqrt(2.0))
