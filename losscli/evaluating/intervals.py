"""The intervals that were asked for → the report."""

from __future__ import annotations

from dataclasses import replace

from losscli.evaluating.reading import DataReading
from losscli.evaluating.report import IntervalMethod, Report, Result
from losscli.stats.bootstrap import Bootstrap
from losscli.stats.groups import Resampling


class NoIntervals:
    """Takes the intervals out of a report."""

    def watch(self, reading: DataReading) -> None:
        """Nothing has to be seen."""

    def add_to(self, report: Report, reading: DataReading, seen: None) -> Report:
        """The report without intervals."""
        bare = (replace(result, interval=None, interval_method=None) for result in report.results)
        return replace(report, results=tuple(bare))


class ResampledIntervals:
    """Gives each loss that is a function of sums of rows the interval of a bootstrap."""

    def __init__(self, resamples: int, seed: int) -> None:
        self._resampling = Resampling(resamples, seed)

    def watch(self, reading: DataReading) -> Bootstrap:
        """Keeps what is drawn from."""
        return Bootstrap(reading.evaluations, self._resampling)

    def add_to(self, report: Report, reading: DataReading, seen: Bootstrap) -> Report:
        """The report with these intervals.

        Notes say how it was done, and for which losses there was nothing to draw from.
        """
        results = [_resampled(result, seen, place) for place, result in enumerate(report.results)]
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
