"""The intervals that were asked for → the report."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from losscli.engine.accumulators import Tally
from losscli.engine.evaluation import Evaluation
from losscli.errors import UsageError
from losscli.evaluating.one_pass import Evaluated, Extra
from losscli.evaluating.options import Options
from losscli.evaluating.reading import DataReading
from losscli.evaluating.report import IntervalMethod, Report, Result
from losscli.inputs.columns import Columns
from losscli.losses.calibration import CALIBRATION_ERROR
from losscli.stats.bootstrap import Bootstrap
from losscli.stats.estimates import Estimate, MeanOfRows, influence
from losscli.stats.groups import Resampling, Table
from losscli.stats.sample import RowSample
from losscli.stats.student import binomial_interval, logit_interval
from losscli.stats.studentised import Studentised, studentised
from losscli.stats.units import FEW_CLUSTERS, Units
from losscli.vocabulary import Reduction

Array = NDArray[np.float64]

LEVEL = 0.95

# Tables of more sums than this take too long to be moved one by one.
_MOST_SUMS = 256
_BY_T, _BINOMIAL = "skewness-corrected t", "binomial"
_BY_LOGIT = "DeLong"


@dataclass(frozen=True, slots=True)
class Spread:
    """The level of a loss (its value before the transform) with its spread over `units`."""

    about: Studentised
    method: str
    ends: tuple[float, float]
    units: str
    count: int
    design_effect: float | None = None


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
        return ResampledIntervals(resampling, units)
    return RowIntervals() if units.single else ClusterIntervals(resampling, units)


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
        return replace(report, results=tuple(map(_without, report.results)))


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
        results = [
            _without(result) if has_no_interval(item) else _resampled(result, seen, place)
            for place, (result, item) in enumerate(zip(report.results, evaluations, strict=True))
        ]
        return replace(report, results=tuple(results), notes=(*report.notes, *_notes(results)))


class RowIntervals:
    """Gives each loss an interval whose units are rows: of the exact totals and a sample."""

    def watch(self, reading: DataReading) -> RowSample:
        """Keeps a sample of the rows."""
        return RowSample(reading.evaluations)

    def add_to(self, report: Report, found: Evaluated, seen: RowSample) -> Report:
        """The report with these intervals, and a note where they do not hold."""
        spreads = []
        for place, (item, tally) in enumerate(_tallies(found)):
            kept = None if has_no_interval(item) else seen.rows(place)
            spread = None if kept is None else row_spread(item, tally, *kept)
            whole = kept is None and not has_no_interval(item)
            spreads.append(unsampled_spread(item, tally) if whole else spread)
        return _with_spreads(report, found, spreads, _row_notes)


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
        spreads = []
        for place, (item, tally) in enumerate(_tallies(found)):
            kept = None if has_no_interval(item) else seen.table(place)
            spreads.append(None if kept is None else cluster_spread(item, tally, *kept))
        return _with_spreads(report, found, spreads, _cluster_notes)


def _tallies(found: Evaluated) -> list[tuple[Evaluation, Tally]]:
    return list(zip(found.reading.evaluations, found.outcome.tallies, strict=True))


def _with_spreads(
    report: Report,
    found: Evaluated,
    spreads: Sequence[Spread | None],
    noted: Callable[[Sequence[Result], Sequence[Spread | None]], list[str]],
) -> Report:
    results = [
        with_spread(result, item, spread)
        for result, item, spread in zip(
            report.results, found.reading.evaluations, spreads, strict=True
        )
    ]
    notes = (*report.notes, *noted(results, spreads))
    return replace(report, results=tuple(results), notes=notes)


def row_spread(
    evaluation: Evaluation, tally: Tally, estimate: Estimate, sums: Array
) -> Spread | None:
    """The spread of a loss over rows, from a sample of them (n, width) and the exact totals."""
    sampled = len(sums)
    if sampled < 2 or tally.rows < 2 or sums.shape[1] > _MOST_SUMS:
        return None
    share = sampled / tally.rows
    found = _about(evaluation, tally, estimate, sums)
    if found is None:
        return _constant(evaluation, tally, estimate, sums, tally.rows, "rows")
    scale = math.sqrt(share)
    error = found.error * scale
    exact = tally.finished.level_error
    if _is_plain_mean(estimate, sums) and exact is not None and exact > 0.0:
        error = exact
    about = replace(found, error=error, skewness=found.skewness * scale, df=tally.rows - 1.0)
    return _spread(evaluation, about, estimate, sums, "rows", tally.rows)


def unsampled_spread(evaluation: Evaluation, tally: Tally) -> Spread | None:
    """Of a loss of the whole array: by Student's t, or of a share by the logit of its formula."""
    level, error = tally.finished.level, tally.finished.level_error
    if error is None or not (error > 0.0 and math.isfinite(level)):
        return None
    about = Studentised(level, error, 0.0, tally.rows - 1.0)
    if evaluation.reading.standard_error is not None:
        if not 0.0 < level < 1.0:
            return None
        ends = logit_interval(level, error, LEVEL)
        return Spread(about, _BY_LOGIT, ends, "rows", tally.rows)
    return Spread(about, _BY_T, about.interval(LEVEL), "rows", tally.rows)


