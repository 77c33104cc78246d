"""The intervals that were asked for → the report."""

from __future__ import annotations

from dataclasses import replace

from losscli.evaluating.report import IntervalMethod, Report, Result
from losscli.stats.bootstrap import Bootstrap


def with_intervals(report: Report, bootstrap: Bootstrap | None) -> Report:
    """The report with the intervals of a bootstrap, or without any.

    Notes say how it was done, and for which losses there was nothing to draw from.
    """
    if bootstrap is None:
        bare = (replace(result, interval=None, interval_method=None) for result in report.results)
        return replace(report, results=tuple(bare))
    results = [_resampled(result, bootstrap, place) for place, result in enumerate(report.results)]
    return replace(report, results=tuple(results), notes=(*report.notes, *_notes(results)))


def _resampled(result: Result, bootstrap: Bootstrap, place: int) -> Result:
    found = bootstrap.interval(place)
    if found is None:
        return replace(result, interval=None, interval_method=None)
    interval, table = found
    resampling = bootstrap.resampling
    method = IntervalMethod(interval.method, resampling.resamples, table.units, resampling.seed)
    # The standard error of a mean comes from every row: no draw betters it.
    error = interval.standard_error if result.standard_error is None else result.standard_error
    ends = (interval.low, interval.high)
    return replace(result, interval=ends, standard_error=error, interval_method=method)


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
