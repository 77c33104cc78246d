"""The intervals that were asked for → the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import compress

import numpy as np
from msgspec.structs import replace

from losscli.arrays import Array
from losscli.engine.accumulators import Tally
from losscli.engine.evaluation import Evaluation
from losscli.errors import UsageError
from losscli.evaluating.one_pass import Evaluated, Extra
from losscli.evaluating.options import Options
from losscli.evaluating.reading import DataReading
from losscli.evaluating.report import IntervalMethod, Report, Result
from losscli.evaluating.spreads import (
    BY_T,
    Spread,
    cluster_spread,
    has_no_interval,
    row_spread,
    unsampled_spread,
    varies,
    with_spread,
    without,
)
from losscli.inputs.columns import Columns
from losscli.losses.registry import REGISTRY
from losscli.stats.bootstrap import Bootstrap
from losscli.stats.estimates import Estimate
from losscli.stats.groups import Resampling, Table
from losscli.stats.sample import RowSample
from losscli.stats.units import Units, few_clusters


def intervals_for(options: Options) -> Extra | None:
    """What gives the report the intervals that are asked for; None for those it has by itself.

    Raises UsageError for a normal interval of rows that depend on each other.
    """
    units = units_of(options)
    if options.ci == "none":
        return NoIntervals()
    if options.ci == "normal":
        if not units.single:
            raise UsageError(
                "the normal interval takes rows for independent", hint="Leave out --ci normal."
            )
        return None
    resampling = Resampling(options.resamples, options.seed)
    if options.ci == "bootstrap":
        return ResampledIntervals(resampling, replace(units, stationary=True))
    return RowIntervals(options) if units.single else ClusterIntervals(resampling, units)


def units_of(options: Options) -> Units:
    """Which rows depend on each other, as the options say."""
    columns = options.columns or Columns()
    return Units(tuple(columns.cluster), options.block_length)


def clusters_for(options: Options) -> ClusterIntervals | None:
    """What takes errors between clusters; None where rows stand alone."""
    units = units_of(options)
    resampling = Resampling(options.resamples, options.seed)
    return None if units.single else ClusterIntervals(resampling, units)


class NoIntervals:
    """Takes the intervals out of a report."""

    def watch(self, reading: DataReading) -> None:
        """Nothing has to be seen."""

    def add_to(self, report: Report, found: Evaluated, seen: None) -> Report:
        """The report without intervals."""
        return replace(report, results=tuple(map(without, report.results)))


class ResampledIntervals:
    """Gives each loss that is a function of sums of rows the interval of a bootstrap."""

    def __init__(self, resampling: Resampling, units: Units) -> None:
        self._resampling = resampling
        self._units = units

    def watch(self, reading: DataReading) -> Bootstrap:
        """Keeps what is drawn from."""
        return Bootstrap(reading.evaluations, self._resampling, self._units)

    def add_to(self, report: Report, found: Evaluated, seen: Bootstrap) -> Report:
        """The report with these intervals.

        Notes say how it was done, and for which losses there was nothing to draw from.
        """
        evaluations = found.reading.evaluations
        results = []
        for place, (result, item) in enumerate(zip(report.results, evaluations, strict=True)):
            if has_no_interval(item):
                results.append(without(result))
            elif _still(item, seen.table(place)):
                results.append(_without_spread(result))
            else:
                results.append(_resampled(result, seen, place))
        notes = (*report.notes, *_notes(results))
        if not self._units.single:
            notes = (*notes, *_few_notes(seen.tables()))
        return replace(report, results=tuple(results), notes=notes)


class RowIntervals:
    """Gives each loss an interval whose units are rows: of the exact totals and a sample."""

    def __init__(self, options: Options) -> None:
        self._every_row = options.nan == "error"

    def watch(self, reading: DataReading) -> RowSample:
        """Keeps a sample of the rows."""
        rows = reading.rows if self._every_row else None
        return RowSample(reading.evaluations, rows=rows)

    def add_to(self, report: Report, found: Evaluated, seen: RowSample) -> Report:
        """The report with these intervals, and a note where they do not hold."""
        spreads, still = [], []
        for place, (item, tally) in enumerate(_tallies(found)):
            kept = None if has_no_interval(item) else seen.rows(place)
            spread = None if kept is None else row_spread(item, tally, *kept)
            still.append(spread is None and kept is not None and _unvaried(item, *kept))
            whole = kept is None and not has_no_interval(item)
            spreads.append(unsampled_spread(item, tally) if whole else spread)
        return _with_spreads(report, found, spreads, still, _row_notes)


class ClusterIntervals:
    """Gives each loss an interval whose units are clusters of rows that depend on each other."""

    def __init__(self, resampling: Resampling, units: Units) -> None:
        self._resampling = resampling
        self._units = units

    def watch(self, reading: DataReading) -> Bootstrap:
        """Keeps the sums of each cluster."""
        return Bootstrap(reading.evaluations, self._resampling, self._units)

    def add_to(self, report: Report, found: Evaluated, seen: Bootstrap) -> Report:
        """The report with these intervals, and what clustering costs."""
        spreads, still = [], []
        # The errors that the pass found take rows for independent.
        bare = [result.changed(standard_error=None) for result in report.results]
        report = replace(report, results=tuple(bare))
        for place, (item, tally) in enumerate(_tallies(found)):
            kept = None if has_no_interval(item) else seen.table(place)
            spread = None if kept is None else cluster_spread(item, tally, *kept)
            spreads.append(spread)
            still.append(spread is None and _still(item, kept))
        done = _with_spreads(report, found, spreads, still, _cluster_notes)
        return replace(done, notes=(*done.notes, *_few_notes(seen.tables())))


def _tallies(found: Evaluated) -> list[tuple[Evaluation, Tally]]:
    return list(zip(found.reading.evaluations, found.outcome.tallies, strict=True))


def _with_spreads(
    report: Report,
    found: Evaluated,
    spreads: Sequence[Spread | None],
    still: Sequence[bool],
    noted: Callable[[Sequence[Result], Sequence[Spread | None]], list[str]],
) -> Report:
    """The report with these spreads, and with notes; `still` are losses of which nothing varies."""
    results = [
        with_spread(result, item, spread)
        for result, item, spread in zip(
            report.results, found.reading.evaluations, spreads, strict=True
        )
    ]
    results = [
        _without_spread(result) if fixed else result
        for result, fixed in zip(results, still, strict=True)
    ]
    # Of a value beyond the range of float64 nothing is known to vary or not.
    known = [not tally.beyond for tally in found.outcome.tallies]
    notes = noted(list(compress(results, known)), list(compress(spreads, known)))
    fixed = [one and sure for one, sure in zip(still, known, strict=True)]
    notes += _constant_notes(list(compress(results, fixed)))
    return replace(report, results=tuple(results), notes=(*report.notes, *notes))


def _row_notes(results: Sequence[Result], spreads: Sequence[Spread | None]) -> list[str]:
    notes = []
    heavy = [
        (spread.about.largest, REGISTRY.short(result.loss, result.title))
        for result, spread in zip(results, spreads, strict=True)
        if spread is not None and spread.about.heavy and spread.method == BY_T
    ]
    if heavy:
        share, _ = max(heavy)
        names = _listed(name for _, name in heavy)
        percent = f"{100.0 * share:.0f} % of the spread"
        notes.append(
            f"{names}: one row is {percent}; the interval may end too low"
            if len(heavy) == 1
            else f"{names}: up to {percent} is one row; ends may be too low"
        )
    few = [
        (spread.count, REGISTRY.short(result.loss, result.title))
        for result, spread in zip(results, spreads, strict=True)
        if spread is not None and spread.about.few and spread.method == BY_T
    ]
    if few:
        count, _ = min(few)
        notes.append(
            f"{count} rows of such skewed losses are few ({_listed(name for _, name in few)}): "
            "the interval holds the truth in 80 to 95 %"
        )
    return notes


def _listed(names: Iterable[str]) -> str:
    """Each name once: results of one loss by several conventions share theirs."""
    return ", ".join(dict.fromkeys(names))


def _cluster_notes(results: Sequence[Result], spreads: Sequence[Spread | None]) -> list[str]:
    found = [(r, s) for r, s in zip(results, spreads, strict=True) if s is not None]
    notes = []
    if found:
        spread = found[0][1]
        effects = [
            f"{REGISTRY.short(result.loss, result.title)} {spread.design_effect:.3g}"
            for result, spread in found
            if spread.design_effect is not None
        ]
        effect = f"; design effect: {', '.join(effects)}" if effects else ""
        notes.append(f"intervals between {spread.units}{effect}")
    return notes


def _few_notes(tables: Sequence[Table]) -> list[str]:
    """That clusters are few, where they are."""
    counts = [len(table.sums) for table in tables if table.clusters]
    return list(few_clusters(min(counts))) if counts else []


def _constant_notes(results: Sequence[Result]) -> list[str]:
    """That these losses, which are numbers, have no interval because nothing varies."""
    bare = [
        REGISTRY.short(result.loss, result.title) for result in results if result.value is not None
    ]
    if not bare:
        return []
    return [f"no interval for {_listed(bare)}: nothing varies from row to row"]


def _without_spread(result: Result) -> Result:
    """A result of which nothing varies but by rounding: its error, if it has one, is 0."""
    error = None if result.standard_error is None else 0.0
    return without(result).changed(standard_error=error)


def _unvaried(evaluation: Evaluation, estimate: Estimate, sums: Array) -> bool:
    several = len(sums) > 1 and bool(np.isfinite(sums).all())
    return several and not varies(evaluation, estimate, sums)


def _still(evaluation: Evaluation, kept: tuple[Estimate, Table] | None) -> bool:
    """Whether nothing varies between the units that are kept of a loss."""
    return kept is not None and _unvaried(evaluation, kept[0], kept[1].sums)


def _resampled(result: Result, bootstrap: Bootstrap, place: int) -> Result:
    found = bootstrap.interval(place)
    if found is None:
        return without(result)
    interval, table = found
    resampling = bootstrap.resampling
    method = IntervalMethod(interval.method, resampling.resamples, table.units, resampling.seed)
    # The standard error of a mean comes from every row: no draw betters it.
    error = interval.standard_error if result.standard_error is None else result.standard_error
    ends = (interval.low, interval.high)
    return result.changed(interval=ends, standard_error=error, interval_method=method)


def _notes(results: list[Result]) -> list[str]:
    named: dict[IntervalMethod, list[str]] = {}
    without = []
    for result in results:
        if result.interval_method is not None:
            named.setdefault(result.interval_method, []).append(result.title)
        elif result.value is not None:
            without.append(result.title)
    notes = [
        f"intervals by {way.name}, {way.resamples:,} resamples of {way.units}, seed {way.seed}"
        + (f": {', '.join(titles)}" if len(named) > 1 else "")
        for way, titles in named.items()
    ]
    if without:
        notes.append(
            f"no interval for {', '.join(without)}: not a finite function of sums of rows, "
            "or nothing varies from row to row"
        )
    return notes