def cluster_spread(
    evaluation: Evaluation, tally: Tally, estimate: Estimate, table: Table
) -> Spread | None:
    """The spread of a loss over clusters of rows."""
    sums = table.sums
    if not table.finite or len(sums) < 2 or sums.shape[1] > _MOST_SUMS:
        return None
    found = _about(evaluation, tally, estimate, sums)
    if found is None:
        return _constant(evaluation, tally, estimate, sums, len(sums), table.units)
    spread = _spread(evaluation, found, estimate, sums, table.units, len(sums))
    alone = tally.finished.level_error
    if alone and _is_plain_mean(estimate, sums):
        return replace(spread, design_effect=(found.error / alone) ** 2)
    return spread


def _about(
    evaluation: Evaluation, tally: Tally, estimate: Estimate, sums: Array
) -> Studentised | None:
    """The level with its spread; None where nothing varies."""
    level = tally.finished.level
    if not _is_plain_mean(estimate, sums):
        level = tally.finished.value
    elif isinstance(estimate, MeanOfRows):
        estimate = replace(estimate, transform=None)
    if not math.isfinite(level):
        return None
    with np.errstate(all="ignore"):
        each = influence(estimate, sums)
    bounded = math.isfinite(evaluation.loss.lower) or math.isfinite(evaluation.loss.upper)
    one_sided = _is_plain_mean(estimate, sums) and bounded
    return studentised(level, each, one_sided_tail=one_sided)


def _is_plain_mean(estimate: Estimate, sums: Array) -> bool:
    """Whether it is one mean (or sum) of rows, with or without a transform."""
    return isinstance(estimate, MeanOfRows) and sums.shape[1] == 2


def _spread(
    evaluation: Evaluation,
    about: Studentised,
    estimate: Estimate,
    sums: Array,
    units: str,
    count: int,
) -> Spread:
    if _is_share(evaluation, estimate, sums) and 0.0 < about.value < 1.0:
        # So many independent rows would be as uncertain (Korn & Graubard 1998).
        trials = about.value * (1.0 - about.value) / about.error**2
        ends = binomial_interval(about.value, trials, LEVEL)
        return Spread(about, _BINOMIAL, ends, units, count)
    return Spread(about, _BY_T, about.interval(LEVEL), units, count)


def _constant(
    evaluation: Evaluation,
    tally: Tally,
    estimate: Estimate,
    sums: Array,
    count: int,
    units: str,
) -> Spread | None:
    """Of a loss from 0 to 1 that was always at one end: how rare the rest may still be."""
    loss, level = evaluation.loss, tally.finished.level
    ranged = (loss.lower, loss.upper) == (0.0, 1.0) and loss.transform is None
    if not (_is_plain_mean(estimate, sums) and ranged and level in (0.0, 1.0)):
        return None
    if evaluation.reduction is Reduction.SUM:
        return None
    weights = sums[:, 1]
    square = float(np.einsum("i,i->", weights, weights))
    trials = count / len(sums) * float(weights.sum()) ** 2 / square
    ends = binomial_interval(level, trials, LEVEL)
    about = Studentised(level, 0.0, 0.0, count - 1.0)
    return Spread(about, _BINOMIAL, ends, units, count)


