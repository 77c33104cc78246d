"""The losses by groups of rows → the report, and which groups are worse than the rest."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from losscli.engine.accumulators import Tally
from losscli.engine.evaluation import Evaluation
from losscli.engine.groups_of_rows import GroupLosses, Slices
from losscli.engine.run import Observer
from losscli.evaluating.intervals import units_of
from losscli.evaluating.one_pass import Evaluated
from losscli.evaluating.options import Options
from losscli.evaluating.reading import DataReading
from losscli.evaluating.report import Report, Result, Slice
from losscli.evaluating.spreads import (
    cluster_spread,
    has_no_interval,
    row_spread,
    unsampled_spread,
    with_spread,
)
from losscli.stats.bootstrap import Bootstrap
from losscli.stats.estimates import influence
from losscli.stats.groups import Resampling
from losscli.stats.holm import ALPHA, holm
from losscli.stats.sample import RowSample
from losscli.stats.studentised import studentised

# Of fewer rows, a mean is not near enough to normal to say what chance makes of it.
_FEWEST = 20
# The same of clusters.
_FEWEST_CLUSTERS = 10
# So many rows of each group tell its skewness.
_SAMPLED = 1 << 11


class GroupsOfRows:
    """Adds the losses of each group of rows: by the values of columns, and by class where asked.

    Each has the interval that the whole has, by the same method. A group is `worse` where its mean
    loss is worse than that of all other rows by more than chance: one-sided z tests (Welch 1947),
    between clusters where rows depend on each other, adjusted by Holm for all groups of a column
    and all losses, at 5 %. Groups of fewer than 20 rows (10 clusters), and losses that are not
    means of rows, are not tested.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._units = units_of(options)

    def watch(self, reading: DataReading) -> Slices:
        """Sums the losses of each group."""
        observer = self._observer(reading)
        return Slices(reading.evaluations, by_class=self._options.by_class, observer=observer)

    def _observer(self, reading: DataReading) -> Observer | None:
        if not self._units.single:
            resampling = Resampling(self._options.resamples, self._options.seed)
            return Bootstrap(reading.evaluations, resampling, self._units)
        if self._options.ci in ("auto", "bootstrap"):
            return RowSample(reading.evaluations, most=_SAMPLED)
        return None

    def add_to(self, report: Report, found: Evaluated, seen: Slices) -> Report:
        """The report with the losses of each group of rows."""
        slices: list[list[Slice]] = [[] for _ in report.results]
        for column, groups in seen.columns.items():
            parts = list(self._parts(report, found, groups, seen.rests(column)))
            for part, p in zip(parts, holm([part.p for part in parts]), strict=True):
                worse = None if p is None else p < ALPHA
                slices[part.place].append(
                    Slice(
                        column,
                        part.value_of,
                        part.result.n,
                        part.tally.finished.value,
                        part.result.standard_error,
                        part.result.interval,
                        p,
                        worse,
                    )
                )
        results = [
            result.changed(slices=tuple(few)) if result.values is None else result
            for result, few in zip(report.results, slices, strict=True)
        ]
        return replace(report, results=tuple(results))

    def _parts(
        self,
        report: Report,
        found: Evaluated,
        groups: Mapping[str | None, GroupLosses],
        rests: Mapping[str | None, GroupLosses],
    ) -> Iterator[_Part]:
        """Each loss of each group of a column."""
        whole = _all_rows(groups)
        for value in sorted(groups, key=natural):
            group, others = groups[value], rests[value].losses
            for place, (result, item) in enumerate(
                zip(report.results, found.reading.evaluations, strict=True)
            ):
                tally, rest = group.losses[place].tally(), others[place].tally()
                lower = result.lower_is_better
                if whole is None:
                    p = _chance(tally, rest, lower_is_better=lower)
                else:
                    p = _chance_between(place, group, whole, tally, rest, lower_is_better=lower)
                alone = self._with_interval(result, item, place, tally, group)
                yield _Part(place, value, tally, alone, p)

    def _with_interval(
        self, result: Result, item: Evaluation, place: int, tally: Tally, group: GroupLosses
    ) -> Result:
        """The result of a group alone."""
        finished, observer = tally.finished, group.observer
        alone = result.changed(
            value=finished.value,
            n=tally.rows,
            standard_error=finished.standard_error,
            interval=None if self._options.ci == "none" else finished.interval,
        )
        if observer is None:
            return alone
        spread = None
        if isinstance(observer, RowSample) and not has_no_interval(item):
            kept = observer.rows(place)
            spread = (
                unsampled_spread(item, tally) if kept is None else row_spread(item, tally, *kept)
            )
        elif isinstance(observer, Bootstrap) and not has_no_interval(item):
            table = observer.table(place)
            spread = None if table is None else cluster_spread(item, tally, *table)
            alone = alone.changed(standard_error=None)
        alone = with_spread(alone, item, spread)
        return alone.changed(interval=None) if self._options.ci == "none" else alone


class _Part(Struct, frozen=True):
    """A loss (by its `place`) of one group of rows, with its interval and p-value."""

    place: int
    value_of: str | None
    tally: Tally
    result: Result
    p: float | None


def natural(value: str | None) -> tuple[bool, list[tuple[int, str]]]:
    """`fold 2` before `fold 10`, what is missing at the end."""
    pieces = re.split(r"(\d+)", value or "")
    return value is None, [(int(p) if p.isdecimal() else -1, p) for p in pieces]


def _all_rows(groups: Mapping[str | None, GroupLosses]) -> Bootstrap | None:
    """The sums of all groups by cluster; None where rows stand alone."""
    whole: Bootstrap | None = None
    for group in groups.values():
        if isinstance(group.observer, Bootstrap):
            whole = group.observer.fresh() if whole is None else whole
            whole.merge(group.observer)
    return whole


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


def _chance_between(
    place: int,
    group: GroupLosses,
    whole: Bootstrap,
    tally: Tally,
    rest: Tally,
    *,
    lower_is_better: bool,
) -> float | None:
    """The same where rows depend on each other: by t and corrected t between clusters."""
    kept = whole.table(place)
    if not isinstance(group.observer, Bootstrap) or kept is None:
        return None
    if tally.finished.standard_error is None or rest.finished.standard_error is None:
        return None
    estimate, table = kept
    here = group.observer.within(place, whole)
    there = table.sums - here
    clusters = min(int((part != 0.0).any(axis=1).sum()) for part in (here, there))
    sign = 1.0 if lower_is_better else -1.0
    harm = sign * (tally.finished.value - rest.finished.value)
    if clusters < _FEWEST_CLUSTERS or not (table.finite and math.isfinite(harm)):
        return None
    each = sign * (influence(estimate, here) - influence(estimate, there))
    about = studentised(harm, each)
    return None if about is None else about.p_above(0.0)