def _is_share(evaluation: Evaluation, estimate: Estimate, sums: Array) -> bool:
    """Whether each row (or cluster) is right or wrong, so that the loss is a share of them."""
    loss = evaluation.loss
    if not _is_plain_mean(estimate, sums) or loss.transform is not None:
        return False
    if evaluation.reduction is Reduction.SUM or (loss.lower, loss.upper) != (0.0, 1.0):
        return False
    # Sums of clusters are whole numbers of errors.
    shares = sums[:, 0] / np.where(sums[:, 1] > 0.0, sums[:, 1], 1.0)
    whole = np.abs(sums - np.rint(sums)).max() == 0.0
    return bool(whole or np.isin(shares, (0.0, 1.0)).all())


def has_no_interval(evaluation: Evaluation) -> bool:
    """Whether chance moves a loss to one side, so that no interval about its value holds.

    The calibration error of a calibrated model is above 0 by chance alone.
    """
    return evaluation.loss is CALIBRATION_ERROR


def _without(result: Result) -> Result:
    """A result without an interval."""
    return result.changed(interval=None, interval_method=None)


def with_spread(result: Result, evaluation: Evaluation, spread: Spread | None) -> Result:
    """A result with the interval and the standard error of its spread, or without."""
    if spread is None or result.value is None:
        return _without(result)
    loss, params = evaluation.loss, evaluation.params
    low, high = spread.ends
    error = spread.about.error
    if loss.transform is not None and spread.about.value != result.value:
        # The transform is monotone: the ends are carried over, and the error by its mean slope.
        width = high - low
        low, high = (loss.transform(max(0.0, end), params) for end in (low, high))
        error *= (high - low) / width
    floor, ceiling = loss.lower, loss.upper
    if evaluation.reduction is Reduction.SUM:
        ceiling = math.inf
    method = IntervalMethod(spread.method, None, spread.units, None)
    ends = max(floor, low), min(ceiling, high)
    return result.changed(standard_error=error, interval=ends, interval_method=method)


def _row_notes(results: Sequence[Result], spreads: Sequence[Spread | None]) -> list[str]:
    notes = []
    heavy = [
        (spread.about.largest, result.title)
        for result, spread in zip(results, spreads, strict=True)
        if spread is not None and spread.about.heavy and spread.method == _BY_T
    ]
    if heavy:
        share, _ = max(heavy)
        names = ", ".join(title for _, title in heavy)
        notes.append(
            f"one row makes up to {share:.0%} of the spread ({names}): with tails so heavy no "
            "interval holds 95 %; the true loss may well be above it"
        )
    return [*notes, *_constant_notes(results)]


def _cluster_notes(results: Sequence[Result], spreads: Sequence[Spread | None]) -> list[str]:
    found = [(r, s) for r, s in zip(results, spreads, strict=True) if s is not None]
    notes = []
    if found:
        spread = found[0][1]
        effects = [
            f"{result.title} {spread.design_effect:.3g}"
            for result, spread in found
            if spread.design_effect is not None
        ]
        effect = f"; design effect: {', '.join(effects)}" if effects else ""
        notes.append(f"intervals between {spread.units}{effect}")
        if spread.count < FEW_CLUSTERS:
            notes.append(
                f"{spread.count} clusters are few: intervals hold the truth less often than 95 % "
                "where clusters differ in size or skew"
            )
    return [*notes, *_constant_notes(results)]


def _constant_notes(results: Sequence[Result]) -> list[str]:
    """Which losses have no interval though they are a number of rows."""
    bare = [
        result.title
        for result in results
        if result.interval is None
        and result.value is not None
        and result.minimum is not None
        and result.minimum == result.maximum
        and result.n > 1
    ]
    if not bare:
        return []
    return [f"no interval for {', '.join(bare)}: nothing varies from row to row"]


def _resampled(result: Result, bootstrap: Bootstrap, place: int) -> Result:
    found = bootstrap.interval(place)
    if found is None:
        return _without(result)
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
